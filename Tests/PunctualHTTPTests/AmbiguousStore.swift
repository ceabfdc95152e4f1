import PunctualCore
import PunctualSchedule
import Synchronization

/// A store whose next answer to what makes or changes something is lost, before the work or after it.
struct AmbiguousStore: Store {
    let inner: any Store
    let fault: Fault
    /// The broken twin: a key that was given up knows nothing of the earlier request.
    var isForgetful = false
    /// Passed by whoever reads a page of jobs.
    var gate: ListGate?

    final class Fault: Sendable {
        enum Moment: Sendable, CaseIterable { case beforeTheWork, afterTheWork }

        private let next = Mutex<Moment?>(nil)

        /// Loses the answer to the call after this.
        func arm(_ moment: Moment) { next.withLock { $0 = moment } }

        fileprivate func take() -> Moment? {
            next.withLock { next in
                defer { next = nil }
                return next
            }
        }
    }

    private func losing<Value>(_ body: () async throws(StoreError) -> Value) async throws(StoreError) -> Value {
        switch fault.take() {
        case nil: return try await body()
        case .beforeTheWork: break
        case .afterTheWork: _ = try await body()
        }
        throw .unavailable("the answer is lost")
    }

    func create(_ jobs: [Job], within limits: [String: Int]) async throws(StoreError) -> [Result<Job, StoreError>] {
        try await losing { () async throws(StoreError) in try await inner.create(jobs, within: limits) }
    }
    func enqueue(
        _ executions: [Execution], of job: Identifier, overlap: OverlapPolicy, within limit: Int?
    ) async throws(StoreError) -> [EnqueueOutcome] {
        try await losing { () async throws(StoreError) in
            try await inner.enqueue(executions, of: job, overlap: overlap, within: limit)
        }
    }
    func retry(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await losing { () async throws(StoreError) in try await inner.retry(id, of: job) }
    }
    func begin(key: String, fingerprint: String, staleAfter: Duration) async throws(StoreError) -> IdempotencyState {
        let state = try await inner.begin(key: key, fingerprint: fingerprint, staleAfter: staleAfter)
        if isForgetful, case .fresh = state { return .fresh(since: try await inner.now()) }
        return state
    }

    // Nothing is lost below; it is handed through as it is.

    func keep(_ reports: [AttemptReport]) async throws(StoreError) -> [ReportOutcome] { try await inner.keep(reports) }
    func lines(of execution: Identifier, after number: Int, limit: Int) async throws(StoreError) -> [OutputLine] {
        try await inner.lines(of: execution, after: number, limit: limit)
    }

    func finish(key: String, answer: StoredAnswer?) async throws(StoreError) {
        try await inner.finish(key: key, answer: answer)
    }
    func pruneKeys(before instant: Timestamp) async throws(StoreError) -> Int {
        try await inner.pruneKeys(before: instant)
    }
    func now() async throws(StoreError) -> Timestamp { try await inner.now() }
    func job(_ id: Identifier) async throws(StoreError) -> Job? { try await inner.job(id) }
    func job(named name: String, service: String) async throws(StoreError) -> Job? {
        try await inner.job(named: name, service: service)
    }
    func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job> {
        try await gate?.pass()
        return try await inner.jobs(query)
    }
    func jobs(_ ids: [Identifier]) async throws(StoreError) -> [Job?] { try await inner.jobs(ids) }
    func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int, within limit: Int?
    ) async throws(StoreError) -> Job {
        try await inner.update(id, change, ifVersion: version, within: limit)
    }
    func delete(_ id: Identifier, ifVersion version: Int?) async throws(StoreError) {
        try await inner.delete(id, ifVersion: version)
    }
    func dueJobs(shards: Set<Int>?, limit: Int) async throws(StoreError) -> DueJobs {
        try await inner.dueJobs(shards: shards, limit: limit)
    }
    func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] { try await inner.apply(plans) }
    func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        try await inner.claim(request)
    }
    func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [RenewOutcome] {
        try await inner.renew(leases, for: duration)
    }
    func finish(_ completions: [Completion]) async throws(StoreError) -> [FinishOutcome] {
        try await inner.finish(completions)
    }
    func reclaimExpired(limit: Int, random: Double) async throws(StoreError) -> [Execution] {
        try await inner.reclaimExpired(limit: limit, random: random)
    }
    func cancel(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await inner.cancel(id, of: job)
    }
    func queues() async throws(StoreError) -> [QueueSummary] { try await inner.queues() }
    func setQueue(
        _ name: String, paused: Bool, since instant: Timestamp?
    ) async throws(StoreError) -> QueueSummary {
        try await inner.setQueue(name, paused: paused, since: instant)
    }
    func limits() async throws(StoreError) -> [WorkLimit] { try await inner.limits() }
    func limitsInUse() async throws(StoreError) -> [WorkLimit.Key: LimitUse] { try await inner.limitsInUse() }
    func limit(_ key: WorkLimit.Key) async throws(StoreError) -> WorkLimit? { try await inner.limit(key) }
    func setLimit(_ limit: WorkLimit) async throws(StoreError) { try await inner.setLimit(limit) }
    func removeLimit(_ key: WorkLimit.Key) async throws(StoreError) -> Bool { try await inner.removeLimit(key) }
    func nextAvailable(for work: WorkChoice) async throws(StoreError) -> Duration? {
        try await inner.nextAvailable(for: work)
    }
    func openJobs(among jobs: [Identifier]) async throws(StoreError) -> Set<Identifier> {
        try await inner.openJobs(among: jobs)
    }
    func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution? {
        try await inner.execution(id, of: job)
    }
    func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        try await inner.executions(query)
    }
    func counts() async throws(StoreError) -> Counts { try await inner.counts() }
    func prune(before instant: Timestamp, limit: Int, from place: PrunePlace) async throws(StoreError) -> Pruned {
        try await inner.prune(before: instant, limit: limit, from: place)
    }
    func acquire(_ shards: [Int], holder: String, duration: Duration) async throws(StoreError) -> [ShardLease] {
        try await inner.acquire(shards, holder: holder, duration: duration)
    }
    func release(_ leases: [ShardLease]) async throws(StoreError) { try await inner.release(leases) }
    func leases() async throws(StoreError) -> [ShardLease] { try await inner.leases() }
    func heartbeat(_ node: NodeRecord) async throws(StoreError) { try await inner.heartbeat(node) }
    func leave(_ node: String) async throws(StoreError) { try await inner.leave(node) }
    func nodes(seenSince instant: Timestamp) async throws(StoreError) -> [NodeRecord] {
        try await inner.nodes(seenSince: instant)
    }
}
