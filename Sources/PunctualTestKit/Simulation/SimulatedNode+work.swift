internal import PunctualCore
internal import PunctualEngine
internal import PunctualSchedule

extension SimulatedNode {
    /// One turn of the worker: heartbeats, the ends of attempts, new claims.
    func work(in world: SimulatedWorld, through store: FaultyStore) async throws(StoreError) {
        if let worker { return try await work(worker, in: world) }
        try await renew(world, store)
        try await finishEnded(world, store)
        try await claim(world, store)
    }

    /// The engine's own worker; only what its executor does comes from the dice.
    private func work(_ worker: WorkerService, in world: SimulatedWorld) async throws(StoreError) {
        if renewAt <= world.clock.now() {
            renewAt = world.clock.now() + SimulatedNode.lease / 3
            await worker.renew()
        }
        var index = 0
        while index < hands.count {
            let hand = hands[index]
            let isStopped = worker.isStopped(hand.claimed)
            guard isStopped || hand.endsAt <= world.clock.now() else {
                index += 1
                continue
            }
            hands.remove(at: index)
            // Work that was told to stop may have been done just before.
            let result = isStopped && world.random.chance(80) ? AttemptResult(.cancelled) : hand.result
            await worker.conclude(hand.claimed, result, took: .zero)
        }
        hold(try await worker.claim(), in: world)
    }

    // MARK: The stubborn one
    // It is worse than the engine's worker on purpose: it may tell the end of an attempt long after the lease is lost.

    private func renew(_ world: SimulatedWorld, _ store: FaultyStore) async throws(StoreError) {
        let now = world.clock.now()
        let live = hands.indices.filter { !hands[$0].isLost && hands[$0].endsAt > now }
        guard live.contains(where: { hands[$0].renewAt <= now }) else { return }
        let outcomes = try await store.renew(live.map { hands[$0].claimed.lease }, for: SimulatedNode.lease)
        for (index, outcome) in zip(live, outcomes) {
            switch outcome {
            case .renewed(_, let cancelRequested):
                hands[index].renewAt = now + SimulatedNode.lease / 3
                if cancelRequested {
                    hands[index].endsAt = now
                    hands[index].completion = Completion(
                        lease: hands[index].claimed.lease, outcome: .cancelled, reason: .cancelled)
                }
            case .lost:
                hands[index].isLost = true
            }
        }
        // Half of those who lost theirs stop at once; the others go on to their end and tell it.
        hands = hands.filter { !$0.isLost || !world.random.chance(50) }
    }

    private func finishEnded(_ world: SimulatedWorld, _ store: FaultyStore) async throws(StoreError) {
        var index = 0
        while index < hands.count {
            let hand = hands[index]
            guard hand.endsAt <= world.clock.now() else {
                index += 1
                continue
            }
            let completion =
                hand.completion
                ?? hand.result.completion(
                    of: hand.claimed.lease, maxAttempts: hand.claimed.execution.maxAttempts,
                    policy: hand.claimed.retryPolicy, random: world.random.unit())
            // Kept, so that a repeated call says the same.
            hands[index].completion = completion
            _ = try await store.finish(completion)
            hands.remove(at: index)
        }
    }

    private func claim(_ world: SimulatedWorld, _ store: FaultyStore) async throws(StoreError) {
        let room = SimulatedNode.room - hands.count
        guard room > 0 else { return }
        let request = ClaimRequest(worker: name, limit: room, lease: SimulatedNode.lease)
        hold(try await store.claim(request), in: world)
    }

    private func hold(_ claimed: [ClaimedExecution], in world: SimulatedWorld) {
        let now = world.clock.now()
        for execution in claimed {
            let (takes, verdict) = world.injectsFaults ? fate(&world.random) : (.zero, .succeeded)
            hands.append(
                Hand(
                    claimed: execution, endsAt: now + takes, result: AttemptResult(verdict),
                    renewAt: now + SimulatedNode.lease / 3))
        }
    }

    private func fate(_ random: inout SimulationRandom) -> (Duration, AttemptResult.Verdict) {
        func failed(_ reason: ExecutionReason, isRetryable: Bool) -> AttemptResult.Verdict {
            .failed(reason: reason, error: "as the dice fell", isRetryable: isRetryable, retryAfter: nil)
        }
        let short = Duration.milliseconds(random.int(in: 0...2000))
        return switch random.int(in: 0...99) {
        case 0..<64: (short, .succeeded)
        case 64..<76: (short, failed(.connection, isRetryable: true))
        case 76..<80: (short, failed(.exitCode, isRetryable: false))
        case 80..<90: (.seconds(random.int(in: 3...9)), .succeeded)
        // It hangs until its time limit.
        default: (.seconds(random.int(in: 20...50)), failed(.timeout, isRetryable: true))
        }
    }
}
