package import Foundation
internal import Synchronization

/// A Redis server or Sentinel of the tests' own, on loopback, in a temporary folder; it ends with the process, even a
/// killed one.
package final class RedisPeer: Sendable {
    package let port: Int
    package let folder: URL
    private let file: URL
    private let isSentinel: Bool
    private let child = Mutex<pid_t>(0)
    private let watchdog: Watchdog

    /// What `redis-cli` is called with besides the port, such as `--user`.
    private let access: [String]

    /// - Parameters:
    ///   - settings: lines of `redis.conf`, after ours.
    ///   - access: what `redis-cli` needs to be let in.
    package init(_ settings: [String] = [], isSentinel: Bool = false, access: [String] = []) throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/redis-server") else {
            throw ToolFailure(text: "Redis 7 is needed for these tests (apt-get install redis-server redis-tools)")
        }
        self.isSentinel = isSentinel
        self.access = access
        let name = "punctual-redis-\(UUID().uuidString.prefix(8).lowercased())"
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        self.folder = folder
        let file = folder.appendingPathComponent("redis.conf")
        self.file = file
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // The process' id changes with a restart; its folder does not.
        watchdog = try Watchdog(
            script: "kill -9 $(cat \(folder.path)/pid) 2>/dev/null; sleep 0.1; rm -rf \(folder.path)")
        var lastFailure: any Error = ToolFailure(text: "no port")
        // Somebody else may take a port between the look and the start.
        for _ in 0..<5 {
            let port = try freePort()
            let hasPlainPort = !settings.contains { $0.hasPrefix("tls-port") }
            var lines = ["bind 127.0.0.1", "dir \(folder.path)", "logfile \(folder.path)/log", "daemonize no"]
            lines.append(hasPlainPort ? "port \(port)" : "port 0")
            if !isSentinel { lines += ["save \"\"", "appendonly no"] }
            lines += settings.map { $0.replacingOccurrences(of: "$PORT", with: "\(port)") }
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
            do {
                let id = try RedisPeer.launch(file, port: port, isSentinel: isSentinel, access: access)
                self.port = port
                child.withLock { $0 = id }
                return
            } catch { lastFailure = error }
        }
        throw lastFailure
    }

    /// Starts it again after `kill`, and waits until it answers.
    package func start() throws {
        let id = try RedisPeer.launch(file, port: port, isSentinel: isSentinel, access: access)
        child.withLock { $0 = id }
    }

    /// - Returns: the process' id, once it is the one that answers.
    private static func launch(_ file: URL, port: Int, isSentinel: Bool, access: [String]) throws -> pid_t {
        let id = try spawnBeside("/usr/bin/redis-server", [file.path] + (isSentinel ? ["--sentinel"] : []))
        let folder = file.deletingLastPathComponent()
        try Data("\(id)".utf8).write(to: folder.appendingPathComponent("pid"))
        for _ in 0..<1500 {
            // It does not answer yet.
            if let answer = try? runTool(
                "/usr/bin/redis-cli", ["-p", "\(port)", "-h", "127.0.0.1"] + access + ["INFO", "server"]),
                answer.contains("process_id:\(id)\r")
            {
                return id
            }
            if Foundation.kill(id, 0) != 0 { break }
            usleep(20_000)
        }
        // Its log says why, if it came so far.
        let log = try? String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)
        throw ToolFailure(text: "redis on port \(port) does not answer: \(log?.suffix(500) ?? "no log")")
    }

    package func log() throws -> String {
        try String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)
    }

    /// Runs one command by `redis-cli`; what it printed.
    @discardableResult
    package func cli(_ words: [String]) throws -> String {
        try runTool("/usr/bin/redis-cli", ["-p", "\(port)", "-h", "127.0.0.1"] + access + words)
    }

    /// Ends it without warning.
    package func kill() {
        child.withLock { id in
            if id > 0 { _ = Foundation.kill(id, SIGKILL) }
            id = 0
        }
        // Its port is free as soon as it has ended.
        for _ in 0..<500 {
            if (try? cli(["PING"])) == nil { return }
            usleep(10_000)
        }
    }

    /// It stands still, with its connections open, until `resume`.
    package func pause() { child.withLock { _ = Foundation.kill($0, SIGSTOP) } }
    package func resume() { child.withLock { _ = Foundation.kill($0, SIGCONT) } }

    /// The one that tests without special needs share; each uses keys of its own.
    package static let shared: RedisPeer = {
        do { return try RedisPeer() } catch { preconditionFailure("\(error)") }
    }()
}

/// A master with two replicas that three Sentinels watch.
package final class RedisWatched: Sendable {
    package let servers: [RedisPeer]
    package let sentinels: [RedisPeer]

    package init() throws {
        let master = try RedisPeer()
        let replicas = try (0..<2).map { _ in
            try RedisPeer(["replicaof 127.0.0.1 \(master.port)", "repl-diskless-sync-delay 0"])
        }
        servers = [master] + replicas
        sentinels = try (0..<3).map { _ in
            try RedisPeer(
                [
                    "sentinel monitor main 127.0.0.1 \(master.port) 2", "sentinel down-after-milliseconds main 1000",
                    "sentinel failover-timeout main 5000", "sentinel parallel-syncs main 2",
                ], isSentinel: true)
        }
        for _ in 0..<1000 {
            // Until each knows the two others and both replicas.
            let isReady = sentinels.allSatisfy { sentinel in
                guard let text = try? sentinel.cli(["SENTINEL", "MASTER", "main"]) else { return false }
                let lines = text.split(separator: "\n").map(String.init)
                func value(_ name: String) -> String? {
                    lines.firstIndex(of: name).map { lines[$0 + 1] }
                }
                return value("num-other-sentinels") == "2" && value("num-slaves") == "2"
            }
            if isReady { return }
            usleep(20_000)
        }
        throw ToolFailure(text: "the Sentinels do not find each other")
    }

    package var url: String {
        "redis+sentinel://" + sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ",") + "/main"
    }

    /// The server that says that it is the master; nil when none does. A Sentinel that reconfigures a server cuts its
    /// connections, so that one may not answer at the moment.
    package var master: RedisPeer? {
        servers.first { (try? $0.cli(["ROLE"]))?.hasPrefix("master") ?? false }
    }

    /// Ends all of them.
    package func stop() { for peer in sentinels + servers { peer.kill() } }
}

/// Three masters with a third of the slots each, and a replica for each.
package final class RedisCluster: Sendable {
    package let servers: [RedisPeer]

    package init() throws {
        let buses = try (0..<6).map { _ in try freePort() }
        let servers = try buses.map { bus in
            try RedisPeer([
                "cluster-enabled yes", "cluster-port \(bus)", "cluster-node-timeout 2000",
                "cluster-config-file nodes.conf",
                "repl-diskless-sync-delay 0", "cluster-replica-validity-factor 0", "repl-ping-replica-period 1",
            ])
        }
        self.servers = servers
        let ranges = [(0, 5460), (5461, 10922), (10923, 16383)]
        for (index, range) in ranges.enumerated() {
            try servers[index].cli(["CLUSTER", "ADDSLOTSRANGE", "\(range.0)", "\(range.1)"])
        }
        for (index, server) in servers.enumerated() { try server.cli(["CLUSTER", "SET-CONFIG-EPOCH", "\(index + 1)"]) }
        for (server, bus) in zip(servers, buses).dropFirst() {
            try servers[0].cli(["CLUSTER", "MEET", "127.0.0.1", "\(server.port)", "\(bus)"])
        }
        let ids = try servers.map { try $0.cli(["CLUSTER", "MYID"]) }
        func wait(_ what: String, _ isSo: () throws -> Bool) throws {
            for _ in 0..<1500 {
                if try isSo() { return }
                usleep(20_000)
            }
            throw ToolFailure(text: "the cluster does not come about: \(what)")
        }
        try wait("everybody knows everybody") {
            try servers.allSatisfy { try $0.cli(["CLUSTER", "INFO"]).contains("cluster_known_nodes:6") }
        }
        for index in 0..<3 {
            try wait("a replica finds its master") {
                try servers[index + 3].cli(["CLUSTER", "REPLICATE", ids[index]]) == "OK"
            }
        }
        try wait("all slots are served") {
            try servers.allSatisfy { try $0.cli(["CLUSTER", "INFO"]).contains("cluster_state:ok") }
        }
        try wait("the replicas follow") {
            try servers[3...].allSatisfy { try $0.cli(["INFO", "replication"]).contains("master_link_status:up") }
                && servers.allSatisfy { server in
                    // A replica is told of only when others have heard how far it is.
                    let slots = try server.cli(["CLUSTER", "SLOTS"]).split(separator: "\n")
                    return slots.count { $0.count == 40 } == 6
                }
        }
    }

    package var url: String { RedisCluster.url(ports: servers.map(\.port)) }

    package static func url(ports: [Int]) -> String {
        "redis+cluster://" + ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
    }

    /// Each server tells clients that port as its own; returns when all of them tell so of all of them. How the servers
    /// hear of each other stays as it was.
    package func announce(ports: [Int]) throws {
        for (server, port) in zip(servers, ports) {
            try server.cli(["CONFIG", "SET", "cluster-announce-port", "\(port)"])
            // So that it says so after a restart, too.
            try server.cli(["CONFIG", "REWRITE"])
        }
        for _ in 0..<1500 {
            let isTold = try servers.allSatisfy { server in
                let slots = try server.cli(["CLUSTER", "SLOTS"]).split(separator: "\n")
                return ports.allSatisfy { slots.contains("\($0)") }
            }
            if isTold { return }
            usleep(20_000)
        }
        throw ToolFailure(text: "the cluster does not tell the ports that were announced")
    }

    package func stop() { for peer in servers { peer.kill() } }
}
