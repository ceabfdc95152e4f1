internal import PunctualCore
internal import PunctualSchedule

/// The store as one node sees it: every call is a point where anything may happen first.
struct FaultyStore: JobStore, ExecutionStore, HistoryStore {
    let world: SimulatedWorld
    let node: Int
    /// A node that died and came back is another one; the old one's calls go nowhere.
    let generation: Int

    private var inner: any Simulation.Store { world.store }

    private func call<Value>(
        _ kind: String, _ body: () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await world.before(kind, node: node, generation: generation)
        let value = try await body()
        try world.after(kind, node: node, generation: generation)
        return value
    }

    func now() async throws(StoreError) -> Timestamp { try await inner.now() }

    func dueJobs(shards: Set<Int>?, limit: Int) async throws(StoreError) -> DueJobs {
        try await call("due") { () async throws(StoreError) in
            try await world.seenFrom(node) { () async throws(StoreError) in
                try await inner.dueJobs(shards: shards, limit: limit)
            }
        }
    }

    func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] {
        try await call("apply") { () async throws(StoreError) in
            var outcomes = try await world.seenFrom(node) { () async throws(StoreError) in
                try await inner.apply(plans)
            }
            if world.twin == .withoutCompareAndSet {
                for (index, plan) in plans.enumerated() where outcomes[index] == .lostRace {
                    guard let job = try await inner.job(plan.jobID), let next = job.nextRunAt else { continue }
                    var forced = plan
                    forced.expected = next
                    forced.version = job.version
                    outcomes[index] = try await inner.apply([forced]).first ?? .lostRace
                }
            }
            world.witness.applied(plans, outcomes, at: world.clock.now())
            return outcomes
        }
    }

    func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        try await call("claim") { () async throws(StoreError) in
            let claimed = try await inner.claim(request)
            world.witness.claimed(claimed, at: world.clock.now())
            return claimed
        }
    }

    func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [RenewOutcome] {
        try await call("renew") { () async throws(StoreError) in
            var outcomes = try await inner.renew(leases, for: duration)
            if world.twin == .withoutLeaseCondition {
                for (index, lease) in leases.enumerated() where outcomes[index] == .lost {
                    guard let now = try await inner.execution(lease.executionID, of: nil), now.status == .running else {
                        outcomes[index] = .renewed(until: try await inner.now() + duration, cancelRequested: false)
                        continue
                    }
                    let forced = Lease(executionID: now.id, attempt: now.attempt, worker: now.worker ?? "")
                    outcomes[index] = try await inner.renew([forced], for: duration).first ?? .lost
                }
            }
            world.witness.renewed(leases, outcomes)
            return outcomes
        }
    }

    func finish(_ completions: [Completion]) async throws(StoreError) -> [FinishOutcome] {
        try await call("finish") { () async throws(StoreError) in
            var outcomes = try await inner.finish(completions)
            for (index, completion) in completions.enumerated() {
                if world.twin == .withoutFencing, outcomes[index] == .leaseLost,
                    let now = try await inner.execution(completion.lease.executionID, of: nil), now.status == .running
                {
                    var forced = completion
                    forced.lease = Lease(executionID: now.id, attempt: now.attempt, worker: now.worker ?? "")
                    outcomes[index] = try await inner.finish(forced)
                }
                world.witness.finished(completion, outcomes[index])
            }
            return outcomes
        }
    }

    func reclaimExpired(limit: Int, random: Double) async throws(StoreError) -> [Execution] {
        try await call("reclaim") { () async throws(StoreError) in
            let taken = try await inner.reclaimExpired(limit: limit, random: random)
            world.witness.reclaimed(taken, at: world.clock.now())
            return taken
        }
    }

    func job(_ id: Identifier) async throws(StoreError) -> Job? {
        try await call("job") { () async throws(StoreError) in try await inner.job(id) }
    }

    func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int, within limit: Int?
    ) async throws(StoreError) -> Job {
        try await call("update") { () async throws(StoreError) in
            let job = try await inner.update(id, change, ifVersion: version, within: limit)
            world.witness.updated(job, change)
            return job
        }
    }

    func delete(_ id: Identifier, ifVersion version: Int?) async throws(StoreError) {
        try await call("delete") { () async throws(StoreError) in
            var query = ExecutionQuery()
            query.jobID = id
            query.statuses = [.buffered, .pending]
            query.limit = 200
            let waiting = try await inner.executions(query).items.map(\.id)
            try await inner.delete(id, ifVersion: version)
            world.witness.deleted(id, waiting: waiting)
        }
    }

    func enqueue(
        _ executions: [Execution], of job: Identifier, overlap: OverlapPolicy, within limit: Int?
    ) async throws(StoreError) -> [EnqueueOutcome] {
        try await call("enqueue") { () async throws(StoreError) in
            let outcomes = try await inner.enqueue(executions, of: job, overlap: overlap, within: limit)
            world.witness.enqueued(outcomes, of: job)
            return outcomes
        }
    }

    func cancel(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await call("cancel") { () async throws(StoreError) in
            let execution = try await inner.cancel(id, of: job)
            world.witness.cancelled(execution)
            return execution
        }
    }

    func retry(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await call("retry") { () async throws(StoreError) in
            let execution = try await inner.retry(id, of: job)
            world.witness.reopened(execution)
            return execution
        }
    }

    func setQueue(
        _ name: String, paused: Bool, since instant: Timestamp?
    ) async throws(StoreError) -> QueueSummary {
        try await call("queue") { () async throws(StoreError) in
            let summary = try await inner.setQueue(name, paused: paused, since: instant)
            world.witness.setQueue(name, paused: paused)
            return summary
        }
    }

    func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        try await call("executions") { () async throws(StoreError) in try await inner.executions(query) }
    }

    // Nobody calls what is below; it is handed through as it is.

    func create(_ jobs: [Job], within limits: [String: Int]) async throws(StoreError) -> [Result<Job, StoreError>] {
        try await inner.create(jobs, within: limits)
    }
    func job(named name: String, service: String) async throws(StoreError) -> Job? {
        try await inner.job(named: name, service: service)
    }
    func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job> { try await inner.jobs(query) }
    func queues() async throws(StoreError) -> [QueueSummary] { try await inner.queues() }
    func nextAvailable(for work: WorkChoice) async throws(StoreError) -> Duration? {
        try await inner.nextAvailable(for: work)
    }
    func openJobs(among jobs: [Identifier]) async throws(StoreError) -> Set<Identifier> {
        try await inner.openJobs(among: jobs)
    }
    func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution? {
        try await inner.execution(id, of: job)
    }
    func counts() async throws(StoreError) -> Counts { try await inner.counts() }
    func prune(before instant: Timestamp, limit: Int, from place: PrunePlace) async throws(StoreError) -> Pruned {
        try await inner.prune(before: instant, limit: limit, from: place)
    }
}
