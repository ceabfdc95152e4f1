package import PunctualCore
internal import PunctualSchedule
internal import PunctualTracing
internal import ServiceLifecycle
internal import Synchronization

/// Claims executions, runs them, and tells the store how they ended.
package final class WorkerService: Service {
    private let name: String
    let lane: Lane
    private let tasks: Set<String>?
    private let takes: @Sendable (_ task: String) -> Bool
    private let store: any ExecutionStore
    private let executor: any Executor
    private let recorder: OutputRecorder?
    private let bell: SignalBell
    /// Rings for this worker: something waits, or something has ended.
    let doorbell: Doorbell
    let hints: Hints?
    let options: EngineOptions
    let instruments: Instruments
    private let random: @Sendable () -> Double
    private let pace: Pace
    private let inHand = WorkInHand()
    private let endings: Endings
    /// Looks in a row that found executions available and took none.
    private let vainLooks = Mutex(0)
    /// What claims brought that had been given up.
    private let lateClaims = Mutex<[ClaimedExecution]>([])
    /// Attempts that claims under way may bring.
    private let asked = Mutex(0)
    private let claimLimit: CallLimit
    private let renewLimit: CallLimit

    /// - Parameters:
    ///   - name: who claims; unique among workers.
    ///   - lane: of what it takes.
    ///   - tasks: only these; nil means any.
    ///   - takes: whether it takes one of `tasks` now; what it does not waits for others, or for later.
    ///   - recorder: keeps what attempts say; nil lets nobody hear it.
    ///   - hints: what else than the bell tells it of work; nil means nothing.
    ///   - random: draws from 0 to 1, for the pauses between attempts.
    ///   - pace: how time passes for leases and for repeated calls.
    package init(
        name: String, lane: Lane = .builtIn, tasks: Set<String>? = nil,
        takes: @escaping @Sendable (_ task: String) -> Bool = { _ in true }, store: any ExecutionStore,
        executor: any Executor, bell: SignalBell, hints: Hints? = nil, options: EngineOptions,
        instruments: Instruments, recorder: OutputRecorder? = nil,
        random: @escaping @Sendable () -> Double = { .random(in: 0...1) },
        pace: Pace = .real
    ) {
        self.name = name
        self.lane = lane
        self.tasks = tasks
        self.takes = takes
        self.store = store
        self.executor = executor
        self.recorder = recorder
        self.bell = bell
        self.hints = hints
        doorbell = lane == .broker ? bell.publishers : bell.workers
        self.options = options
        self.instruments = instruments
        self.random = random
        self.pace = pace
        func limit(_ name: String, _ duration: Duration?) -> CallLimit {
            CallLimit(name, duration, abandonedAtMost: options.abandonedCalls, instruments: instruments)
        }
        claimLimit = limit("claim", options.claimTimeout)
        renewLimit = limit("renew", options.renewTimeout)
        endings = Endings(
            store: store, limit: limit("finish", options.finishTimeout), batch: options.finishBatch, inHand: inHand,
            bell: bell, instruments: instruments, pace: pace)
    }

    package func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.heartbeats() }
            // Ends on the signal to stop; what it began goes on in the group.
            await self.claims(into: &group)
            await self.drain()
            group.cancelAll()
        }
    }

    private func claims(into group: inout DiscardingTaskGroup) async {
        // The group can't be handed into an escaping step, so the claims come out of a stream of batches.
        let batches = AsyncStream<[ClaimedExecution]>.makeStream()
        let give: @Sendable ([ClaimedExecution]) -> Void = { claimed in
            if !claimed.isEmpty { batches.continuation.yield(claimed) }
        }
        group.addTask { [self] in
            await withDiscardingTaskGroup { loops in
                loops.addTask { await self.look(give) }
                if let hints = self.hints { loops.addTask { await self.follow(hints, give) } }
            }
            batches.continuation.finish()
        }
        for await batch in batches.stream {
            for claimed in batch { group.addTask { await self.process(claimed) } }
        }
    }

    /// Claims what the store has, until the signal to stop.
    private func look(_ give: @escaping @Sendable ([ClaimedExecution]) -> Void) async {
        do {
            try await repeatUntilShutdown { [self] in
                var (count, isTold) = (0, false)
                do throws(StoreError) {
                    let (claimed, isFull) = try await claimBatch()
                    instruments.loopLived(lane == .broker ? "publisher" : "worker")
                    count = claimed.count
                    give(claimed)
                    // There may be more, and the next room may be there already.
                    if isFull, room > 0 { return }
                    isTold = try await hints?.tellAll() ?? false
                } catch {
                    instruments.loopFailed("worker", error)
                    try await Task.sleep(for: options.pollInterval)
                }
                if isTold {
                    // What hints tell of is claimed by them; this finds what nobody was told of.
                    try await Task.sleep(for: options.pollInterval)
                } else {
                    try await doorbell.wait(atMost: await pause(claimed: count))
                }
            }
        } catch {
            instruments.loopFailed("worker", error)
        }
    }

    /// How long to wait for the bell: until the next execution becomes available, at most the poll interval.
    ///
    /// What is available and was not claimed waits for room in its queue, and the end of work rings; or it came just now.
    /// So the next look is soon, and those after it ever later. What this worker is not there for wakes nobody.
    /// - Parameter claimed: how many the claim before took.
    package func pause(claimed: Int) async -> Duration {
        if room == 0 { return options.pollInterval }
        do throws(StoreError) {
            let choice = WorkChoice(
                lane: lane, queues: options.queues.map { Set($0.keys) }, services: options.services,
                leastPriority: options.leastPriority)
            let wait = try await claimLimit.run { [store] () async throws(StoreError) in
                try await store.nextAvailable(for: choice)
            }
            let looks = vainLooks.withLock { looks in
                looks = claimed > 0 || wait.map { $0 > .zero } ?? true ? 0 : looks + 1
                return looks
            }
            guard let wait else { return options.pollInterval }
            return min(wait > .zero ? wait : .milliseconds(1 << min(looks, 20)), options.pollInterval)
        } catch {
            return options.pollInterval
        }
    }

    /// Takes what there is room for.
    package func claim() async throws(StoreError) -> [ClaimedExecution] { try await claimBatch().claimed }

    /// How many attempts may begin.
    var room: Int { max(0, inHand.room(of: options.concurrency, untold: options.untold) - asked.withLock { $0 }) }

    /// - Returns: what was claimed, and whether that is all that was asked for.
    private func claimBatch() async throws(StoreError) -> (claimed: [ClaimedExecution], isFull: Bool) {
        let late = takeLateClaims()
        if !late.isEmpty { return (late, true) }
        let room = min(room, options.claimBatch)
        guard room > 0 else { return ([], false) }
        let claimed = try await claim(room: room)
        return (claimed, claimed.count == room)
    }

    /// Takes as many as there is room for.
    /// - Parameters:
    ///   - executions: only these; nil means whatever waits.
    ///   - shares: at most that many of each of these queues; nil means of any.
    func claim(
        of executions: Set<Identifier>? = nil, from shares: [String: Int]? = nil, room: Int
    ) async throws(StoreError) -> [ClaimedExecution] {
        asked.withLock { $0 += room }
        defer { asked.withLock { $0 -= room } }
        let before = pace.now()
        let request = request(atMost: room, of: executions, from: shares)
        if request.tasks?.isEmpty == true { return [] }
        let claimed = try await claimLimit.run(
            late: { [self] claimed in
                hold(claimed, since: before)
                lateClaims.withLock { $0 += claimed }
                bell.workWaiting()
            },
            { [store] () async throws(StoreError) in try await store.claim(request) })
        hold(claimed, since: before)
        return claimed
    }

    /// What to ask for, by the room that each queue has.
    private func request(
        atMost limit: Int, of executions: Set<Identifier>?, from shares: [String: Int]?
    ) -> ClaimRequest {
        var queues = options.queues
        if let limits = options.queues {
            for (queue, count) in inHand.countByQueue() { queues?[queue] = max(0, (limits[queue] ?? 0) - count) }
        }
        if let shares {
            let rooms = queues
            queues = Dictionary(
                uniqueKeysWithValues: shares.map { queue, share in
                    (queue, rooms.map { min($0[queue] ?? 0, share) } ?? share)
                })
        }
        var request = ClaimRequest(
            worker: name, lane: lane, queues: queues, tasks: tasks.map { $0.filter(takes) }, executions: executions,
            limit: limit,
            lease: options.lease)
        request.services = options.services
        request.leastPriority = options.leastPriority
        return request
    }

    private func hold(_ claimed: [ClaimedExecution], since began: ContinuousClock.Instant) {
        instruments.claimed(claimed.count)
        if let hints, !claimed.isEmpty {
            hints.saw(Set(claimed.map { HintLine(lane: lane, queue: $0.execution.queue) }))
        }
        for execution in claimed {
            inHand.begin(execution, trustedUntil: began.advanced(by: options.lease - options.leaseMargin))
        }
    }

    /// Those whose lease still holds: they are run like any other. The reaper sees to the rest.
    private func takeLateClaims() -> [ClaimedExecution] {
        let late = lateClaims.withLock { late in
            defer { late = [] }
            return late
        }
        let now = pace.now()
        return late.filter { claimed in
            let isTrusted = inHand.isTrusted(claimed.lease, at: now)
            if !isTrusted { inHand.end(claimed.lease) }
            return isTrusted
        }
    }

    /// Runs one claimed execution to the end of its attempt.
    package func process(_ claimed: ClaimedExecution) async {
        var scope = WorkScope()
        scope.executionID = claimed.execution.id
        scope.jobID = claimed.execution.jobID
        scope.attempt = claimed.execution.attempt
        await scope.cover { await run(claimed) }
    }

    private func run(_ claimed: ClaimedExecution) async {
        instruments.started(claimed.execution, inHand: inHand.count)
        let began = pace.now()
        let output = recorder?.begin(claimed.lease)
        var request = AttemptRequest(claimed)
        request.output = output?.sink
        let span = instruments.spans.attempt(claimed.execution, target: claimed.target.type)
        request.traceparent = instruments.spans.carried(by: span.context).first { $0.name == "traceparent" }?.value
        // Awaited below; a task of its own so that a lost lease can stop this attempt alone.
        let task = await span.cover { Task { [executor, request] in await executor.execute(request) } }
        inHand.attach(task, to: claimed.lease)
        let result = await task.value
        span.end(with: result)
        // Before its end is told, since nothing can be said behind it.
        await output?.end()
        inHand.ran(claimed.lease)
        await conclude(claimed, result, took: pace.now() - began)
    }

    /// Tells the store how an attempt ended, and lets go of it. While another one tells it, that one tells this, too.
    package func conclude(_ claimed: ClaimedExecution, _ result: AttemptResult, took: Duration) async {
        if let completion = completion(of: claimed, result) {
            await endings.tell(Ending(claimed: claimed, completion: completion, took: took))
        } else {
            inHand.end(claimed.lease)
            bell.workWaiting()
        }
    }

    /// Whether an attempt was told to stop.
    package func isStopped(_ claimed: ClaimedExecution) -> Bool { inHand.stopReason(of: claimed.lease) != nil }

    /// What to tell the store; nil when the lease is lost and nothing may be told.
    private func completion(of claimed: ClaimedExecution, _ result: AttemptResult) -> Completion? {
        var completion = result.completion(
            of: claimed.lease, maxAttempts: claimed.execution.maxAttempts, policy: claimed.retryPolicy,
            // Drawn from the system, which takes its time; what succeeded is not tried again.
            random: result.verdict == .succeeded ? 0 : random())
        guard result.verdict != .succeeded, let stop = inHand.stopReason(of: claimed.lease) else {
            return completion
        }
        switch stop {
        case .leaseLost: return nil
        case .cancelled:
            completion.outcome = .cancelled
            completion.reason = .cancelled
        case .shutdown:
            completion.outcome = .handedBack
            completion.reason = .shutdown
            completion.result = nil
        }
        return completion
    }

    private func heartbeats() async {
        while !Task.isCancelled {
            try? await bell.heartbeats.wait(atMost: options.lease / 3)  // Cancelled, the condition sees it.
            await renew()
        }
    }

    /// Prolongs every lease in hand, and stops the attempts whose lease is lost or that somebody cancelled.
    package func renew() async {
        let before = pace.now()
        let (live, expired) = inHand.leases(at: before)
        for lease in expired where inHand.stop(lease, because: .leaseLost) { instruments.leaseLost(lease) }
        if live.isEmpty { return }
        let (store, lease) = (self.store, options.lease)
        do throws(StoreError) {
            let outcomes = try await renewLimit.run { () async throws(StoreError) in
                try await store.renew(live, for: lease)
            }
            for (lease, outcome) in zip(live, outcomes) {
                switch outcome {
                case .renewed(_, let cancelRequested):
                    inHand.trust(
                        lease, until: before.advanced(by: options.lease - options.leaseMargin))
                    if cancelRequested { inHand.stop(lease, because: .cancelled) }
                case .lost:
                    if inHand.stop(lease, because: .leaseLost) { instruments.leaseLost(lease) }
                }
            }
        } catch {
            instruments.loopFailed("heartbeat", error)
        }
    }

    /// Stops an attempt of this worker that somebody cancelled, without waiting for the next heartbeat.
    package func cancelled(_ execution: Identifier) {
        for lease in inHand.leases(of: execution) { inHand.stop(lease, because: .cancelled) }
    }

    /// Nobody runs them any more.
    private func handBackLateClaims() async {
        for claimed in takeLateClaims() {
            inHand.stop(claimed.lease, because: .shutdown)
            await conclude(claimed, AttemptResult(.cancelled), took: .zero)
        }
    }

    /// Lets what runs finish for the grace period, then stops it and hands it back.
    private func drain() async {
        let deadline = ContinuousClock.now.advanced(by: options.shutdownGrace)
        while inHand.count > 0, ContinuousClock.now < deadline, !Task.isCancelled {
            await handBackLateClaims()
            try? await Task.sleep(for: .milliseconds(20))  // A cancelled one is seen by the condition.
        }
        inHand.stopAll(because: .shutdown)
        let last = ContinuousClock.now.advanced(by: .seconds(8))
        while inHand.count > 0, ContinuousClock.now < last {
            await handBackLateClaims()
            // A task of its own is not cancelled with this one: what was stopped is handed back all the same, and waited
            // for without spinning.
            await Task { try? await Task.sleep(for: .milliseconds(20)) }.value  // Never cancelled.
        }
    }
}
