import PunctualCore
import PunctualSchedule
import PunctualTestKit

/// The store behind a connection that swallows the engine's calls until it is opened.
struct SwallowingStore: JobStore, ExecutionStore, HistoryStore, LeaseStore, IdempotencyStore {
    let inner: MemoryStore
    let hole: BlackHole
    /// What another node does after this one has read the leases and before it takes any.
    var beforeAcquire: @Sendable () async throws(StoreError) -> Void = {}

    private func call<Value>(_ body: () async throws(StoreError) -> Value) async throws(StoreError) -> Value {
        await hole.swallow()
        return try await body()
    }

    func now() async throws(StoreError) -> Timestamp {
        try await call { () async throws(StoreError) in try await inner.now() }
    }
    func dueJobs(shards: Set<Int>?, limit: Int) async throws(StoreError) -> DueJobs {
        try await call { () async throws(StoreError) in try await inner.dueJobs(shards: shards, limit: limit) }
    }
    func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] {
        try await call { () async throws(StoreError) in try await inner.apply(plans) }
    }
    func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int, within limit: Int?
    ) async throws(StoreError) -> Job {
        try await call { () async throws(StoreError) in
            try await inner.update(id, change, ifVersion: version, within: limit)
        }
    }
    func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        try await call { () async throws(StoreError) in try await inner.claim(request) }
    }
    func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [RenewOutcome] {
        try await call { () async throws(StoreError) in try await inner.renew(leases, for: duration) }
    }
    func finish(_ completions: [Completion]) async throws(StoreError) -> [FinishOutcome] {
        try await call { () async throws(StoreError) in try await inner.finish(completions) }
    }
    func reclaimExpired(limit: Int, random: Double) async throws(StoreError) -> [Execution] {
        try await call { () async throws(StoreError) in
            try await inner.reclaimExpired(limit: limit, random: random)
        }
    }
    func openJobs(among jobs: [Identifier]) async throws(StoreError) -> Set<Identifier> {
        try await inner.openJobs(among: jobs)
    }
    func nextAvailable(for work: WorkChoice) async throws(StoreError) -> Duration? {
        try await call { () async throws(StoreError) in try await inner.nextAvailable(for: work) }
    }
    func prune(before instant: Timestamp, limit: Int, from place: PrunePlace) async throws(StoreError) -> Pruned {
        try await call { () async throws(StoreError) in
            try await inner.prune(before: instant, limit: limit, from: place)
        }
    }
    func pruneKeys(before instant: Timestamp) async throws(StoreError) -> Int {
        try await call { () async throws(StoreError) in try await inner.pruneKeys(before: instant) }
    }
    func heartbeat(_ node: NodeRecord) async throws(StoreError) {
        try await call { () async throws(StoreError) in try await inner.heartbeat(node) }
    }
    func nodes(seenSince instant: Timestamp) async throws(StoreError) -> [NodeRecord] {
        try await call { () async throws(StoreError) in try await inner.nodes(seenSince: instant) }
    }
    func leases() async throws(StoreError) -> [ShardLease] {
        try await call { () async throws(StoreError) in try await inner.leases() }
    }
    func acquire(_ shards: [Int], holder: String, duration: Duration) async throws(StoreError) -> [ShardLease] {
        try await beforeAcquire()
        return try await call { () async throws(StoreError) in
            try await inner.acquire(shards, holder: holder, duration: duration)
        }
    }
    func leave(_ node: String) async throws(StoreError) {
        try await call { () async throws(StoreError) in try await inner.leave(node) }
    }
    func release(_ leases: [ShardLease]) async throws(StoreError) {
        try await call { () async throws(StoreError) in try await inner.release(leases) }
    }

    // The engine calls nothing below; it is handed through as it is.

    func create(_ jobs: [Job], within limits: [String: Int]) async throws(StoreError) -> [Result<Job, StoreError>] {
        try await inner.create(jobs, within: limits)
    }
    func job(_ id: Identifier) async throws(StoreError) -> Job? { try await inner.job(id) }
    func job(named name: String, service: String) async throws(StoreError) -> Job? {
        try await inner.job(named: name, service: service)
    }
    func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job> { try await inner.jobs(query) }
    func delete(_ id: Identifier, ifVersion version: Int?) async throws(StoreError) {
        try await inner.delete(id, ifVersion: version)
    }
    func enqueue(
        _ executions: [Execution], of job: Identifier, overlap: OverlapPolicy, within limit: Int?
    ) async throws(StoreError) -> [EnqueueOutcome] {
        try await inner.enqueue(executions, of: job, overlap: overlap, within: limit)
    }
    func cancel(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await inner.cancel(id, of: job)
    }
    func retry(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await inner.retry(id, of: job)
    }
    func queues() async throws(StoreError) -> [QueueSummary] { try await inner.queues() }
    func setQueue(
        _ name: String, paused: Bool, since instant: Timestamp?
    ) async throws(StoreError) -> QueueSummary {
        try await inner.setQueue(name, paused: paused, since: instant)
    }
    func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution? {
        try await inner.execution(id, of: job)
    }
    func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        try await inner.executions(query)
    }
    func counts() async throws(StoreError) -> Counts { try await inner.counts() }
    func begin(
        key: String, fingerprint: String, staleAfter: Duration
    ) async throws(StoreError) -> IdempotencyState {
        try await inner.begin(key: key, fingerprint: fingerprint, staleAfter: staleAfter)
    }
    func finish(key: String, answer: StoredAnswer?) async throws(StoreError) {
        try await inner.finish(key: key, answer: answer)
    }
}
