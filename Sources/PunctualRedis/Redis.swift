internal import NIOCore
internal import Synchronization

/// A Redis: one server, a master that Sentinels watch, or a cluster; connections come back by themselves.
///
/// Calls share a few connections, and those that are made at the same time share a write. Nothing blocks a thread;
/// every call has a limit of time, and every queue a limit of length.
package final class Redis: Sendable {
    package let settings: RedisSettings
    private let opening: Opening
    private let topology: any Topology
    private let generations: Generations
    private let faults: Faults
    private let refusals = Refusals()

    /// Counts what may have changed which data are read.
    private final class Generations: Sendable {
        let count = Atomic(0)
        func raise() { count.add(1, ordering: .sequentiallyConsistent) }
    }

    private final class Faults: Sendable {
        let last = Mutex<RedisError?>(nil)
        /// Why the last `ping` was not answered; nil when it was.
        let absence = Mutex<RedisError?>(nil)
    }

    /// Begins to connect and does not wait for it: the first call does.
    /// - Throws: `.settings`.
    package init(_ settings: RedisSettings) throws(RedisError) {
        self.settings = settings
        let opening = try Opening(settings)
        let (generations, faults) = (Generations(), Faults())
        let told: @Sendable (Lane.Event) -> Void = { event in
            switch event {
            case .reopened: generations.raise()
            case .down(let error): faults.last.withLock { $0 = error }
            }
        }
        (self.opening, self.generations, self.faults) = (opening, generations, faults)
        switch settings.topology {
        case .single(let host):
            topology = SingleTopology(RedisServer(host, as: .master(isChecked: false), opening, told: told))
        case .sentinel(let hosts, let master):
            topology = SentinelTopology(hosts, name: master, opening, told: told, changed: { generations.raise() })
        case .cluster(let hosts):
            topology = ClusterTopology(hosts, opening, told: told, changed: { generations.raise() })
        }
        topology.start()
    }

    package convenience init(url: String) throws(RedisError) { try self.init(RedisSettings(url)) }

    /// Raised whenever a connection was lost and another may lead to other data: a restart, a failover, a slot that has
    /// moved. It is raised before the first call is sent that way.
    package var generation: Int { generations.count.load(ordering: .sequentiallyConsistent) }

    package var isCluster: Bool { if case .cluster = settings.topology { true } else { false } }

    // MARK: Calls

    /// - Parameters:
    ///   - limit: how long it may take; nil means `settings.callLimit`.
    /// - Throws: `.refused` with the server's reason; `isUnsent` tells whether nothing was sent.
    package func send(_ command: RedisCommand, within limit: Duration? = nil) async throws(RedisError) -> RedisValue {
        do throws(RedisError) {
            let value = try await route(command.key, isRead: command.isRead, limit) {
                server, isAsking, deadline throws(RedisError) in
                try await server.send(command, isAsking: isAsking, by: deadline)
            }
            refusals.note(command, nil)
            return value
        } catch {
            refusals.note(command, error)
            throw error
        }
    }

    /// Sends all in one write over one connection, so that they are done in order; not as a transaction.
    ///
    /// In a cluster they go one by one to the servers of their keys, at the same time and in no order.
    /// - Returns: one answer for each; `.refusal` where the server refused one.
    package func send(
        all commands: [RedisCommand], within limit: Duration? = nil
    ) async throws(RedisError) -> [RedisValue] {
        if commands.isEmpty { return [] }
        guard isCluster else {
            let isRead = commands.allSatisfy(\.isRead)
            let values = try await route(nil, isRead: isRead, limit) { server, _, deadline throws(RedisError) in
                try await server.send(all: commands, by: deadline)
            }
            for (command, value) in zip(commands, values) {
                if case .refusal(let error) = value {
                    refusals.note(command, error)
                } else {
                    refusals.note(command, nil)
                }
            }
            return values
        }
        let results = await withTaskGroup(of: (Int, Result<RedisValue, RedisError>).self) { group in
            for (index, command) in commands.enumerated() {
                group.addTask {
                    (index, await self.answer(to: command, within: limit))
                }
            }
            var results = [Result<RedisValue, RedisError>](repeating: .failure(.cancelled), count: commands.count)
            for await (index, result) in group { results[index] = result }
            return results
        }
        var values: [RedisValue] = []
        for result in results { values.append(try result.get()) }
        return values
    }

    private func answer(
        to command: RedisCommand, within limit: Duration?
    ) async -> Result<RedisValue, RedisError> {
        do throws(RedisError) {
            return .success(try await send(command, within: limit))
        } catch {
            return error.kind == .refused ? .success(.refusal(error)) : .failure(error)
        }
    }

    /// As `send`, for a command that waits at the server: on a connection that nobody else uses meanwhile.
    /// - Parameter limit: longer than the command lets the server wait.
    package func block(on command: RedisCommand, within limit: Duration) async throws(RedisError) -> RedisValue {
        try await route(command.key, isRead: false, limit) { server, isAsking, deadline throws(RedisError) in
            try await server.block(on: command, isAsking: isAsking, by: deadline)
        }
    }

    /// Finds the server, follows redirections, and waits for states that pass by themselves, within the limit.
    private func route<Value>(
        _ key: String?, isRead: Bool, _ limit: Duration?,
        _ body: (RedisServer, _ isAsking: Bool, NIODeadline) async throws(RedisError) -> Value
    ) async throws(RedisError) -> Value {
        let deadline = NIODeadline.now() + TimeAmount(limit ?? settings.callLimit)
        var (target, isAsking): (RedisServer?, Bool) = (nil, false)
        var (attempts, redirections, losses) = (0, 0, 0)
        while true {
            let fault: RedisError
            var asked: RedisServer?
            do throws(RedisError) {
                let server = if let target { target } else { try topology.server(for: key, isRead: isRead) }
                asked = server
                return try await body(server, isAsking, deadline)
            } catch { fault = error }
            (target, isAsking) = (nil, false)
            switch fault.kind {
            case .refused where fault.code == "MOVED" || fault.code == "ASK":
                redirections += 1
                guard redirections <= Redis.mostRedirections, let asked,
                    let next = topology.server(redirected: fault, by: asked.host)
                else { throw fault }
                (target, isAsking) = (next, fault.code == "ASK")
                continue
            case .refused where fault.isPassing: topology.doubt()
            case .unavailable where topology.hasOthers: topology.doubt()
            case .lost where isRead && losses < 2:
                losses += 1
                topology.doubt()
            case .lost, .late:
                topology.doubt()
                throw fault
            default: throw fault
            }
            attempts += 1
            let pause = Duration.milliseconds(5 << min(attempts, 5)) * Double.random(in: 0.5...1)
            guard NIODeadline.now() + TimeAmount(pause) < deadline else { throw fault }
            do { try await Task.sleep(for: pause) } catch { throw .cancelled }
        }
    }

    /// More than a healthy cluster ever gives for one call.
    private static let mostRedirections = 8

    // MARK: Messages

    /// Hears the channels until the task is cancelled, over a connection of its own that comes back by itself.
    /// - Parameter handle: called in order, on an event loop: it must not block.
    package func subscribe(to channels: [RedisChannel], _ handle: @escaping @Sendable (RedisEvent) -> Void) async {
        let key = channels.lazy.compactMap { if case .sharded(let name) = $0 { name } else { nil } }.first
        let isChecked = if case .sentinel = settings.topology { true } else { false }
        let (topology, isCluster) = (topology, isCluster)
        let plain = Mutex<RedisHost?>(nil)
        let listener = Listener(
            channels, opening, role: .master(isChecked: isChecked),
            place: { () throws(RedisError) in
                guard key == nil, isCluster else { return try topology.server(for: key, isRead: false).host }
                // Any server of a cluster will do, but not another each time.
                let known = Set(topology.servers.map(\.host))
                if let stays = plain.withLock({ $0 }), known.contains(stays) { return stays }
                let chosen = try topology.server(for: nil, isRead: false).host
                plain.withLock { $0 = chosen }
                return chosen
            },
            redirected: { [refusals] error, host in
                refusals.note(error) { "SUBSCRIBE" }
                _ = topology.server(redirected: error, by: host)
            })
        await listener.run { [refusals] event in
            if case .subscribed = event { refusals.note(nil) { "SUBSCRIBE" } }
            handle(event)
        }
    }

    /// - Returns: how many heard it, as far as the server knows.
    @discardableResult
    package func publish(
        _ payload: [UInt8], to channel: RedisChannel, within limit: Duration? = nil
    )
        async throws(RedisError) -> Int
    {
        let command =
            switch channel {
            case .sharded(let name): RedisCommand("SPUBLISH", .key(name), .bytes(payload))
            case .plain(let name), .pattern(let name): RedisCommand("PUBLISH", .text(name), .bytes(payload))
            }
        return Int(try await send(command, within: limit).int ?? 0)
    }

    // MARK: State

    /// What operators are told.
    package struct Health: Sendable, Hashable {
        /// Whether every server that is in use answers.
        package var isUp: Bool
        /// Why not; or the last reason for which there was no connection.
        package var reason: String?
        /// What it refuses, and what to do, although it is up: a right that is missing, a memory that is full.
        package var refusal: String?
        /// Servers that are in use, as `HOST:PORT`.
        package var servers: [String]
        /// Commands without answer now.
        package var waiting: Int
    }

    /// What is known without asking; `ping` asks.
    package var health: Health {
        let servers = topology.servers
        let fault = topology.fault ?? servers.lazy.compactMap(\.fault).first ?? faults.absence.withLock { $0 }
        let refused = refusals.first
        return Health(
            isUp: fault == nil && !servers.isEmpty, reason: (fault ?? faults.last.withLock { $0 })?.message,
            refusal: refused.map { "it refuses \($0.kind.prefix { $0 != " " }): \($0.error.advice)" },
            servers: servers.map(\.host.description).sorted(), waiting: servers.reduce(0) { $0 + $1.waiting })
    }

    /// Asks a server whether it is there.
    package func ping(within limit: Duration? = nil) async throws(RedisError) {
        do throws(RedisError) {
            _ = try await send(RedisCommand("PING", isRead: true), within: limit)
            faults.absence.withLock { $0 = nil }
        } catch {
            // A user without the right to ask is answered all the same.
            if error.kind != .cancelled { faults.absence.withLock { $0 = error.kind == .refused ? nil : error } }
            throw error
        }
    }

    /// Ends all connections; calls under way fail, and none may follow.
    package func close() async { await topology.close() }
}
