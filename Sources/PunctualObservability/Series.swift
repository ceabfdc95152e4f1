internal import CoreMetrics
internal import Foundation
internal import Synchronization

/// One series of a metric: a number, or a histogram.
final class Series: Sendable, CounterHandler, FloatingPointCounterHandler, RecorderHandler, MeterHandler, TimerHandler {
    private struct State {
        var value = 0.0
        /// Observations up to each bound, not summed up; the last is everything above.
        var buckets: [Bucket]
        var count: UInt64 = 0
    }

    private struct Bucket {
        var count: UInt64 = 0
        var exemplar: Exemplar?
    }

    /// The last observation of a bucket of which it is known what it was of.
    private struct Exemplar {
        let labels: [ExemplarLabel]
        let value: Double
        /// In Unix seconds.
        let at: Double
    }

    private let bounds: [Double]
    private let exemplar: @Sendable () -> [ExemplarLabel]
    private let state: Mutex<State>

    /// A number.
    init(_ value: Double = 0) {
        (bounds, exemplar) = ([], { [] })
        state = Mutex(State(value: value, buckets: []))
    }

    /// A histogram.
    init(bounds: [Double], exemplar: @escaping @Sendable () -> [ExemplarLabel]) {
        (self.bounds, self.exemplar) = (bounds, exemplar)
        state = Mutex(State(buckets: Array(repeating: Bucket(), count: bounds.count + 1)))
    }

    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func reset() { set(0.0) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLock { $0.value = value } }
    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    /// An observation of a histogram, or the new value of a gauge.
    func record(_ value: Double) {
        guard !bounds.isEmpty else { return set(value) }
        let labels = exemplar()
        let shown = labels.isEmpty ? nil : Exemplar(labels: labels, value: value, at: Date().timeIntervalSince1970)
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.buckets[index].count += 1
            if let shown { state.buckets[index].exemplar = shown }
            state.count += 1
            state.value += value
        }
    }

    private func add(_ amount: Double) { state.withLock { $0.value += amount } }

    /// Bounds are written alike in both formats, since as labels `1` and `1.0` would make two series of one.
    func lines(name: String, labels: String, showsExemplars: Bool) -> [String] {
        let state = state.withLock { $0 }
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        guard !bounds.isEmpty else { return ["\(name)\(braces) \(Self.text(state.value))"] }
        var lines: [String] = []
        var sum: UInt64 = 0
        let comma = labels.isEmpty ? "" : ","
        for (bound, bucket) in zip(bounds.map { "\($0)" } + ["+Inf"], state.buckets) {
            sum += bucket.count
            var line = "\(name)_bucket{\(labels)\(comma)le=\"\(bound)\"} \(sum)"
            if showsExemplars, let exemplar = bucket.exemplar { line += Self.text(exemplar) }
            lines.append(line)
        }
        lines.append("\(name)_sum\(braces) \(Self.text(state.value))")
        lines.append("\(name)_count\(braces) \(state.count)")
        return lines
    }

    /// Empty when its labels are longer than the 128 characters that OpenMetrics allows together.
    private static func text(_ exemplar: Exemplar) -> String {
        let labels = exemplar.labels.map { ($0.name, $0.value.description) }
        guard labels.reduce(0, { $0 + $1.0.unicodeScalars.count + $1.1.unicodeScalars.count }) <= 128 else { return "" }
        let milliseconds = Int64(exemplar.at * 1000)
        return " # {\(PrometheusRegistry.labelText(labels))} \(text(exemplar.value)) \(Double(milliseconds) / 1000)"
    }

    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}
