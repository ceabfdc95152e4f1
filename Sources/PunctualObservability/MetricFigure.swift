/// A figure taken at the moment of a reading; named `_total`, it is a counter kept by others.
package struct MetricFigure: Sendable {
    package var name: String
    package var labels: [(String, String)]
    package var value: Double

    package init(_ name: String, _ value: Double, _ labels: [(String, String)] = []) {
        self.name = name
        self.labels = labels
        self.value = value
    }

    package init(_ name: String, _ value: Int, _ labels: [(String, String)] = []) {
        self.init(name, Double(value), labels)
    }
}

/// How metrics are written.
package enum MetricFormat: Sendable {
    /// Prometheus' text format 0.0.4.
    case text
    /// OpenMetrics 1.0, which can show exemplars.
    case openMetrics
}

/// What a metric tells, and how it is counted.
package struct MetricWord: Sendable {
    package enum Kind: String, Sendable { case counter, gauge, histogram }

    package var name: String
    package var kind: Kind
    package var labels: [String]
    package var help: String
    /// Upper bounds of a histogram, in the metric's unit; nil means the registry's own.
    package var bounds: [Double]?

    package init(_ kind: Kind, _ name: String, bounds: [Double]? = nil, _ help: String) {
        self.init(kind, name, [], bounds: bounds, help)
    }

    package init(_ kind: Kind, _ name: String, _ labels: [String], bounds: [Double]? = nil, _ help: String) {
        self.kind = kind
        self.name = name
        self.labels = labels
        self.bounds = bounds
        self.help = help
    }
}

/// What one observation was of; its value is written only when somebody reads.
package typealias ExemplarLabel = (name: String, value: any CustomStringConvertible & Sendable)
