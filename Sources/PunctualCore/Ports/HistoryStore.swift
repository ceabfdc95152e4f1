public import PunctualSchedule

/// What happened; read only but for retention. May be served by a replica.
public protocol HistoryStore: Sendable {
    /// The execution, or nil; nil too when it is another job's.
    func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution?

    /// One page of executions, newest `scheduledAt` first. With a text to look for it may hold less than `limit`, even nothing,
    /// and `next` is then where to look on.
    func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution>

    /// How many there are of each kind.
    func counts() async throws(StoreError) -> Counts

    /// Looks through one stretch of the ended executions and removes those whose time is over: of a job with a retention
    /// of its own what ended longer ago than that, of all others what ended before `instant`.
    /// - Parameters:
    ///   - limit: how many are looked at, and so removed, at most.
    ///   - place: where to begin; what an earlier call returned.
    func prune(before instant: Timestamp, limit: Int, from place: PrunePlace) async throws(StoreError) -> Pruned
}

/// How far a walk through the ended executions has come.
public enum PrunePlace: Hashable, Sendable {
    /// Among the jobs with a retention of their own, in the order of retentions and ids, behind that one; 0 and the least
    /// id at the beginning.
    case ownRetention(behind: Duration, Identifier)
    /// Among what ended before the instant, behind that row; nil at the beginning. What its value is, the store knows.
    case others(behind: PageKey?)

    /// Where each walk begins.
    public static let start = PrunePlace.ownRetention(behind: .zero, Identifier(high: 0, low: 0))
}

/// What one call of `prune` did.
public struct Pruned: Hashable, Sendable {
    /// How many executions were removed.
    public var removed: Int
    /// Where to go on; nil at the end.
    public var next: PrunePlace?

    public init(removed: Int, next: PrunePlace?) {
        self.removed = removed
        self.next = next
    }
}

/// Which executions.
public struct ExecutionQuery: Hashable, Sendable {
    /// What the asker may see, by service and, where it names labels, by those that the job carries now: executions of a
    /// job that is gone are seen by clauses without labels only. The conditions below choose among that.
    public var visible = ServiceFilter.everything
    public var jobID: Identifier?
    public var service: String?
    public var queue: String?
    public var statuses: Set<ExecutionStatus> = []
    public var reason: ExecutionReason?
    /// `scheduledAt` not before.
    public var from: Timestamp?
    /// `scheduledAt` before.
    public var to: Timestamp?
    /// Found in the job's name or in the error, in whatever case of ASCII letters. There is no index of it: of those that the
    /// other conditions choose, the newest `depth` are looked at.
    public var text: String?
    /// How many are looked at for a text, at most; stores may look at fewer where rights are a matter of labels.
    public var depth = 10_000
    /// Leaves out `result` and `pastAttempts`, which may be large.
    public var isBrief = false
    /// 1 to 200; brief ones, 1 to 2,000.
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
