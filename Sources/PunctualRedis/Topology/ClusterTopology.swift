internal import NIOCore
internal import Synchronization

/// A cluster: the map of its slots as some server told it, and as redirections have corrected it since.
final class ClusterTopology: Topology {
    private struct Place: Hashable {
        let host: RedisHost
        let isReplica: Bool
    }

    private struct State {
        var map = SlotMap()
        var known: [Place: RedisServer] = [:]
        var fault = RedisError(.unavailable, "no server of the cluster has been asked yet")
        var hasMap = false
        var keeper: Task<Void, Never>?
        var isClosed = false
    }

    private let seeds: [RedisHost]
    private let opening: Opening
    private let told: @Sendable (Lane.Event) -> Void
    private let changed: @Sendable () -> Void
    private let alarm = Alarm()
    private let state = Mutex(State())

    /// How often the map is asked for although nothing has happened.
    private static let interval = Duration.seconds(5)

    init(
        _ seeds: [RedisHost], _ opening: Opening, told: @escaping @Sendable (Lane.Event) -> Void,
        changed: @escaping @Sendable () -> Void
    ) {
        self.seeds = seeds
        self.opening = opening
        self.told = told
        self.changed = changed
    }

    func start() {
        // Ends with `close`, which awaits it.
        let keeper = Task {
            while !Task.isCancelled {
                let isKnown = await look()
                await alarm.wait(isKnown ? ClusterTopology.interval : .milliseconds(100))
                // A storm of redirections asks no more often than this.
                try? await Task.sleep(for: .milliseconds(50))  // Cancelled by `close`, the condition sees it.
            }
        }
        state.withLock { $0.keeper = keeper }
    }

    func server(for key: String?, isRead: Bool) throws(RedisError) -> RedisServer {
        let slot = key.map(KeySlot.of)
        return try state.withLock { state throws(RedisError) in
            guard state.hasMap else { throw state.fault }
            guard let shard = slot.map({ state.map[$0] }) ?? state.map.shards.randomElement() else {
                throw RedisError(.unavailable, "no server has slot \(slot ?? 0); see CLUSTER INFO")
            }
            if isRead, opening.settings.readsReplicas, let replica = shard.replicas.randomElement() {
                return server(Place(host: replica, isReplica: true), &state)
            }
            return server(Place(host: shard.master, isReplica: false), &state)
        }
    }

    private func server(_ place: Place, _ state: inout State) -> RedisServer {
        if let known = state.known[place] { return known }
        let made = RedisServer(
            place.host, as: place.isReplica ? .replica : .master(isChecked: false), opening, told: told)
        state.known[place] = made
        return made
    }

    func server(redirected error: RedisError, by host: RedisHost) -> RedisServer? {
        guard let (slot, target) = SlotMap.redirection(error.message, by: host) else { return nil }
        let server = state.withLock { state -> RedisServer? in
            guard !state.isClosed else { return nil }
            if error.code == "MOVED", state.map[slot]?.master != target {
                // Told before anything is sent to the new one.
                changed()
                state.map.move(slot, to: target)
            }
            return self.server(Place(host: target, isReplica: false), &state)
        }
        if error.code == "MOVED" { alarm.ring() }
        return server
    }

    func doubt() { alarm.ring() }
    var hasOthers: Bool { true }
    var servers: [RedisServer] { state.withLock { Array($0.known.values) } }
    var fault: RedisError? { state.withLock { $0.hasMap ? nil : $0.fault } }

    // MARK: The map

    /// Asks one server after another, those that are known first.
    /// - Returns: whether one has told.
    private func look() async -> Bool {
        let hosts = state.withLock { state in
            let masters = state.map.shards.map(\.master).shuffled()
            let rest = seeds + state.map.shards.flatMap(\.replicas)
            return masters + rest.filter { !masters.contains($0) }
        }
        var faults: [String] = []
        for host in hosts {
            guard
                let server = state.withLock({ state -> RedisServer? in
                    state.isClosed ? nil : self.server(Place(host: host, isReplica: false), &state)
                })
            else { return false }
            do throws(RedisError) {
                let answer = try await server.send(
                    RedisCommand("CLUSTER", "SLOTS"), isAsking: false, by: .now() + .seconds(1))
                let map = try SlotMap(answer, asked: host)
                guard !map.shards.isEmpty else { throw RedisError(.unavailable, "\(host) knows of no slots") }
                await install(map)
                return true
            } catch {
                faults.append(error.message.contains(host.description) ? error.message : "\(host): \(error.message)")
            }
        }
        let text = "no server tells the cluster's slots: \(faults.prefix(3).joined(separator: "; "))"
        state.withLock { if !$0.isClosed { $0.fault = RedisError(.unavailable, text) } }
        return false
    }

    private func install(_ map: SlotMap) async {
        let gone = state.withLock { state -> [RedisServer] in
            guard !state.isClosed else { return [] }
            // Told before anything is sent by the new map.
            if state.hasMap, map.hasMoved(from: state.map) { changed() }
            state.map = map
            state.hasMap = true
            let masters = Set(map.shards.map(\.master))
            let replicas = Set(map.shards.flatMap(\.replicas))
            let gone = state.known.filter { place, _ in
                place.isReplica ? !replicas.contains(place.host) : !masters.contains(place.host)
            }
            for place in gone.keys { state.known[place] = nil }
            return Array(gone.values)
        }
        for server in gone { await server.close() }
    }

    func close() async {
        let (keeper, servers) = state.withLock { state in
            state.isClosed = true
            state.hasMap = false
            state.fault = .closed
            defer { state.known = [:] }
            return (state.keeper, Array(state.known.values))
        }
        keeper?.cancel()
        for server in servers { await server.close() }
        await keeper?.value
    }
}
