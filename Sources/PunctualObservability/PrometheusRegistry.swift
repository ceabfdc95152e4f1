package import CoreMetrics
internal import Synchronization

/// Collects metrics and writes them as Prometheus text (exposition format 0.0.4).
///
/// Timers become histograms in seconds, aggregating recorders histograms, the others gauges.
package final class PrometheusRegistry: MetricsFactory {
    /// Upper bounds of histograms, in seconds: those of OpenTelemetry.
    static let bounds: [Double] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
    /// Series a metric may have; further ones are counted in one series whose labels are `other`.
    static let seriesLimit = 1000

    private let families = Mutex<[String: Family]>([:])
    private let help: [String: String]

    private struct Family {
        let kind: Kind
        var series: [String: Series] = [:]
    }

    enum Kind: String { case counter, gauge, histogram }

    /// - Parameter help: what a metric tells, by its name; others get their name in words.
    package init(help: [String: String] = [:]) { self.help = help }

    private func series(_ name: String, _ labels: [(String, String)], _ kind: Kind) -> Series {
        let name = Self.metricName(name)
        return families.withLock { families in
            // Taken out while it is changed, so that nothing is copied.
            var family = families.removeValue(forKey: name) ?? Family(kind: kind)
            let isFull = family.series.count >= Self.seriesLimit
            var key = Self.labelText(labels)
            if isFull, family.series[key] == nil { key = Self.labelText(labels.map { ($0.0, "other") }) }
            let series = family.series[key] ?? Series(boundCount: family.kind == .histogram ? Self.bounds.count : 0)
            family.series[key] = series
            families[name] = family
            return series
        }
    }

    /// The text of every metric, in the order of their names.
    /// - Parameter gauges: figures taken at the moment of the reading; those named `_total` are counters kept by others.
    package func text(gauges: [(name: String, help: String, labels: [(String, String)], value: Double)] = []) -> String
    {
        for gauge in gauges {
            series(gauge.name, gauge.labels, gauge.name.hasSuffix("_total") ? .counter : .gauge).set(gauge.value)
        }
        let extra = Dictionary(gauges.map { ($0.name, $0.help) }, uniquingKeysWith: { first, _ in first })
        var lines: [String] = []
        for (name, family) in families.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            let words = help[name] ?? extra[name] ?? name.split(separator: "_").joined(separator: " ")
            lines.append("# HELP \(name) \(words.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))")
            lines.append("# TYPE \(name) \(family.kind.rawValue)")
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                lines += series.lines(name: name, labels: labels)
            }
        }
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

    private static func labelText(_ labels: [(String, String)]) -> String {
        labels.sorted { $0.0 < $1.0 }.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(metricName(name).replacing(":", with: "_"))=\"\(escaped)\""
        }.joined(separator: ",")
    }
}
