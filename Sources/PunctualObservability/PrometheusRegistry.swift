package import CoreMetrics
internal import Synchronization

/// Collects metrics and writes them as Prometheus' text format or as OpenMetrics.
///
/// Timers become histograms in seconds, aggregating recorders histograms, the others gauges.
package final class PrometheusRegistry: MetricsFactory {
    /// Upper bounds of histograms of which nothing else is said, in seconds: those of OpenTelemetry, and 2.
    static let bounds: [Double] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2, 2.5, 5, 7.5, 10]
    /// Series a metric may have; further ones are counted in one series whose labels are `other`.
    static let seriesLimit = 1000

    private let families = Mutex<[String: MetricFamily]>([:])
    private let words: [String: MetricWord]
    private let exemplar: @Sendable () -> [ExemplarLabel]

    /// - Parameters:
    ///   - words: what metrics tell; others get their name in words.
    ///   - exemplar: what is measured right now, asked at each observation of a histogram; empty means that nobody knows.
    package init(
        _ words: [MetricWord] = [], exemplar: @escaping @Sendable () -> [ExemplarLabel] = { [] }
    ) {
        self.words = Dictionary(words.map { ($0.name, $0) }) { first, _ in first }
        self.exemplar = exemplar
    }

    private func series(_ name: String, _ labels: [(String, String)], _ kind: MetricWord.Kind) -> Series {
        let name = Self.metricName(name)
        return families.withLock { families in
            // Taken out while it is changed, so that nothing is copied.
            var family = families.removeValue(forKey: name) ?? MetricFamily(kind: kind)
            let isFull = family.series.count >= Self.seriesLimit
            var key = Self.labelText(labels)
            if isFull, family.series[key] == nil { key = Self.labelText(labels.map { ($0.0, "other") }) }
            let series = family.series[key] ?? newSeries(name, family.kind)
            family.series[key] = series
            families[name] = family
            return series
        }
    }

    private func newSeries(_ name: String, _ kind: MetricWord.Kind) -> Series {
        guard kind == .histogram else { return Series() }
        return Series(bounds: words[name]?.bounds ?? Self.bounds, exemplar: exemplar)
    }

    /// The text of every metric, in the order of their names.
    /// - Parameter figures: taken at this moment, and forgotten with it: what is not among them any more is gone.
    package func text(_ format: MetricFormat = .text, figures: [MetricFigure] = []) -> String {
        var all = families.withLock { $0 }
        for figure in figures {
            let name = Self.metricName(figure.name)
            var family =
                all.removeValue(forKey: name) ?? MetricFamily(kind: name.hasSuffix("_total") ? .counter : .gauge)
            let key = Self.labelText(figure.labels)
            if family.series.count < Self.seriesLimit || family.series[key] != nil {
                family.series[key] = Series(figure.value)
            }
            all[name] = family
        }
        var lines: [String] = []
        for (name, family) in all.sorted(by: { $0.key < $1.key }) {
            let help = words[name]?.help ?? name.split(separator: "_").joined(separator: " ")
            family.write(name: name, help: help, format, to: &lines)
        }
        if format == .openMetrics { lines.append("# EOF") }
        return lines.joined(separator: "\n") + "\n"
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter)
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions, aggregate ? .histogram : .gauge)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram)
    }

    // Series live as long as the process: a counter that is taken away and comes back would seem to be reset.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// The name with every character that Prometheus does not take written as `_`.
    static func metricName(_ name: String) -> String {
        var result = ""
        for byte in name.utf8 {
            let isTaken =
                (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || byte == 95
                || byte == 58
            result.unicodeScalars.append(isTaken ? Unicode.Scalar(byte) : "_")
        }
        return result.isEmpty || (48...57).contains(result.utf8.first!) ? "_" + result : result
    }

    static func labelText(_ labels: [(String, String)]) -> String {
        labels.sorted { $0.0 < $1.0 }.map { name, value in
            "\(metricName(name).replacing(":", with: "_"))=\"\(escaped(value))\""
        }.joined(separator: ",")
    }

    /// As label values stand between quotes.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
