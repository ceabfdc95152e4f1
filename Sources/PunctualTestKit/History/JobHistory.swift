public import PunctualCore
public import PunctualSchedule

/// What one job was told to do, and the rows that it left behind.
public struct JobHistory: Sendable {
    /// A stretch of time in which the job's schedule stood as it was.
    public struct Era: Hashable, Sendable {
        public var schedule: Schedule
        /// The first due instant; nil when it has none.
        public var first: Timestamp?
        /// When another schedule took its place; nil for the last era.
        public var until: Timestamp?

        public init(schedule: Schedule, first: Timestamp?, until: Timestamp? = nil) {
            self.schedule = schedule
            self.first = first
            self.until = until
        }
    }

    /// As it was acknowledged at first; its policies must not change afterwards.
    public var job: Job
    /// Oldest first.
    public var eras: [Era]
    /// Every execution that the cluster shows in the end, in any order.
    public var rows: [Execution]
    /// Executions made by hand that the cluster acknowledged.
    public var acknowledged: Set<Identifier>
    /// Calls for an execution by hand whose answer never came: each may have left a row.
    public var unanswered: Int
    /// Whether each attempt leaves a call behind; false for targets that nobody watches.
    public var isWatched: Bool

    /// - Parameter schedule: the job's, compiled; it stands from the job's first instant to the end.
    public init(
        _ job: Job, schedule: Schedule, rows: [Execution] = [], acknowledged: Set<Identifier> = [],
        unanswered: Int = 0, isWatched: Bool = false
    ) {
        self.job = job
        self.eras = [Era(schedule: schedule, first: job.nextRunAt)]
        self.rows = rows
        self.acknowledged = acknowledged
        self.unanswered = unanswered
        self.isWatched = isWatched
    }

    /// The rows of the schedule's own instants.
    var planned: [Execution] { rows.filter { !isByHand($0) } }

    /// A row whose trigger is `retry` was opened again by hand; its id tells where it came from.
    func isByHand(_ row: Execution) -> Bool {
        switch row.trigger {
        case .schedule, .misfire: false
        case .manual, .backfill: true
        case .retry: row.id != Identifier.execution(of: job.id, at: row.scheduledAt)
        }
    }
}

/// What the other side of an attempt saw of it.
public struct AttemptCall: Hashable, Sendable {
    public var execution: Identifier
    public var attempt: Int
    public var startedAt: Timestamp
    /// When it was answered, or when the caller went away.
    public var endedAt: Timestamp
    /// Whether the answer meant success; nil when the caller went away before it had one.
    public var success: Bool?

    public init(execution: Identifier, attempt: Int, startedAt: Timestamp, endedAt: Timestamp, success: Bool?) {
        self.execution = execution
        self.attempt = attempt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.success = success
    }
}
