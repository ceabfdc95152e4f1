package import PunctualCore
package import PunctualSchedule

/// The store as the API uses it where answers are kept: what changes something tells which of them are stale.
///
/// What the engine changes goes past it; `APIServices.timeToLive` bounds what that can make stale. So does what outside
/// workers do: it is about executions that are open, of whose jobs nothing is kept for longer than the grace, and other
/// nodes need not be told. Here it is seen at once all the same.
package struct CachedStore: Store {
    let inner: any Store
    let cache: any Cache

    /// Told of each job that was written alone, when its former copies are gone.
    private let written: @Sendable (Job) -> Void

    package init(inner: any Store, cache: any Cache, written: @escaping @Sendable (Job) -> Void = { _ in }) {
        self.inner = inner
        self.cache = cache
        self.written = written
    }

    /// Forgets what an outside worker made stale here.
    private func drop(_ executions: some Sequence<Execution>) {
        let jobs = Set(executions.map(\.jobID))
        if !jobs.isEmpty { cache.drop(KeptGroups.all(of: jobs)) }
    }

    // MARK: Changes

    package func create(
        _ jobs: [Job], within limits: [String: Int]
    ) async throws(StoreError) -> [Result<Job, StoreError>] {
        // What is not there yet is kept nowhere.
        let results = try await cache.change([KeptGroups.jobs, KeptGroups.figures]) { () async throws(StoreError) in
            try await inner.create(jobs, within: limits)
        }
        if results.count == 1, case .success(let job) = results[0] { written(job) }
        return results
    }

    package func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int, within limit: Int?
    ) async throws(StoreError) -> Job {
        // Executions, too: who may see them depends on the job's labels.
        let job = try await cache.change(KeptGroups.all(of: [id])) { () async throws(StoreError) in
            try await inner.update(id, change, ifVersion: version, within: limit)
        }
        written(job)
        return job
    }

    package func delete(_ id: Identifier, ifVersion version: Int?) async throws(StoreError) {
        try await cache.change(KeptGroups.all(of: [id])) { () async throws(StoreError) in
            try await inner.delete(id, ifVersion: version)
        }
    }

    package func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] {
        try await cache.change(KeptGroups.all(of: plans.map(\.jobID))) { () async throws(StoreError) in
            try await inner.apply(plans)
        }
    }

    package func enqueue(
        _ executions: [Execution], of job: Identifier, overlap: OverlapPolicy, within limit: Int?
    ) async throws(StoreError) -> [EnqueueOutcome] {
        try await cache.change(KeptGroups.all(of: [job])) { () async throws(StoreError) in
            try await inner.enqueue(executions, of: job, overlap: overlap, within: limit)
        }
    }

    package func cancel(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await cache.change(KeptGroups.all(of: [job])) { () async throws(StoreError) in
            try await inner.cancel(id, of: job)
        }
    }

    package func retry(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await cache.change(KeptGroups.all(of: [job])) { () async throws(StoreError) in
            try await inner.retry(id, of: job)
        }
    }

    package func setQueue(
        _ name: String, paused: Bool, since instant: Timestamp?
    ) async throws(StoreError) -> QueueSummary {
        try await cache.change([KeptGroups.figures]) { () async throws(StoreError) in
            try await inner.setQueue(name, paused: paused, since: instant)
        }
    }

    package func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        let claimed = try await inner.claim(request)
        drop(claimed.map(\.execution))
        return claimed
    }

    package func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [RenewOutcome] {
        defer { cache.drop([KeptGroups.executions]) }
        return try await inner.renew(leases, for: duration)
    }

    package func finish(_ completions: [Completion]) async throws(StoreError) -> [FinishOutcome] {
        let outcomes = try await inner.finish(completions)
        drop(outcomes.compactMap { if case .finished(let execution) = $0 { execution } else { nil } })
        return outcomes
    }

    package func reclaimExpired(limit: Int, random: Double) async throws(StoreError) -> [Execution] {
        let reclaimed = try await inner.reclaimExpired(limit: limit, random: random)
        drop(reclaimed)
        return reclaimed
    }

    package func keep(_ reports: [AttemptReport]) async throws(StoreError) -> [ReportOutcome] {
        // Lines alone are shown in no answer that is kept.
        defer { if reports.contains(where: { $0.progress != nil }) { cache.drop([KeptGroups.executions]) } }
        return try await inner.keep(reports)
    }

    package func setLimit(_ limit: WorkLimit) async throws(StoreError) {
        // Queues are shown with theirs.
        try await cache.change([KeptGroups.figures]) { () async throws(StoreError) in
            try await inner.setLimit(limit)
        }
    }

    package func removeLimit(_ key: WorkLimit.Key) async throws(StoreError) -> Bool {
        try await cache.change([KeptGroups.figures]) { () async throws(StoreError) in
            try await inner.removeLimit(key)
        }
    }

    // MARK: The rest, handed through as it is

    package func limits() async throws(StoreError) -> [WorkLimit] { try await inner.limits() }
    package func hasLimits() async throws(StoreError) -> Bool { try await inner.hasLimits() }

    package func limitsInUse() async throws(StoreError) -> [WorkLimit.Key: LimitUse] { try await inner.limitsInUse() }

    package func limit(_ key: WorkLimit.Key) async throws(StoreError) -> WorkLimit? { try await inner.limit(key) }

    package func lines(
        of execution: Identifier, after number: Int, limit: Int
    ) async throws(StoreError) -> [OutputLine] {
        try await inner.lines(of: execution, after: number, limit: limit)
    }

    package func now() async throws(StoreError) -> Timestamp { try await inner.now() }
    package func job(_ id: Identifier) async throws(StoreError) -> Job? { try await inner.job(id) }
    package func jobs(_ ids: [Identifier]) async throws(StoreError) -> [Job?] { try await inner.jobs(ids) }

    package func job(named name: String, service: String) async throws(StoreError) -> Job? {
        try await inner.job(named: name, service: service)
    }

    package func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job> { try await inner.jobs(query) }

    package func dueJobs(shards: Set<Int>?, limit: Int) async throws(StoreError) -> DueJobs {
        try await inner.dueJobs(shards: shards, limit: limit)
    }

    package func queues() async throws(StoreError) -> [QueueSummary] { try await inner.queues() }

    package func nextAvailable(for work: WorkChoice) async throws(StoreError) -> Duration? {
        try await inner.nextAvailable(for: work)
    }

    package func openJobs(among jobs: [Identifier]) async throws(StoreError) -> Set<Identifier> {
        try await inner.openJobs(among: jobs)
    }

    package func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution? {
        try await inner.execution(id, of: job)
    }

    package func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        try await inner.executions(query)
    }

    package func counts() async throws(StoreError) -> Counts { try await inner.counts() }

    package func prune(
        before instant: Timestamp, limit: Int, from place: PrunePlace
    ) async throws(StoreError) -> Pruned {
        try await inner.prune(before: instant, limit: limit, from: place)
    }

    package func acquire(
        _ shards: [Int], holder: String, duration: Duration
    ) async throws(StoreError) -> [ShardLease] {
        try await inner.acquire(shards, holder: holder, duration: duration)
    }

    package func release(_ leases: [ShardLease]) async throws(StoreError) { try await inner.release(leases) }
    package func leases() async throws(StoreError) -> [ShardLease] { try await inner.leases() }
    package func heartbeat(_ node: NodeRecord) async throws(StoreError) { try await inner.heartbeat(node) }
    package func leave(_ node: String) async throws(StoreError) { try await inner.leave(node) }

    package func nodes(seenSince instant: Timestamp) async throws(StoreError) -> [NodeRecord] {
        try await inner.nodes(seenSince: instant)
    }

    package func begin(
        key: String, fingerprint: String, staleAfter: Duration
    ) async throws(StoreError) -> IdempotencyState {
        try await inner.begin(key: key, fingerprint: fingerprint, staleAfter: staleAfter)
    }

    package func finish(key: String, answer: StoredAnswer?) async throws(StoreError) {
        try await inner.finish(key: key, answer: answer)
    }

    package func pruneKeys(before instant: Timestamp) async throws(StoreError) -> Int {
        try await inner.pruneKeys(before: instant)
    }
}
