public import PunctualSchedule

/// A definition: what to run, when, under which policies.
public struct Job: Hashable, Sendable, Identifiable {
    public let id: Identifier
    /// What its owner decides.
    public var draft: JobDraft
    public var status: JobStatus
    public var pauseReason: String?
    /// The nominal instant that the scheduler waits for; nil when none is to come or the job is not active.
    public var nextRunAt: Timestamp?
    /// The nominal instant of the newest execution that was not skipped or missed.
    public var lastRunAt: Timestamp?
    /// How the newest ended execution ended.
    public var lastStatus: ExecutionStatus?
    /// Executions made to run so far; `max_runs` bounds it.
    public var runCount: Int
    /// Executions that ended as failed.
    public var failureCount: Int
    public var createdBy: String
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    /// Raised by every change of the definition or status; the ETag.
    public var version: Int

    public init(
        id: Identifier, draft: JobDraft, status: JobStatus = .active, pauseReason: String? = nil,
        nextRunAt: Timestamp?, lastRunAt: Timestamp? = nil, lastStatus: ExecutionStatus? = nil, runCount: Int = 0,
        failureCount: Int = 0, createdBy: String = "anonymous", createdAt: Timestamp, updatedAt: Timestamp? = nil,
        version: Int = 1
    ) {
        self.id = id
        self.draft = draft
        self.status = status
        self.pauseReason = pauseReason
        self.nextRunAt = nextRunAt
        self.lastRunAt = lastRunAt
        self.lastStatus = lastStatus
        self.runCount = runCount
        self.failureCount = failureCount
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
        self.version = version
    }
}

public enum JobStatus: String, Sendable, CaseIterable {
    case active, paused
    /// Its schedule has no instant left, or it reached `max_runs` or `ends_at`.
    case completed
}

/// The part of a job that its owner writes, with the contract's defaults.
public struct JobDraft: Hashable, Sendable {
    public var name: String
    public var description = ""
    public var service = "default"
    public var labels: [String: String] = [:]
    public var queue = "default"
    /// 0 to 9, higher runs first.
    public var priority = 5
    public var schedule: JobSchedule
    /// The first instant that counts, inclusive.
    public var startsAt: Timestamp?
    /// The last instant that counts, inclusive.
    public var endsAt: Timestamp?
    public var maxRuns: Int?
    /// Executions become available up to this long after their nominal instant.
    public var jitter = Duration.zero
    public var target: Target
    /// The time limit of one attempt.
    public var timeout = Duration.seconds(300)
    public var retryPolicy = RetryPolicy()
    public var misfirePolicy = MisfirePolicy.fireOnce
    /// An occurrence found later than this has misfired.
    public var misfireThreshold = Duration.seconds(60)
    /// How old a misfired occurrence may be to be caught up with.
    public var catchupWindow = Duration.seconds(86_400)
    /// How many misfired occurrences `fire_all` runs at most, the latest ones.
    public var maxCatchup = 100
    public var overlapPolicy = OverlapPolicy.skip
    /// How long ended executions are kept; nil means as long as the store keeps those of other jobs.
    public var retention: Duration?

    public init(name: String, schedule: JobSchedule, target: Target) {
        self.name = name
        self.schedule = schedule
        self.target = target
    }

    /// The longest that a job may keep its executions: ten years.
    package static let longestRetention = Duration.seconds(3650 * 86_400)
}

extension Job {
    /// Whether its next instant comes so soon after the last change that schedulers, which look at least once a second,
    /// must be told of it.
    public var isDueSoon: Bool { nextRunAt.map { $0 - updatedAt < .seconds(2) } ?? false }
}
