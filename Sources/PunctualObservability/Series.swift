internal import CoreMetrics
internal import Synchronization

/// One series of a metric: a number, or a histogram.
final class Series: Sendable, CounterHandler, FloatingPointCounterHandler, RecorderHandler, MeterHandler, TimerHandler {
    private struct State {
        var value = 0.0
        /// Observations up to each bound, not summed up; the last is everything above.
        var buckets: [UInt64]
        var count: UInt64 = 0
    }

    private let state: Mutex<State>

    init(boundCount: Int) {
        state = Mutex(State(buckets: boundCount == 0 ? [] : Array(repeating: 0, count: boundCount + 1)))
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
        state.withLock { state in
            guard !state.buckets.isEmpty else {
                state.value = value
                return
            }
            let index = PrometheusRegistry.bounds.firstIndex { value <= $0 } ?? PrometheusRegistry.bounds.count
            state.buckets[index] += 1
            state.count += 1
            state.value += value
        }
    }

    private func add(_ amount: Double) { state.withLock { $0.value += amount } }

    func lines(name: String, labels: String) -> [String] {
        let state = state.withLock { $0 }
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        guard !state.buckets.isEmpty else { return ["\(name)\(braces) \(Self.text(state.value))"] }
        var lines: [String] = []
        var sum: UInt64 = 0
        let comma = labels.isEmpty ? "" : ","
        for (bound, count) in zip(PrometheusRegistry.bounds.map(Self.text) + ["+Inf"], state.buckets) {
            sum += count
            lines.append("\(name)_bucket{\(labels)\(comma)le=\"\(bound)\"} \(sum)")
        }
        lines.append("\(name)_sum\(braces) \(Self.text(state.value))")
        lines.append("\(name)_count\(braces) \(state.count)")
        return lines
    }

    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}
