internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// A store, its clock, and the short forms that checks are written in.
struct StoreScene: Sendable {
    let store: any Store
    let clock: ManualClock

    var now: Timestamp { clock.now() }

    /// A job that is not stored: every minute from the clock's start, first due a minute from now.
    func draftJob(_ name: String, change: (inout JobDraft) -> Void = { _ in }) -> Job {
        var draft = JobDraft(
            name: name, schedule: .interval(every: .seconds(60), anchor: ManualClock.start), target: .noop)
        change(&draft)
        let next: Timestamp? = if case .manual = draft.schedule { nil } else { now + .seconds(60) }
        return Job(id: .random(at: now), draft: draft, nextRunAt: next, createdAt: now)
    }

    /// A stored job.
    func job(_ name: String = "job", change: (inout JobDraft) -> Void = { _ in }) async throws -> Job {
        let new = draftJob(name, change: change)
        return try await required(store.create([new]).first).get()
    }

    /// The job as it is stored now.
    func reload(_ job: Job) async throws -> Job { try await required(store.job(job.id)) }

    /// The execution as it is stored now.
    func reload(_ execution: Execution) async throws -> Execution {
        try await required(store.execution(execution.id, of: execution.jobID))
    }

    /// Changes the stored job, its version as in `job`.
    func update(_ job: Job, next: Timestamp?? = nil, change: (inout Job) -> Void) async throws -> Job {
        var changed = job
        change(&changed)
        return try await store.update(
            job.id,
            JobChange(
                draft: changed.draft, status: changed.status, pauseReason: changed.pauseReason, nextRunAt: next,
                updatedAt: now), ifVersion: job.version)
    }

    /// An execution made by hand, as the store took it in.
    @discardableResult
    func trigger(
        _ job: Job, nonce: UInt64 = .random(in: 1 ... .max), overlap: OverlapPolicy? = nil
    ) async throws -> Execution {
        let new = job.execution(at: now, trigger: .manual, now: now, nonce: nonce)
        let outcome = try await store.enqueue([new], of: job.id, overlap: overlap ?? job.draft.overlapPolicy).first
        switch try required(outcome) {
        case .created(let execution), .existing(let execution): return execution
        }
    }

    /// What is planned for the job as it stands, at the clock's now.
    func plan(_ job: Job, limit: Int = Job.planLimit) throws -> TickPlan {
        let schedule: Schedule =
            switch job.draft.schedule {
            case .interval(let every, let anchor):
                .interval(IntervalSchedule(every: every, anchor: anchor ?? job.createdAt))
            case .fixedDelay(let every): .fixedDelay(every)
            case .once(let at): .once(at)
            default: .manual
            }
        return try required(job.plan(at: now, schedule: schedule, limit: limit))
    }

    /// One tick of the job as it is stored: the executions added.
    @discardableResult
    func tick(_ job: Job) async throws -> [Execution] {
        guard case .applied(let added) = try await store.apply([plan(try await reload(job))]).first else {
            throw CheckFailure(description: "the tick lost a race that nobody else ran")
        }
        return added
    }

    /// Takes up to `limit` executions for a minute.
    func claim(
        _ limit: Int = 10, worker: String = "w1", lane: Lane = .builtIn, queues: [String: Int]? = nil,
        tasks: Set<String>? = nil, executions: [Execution]? = nil, services: Set<String>? = nil, leastPriority: Int = 0
    ) async throws -> [ClaimedExecution] {
        var request = ClaimRequest(
            worker: worker, lane: lane, queues: queues, tasks: tasks,
            executions: executions.map { Set($0.map(\.id)) }, limit: limit, lease: .seconds(60))
        request.services = services
        request.leastPriority = leastPriority
        return try await store.claim(request)
    }

    /// Triggers the job and takes the execution.
    func running(_ job: Job) async throws -> ClaimedExecution {
        let new = try await trigger(job, overlap: .allowAll)
        return try await required(claim(200).first { $0.execution.id == new.id })
    }

    /// Ends the attempt; fails the check when the lease is lost.
    @discardableResult
    func finish(
        _ claimed: ClaimedExecution, _ outcome: AttemptOutcome = .succeeded, reason: ExecutionReason? = nil,
        error: String? = nil, result: ExecutionResult? = nil
    ) async throws -> Execution {
        let completion = Completion(
            lease: claimed.lease, outcome: outcome, reason: reason, error: error, result: result)
        guard case .finished(let execution) = try await store.finish(completion) else {
            throw CheckFailure(description: "the lease was lost")
        }
        return execution
    }

    /// Every execution of the job, newest first.
    func history(_ job: Job) async throws -> [Execution] {
        var query = ExecutionQuery()
        query.jobID = job.id
        query.limit = 200
        return try await store.executions(query).items
    }

    /// How many executions of the job are in each status.
    func tally(_ job: Job) async throws -> [ExecutionStatus: Int] {
        Dictionary(grouping: try await history(job), by: \.status).mapValues(\.count)
    }

    /// Goes through all that ended; how many executions went.
    func prune(before instant: Timestamp, limit: Int = 2) async throws -> Int {
        var removed = 0
        var next: PrunePlace? = .start
        while let place = next {
            let pruned = try await store.prune(before: instant, limit: limit, from: place)
            try expect(pruned.removed <= limit)
            removed += pruned.removed
            next = pruned.next
        }
        return removed
    }
}
