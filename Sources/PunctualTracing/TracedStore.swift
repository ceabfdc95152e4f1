package import PunctualCore
package import PunctualSchedule
internal import Tracing

/// A store whose calls are spans of what is under way, and which tells where executions come from and who takes them.
package struct TracedStore: Sendable {
    private let inner: any Store
    private let spans: Spans
    private let system: String

    /// - Parameter system: what is behind it, by OpenTelemetry's `db.system.name`.
    package init(_ inner: any Store, spans: Spans, system: String) {
        self.inner = inner
        self.spans = spans
        self.system = system
    }

    /// One call.
    private func traced<Value: Sendable>(
        _ operation: String, _ body: () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let span = spans.store(operation, system: system)
        defer { span.end() }
        do throws(StoreError) { return try await body() } catch {
            // What is not there, or was changed meanwhile, is an answer.
            switch error {
            case .notFound, .versionConflict, .conflict: break
            default: span.fail(error.word, "\(error)")
            }
            throw error
        }
    }
}

extension StoreError {
    /// One of few words.
    fileprivate var word: String { String("\(self)".prefix { $0.isLetter }) }
}

extension TracedStore: JobStore {
    package func now() async throws(StoreError) -> Timestamp { try await inner.now() }

    package func create(
        _ jobs: [Job], within limits: [String: Int]
    ) async throws(StoreError) -> [Result<Job, StoreError>] {
        try await traced("create") { () async throws(StoreError) in try await inner.create(jobs, within: limits) }
    }

    package func job(_ id: Identifier) async throws(StoreError) -> Job? {
        try await traced("job") { () async throws(StoreError) in try await inner.job(id) }
    }

    package func job(named name: String, service: String) async throws(StoreError) -> Job? {
        try await traced("job") { () async throws(StoreError) in try await inner.job(named: name, service: service) }
    }

    package func jobs(_ ids: [Identifier]) async throws(StoreError) -> [Job?] {
        try await traced("jobs") { () async throws(StoreError) in try await inner.jobs(ids) }
    }

    package func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job> {
        try await traced("jobs") { () async throws(StoreError) in try await inner.jobs(query) }
    }

    package func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int, within limit: Int?
    ) async throws(StoreError) -> Job {
        try await traced("update") { () async throws(StoreError) in
            try await inner.update(id, change, ifVersion: version, within: limit)
        }
    }

    package func delete(_ id: Identifier, ifVersion version: Int?) async throws(StoreError) {
        try await traced("delete") { () async throws(StoreError) in try await inner.delete(id, ifVersion: version) }
    }

    package func dueJobs(shards: Set<Int>?, limit: Int) async throws(StoreError) -> DueJobs {
        try await traced("due_jobs") { () async throws(StoreError) in
            try await inner.dueJobs(shards: shards, limit: limit)
        }
    }

    package func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] {
        let began = DefaultTracerClock.now
        let outcomes = try await traced("apply") { () async throws(StoreError) in try await inner.apply(plans) }
        for case .applied(let executions) in outcomes { spans.fired(executions, since: began) }
        return outcomes
    }

    package func enqueue(
        _ executions: [Execution], of job: Identifier, overlap: OverlapPolicy, within limit: Int?
    ) async throws(StoreError) -> [EnqueueOutcome] {
        let began = DefaultTracerClock.now
        let outcomes = try await traced("enqueue") { () async throws(StoreError) in
            try await inner.enqueue(executions, of: job, overlap: overlap, within: limit)
        }
        for case .created(let execution) in outcomes { spans.fired([execution], since: began) }
        return outcomes
    }
}

extension TracedStore: ExecutionStore {
    package func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        let began = DefaultTracerClock.now
        let claimed = try await traced("claim") { () async throws(StoreError) in try await inner.claim(request) }
        for claim in claimed { spans.claimed(claim.execution, since: began) }
        return claimed
    }

    package func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [RenewOutcome] {
        try await traced("renew") { () async throws(StoreError) in try await inner.renew(leases, for: duration) }
    }

    package func finish(_ completions: [Completion]) async throws(StoreError) -> [FinishOutcome] {
        try await traced("finish") { () async throws(StoreError) in try await inner.finish(completions) }
    }

    package func reclaimExpired(limit: Int, random: Double) async throws(StoreError) -> [Execution] {
        try await inner.reclaimExpired(limit: limit, random: random)
    }

    package func cancel(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await traced("cancel") { () async throws(StoreError) in try await inner.cancel(id, of: job) }
    }

    package func retry(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        let began = DefaultTracerClock.now
        let execution = try await traced("retry") { () async throws(StoreError) in try await inner.retry(id, of: job) }
        spans.reopened(execution, since: began)
        return execution
    }

    package func queues() async throws(StoreError) -> [QueueSummary] {
        try await traced("queues") { () async throws(StoreError) in try await inner.queues() }
    }

    package func setQueue(
        _ name: String, paused: Bool, since instant: Timestamp?
    ) async throws(StoreError) -> QueueSummary {
        try await traced("set_queue") { () async throws(StoreError) in
            try await inner.setQueue(name, paused: paused, since: instant)
        }
    }

    package func nextAvailable(for work: WorkChoice) async throws(StoreError) -> Duration? {
        try await inner.nextAvailable(for: work)
    }

    package func openJobs(among jobs: [Identifier]) async throws(StoreError) -> Set<Identifier> {
        try await traced("open_jobs") { () async throws(StoreError) in try await inner.openJobs(among: jobs) }
    }
}

extension TracedStore: LimitStore {
    package func hasLimits() async throws(StoreError) -> Bool { try await inner.hasLimits() }

    package func limitsInUse() async throws(StoreError) -> [WorkLimit.Key: LimitUse] {
        try await traced("limits_in_use") { () async throws(StoreError) in try await inner.limitsInUse() }
    }

    package func limits() async throws(StoreError) -> [WorkLimit] {
        try await traced("limits") { () async throws(StoreError) in try await inner.limits() }
    }

    package func limit(_ key: WorkLimit.Key) async throws(StoreError) -> WorkLimit? {
        try await traced("limit") { () async throws(StoreError) in try await inner.limit(key) }
    }

    package func setLimit(_ limit: WorkLimit) async throws(StoreError) {
        try await traced("set_limit") { () async throws(StoreError) in try await inner.setLimit(limit) }
    }

    package func removeLimit(_ key: WorkLimit.Key) async throws(StoreError) -> Bool {
        try await traced("remove_limit") { () async throws(StoreError) in try await inner.removeLimit(key) }
    }
}

extension TracedStore: HistoryStore {
    package func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution? {
        try await traced("execution") { () async throws(StoreError) in try await inner.execution(id, of: job) }
    }

    package func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        try await traced("executions") { () async throws(StoreError) in try await inner.executions(query) }
    }

    package func counts() async throws(StoreError) -> Counts {
        try await traced("counts") { () async throws(StoreError) in try await inner.counts() }
    }

    package func prune(
        before instant: Timestamp, limit: Int, from place: PrunePlace
    ) async throws(StoreError) -> Pruned {
        try await inner.prune(before: instant, limit: limit, from: place)
    }
}

extension TracedStore: LeaseStore {
    package func acquire(
        _ shards: [Int], holder: String, duration: Duration
    ) async throws(StoreError) -> [ShardLease] {
        try await inner.acquire(shards, holder: holder, duration: duration)
    }

    package func release(_ leases: [ShardLease]) async throws(StoreError) { try await inner.release(leases) }

    package func leases() async throws(StoreError) -> [ShardLease] {
        try await traced("leases") { () async throws(StoreError) in try await inner.leases() }
    }

    package func heartbeat(_ node: NodeRecord) async throws(StoreError) { try await inner.heartbeat(node) }
    package func leave(_ node: String) async throws(StoreError) { try await inner.leave(node) }

    package func nodes(seenSince instant: Timestamp) async throws(StoreError) -> [NodeRecord] {
        try await traced("nodes") { () async throws(StoreError) in try await inner.nodes(seenSince: instant) }
    }
}

extension TracedStore: IdempotencyStore {
    package func begin(
        key: String, fingerprint: String, staleAfter: Duration
    ) async throws(StoreError) -> IdempotencyState {
        try await traced("begin") { () async throws(StoreError) in
            try await inner.begin(key: key, fingerprint: fingerprint, staleAfter: staleAfter)
        }
    }

    package func finish(key: String, answer: StoredAnswer?) async throws(StoreError) {
        try await traced("finish_key") { () async throws(StoreError) in
            try await inner.finish(key: key, answer: answer)
        }
    }

    package func pruneKeys(before instant: Timestamp) async throws(StoreError) -> Int {
        try await inner.pruneKeys(before: instant)
    }
}

extension TracedStore: OutputStore {
    package func keep(_ reports: [AttemptReport]) async throws(StoreError) -> [ReportOutcome] {
        try await inner.keep(reports)
    }

    package func lines(of execution: Identifier, after number: Int, limit: Int) async throws(StoreError) -> [OutputLine]
    {
        try await traced("lines") { () async throws(StoreError) in
            try await inner.lines(of: execution, after: number, limit: limit)
        }
    }
}
