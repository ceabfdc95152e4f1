internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import Synchronization

/// `/api/v1/work`: outside workers take executions of `worker` targets and tell how they ended.
struct WorkController {
    let services: APIServices

    /// Waits for work until there is some, the wait is over, the caller is gone or the node drains.
    func claim(_ request: Request, _ context: APIContext) async throws -> Response {
        // Read to its end first: following an unread body, Hummingbird traps when the caller leaves in the middle of it.
        var request = request
        request.body = RequestBody(buffer: try await request.wholeBody())
        let list = FaultList()
        var fields = Fields(try await request.requiredJSON(), into: list)
        let worker = fields.worker()
        let queues = fields.list("queues", counts: 1...64, longest: 64)
        fields.requireGiven("queues", queues)
        for (index, queue) in (queues ?? []).enumerated() where queue.isEmpty || !Fields.isWord(queue, extra: "._-") {
            list.add(
                JSONPointer.root.appending("queues").appending(index), "must be 1 to 64 of A–Z a–z 0–9 . _ -")
        }
        let tasks = fields.list("tasks", counts: 1...64, longest: 128)
        let most = fields.int("max", 1...100) ?? 1
        let wait = fields.duration("wait", .zero ... .seconds(60)) ?? .seconds(20)
        let lease = fields.lease()
        fields.finish()
        try list.throwIfAny()
        guard let worker, let queues else { throw Problem(.validation, "worker and queues are required.") }
        var wish = ClaimRequest(
            worker: worker, lane: .outside, queues: Dictionary(queues.map { ($0, most) }) { first, _ in first },
            tasks: tasks.map(Set.init), limit: most, lease: lease)
        wish.visible = services.visible(context)
        let deadline = ContinuousClock.now.advanced(by: wait)
        var claimed = try await services.bounds.claims.hold {
            // Hummingbird ends a connection that was watched, so it is watched only while its caller waits.
            let ready = try await self.claim(wish, context, until: .now, unless: Flag())
            if !ready.isEmpty || wait == .zero { return ready }
            let isGone = Flag()
            return try await request.body.consumeWithInboundCloseHandler { _ in
                try await self.claim(wish, context, until: deadline, unless: isGone)
            } onInboundClosed: {
                isGone.set()
            }
        }
        if let vault = services.access?.vault { claimed = try await resolved(claimed, by: vault) }
        return Answer.json { [claimed] writer in
            writer.beginObject()
            writer.name("items")
            writer.beginArray()
            for item in claimed { item.write(to: &writer) }
            writer.endArray()
            writer.endObject()
        }
    }

    /// The executions with the secrets that their payloads refer to; those that cannot have theirs fail here.
    private func resolved(
        _ claimed: [ClaimedExecution], by vault: SecretVault
    ) async throws -> [ClaimedExecution] {
        var ready: [ClaimedExecution] = []
        for var item in claimed {
            let execution = item.execution
            switch try await vault.resolved(item.target, service: item.service) {
            case .success(let resolved):
                item.target = resolved.target.reveal()
                ready.append(item)
            case .failure(let fault):
                let lease = Lease(
                    executionID: execution.id, attempt: execution.attempt, worker: execution.worker ?? "")
                let result = AttemptResult(
                    .failed(reason: nil, error: fault.words, isRetryable: true, retryAfter: nil))
                try await finish(lease, result, of: execution, try await services.store.job(execution.jobID))
            }
        }
        return ready
    }

    /// Whether the caller has closed the connection.
    private final class Flag: Sendable {
        private let state = Atomic(false)

        func set() { state.store(true, ordering: .relaxed) }
        var isSet: Bool { state.load(ordering: .relaxed) }
    }

    private func claim(
        _ wish: ClaimRequest, _ context: APIContext, until deadline: ContinuousClock.Instant, unless isGone: Flag
    ) async throws -> [ClaimedExecution] {
        while services.isAccepting(), !isGone.isSet {
            // Who waits for work may lose his rights meanwhile.
            guard try await services.doorkeeper.admitsStill(context, at: services.store.now) else { break }
            let claimed = try await services.store.claim(wish)
            if !claimed.isEmpty {
                for item in claimed { services.events.publish(.executionUpdated, item.execution) }
                return claimed
            }
            let left = ContinuousClock.now.duration(to: deadline)
            if left <= .zero { break }
            // The bell may ring elsewhere, and retries become available without one.
            let next = try await services.store.nextAvailable(lane: .outside) ?? .seconds(1)
            try await services.waitForWork(min(left, max(next, .milliseconds(50)), .seconds(1)))
        }
        return []
    }

    func heartbeat(_ request: Request, _ context: APIContext) async throws -> Response {
        let list = FaultList()
        var fields = Fields(try await request.requiredJSON(), into: list)
        let named = fields.claim()
        let duration = fields.lease()
        fields.finish()
        try list.throwIfAny()
        guard let named else { throw Problem(.validation, "id, attempt and worker are required.") }
        let (execution, job) = try await held(named, context)
        if let job, let startedAt = execution.startedAt,
            try await services.store.now() - startedAt > job.draft.timeout
        {
            // The attempt's time is up; its worker learns it here, and the policy decides about another try.
            let error = "the attempt took longer than \(job.draft.timeout.text)"
            let result = AttemptResult(
                .failed(reason: .timeout, error: error, isRetryable: true, retryAfter: nil))
            try await finish(named, result, of: execution, job)
            throw Problem(.leaseLost, "The lease is lost: \(error).")
        }
        switch try await services.store.renew([named], for: duration).first {
        case .renewed(let until, let cancelRequested):
            return Answer.json { writer in
                writer.beginObject()
                writer.name("lease_expires_at")
                writer.instant(until)
                writer.name("cancel_requested")
                writer.bool(cancelRequested)
                writer.endObject()
            }
        case .lost, nil: throw Problem.leaseLost
        }
    }

    func complete(_ request: Request, _ context: APIContext) async throws -> Response {
        let list = FaultList()
        var fields = Fields(try await request.requiredJSON(), into: list)
        let named = fields.claim()
        let status = fields.choice("status", Ending.self)
        fields.requireGiven("status", status)
        let output = fields.string("output", lengths: 0...262_144, nullable: true)
        let error = fields.string("error", lengths: 0...4096, nullable: true)
        fields.finish()
        try list.throwIfAny()
        guard let named, let status else { throw Problem(.validation, "id, attempt, worker and status are required.") }
        let (execution, job) = try await held(named, context)
        let result = ExecutionResult(output: output ?? "")
        let attempt =
            switch status {
            case .succeeded: AttemptResult(.succeeded, result: result)
            case .failed:
                AttemptResult(
                    execution.cancelRequested
                        ? .cancelled
                        : .failed(
                            reason: nil, error: error ?? "the worker reported a failure", isRetryable: true,
                            retryAfter: nil), result: result)
            }
        var told = attempt
        if let job, let vault = services.access?.vault {
            told = try await vault.mask(for: job.draft.target, service: job.draft.service).masked(attempt)
        }
        return Answer.execution(try await finish(named, told, of: execution, job))
    }

    private enum Ending: String, CaseIterable { case succeeded, failed }

    /// The execution that the claim names, with its job (nil when that was deleted).
    /// - Throws: `Problem` 404, or 409 when somebody else has it.
    private func held(_ lease: Lease, _ context: APIContext) async throws -> (Execution, Job?) {
        let execution = try await services.execution(lease.executionID, of: nil, context)
        guard execution.status == .running, execution.attempt == lease.attempt, execution.worker == lease.worker
        else { throw Problem.leaseLost }
        return (execution, try await services.store.job(execution.jobID))
    }

    @discardableResult
    private func finish(
        _ lease: Lease, _ result: AttemptResult, of execution: Execution, _ job: Job?
    ) async throws -> Execution {
        var completion = result.completion(
            of: lease, maxAttempts: execution.maxAttempts, policy: job?.draft.retryPolicy ?? RetryPolicy(),
            random: .random(in: 0...1))
        // Without its job nothing says what to run again.
        if job == nil, case .retry = completion.outcome { completion.outcome = .failed }
        guard case .finished(let ended) = try await services.store.finish(completion) else { throw Problem.leaseLost }
        services.events.publish(.executionUpdated, ended)
        services.bell.workWaiting()
        return ended
    }
}

extension Problem {
    fileprivate static let leaseLost = Problem(
        .leaseLost, "Another attempt owns the execution, or it has ended; what this one reports changes nothing.")
}

extension Fields {
    fileprivate mutating func worker() -> String? {
        let worker = string("worker", lengths: 1...128)
        requireGiven("worker", worker)
        return worker
    }

    fileprivate mutating func lease() -> Duration {
        duration("lease", .seconds(5) ... .seconds(3600)) ?? .seconds(60)
    }

    /// The claim that a heartbeat or a completion names.
    fileprivate mutating func claim() -> Lease? {
        let text = string("id", lengths: 1...64)
        requireGiven("id", text)
        let id = text.flatMap { Identifier($0) }
        if text != nil, id == nil { fault("id", "must be a UUID") }
        let attempt = int("attempt", 1...Int(Int32.max))
        requireGiven("attempt", attempt)
        let worker = worker()
        guard let id, let attempt, let worker else { return nil }
        return Lease(executionID: id, attempt: attempt, worker: worker)
    }
}

extension ClaimedExecution {
    fileprivate func write(to writer: inout JSONWriter) {
        // The lane of outside workers holds worker targets alone.
        guard case .worker(let task, let payload) = target else { return execution.write(to: &writer) }
        execution.write(to: &writer, work: (task, payload))
    }
}
