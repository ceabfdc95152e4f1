public import PunctualSchedule

/// How executions ended in one minute, as far as one has heard of it, or several together.
public struct MinuteFigures: Hashable, Sendable {
    /// Of one queue.
    public struct Queue: Hashable, Sendable {
        public var ended: Int
        /// Among those that ended.
        public var failed: Int

        public init(ended: Int = 0, failed: Int = 0) {
            self.ended = ended
            self.failed = failed
        }
    }

    /// Whole minutes since 1970.
    public var minute: Int
    public var ended: [ExecutionStatus: Int] = [:]
    /// Who counts tells `mostQueues` apart and no more, so of many not all are known.
    public var queues: [String: Queue] = [:]
    /// First attempts by the schedule by how late they began: as many as there are steps, and one for what began later.
    public var late = [Int](repeating: 0, count: steps.count + 1)

    public init(minute: Int) { self.minute = minute }

    /// Upper ends of the steps that lateness is counted in, in milliseconds; the last step has none.
    public static let steps: [Int64] = [
        5, 10, 20, 35, 50, 75, 100, 150, 200, 350, 500, 750, 1000, 1500, 2000, 3500, 5000, 10_000, 30_000, 60_000,
        300_000,
    ]

    /// How many queues are told apart in a minute.
    public static let mostQueues = 200

    /// The minute of the instant.
    public static func minute(of instant: Timestamp) -> Int { Int(instant.milliseconds / 60_000) }

    /// How many ended in all. It only grows, so of two tellings of one who counts it says which is the newer.
    public var total: Int { ended.values.reduce(0, +) }

    /// Counts one that has ended in this minute.
    public mutating func count(_ execution: Execution) {
        ended[execution.status, default: 0] += 1
        if queues[execution.queue] != nil || queues.count < Self.mostQueues {
            queues[execution.queue, default: Queue()].ended += 1
            if execution.status == .failed { queues[execution.queue, default: Queue()].failed += 1 }
        }
        if execution.attempt == 1, execution.trigger == .schedule, let began = execution.startedAt {
            let lateness = max(0, began.milliseconds - execution.availableAt.milliseconds)
            late[Self.steps.firstIndex { lateness <= $0 } ?? Self.steps.count] += 1
        }
    }

    /// Adds what somebody else has counted in the same minute.
    public mutating func add(_ other: MinuteFigures) {
        ended.merge(other.ended, uniquingKeysWith: +)
        queues.merge(other.queues) { Queue(ended: $0.ended + $1.ended, failed: $0.failed + $1.failed) }
        for (step, count) in other.late.enumerated() { late[step] += count }
    }

    /// The lateness that so large a part of the first attempts did not exceed, in milliseconds: the upper end of its step.
    /// nil when none began.
    public func lateness(_ part: Double) -> Int64? {
        let total = late.reduce(0, +)
        if total == 0 { return nil }
        var rest = Int((Double(total) * part).rounded(.up))
        for (step, count) in late.enumerated() {
            rest -= count
            if rest <= 0 { return Self.steps[min(step, Self.steps.count - 1)] }
        }
        return Self.steps.last
    }
}
