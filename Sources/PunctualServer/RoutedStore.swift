internal import PunctualCore
internal import PunctualSchedule

/// The primary, with lists, counts and histories read from its replicas.
struct RoutedStore: Sendable {
    let primary: any Store & TransferStore
    let replicas: ReplicaReads

    /// Passes on a caller's write.
    private func written<Value>(_ body: () async throws(StoreError) -> Value) async throws(StoreError) -> Value {
        // A write that fails may have taken effect.
        defer { replicas.wrote() }
        return try await body()
    }
}

extension RoutedStore: JobStore {
    func now() async throws(StoreError) -> Timestamp { try await primary.now() }

    func create(_ jobs: [Job], within limits: [String: Int]) async throws(StoreError) -> [Result<Job, StoreError>] {
        try await written { () async throws(StoreError) in try await primary.create(jobs, within: limits) }
    }

    func job(_ id: Identifier) async throws(StoreError) -> Job? { try await primary.job(id) }

    func job(named name: String, service: String) async throws(StoreError) -> Job? {
        try await primary.job(named: name, service: service)
    }

    func jobs(_ ids: [Identifier]) async throws(StoreError) -> [Job?] {
        try await replicas.read(from: primary) { store async throws(StoreError) in try await store.jobs(ids) }
    }

    func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job> {
        try await replicas.read(from: primary) { store async throws(StoreError) in try await store.jobs(query) }
    }

    func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int, within limit: Int?
    ) async throws(StoreError) -> Job {
        try await written { () async throws(StoreError) in
            try await primary.update(id, change, ifVersion: version, within: limit)
        }
    }

    func delete(_ id: Identifier, ifVersion version: Int?) async throws(StoreError) {
        try await written { () async throws(StoreError) in try await primary.delete(id, ifVersion: version) }
    }

    func dueJobs(shards: Set<Int>?, limit: Int) async throws(StoreError) -> DueJobs {
        try await primary.dueJobs(shards: shards, limit: limit)
    }

    func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] { try await primary.apply(plans) }

    func enqueue(
        _ executions: [Execution], of job: Identifier, overlap: OverlapPolicy, within limit: Int?
    ) async throws(StoreError) -> [EnqueueOutcome] {
        try await written { () async throws(StoreError) in
            try await primary.enqueue(executions, of: job, overlap: overlap, within: limit)
        }
    }
}

extension RoutedStore: ExecutionStore {
    func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        try await primary.claim(request)
    }

    func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [RenewOutcome] {
        try await primary.renew(leases, for: duration)
    }

    func finish(_ completions: [Completion]) async throws(StoreError) -> [FinishOutcome] {
        try await primary.finish(completions)
    }

    func reclaimExpired(limit: Int, random: Double) async throws(StoreError) -> [Execution] {
        try await primary.reclaimExpired(limit: limit, random: random)
    }

    func cancel(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await written { () async throws(StoreError) in try await primary.cancel(id, of: job) }
    }

    func retry(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await written { () async throws(StoreError) in try await primary.retry(id, of: job) }
    }

    func queues() async throws(StoreError) -> [QueueSummary] {
        try await replicas.read(from: primary) { store async throws(StoreError) in try await store.queues() }
    }

    func setQueue(
        _ name: String, paused: Bool, since instant: Timestamp?
    ) async throws(StoreError) -> QueueSummary {
        try await written { () async throws(StoreError) in
            try await primary.setQueue(name, paused: paused, since: instant)
        }
    }

    func nextAvailable(for work: WorkChoice) async throws(StoreError) -> Duration? {
        try await primary.nextAvailable(for: work)
    }

    func openJobs(among jobs: [Identifier]) async throws(StoreError) -> Set<Identifier> {
        try await primary.openJobs(among: jobs)
    }
}

extension RoutedStore: LimitStore {
    func hasLimits() async throws(StoreError) -> Bool { try await primary.hasLimits() }

    func limits() async throws(StoreError) -> [WorkLimit] { try await primary.limits() }
    func limitsInUse() async throws(StoreError) -> [WorkLimit.Key: LimitUse] { try await primary.limitsInUse() }
    func limit(_ key: WorkLimit.Key) async throws(StoreError) -> WorkLimit? { try await primary.limit(key) }

    func setLimit(_ limit: WorkLimit) async throws(StoreError) {
        try await written { () async throws(StoreError) in try await primary.setLimit(limit) }
    }

    func removeLimit(_ key: WorkLimit.Key) async throws(StoreError) -> Bool {
        try await written { () async throws(StoreError) in try await primary.removeLimit(key) }
    }
}

extension RoutedStore: HistoryStore {
    func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution? {
        try await primary.execution(id, of: job)
    }

    func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        try await replicas.read(from: primary) { store async throws(StoreError) in try await store.executions(query) }
    }

    func counts() async throws(StoreError) -> Counts {
        try await replicas.read(from: primary) { store async throws(StoreError) in try await store.counts() }
    }

    func prune(before instant: Timestamp, limit: Int, from place: PrunePlace) async throws(StoreError) -> Pruned {
        try await primary.prune(before: instant, limit: limit, from: place)
    }
}

extension RoutedStore: LeaseStore {
    func acquire(_ shards: [Int], holder: String, duration: Duration) async throws(StoreError) -> [ShardLease] {
        try await primary.acquire(shards, holder: holder, duration: duration)
    }

    func release(_ leases: [ShardLease]) async throws(StoreError) { try await primary.release(leases) }
    func leases() async throws(StoreError) -> [ShardLease] { try await primary.leases() }
    func heartbeat(_ node: NodeRecord) async throws(StoreError) { try await primary.heartbeat(node) }
    func leave(_ node: String) async throws(StoreError) { try await primary.leave(node) }

    func nodes(seenSince instant: Timestamp) async throws(StoreError) -> [NodeRecord] {
        try await primary.nodes(seenSince: instant)
    }
}

extension RoutedStore: IdempotencyStore {
    func begin(
        key: String, fingerprint: String, staleAfter: Duration
    ) async throws(StoreError) -> IdempotencyState {
        try await primary.begin(key: key, fingerprint: fingerprint, staleAfter: staleAfter)
    }

    func finish(key: String, answer: StoredAnswer?) async throws(StoreError) {
        try await primary.finish(key: key, answer: answer)
    }

    func pruneKeys(before instant: Timestamp) async throws(StoreError) -> Int {
        try await primary.pruneKeys(before: instant)
    }
}

extension RoutedStore: OutputStore {
    func keep(_ reports: [AttemptReport]) async throws(StoreError) -> [ReportOutcome] {
        try await primary.keep(reports)
    }

    func lines(of execution: Identifier, after number: Int, limit: Int) async throws(StoreError) -> [OutputLine] {
        try await primary.lines(of: execution, after: number, limit: limit)
    }
}

extension RoutedStore: TransferStore {
    func exportJobs(after id: Identifier?, limit: Int) async throws(StoreError) -> [Job] {
        try await primary.exportJobs(after: id, limit: limit)
    }

    func exportExecutions(after id: Identifier?, limit: Int) async throws(StoreError) -> [TransferredExecution] {
        try await primary.exportExecutions(after: id, limit: limit)
    }

    func importJobs(_ jobs: [Job]) async throws(StoreError) { try await primary.importJobs(jobs) }

    func importExecutions(_ executions: [TransferredExecution]) async throws(StoreError) {
        try await primary.importExecutions(executions)
    }
}
