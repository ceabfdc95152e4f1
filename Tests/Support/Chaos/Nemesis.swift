internal import FaultProxy
internal import Glibc
internal import NIOCore
internal import NIOPosix
package import PunctualSchedule
internal import Synchronization
internal import TestPeers

/// Carries faults out on a running cluster, and starts again what has ended.
package final class Nemesis: Sendable {
    /// A fault that struck.
    package struct Mark: Sendable, Hashable {
        package let fault: Fault
        /// The node, or `database`.
        package let target: String
        package let at: Timestamp
        package internal(set) var until: Timestamp
        /// The shards that the node held when it was struck.
        package let shards: [Int]
    }

    private let cluster: Cluster
    private let dice: Mutex<Dice>
    private let marked = Mutex<[Mark]>([])
    private let away = Mutex<Set<String>>([])
    private let say: @Sendable (String) -> Void

    package init(_ cluster: Cluster, seed: UInt64, say: @escaping @Sendable (String) -> Void = { _ in }) {
        self.cluster = cluster
        dice = Mutex(Dice(seed: seed))
        self.say = say
    }

    /// What struck so far, in order.
    package var marks: [Mark] { marked.withLock { $0 } }

    /// Carries out a plan; returns when every fault is over and every node runs.
    package func run(_ plan: FaultPlan) async throws {
        let began = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for stroke in plan.strokes {
                try await Task.sleep(until: began + stroke.at, clock: .continuous)
                group.addTask { try await self.strike(stroke.fault, for: stroke.lasts) }
            }
            try await group.waitForAll()
        }
    }

    /// One fault, from its beginning to its end.
    package func strike(_ fault: Fault, for lasts: Duration) async throws {
        switch fault.family {
        case "database", "resources": try await strikeDatabase(fault, for: lasts)
        default:
            if fault == .freezeBackend { return try await strikeDatabase(fault, for: lasts) }
            let (node, shards) = try await victim()
            defer { away.withLock { _ = $0.remove(node.plan.name) } }
            let mark = add(Mark(fault: fault, target: node.plan.name, at: .hostNow, until: .hostNow, shards: shards))
            defer { end(mark) }
            try await strike(node, fault, for: lasts)
        }
    }

    /// A node that nothing else strikes now, one that holds shards before others.
    private func victim() async throws -> (node: ClusterNode, shards: [Int]) {
        // Where nobody answers, no shard is known to be held.
        let holders = (try? await cluster.api.holders()) ?? [:]
        let free = away.withLock { away in cluster.nodes.filter { !away.contains($0.plan.name) && $0.isRunning } }
        let holding = free.filter { node in holders.values.contains(node.id) }
        guard let node = dice.withLock({ (holding.isEmpty ? free : holding).randomElement(using: &$0) }) else {
            throw ChaosFailure("no node is left to strike")
        }
        away.withLock { _ = $0.insert(node.plan.name) }
        return (node, holders.filter { $0.value == node.id }.map(\.key).sorted())
    }

    private func add(_ mark: Mark) -> Int {
        say("\(mark.fault.rawValue) \(mark.target)")
        return marked.withLock { marks in
            marks.append(mark)
            return marks.count - 1
        }
    }

    private func end(_ mark: Int) { marked.withLock { $0[mark].until = .hostNow } }

    // MARK: Nodes

    private func strike(_ node: ClusterNode, _ fault: Fault, for lasts: Duration) async throws {
        switch fault {
        case .kill, .terminate:
            node.send(fault == .kill ? SIGKILL : SIGTERM)
            guard try await node.ended() != nil else { throw ChaosFailure("\(node.id) does not end") }
            try await Task.sleep(for: lasts)
            try await startAgain(node)
        case .pause, .longPause:
            node.send(SIGSTOP)
            try await Task.sleep(for: lasts)
            node.send(SIGCONT)
        case .cut: await node.proxy.cut()
        case .halfClose: await node.proxy.halfClose()
        case .blackHole: try await during(.blackHole, node, lasts)
        case .delay: try await during(.delay(.milliseconds(200)), node, lasts)
        case .throttle: try await during(.throttle(bytesPerSecond: 64 * 1024), node, lasts)
        case .refuse:
            node.proxy.set(.refuse)
            await node.proxy.cut()
            try await Task.sleep(for: lasts)
            node.proxy.set(.pass)
        case .cutAnswers:
            for _ in 0..<10 {
                node.proxy.cutAnswer()
                try await Task.sleep(for: lasts / 10)
            }
        default: break
        }
    }

    private func during(_ mode: FaultProxy.Mode, _ node: ClusterNode, _ lasts: Duration) async throws {
        node.proxy.set(mode)
        try await Task.sleep(for: lasts)
        node.proxy.set(.pass)
    }

    /// Starts a node until it stays, as a service manager does: one that finds no database at its start ends again.
    private func startAgain(_ node: ClusterNode) async throws {
        for _ in 0..<30 {
            try await node.start()
            do { return try await node.ready() } catch { say("\(node.plan.name) did not start") }
            try await Task.sleep(for: .seconds(1))
        }
        throw ChaosFailure("\(node.plan.name) does not start:\n\(node.log.suffix(4000))")
    }

    // MARK: The database

    private func strikeDatabase(_ fault: Fault, for lasts: Duration) async throws {
        let mark = add(Mark(fault: fault, target: "database", at: .hostNow, until: .hostNow, shards: []))
        defer { end(mark) }
        let postgres = cluster.postgres
        switch fault {
        case .terminateBackends:
            _ = try await onceUp(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    + "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        case .freezeBackend:
            guard let backend = try await backend() else { return }
            kill(backend, SIGSTOP)
            try await Task.sleep(for: lasts)
            kill(backend, SIGCONT)
        case .killBackend:
            if let backend = try await backend() { kill(backend, SIGKILL) }
        case .restart:
            try await blocking {
                try postgres.stop("fast")
                try postgres.start()
            }
        case .crash:
            try await blocking { try postgres.stop("immediate") }
            try await Task.sleep(for: lasts)
            try await blocking { try postgres.start() }
        case .idleConnections:
            let idle = try await IdleConnections(to: postgres.port, database: cluster.database, count: 300)
            try await Task.sleep(for: lasts)
            await idle.close()
        default: break
        }
    }

    /// Runs SQL as soon as the server takes connections: an earlier fault may still keep it busy with its recovery.
    private func onceUp(_ sql: String) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do { return try await cluster.sql(sql) } catch { if ContinuousClock.now > deadline { throw error } }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// The process of one of the nodes' connections; nil when there is none.
    private func backend() async throws -> pid_t? {
        let text = try await onceUp(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                + "AND backend_type = 'client backend' ORDER BY pid")
        let backends = text.split(separator: "\n").compactMap { pid_t($0) }
        return dice.withLock { backends.randomElement(using: &$0) }
    }
}

/// Connections that somebody forgot: they take a place at the server each, and do nothing.
struct IdleConnections: Sendable {
    private let channels: [any Channel]
    /// How many the server took.
    let count: Int

    /// Opens as many as the server takes, at most `count`.
    init(to port: Int, database: String, count: Int) async throws {
        // Protocol 3.0, then names and values, each with a zero behind it, and one more at the end.
        var start = ByteBuffer()
        start.writeInteger(UInt32(196_608))
        for text in ["user", "punctual", "database", database, ""] { start.writeNullTerminatedString(text) }
        var message = ByteBuffer(integer: UInt32(start.readableBytes + 4))
        message.writeBuffer(&start)
        var channels: [any Channel] = []
        for _ in 0..<count {
            // A server that is full takes no more; that is what this is for.
            guard
                let channel = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(host: "127.0.0.1", port: port).get()
            else { break }
            // As above: a refused connection is closed by the server.
            try? await channel.writeAndFlush(message).get()
            channels.append(channel)
        }
        self.channels = channels
        self.count = channels.count
    }

    func close() async {
        // One that the server has closed is closed.
        for channel in channels { try? await channel.close().get() }
    }
}
