internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import Synchronization

/// How executions ended in each of the last sixty minutes, as far as this process has heard of it.
///
/// Kept in memory and counted as the news comes: asking for it costs no query, whatever the history holds.
package final class MinuteFigures: Sendable {
    static let minutes = 60
    /// Upper ends of the steps that lateness is counted in, in milliseconds; the last step has none.
    static let steps: [Int64] = [
        5, 10, 20, 35, 50, 75, 100, 150, 200, 350, 500, 750, 1000, 1500, 2000, 3500, 5000, 10_000, 30_000, 60_000,
        300_000,
    ]

    struct Minute: Sendable {
        /// Minutes since 1970.
        var number: Int64 = -1
        var ended: [ExecutionStatus: Int] = [:]
        /// How many of a queue ended, and how many of those failed; of more queues than `mostQueues` not all are known.
        var queues: [String: (ended: Int, failed: Int)] = [:]
        /// First attempts by how late they began, by step.
        var late = [Int](repeating: 0, count: steps.count + 1)
    }

    /// How many queues are told apart in a minute, and told of.
    static let mostQueues = 200

    private let ring = Mutex([Minute](repeating: Minute(), count: minutes))

    /// Counts one that has ended; any other is passed over.
    func note(_ execution: Execution) {
        guard execution.status.isFinal, let end = execution.finishedAt else { return }
        let number = end.milliseconds / 60_000
        let place = Int(number % Int64(Self.minutes))
        ring.withLock { ring in
            // Older news than what stands there comes too late.
            if ring[place].number > number { return }
            if ring[place].number < number { ring[place] = Minute(number: number) }
            ring[place].ended[execution.status, default: 0] += 1
            if ring[place].queues[execution.queue] != nil || ring[place].queues.count < Self.mostQueues {
                ring[place].queues[execution.queue, default: (0, 0)].ended += 1
                if execution.status == .failed { ring[place].queues[execution.queue, default: (0, 0)].failed += 1 }
            }
            if execution.attempt == 1, execution.trigger == .schedule, let began = execution.startedAt {
                let late = max(0, began.milliseconds - execution.availableAt.milliseconds)
                ring[place].late[Self.steps.firstIndex { late <= $0 } ?? Self.steps.count] += 1
            }
        }
    }

    /// The minutes up to that of the instant, oldest first; one in which nothing ended is empty.
    func last(at now: Timestamp) -> [Minute] {
        let newest = now.milliseconds / 60_000
        return ring.withLock { ring in
            (newest - Int64(Self.minutes) + 1...newest).map { number in
                let minute = ring[Int(number % Int64(Self.minutes))]
                return minute.number == number ? minute : Minute(number: number)
            }
        }
    }
}

extension [MinuteFigures.Minute] {
    /// The queues of which something ended, those with the most first: how many in each minute.
    func writeQueues(to writer: inout JSONWriter) {
        var sums: [String: (ended: Int, failed: Int)] = [:]
        for minute in self {
            for (name, count) in minute.queues {
                sums[name, default: (0, 0)].ended += count.ended
                sums[name, default: (0, 0)].failed += count.failed
            }
        }
        let order = sums.sorted { ($1.value.ended, $0.key) < ($0.value.ended, $1.key) }
        writer.beginArray()
        for (name, sum) in order.prefix(MinuteFigures.mostQueues) {
            writer.value([
                "name": .string(name), "ended": .int(Int64(sum.ended)), "failed": .int(Int64(sum.failed)),
                "ended_by_minute": .array(map { .int(Int64($0.queues[name]?.ended ?? 0)) }),
            ])
        }
        writer.endArray()
    }
}

extension MinuteFigures.Minute {
    /// The lateness that so large a part of the first attempts did not exceed, in milliseconds: the upper end of its step.
    /// nil when none began.
    func lateness(_ part: Double) -> Int64? {
        let total = late.reduce(0, +)
        if total == 0 { return nil }
        var rest = Int((Double(total) * part).rounded(.up))
        for (index, count) in late.enumerated() {
            rest -= count
            if rest <= 0 { return MinuteFigures.steps[min(index, MinuteFigures.steps.count - 1)] }
        }
        return MinuteFigures.steps.last
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("at")
        writer.instant(Timestamp(seconds: number * 60))
        for status in ExecutionStatus.allCases where status.isFinal {
            writer.name(escaping: status.rawValue)
            writer.int(ended[status] ?? 0)
        }
        writer.name("lateness_ms")
        writer.value([
            "p50": lateness(0.5).map(JSONValue.int) ?? .null, "p95": lateness(0.95).map(JSONValue.int) ?? .null,
            "max": lateness(1).map(JSONValue.int) ?? .null,
        ])
        writer.endObject()
    }
}
