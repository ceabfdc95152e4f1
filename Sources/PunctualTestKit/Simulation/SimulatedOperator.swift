internal import PunctualCore
internal import PunctualSchedule

/// Whoever changes jobs while they run, as the API does: reads, changes, writes if nobody else has meanwhile.
///
/// Each act goes through a node's faulty store, so others go on between the reading and the writing, and an answer that
/// is lost leaves it unknown whether the act took effect. Nothing is tried again.
struct SimulatedOperator {
    let world: SimulatedWorld
    let store: FaultyStore

    static let queues = ["default", "mail"]

    /// One act that the dice choose.
    func act() async throws(StoreError) {
        let id = world.random.pick(world.jobs).id
        switch world.random.int(in: 0...99) {
        case 0..<15: try await change(id) { edit(&$0) }
        case 15..<25: try await reschedule(id)
        case 25..<40: try await change(id) { $0.status = .paused }
        case 40..<55: try await change(id) { $0.status = .active }
        case 55..<58: try await store.delete(id, ifVersion: nil)
        case 58..<70: try await trigger(id)
        case 70..<77: try await backfill(id)
        case 77..<84: try await stop(id)
        case 84..<90: try await again(id)
        case 90..<95: _ = try await store.setQueue(world.random.pick(SimulatedOperator.queues), paused: true)
        default: _ = try await store.setQueue(world.random.pick(SimulatedOperator.queues), paused: false)
        }
    }

    /// Changes what decides about nothing but how a job runs.
    private func change(_ id: Identifier, _ edit: (inout Job) -> Void) async throws(StoreError) {
        guard var job = try await store.job(id) else { throw .notFound }
        let version = job.version
        // The API answers 409: nothing is to come.
        if job.status == .completed { return }
        edit(&job)
        let now = try await store.now()
        let change = JobChange(
            draft: job.draft, status: job.status, pauseReason: nil, nextRunAt: nil, updatedAt: now)
        _ = try await store.update(id, change, ifVersion: version)
    }

    private func edit(_ job: inout Job) {
        job.draft.priority = world.random.int(in: 0...9)
        job.draft.overlapPolicy = world.random.pick(OverlapPolicy.allCases)
        job.draft.misfirePolicy = world.random.pick(MisfirePolicy.allCases)
        job.draft.retryPolicy.maximumAttempts = world.random.int(in: 1...4)
    }

    private func reschedule(_ id: Identifier) async throws(StoreError) {
        guard var job = try await store.job(id) else { throw .notFound }
        job.draft.schedule = SimulatedJobs.schedule(at: world.clock.now(), &world.random)
        let now = try await store.now()
        // The API answers 422 when no instant is left.
        guard let schedule = SimulatedJobs.compiled(job), let first = job.firstRun(from: now, schedule: schedule)
        else { return }
        let change = JobChange(
            draft: job.draft, status: job.status == .completed ? .active : job.status, pauseReason: nil,
            nextRunAt: .some(first), updatedAt: now)
        _ = try await store.update(id, change, ifVersion: job.version)
    }

    private func trigger(_ id: Identifier) async throws(StoreError) {
        guard let job = try await store.job(id) else { throw .notFound }
        let now = try await store.now()
        let execution = job.execution(at: now, trigger: .manual, now: now, nonce: world.random.next() | 1)
        _ = try await store.enqueue([execution], of: id, overlap: job.draft.overlapPolicy)
    }

    private func backfill(_ id: Identifier) async throws(StoreError) {
        guard let job = try await store.job(id) else { throw .notFound }
        guard let schedule = SimulatedJobs.compiled(job) else { return }
        if case .fixedDelay = schedule { return }
        let now = try await store.now()
        var executions: [Execution] = []
        var last = now - .seconds(world.random.int(in: 5...30))
        while let instant = schedule.next(after: last), instant < now, executions.count < 5 {
            executions.append(job.execution(at: instant, trigger: .backfill, now: now))
            last = instant
        }
        _ = try await store.enqueue(executions, of: id, overlap: job.draft.overlapPolicy.forCatchup)
    }

    private func stop(_ id: Identifier) async throws(StoreError) {
        var query = ExecutionQuery()
        query.jobID = id
        query.statuses = [.buffered, .pending, .running]
        guard let execution = try await store.executions(query).items.first else { return }
        _ = try await store.cancel(execution.id, of: id)
    }

    private func again(_ id: Identifier) async throws(StoreError) {
        var query = ExecutionQuery()
        query.jobID = id
        query.statuses = [.failed, .cancelled]
        guard let execution = try await store.executions(query).items.first else { return }
        _ = try await store.retry(execution.id, of: id)
    }
}
