public import PunctualCore
public import PunctualSchedule

/// What the checker found in a history.
public struct HistoryReport: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A due instant without a row.
        case missing
        /// A due instant, or a call, with more than one row.
        case doubled
        /// A row, or a call, that nothing asked for.
        case unexpected
        /// A row that has not ended.
        case notDrained = "not_drained"
        /// A row that shows the end of another attempt than its newest, or went back to an older one.
        case stale
        /// A row that the job's policies don't explain.
        case policy
        /// Two attempts of one execution at once: at-least-once allows it, so it is reported and no fault.
        case together

        /// Whether it must never happen.
        public var isFault: Bool { self != .together }
    }

    /// One thing that was found, and where.
    public struct Finding: Hashable, Sendable, CustomStringConvertible {
        public let kind: Kind
        /// The job's name.
        public let job: String
        public let at: Timestamp
        public let detail: String

        public var description: String { "\(kind.rawValue): \(job) at \(at): \(detail)" }
    }

    /// How late one occurrence was.
    public struct Lateness: Hashable, Sendable {
        public let scheduledAt: Timestamp
        /// From the nominal instant until its row was there.
        public let planned: Duration
        /// From the instant at which it was available until its first attempt; nil when it never ran, or had to wait for
        /// other executions of its job.
        public let started: Duration?
    }

    public internal(set) var findings: [Finding] = []
    /// Of every occurrence of a schedule, oldest first.
    public internal(set) var latenesses: [Lateness] = []
    /// How many due instants were asked for.
    public internal(set) var due = 0
    /// How many rows there were, by status.
    public internal(set) var rows: [ExecutionStatus: Int] = [:]
    /// How many attempts the rows tell of.
    public internal(set) var attempts = 0
    /// How many calls were seen.
    public internal(set) var calls = 0

    /// What must never happen and did; empty for a good history.
    public var faults: [Finding] { findings.filter(\.kind.isFault) }

    public func count(_ kind: Kind) -> Int { findings.count { $0.kind == kind } }

    mutating func add(_ kind: Kind, _ history: JobHistory, _ at: Timestamp, _ detail: String) {
        findings.append(Finding(kind: kind, job: history.job.draft.name, at: at, detail: detail))
    }
}
