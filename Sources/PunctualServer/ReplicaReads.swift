internal import PunctualCore
internal import PunctualSchedule
internal import ServiceLifecycle
internal import Synchronization

/// A copy of the primary's data that only reads.
protocol Replica: Sendable {
    /// Host and port, for logs.
    var name: String { get }
    var reader: any JobStore & HistoryStore & ExecutionStore { get }

    /// How far it has replayed the primary's log, and how old its newest transaction may be.
    func state() async throws(StoreError) -> (position: UInt64, age: Duration)
}

/// Answers lists, counts and histories from replicas in turn, and everything else from the primary.
///
/// What was written through this node is seen by its later reads: a replica that has not replayed it yet is passed over.
/// So is one that does not answer or lags. Scheduling and claims never come here.
final class ReplicaReads: Service {
    let replicas: [any Replica]
    /// How far the primary's log is.
    private let primaryPosition: @Sendable () async throws(StoreError) -> UInt64
    private let mostAge: Duration
    private let changed: @Sendable (_ replica: String, _ fault: String?) -> Void
    private let state: Mutex<State>

    private struct State {
        struct Health {
            var position: UInt64 = 0
            var age = Duration.zero
            var askedAt = ContinuousClock.now
            /// nil before it was first asked.
            var isWell: Bool?
        }

        var health: [Health]
        var turn = 0
        /// How many writes came through this node.
        var writes = 0
        /// The primary's position after so many of them.
        var known: (writes: Int, position: UInt64) = (0, 0)
    }

    /// - Parameters:
    ///   - mostAge: a replica whose data are older is left out.
    ///   - changed: told when a replica is left out, and why, or taken in.
    init(
        _ replicas: [any Replica], mostAge: Duration,
        primaryPosition: @escaping @Sendable () async throws(StoreError) -> UInt64,
        changed: @escaping @Sendable (_ replica: String, _ fault: String?) -> Void = { _, _ in }
    ) {
        self.replicas = replicas
        self.mostAge = mostAge
        self.primaryPosition = primaryPosition
        self.changed = changed
        state = Mutex(State(health: replicas.map { _ in State.Health() }))
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { [self] in
                try await withThrowingDiscardingTaskGroup { group in
                    // Each by itself: one that does not answer keeps nobody from looking at the others.
                    for index in replicas.indices {
                        group.addTask {
                            while true {
                                await self.look(at: index)
                                try await Task.sleep(for: .milliseconds(500))
                            }
                        }
                    }
                }
            }
        } catch is CancellationError {}
    }

    /// Asks a replica how far it is.
    func look(at index: Int) async {
        let now = ContinuousClock.now
        var health = State.Health(isWell: false)
        var fault: String?
        do throws(StoreError) {
            let seen = try await replicas[index].state()
            health = State.Health(
                position: seen.position, age: seen.age, askedAt: now, isWell: seen.age <= mostAge)
            if seen.age > mostAge { fault = "its newest data are \(seen.age.text) old" }
        } catch {
            // A replica that does not answer is not well; the primary serves meanwhile.
            if error == .cancelled { return }
            fault = "\(error)"
        }
        note(health, fault, of: index)
    }

    private func note(_ health: State.Health, _ fault: String?, of index: Int) {
        let wasWell = state.withLock { state in
            defer { state.health[index] = health }
            return state.health[index].isWell
        }
        if wasWell != health.isWell { changed(replicas[index].name, fault) }
    }

    /// A caller of this node wrote something: replicas must have it before they are read again.
    func wrote() { state.withLock { $0.writes += 1 } }

    /// Reads from a replica that is well and has all that this node wrote, else from the primary.
    func read<Value: Sendable>(
        from primary: any JobStore & HistoryStore & ExecutionStore,
        _ body: (any JobStore & HistoryStore & ExecutionStore) async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        guard let index = await choose() else { return try await body(primary) }
        do throws(StoreError) {
            let value = try await body(replicas[index].reader)
            let health = state.withLock { $0.health[index] }
            Staleness.current?.note(health.age + health.askedAt.duration(to: .now))
            return value
        } catch {
            // Whatever the replica complains of, a conflict with its replay or its end, the primary may do.
            if error == .cancelled { throw error }
            note(State.Health(isWell: false), "\(error)", of: index)
            return try await body(primary)
        }
    }

    /// The next replica in turn that may be read; nil when none may.
    private func choose() async -> Int? {
        guard let needed = await neededPosition() else { return nil }
        for index in turn() {
            if state.withLock({ $0.health[index].position >= needed }) { return index }
            await look(at: index)
            let health = state.withLock { $0.health[index] }
            if health.isWell == true, health.position >= needed { return index }
        }
        return nil
    }

    /// How long what a replica said of itself counts; one that is frozen says nothing.
    private static let healthLasts = Duration.seconds(3)

    /// The replicas that are well, the next in turn first.
    private func turn() -> [Int] {
        state.withLock { state in
            let count = replicas.count
            state.turn = (state.turn + 1) % count
            return (0..<count).map { (state.turn + $0) % count }.filter { index in
                let health = state.health[index]
                return health.isWell == true && health.askedAt.duration(to: .now) < ReplicaReads.healthLasts
            }
        }
    }

    /// The position that replicas must have reached; nil when the primary does not tell.
    private func neededPosition() async -> UInt64? {
        let (writes, known) = state.withLock { ($0.writes, $0.known) }
        if known.writes == writes { return known.position }
        do throws(StoreError) {
            let position = try await primaryPosition()
            state.withLock { if $0.known.writes < writes { $0.known = (writes, position) } }
            return position
        } catch {
            // Then the primary is asked for the rows, too, and tells why.
            return nil
        }
    }
}
