internal import PunctualCore
internal import PunctualEngine
internal import PunctualSchedule
internal import Synchronization

/// The store, the nodes, the one true time and the dice.
///
/// `@unchecked Sendable` because the whole simulation is one chain of awaits: every call is awaited before the next
/// begins, so nothing is ever touched by two at once.
final class SimulatedWorld: @unchecked Sendable {
    let store: any Simulation.Store
    /// The virtual truth, which the store reads too.
    let clock: ManualClock
    let twin: Simulation.Twin?
    var random: SimulationRandom
    var witness = SimulationWitness()
    private(set) var jobs: [Job] = []

    private var nodes: [SimulatedNode] = []
    private var generations = Array(repeating: 0, count: Simulation.nodes)
    private var restartAt = Array(repeating: Timestamp.earliest, count: Simulation.nodes)
    private var isFaulty = true
    /// How many steps of other nodes are nested in store calls now.
    private var depth = 0
    private var calls = 0
    private var crashes = 0
    private var pauses = 0
    private var failedCalls = 0
    private var rows = 0

    init(seed: UInt64, twin: Simulation.Twin?, clock: ManualClock, store: any Simulation.Store) {
        self.store = store
        self.clock = clock
        self.twin = twin
        random = SimulationRandom(seed: seed)
        for index in 0..<Simulation.nodes { nodes.append(boot(index)) }
    }

    private func boot(_ index: Int) -> SimulatedNode {
        generations[index] += 1
        let store = FaultyStore(world: self, node: index, generation: generations[index])
        // The world outlives its nodes' steps; a strong reference here would be a cycle.
        let node = SimulatedNode(
            name: "node-\(index)-\(generations[index])", store: store, isStubborn: index == 0,
            pace: pace(of: index, generations[index])
        ) { [weak self] in
            self?.random.unit() ?? 0
        }
        node.skew = .milliseconds(random.int(in: -5000...5000))
        return node
    }

    /// The monotonic clock of one node, which its own clock's jumps leave alone.
    private func pace(of index: Int, _ generation: Int) -> Pace {
        let start = clock.now()
        let zero = ContinuousClock.now
        return Pace(
            now: { [weak self] in
                // A dead process waits for nothing: all its time is over.
                guard let self, isAlive(index, generation) else { return zero.advanced(by: .seconds(1_000_000_000)) }
                return zero.advanced(by: clock.now() - start)
            },
            sleep: { [weak self] duration in
                guard let self, isAlive(index, generation) else { return }
                pass(duration)
                await othersGoOn()
            })
    }

    func createJobs() async {
        for index in 0..<7 {
            let job = SimulatedJobs.job(index, at: clock.now(), random: &random)
            jobs.append(job)
            witness.created(job)
        }
        do throws(StoreError) {
            for case .failure(let error) in try await store.create(jobs) { witness.violate("create: \(error)") }
        } catch {
            witness.violate("create: \(error)")
        }
    }

    func pass(_ duration: Duration) { clock.advance(by: duration) }

    /// One step of each node, in an order that the dice decide.
    func round(isFaulty: Bool) async {
        for index in random.shuffled(Array(nodes.indices)) {
            if nodes[index].isDead, !nodes[index].isBusy, clock.now() >= restartAt[index] { nodes[index] = boot(index) }
            if isFaulty { strike(index) }
            await step(index)
        }
    }

    /// An operator does something, by way of a node.
    func operate() async {
        do throws(StoreError) {
            try await SimulatedOperator(world: self, store: faultyStore(random.int(in: 0...nodes.count - 1))).act()
        } catch {
            // Refused, lost or without an answer; the witness saw what took effect.
            witness.trace(13)
        }
    }

    /// From now on nothing fails, and what had stopped goes on.
    func endFaults() async {
        isFaulty = false
        for queue in SimulatedOperator.queues {
            do throws(StoreError) {
                _ = try await store.setQueue(queue, paused: false)
                witness.setQueue(queue, paused: false)
            } catch {
                witness.violate("resuming queue \(queue): \(error)")
            }
        }
        for index in nodes.indices {
            nodes[index].pausedUntil = .earliest
            restartAt[index] = .earliest
        }
    }

    private func strike(_ index: Int) {
        if random.chance(2) { crash(index) }
        if random.chance(4) {
            pauses += 1
            nodes[index].pausedUntil = clock.now() + .seconds(random.int(in: 2...40))
        }
        if random.chance(3) { nodes[index].skew = .seconds(random.pick([-3600, 3600])) }
    }

    private func crash(_ index: Int) {
        guard !nodes[index].isDead else { return }
        crashes += 1
        nodes[index].isDead = true
        restartAt[index] = clock.now() + .seconds(random.int(in: 1...20))
    }

    private func step(_ index: Int) async {
        let node = nodes[index]
        guard !node.isDead, !node.isBusy, node.pausedUntil <= clock.now() else { return }
        node.isBusy = true
        defer { node.isBusy = false }
        for loop in random.shuffled([0, 1, 2]) where !node.isDead {
            do throws(StoreError) {
                switch loop {
                case 0: try await node.tick()
                case 1: try await node.work(in: self, through: faultyStore(index))
                default: try await node.reap()
                }
            } catch {
                // As the engine's loops do: the next step tries again. The witness saw what took effect.
                witness.trace(7)
            }
        }
    }

    private func faultyStore(_ index: Int) -> FaultyStore {
        FaultyStore(world: self, node: index, generation: generations[index])
    }

    /// Whether the simulation injects faults now.
    var injectsFaults: Bool { isFaulty }

    // MARK: What the store calls pass through

    /// Lets others go on, time pass, the node die, or the call fail before it takes effect.
    func before(_ kind: String, node index: Int, generation: Int) async throws(StoreError) {
        try requireAlive(index, generation)
        calls += 1
        witness.trace(kind)
        witness.trace(UInt64(index), UInt64(bitPattern: clock.now().milliseconds))
        if isFaulty {
            if random.chance(1) { crash(index) }
            if random.chance(4) {
                failedCalls += 1
                throw .unavailable("the call did not arrive")
            }
        }
        if depth < 3, random.chance(25) {
            // A long one is a pause in the middle of a step, past any lease.
            if isFaulty {
                pass(.milliseconds(random.chance(8) ? random.int(in: 5000...30_000) : random.int(in: 0...300)))
            }
            await othersGoOn()
        }
        try requireAlive(index, generation)
    }

    private func othersGoOn() async {
        guard depth < 3 else { return }
        depth += 1
        for _ in 0..<random.int(in: 1...2) { await step(random.int(in: 0...nodes.count - 1)) }
        depth -= 1
    }

    /// The call took effect; its answer may get lost, or the node die before it comes.
    func after(_ kind: String, node index: Int, generation: Int) throws(StoreError) {
        guard isFaulty else { return }
        if random.chance(1) { crash(index) }
        if random.chance(4) {
            failedCalls += 1
            throw .unavailable("the answer did not come")
        }
        try requireAlive(index, generation)
    }

    private func requireAlive(_ index: Int, _ generation: Int) throws(StoreError) {
        if !isAlive(index, generation) { throw .unavailable("the node is dead") }
    }

    private func isAlive(_ index: Int, _ generation: Int) -> Bool {
        generations[index] == generation && !nodes[index].isDead
    }

    /// Runs the store's part; the broken twin that trusts nodes' clocks reads the node's time in it.
    func seenFrom<Value>(
        _ index: Int, _ body: () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        guard twin == .trustingNodeClocks else { return try await body() }
        let truth = clock.now()
        clock.set(truth + nodes[index].skew)
        defer { clock.set(truth) }
        return try await body()
    }

    // MARK: The end

    /// Whether nothing is due, waiting or running any more.
    func isDrained() async -> Bool {
        guard let last = jobs.compactMap(\.draft.endsAt).max(), clock.now() > last else { return false }
        do throws(StoreError) {
            let counts = try await store.counts()
            let open = [.pending, .running, .buffered].reduce(0) { $0 + (counts.executions[$1] ?? 0) }
            return counts.due == 0 && open == 0
        } catch {
            witness.violate("counts: \(error)")
            return true
        }
    }

    func checkEnd() async {
        for job in jobs {
            do throws(StoreError) {
                let executions = try await executions(of: job.id)
                rows += executions.count
                witness.checkRows(executions, of: job, now: try await store.job(job.id))
            } catch {
                witness.violate("reading job \(job.draft.name): \(error)")
            }
        }
    }

    private func executions(of job: Identifier) async throws(StoreError) -> [Execution] {
        var query = ExecutionQuery()
        query.jobID = job
        query.limit = 200
        var executions: [Execution] = []
        repeat {
            let page = try await store.executions(query)
            executions += page.items
            query.after = page.next
        } while query.after != nil
        return executions
    }

    func report(seed: UInt64) -> Simulation.Report {
        Simulation.Report(
            seed: seed, violations: witness.violations, traceHash: witness.traceHash, calls: calls, crashes: crashes,
            pauses: pauses, failedCalls: failedCalls, acts: witness.acts, racesLost: witness.racesLost,
            staleCompletions: witness.staleCompletions, completions: witness.completions, executions: rows)
    }
}
