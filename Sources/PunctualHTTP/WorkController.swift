internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import PunctualTracing
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
        let of = fields.list("services", counts: 1...64, longest: 64)
        let leastPriority = fields.int("least_priority", 0...9) ?? 0
        let most = fields.int("max", 1...100) ?? 1
        let wait = fields.duration("wait", .zero ... .seconds(60)) ?? .seconds(20)
        let lease = fields.lease()
        fields.finish()
        try list.throwIfAny()
        guard let worker, let queues else { throw Problem(.validation, "worker and queues are required.") }
        var wish = ClaimRequest(
            worker: worker, lane: .outside, queues: Dictionary(queues.map { ($0, most) }) { first, _ in first },
            tasks: tasks.map(Set.init), limit: most, lease: lease)
        wish.services = of.map(Set.init)
        wish.leastPriority = leastPriority
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
            for item in claimed { item.write(to: &writer, services.spans) }
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
                let held = Work.Held(
                    lease: Lease(
                        executionID: execution.id, attempt: execution.attempt, worker: execution.worker ?? ""),
                    execution: execution, job: try await services.store.job(execution.jobID))
                let result = AttemptResult(
                    .failed(reason: nil, error: fault.words, isRetryable: true, retryAfter: nil))
                _ = try await finish([held.completion(result)])
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
        var vainLooks = 0
        while services.isAccepting(), !isGone.isSet {
            let mark = services.outsideWork.mark
            // Who waits for work may lose his rights meanwhile.
            guard try await services.doorkeeper.admitsStill(context, at: services.store.now) else { break }
            let claimed = try await taken(wish)
            services.measures.claimed(claimed.count)
            if !claimed.isEmpty {
                for item in claimed {
                    services.measures.started(item.execution)
                    services.events.publish(.executionUpdated, item.execution)
                }
                return claimed
            }
            let left = ContinuousClock.now.duration(to: deadline)
            if left <= .zero { break }
            // The bell may ring elsewhere, and retries become available without one. What is available and was not given is
            // for others, or over a limit: the looks for it become ever rarer.
            let next = try await services.store.nextAvailable(for: wish.choice) ?? .seconds(1)
            vainLooks = next > .zero ? 0 : vainLooks + 1
            let pause = next > .zero ? max(next, .milliseconds(50)) : .milliseconds(25 << min(vainLooks, 6))
            try await services.outsideWork.wait(since: mark, atMost: min(left, pause, .seconds(1)))
        }
        return []
    }

    /// Claims, each for no longer than its job gives an attempt. How long that is is known when it is in hand, and leases are
    /// prolonged alone: so all begin with a short one.
    private func taken(_ wish: ClaimRequest) async throws -> [ClaimedExecution] {
        var first = wish
        first.lease = min(wish.lease, .seconds(5))
        var claimed = try await services.store.claim(first)
        services.outsideWork.holds(claimed.map(\.lease), for: wish.lease)
        let longer = claimed.indices.filter { min(wish.lease, claimed[$0].timeout) > first.lease }
        for (lease, places) in Dictionary(grouping: longer, by: { min(wish.lease, claimed[$0].timeout) }) {
            let outcomes = try await services.store.renew(places.map { claimed[$0].lease }, for: lease)
            for case (let place, .renewed(let until, _)) in zip(places, outcomes) {
                claimed[place].execution.leaseExpiresAt = until
            }
        }
        return claimed
    }

    func heartbeat(_ request: Request, _ context: APIContext) async throws -> Response {
        let list = FaultList()
        var fields = Fields(try await request.requiredJSON(), into: list)
        let beat = Work.Beat(&fields)
        let duration = fields.lease()
        fields.finish()
        try list.throwIfAny()
        guard let beat else { throw Problem(.validation, "id, attempt and worker are required.") }
        let renewed = try await renew([.success(beat)], for: duration, context)[0].get()
        return Answer.json { writer in
            writer.beginObject()
            renewed.write(to: &writer)
            writer.endObject()
        }
    }

    func heartbeatMany(_ request: Request, _ context: APIContext) async throws -> Response {
        let list = FaultList()
        var fields = Fields(try await request.requiredJSON(), into: list)
        let items = fields.items()
        let duration = fields.lease()
        fields.finish()
        try list.throwIfAny()
        let beats = items.map { item in Work.reading(item) { Work.Beat(&$0) } }
        let outcomes = try await renew(beats, for: duration, context)
        return Answer.outcomes(outcomes, context) { renewed, writer in renewed?.write(to: &writer) }
    }

    /// Prolongs the claims that hold and have time left, and keeps what they say; one outcome each, in order.
    private func renew(
        _ beats: [Result<Work.Beat, Problem>], for duration: Duration, _ context: APIContext
    ) async throws -> [Result<Work.Renewed, Problem>] {
        let now = try await services.store.now()
        var outcomes: [Result<Work.Renewed, Problem>] = []
        var live: [(place: Int, held: Work.Held, saying: Work.Saying, duration: Duration)] = []
        for (beat, held) in zip(beats, try await held(beats.map { $0.map(\.lease) }, context)) {
            switch (beat, held) {
            case (.failure(let problem), _), (_, .failure(let problem)): outcomes.append(.failure(problem))
            case (.success(let beat), .success(let held)):
                outcomes.append(.failure(.leaseLost))
                // An attempt whose time is up ends; its worker learns it here, and the policy decides about another try.
                if let timedOut = held.timeLeft(at: now).flatMap({ $0 < .zero ? held.timedOut : nil }) {
                    _ = try await finish([held.completion(timedOut.result)])
                    outcomes[outcomes.count - 1] = .failure(timedOut.problem)
                } else {
                    let left = held.timeLeft(at: now) ?? duration
                    live.append((outcomes.count - 1, held, beat.saying, max(.milliseconds(1), min(duration, left))))
                }
            }
        }
        // First, so that no lease runs out because what its attempt says cannot be kept.
        var renewed: Set<Lease> = []
        for (duration, ones) in Dictionary(grouping: live, by: \.duration) {
            let answers = try await services.store.renew(ones.map(\.held.lease), for: duration)
            for (one, answer) in zip(ones, answers) {
                guard case .renewed(let until, let cancelRequested) = answer else { continue }
                renewed.insert(one.held.lease)
                outcomes[one.place] = .success(Work.Renewed(until: until, cancelRequested: cancelRequested))
            }
            services.outsideWork.holds(ones.map(\.held.lease).filter(renewed.contains), for: duration)
        }
        let saying = live.filter { renewed.contains($0.held.lease) }.map { (held: $0.held, saying: $0.saying) }
        let lost = try await keep(saying)
        for one in live where lost.contains(one.held.lease) { outcomes[one.place] = .failure(.leaseLost) }
        return outcomes
    }

    func complete(_ request: Request, _ context: APIContext) async throws -> Response {
        let list = FaultList()
        var fields = Fields(try await request.requiredJSON(), into: list)
        let ending = Work.Ending(&fields)
        fields.finish()
        try list.throwIfAny()
        guard let ending else { throw Problem(.validation, "id, attempt, worker and status are required.") }
        return Answer.execution(try await end([.success(ending)], context)[0].get())
    }

    func completeMany(_ request: Request, _ context: APIContext) async throws -> Response {
        let list = FaultList()
        var fields = Fields(try await request.requiredJSON(), into: list)
        let items = fields.items()
        fields.finish()
        try list.throwIfAny()
        let outcomes = try await end(items.map { item in Work.reading(item) { Work.Ending(&$0) } }, context)
        return Answer.outcomes(outcomes, context) { execution, writer in
            writer.name("execution")
            if let execution { execution.write(to: &writer) } else { writer.null() }
        }
    }

    /// Ends the attempts that hold; one outcome each, in order.
    private func end(
        _ endings: [Result<Work.Ending, Problem>], _ context: APIContext
    ) async throws -> [Result<Execution, Problem>] {
        var outcomes: [Result<Execution, Problem>] = []
        var told: [(place: Int, completion: Completion)] = []
        var late: [Completion] = []
        var said: [(held: Work.Held, saying: Work.Saying)] = []
        let now = try await services.store.now()
        for (ending, held) in zip(endings, try await held(endings.map { $0.map(\.lease) }, context)) {
            switch (ending, held) {
            case (.failure(let problem), _), (_, .failure(let problem)): outcomes.append(.failure(problem))
            case (.success(let ending), .success(let held)):
                outcomes.append(.failure(.leaseLost))
                said.append((held, ending.saying))
                if let timedOut = held.timeLeft(at: now).flatMap({ $0 < .zero ? held.timedOut : nil }) {
                    outcomes[outcomes.count - 1] = .failure(timedOut.problem)
                    late.append(held.completion(timedOut.result))
                    continue
                }
                guard var result = ending.result(of: held.execution) else {
                    told.append((outcomes.count - 1, Completion(lease: held.lease, outcome: .handedBack)))
                    continue
                }
                if let job = held.job, let vault = services.access?.vault {
                    result = try await vault.mask(for: job.draft.target, service: job.draft.service).masked(result)
                }
                told.append((outcomes.count - 1, held.completion(result)))
            }
        }
        // First, since nothing can be said behind an end.
        let lost = try await keep(said, isLast: true)
        told.removeAll { lost.contains($0.completion.lease) }
        _ = try await finish(late.filter { !lost.contains($0.lease) })
        for (one, outcome) in zip(told, try await finish(told.map(\.completion))) {
            if case .finished(let execution) = outcome { outcomes[one.place] = .success(execution) }
        }
        return outcomes
    }

    /// What the claims name: executions that these attempts still own, and that the asker may know of; one outcome each, in
    /// order.
    private func held(
        _ named: [Result<Lease, Problem>], _ context: APIContext
    ) async throws -> [Result<Work.Held, Problem>] {
        let store = services.store
        // Reads at one time share a statement.
        let found = try await withThrowingTaskGroup(of: (Int, Execution, Job?)?.self) { group in
            for (index, lease) in named.enumerated() {
                guard case .success(let lease) = lease else { continue }
                group.addTask {
                    guard let execution = try await store.execution(lease.executionID, of: nil) else { return nil }
                    return (index, execution, try await store.job(execution.jobID))
                }
            }
            var found: [Int: (Execution, Job?)] = [:]
            for try await one in group { if let (index, execution, job) = one { found[index] = (execution, job) } }
            return found
        }
        // However many of a service come along, it is one request of its limit.
        var counted: Set<String> = []
        var outcomes: [Result<Work.Held, Problem>] = []
        for (index, lease) in named.enumerated() {
            do {
                let lease = try lease.get()
                guard let (execution, job) = found[index] else { throw Problem.noExecution }
                try await services.doorkeeper.require(
                    service: execution.service, labels: job?.draft.labels ?? [:], context, orMissing: .noExecution,
                    counts: counted.insert(execution.service).inserted)
                guard execution.status == .running, execution.attempt == lease.attempt,
                    execution.worker == lease.worker
                else { throw Problem.leaseLost }
                outcomes.append(.success(Work.Held(lease: lease, execution: execution, job: job)))
            } catch {
                let problem = Problem(mapping: error)
                // A limit that is met, and a store that is gone, are so for all of them.
                if problem.kind.status == 429 || problem.kind.status >= 500 { throw problem }
                outcomes.append(.failure(problem))
            }
        }
        return outcomes
    }

    /// Keeps what attempts say; of those that say nothing the store hears nothing.
    /// - Parameter isLast: whether their ends follow, which tell how far they came.
    /// - Returns: those that have lost their lease.
    private func keep(
        _ said: [(held: Work.Held, saying: Work.Saying)], isLast: Bool = false
    ) async throws -> Set<Lease> {
        let said = said.filter { !$0.saying.isEmpty }
        if said.isEmpty { return [] }
        var reports: [AttemptReport] = []
        for (held, saying) in said {
            var mask: SecretMask?
            if let job = held.job, let vault = services.access?.vault {
                mask = try await vault.mask(for: job.draft.target, service: job.draft.service)
            }
            reports.append(saying.report(by: held.lease, mask))
        }
        var lost: Set<Lease> = []
        for (one, outcome) in zip(said, try await services.store.keep(reports)) {
            switch outcome {
            case .leaseLost: lost.insert(one.held.lease)
            case .kept(let progress):
                if !one.saying.lines.isEmpty { services.lineBell.ring(one.held.execution.id) }
                guard let progress, !isLast else { continue }
                var execution = one.held.execution
                execution.progress = progress
                services.progressNews.tell(execution)
            }
        }
        return lost
    }

    private func finish(_ completions: [Completion]) async throws -> [FinishOutcome] {
        if completions.isEmpty { return [] }
        let outcomes = try await services.store.finish(completions)
        services.outsideWork.ended(completions.map(\.lease))
        for (completion, outcome) in zip(completions, outcomes) {
            guard case .finished(let ended) = outcome else { continue }
            services.spans.attempted(ended, completion, target: "worker")
            services.progressNews.ended(ended.id)
            services.events.publish(.executionUpdated, ended)
            services.lineBell.ring(ended.id)
            services.measures.ended(ended)
        }
        for outcome in outcomes where outcome == .leaseLost { services.measures.staleCompletion() }
        services.bell.workWaiting()
        return outcomes
    }
}

extension ClaimedExecution {
    fileprivate func write(to writer: inout JSONWriter, _ spans: Spans) {
        // The lane of outside workers holds worker targets alone.
        guard case .worker(let task, let payload) = target else { return execution.write(to: &writer) }
        var attempt = AttemptRequest(self)
        attempt.traceparent = spans.traceparent(of: execution)
        execution.write(to: &writer, work: (task, payload, attempt.carriedTrace))
    }
}
