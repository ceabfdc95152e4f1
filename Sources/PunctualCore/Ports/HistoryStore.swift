public import PunctualSchedule

/// What happened; read only but for retention. May be served by a replica.
public protocol HistoryStore: Sendable {
    /// The execution, or nil; nil too when it is another job's.
    func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution?

    /// One page of executions, newest `scheduledAt` first.
    func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution>

    /// How many there are of each kind.
    func counts() async throws(StoreError) -> Counts

    /// Removes ended executions that finished before `instant`, at most `limit`; the count removed.
    func prune(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int
}

public struct ExecutionQuery: Hashable, Sendable {
    public var jobID: Identifier?
    public var service: String?
    public var queue: String?
    public var statuses: Set<ExecutionStatus> = []
    public var reason: ExecutionReason?
    /// `scheduledAt` not before.
    public var from: Timestamp?
    /// `scheduledAt` before.
    public var to: Timestamp?
    /// 1 to 200.
    public var limit = 50
    /// Continues behind this row; its value is `scheduledAt` in decimal milliseconds.
    public var after: PageKey?

    public init() {}
}

public struct Counts: Hashable, Sendable {
    public var jobs: [JobStatus: Int]
    public var executions: [ExecutionStatus: Int]
    /// Jobs whose instant has come and that no scheduler has taken yet.
    public var due: Int
    /// How late the latest of those is.
    public var lag: Duration

    public init(
        jobs: [JobStatus: Int], executions: [ExecutionStatus: Int], due: Int, lag: Duration
    ) {
        self.jobs = jobs
        self.executions = executions
        self.due = due
        self.lag = lag
    }
}
