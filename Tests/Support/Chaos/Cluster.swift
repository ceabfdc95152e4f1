internal import FaultProxy
internal import Foundation
internal import Glibc
package import TestPeers

/// A PostgreSQL server, nodes of the real program on it, each behind a proxy of its own, and the endpoint that jobs call.
package struct Cluster: Sendable {
    package let postgres: PostgresServer
    /// The database's name on that server.
    package let database: String
    package let nodes: [ClusterNode]
    package let effects: EffectLog
    package let api: ClusterAPI
    /// Where the nodes' logs lie.
    package let folder: String

    /// Starts everything, waits until every node is ready, runs the body, and ends everything.
    /// - Parameters:
    ///   - program: the path of `punctual`.
    ///   - postgres: a server that the body may stop and start as it likes.
    ///   - standby: of that server; then nodes know both, and reach them without a proxy.
    ///   - variables: of every node, by their full names.
    package static func with<Value>(
        _ plans: [ClusterNode.Plan], program: String, postgres: PostgresServer, standby: PostgresServer? = nil,
        variables: [String: String] = [:], _ body: (Cluster) async throws -> Value
    ) async throws -> Value {
        let url = FileManager.default.temporaryDirectory.appending(path: "punctual-chaos-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        // What is left behind is the system's to clean.
        defer { try? FileManager.default.removeItem(at: url) }
        let cluster = try await Cluster(
            plans, program, postgres, standby, variables, url.path(percentEncoded: false))
        let result: Result<Value, any Error>
        do {
            try await cluster.start()
            result = .success(try await body(cluster))
        } catch {
            result = .failure(error)
        }
        try await cluster.stop()
        return try result.get()
    }

    private init(
        _ plans: [ClusterNode.Plan], _ program: String, _ postgres: PostgresServer, _ standby: PostgresServer?,
        _ variables: [String: String], _ folder: String
    ) async throws {
        self.postgres = postgres
        self.folder = folder
        let uri = try await blocking { try postgres.database() }
        guard let database = uri.split(separator: "/").last.map(String.init) else { throw ChaosFailure("no database") }
        self.database = database
        effects = try await EffectLog()
        var nodes: [ClusterNode] = []
        for plan in plans {
            if plan.skew != nil, !FileManager.default.fileExists(atPath: Skew.library) {
                throw ChaosFailure("\(Skew.library) is not there: build the whole package")
            }
            let proxy = try await FaultProxy(to: postgres.port)
            let hosts = standby.map { "127.0.0.1:\(postgres.port),127.0.0.1:\($0.port)" } ?? "127.0.0.1:\(proxy.port)"
            var own = [
                "PUNCTUAL_DATABASE_URL": "postgres://punctual@\(hosts)/\(database)",
                "PUNCTUAL_EGRESS_ALLOW": "127.0.0.0/8", "PUNCTUAL_COMMAND_ALLOW": "/bin/*,/usr/bin/*",
                "PUNCTUAL_SHUTDOWN_GRACE": "5s",
            ]
            own.merge(variables) { $1 }
            nodes.append(
                ClusterNode(
                    plan, program: program, proxy: proxy, port: try freePort(), folder: folder, variables: own))
        }
        self.nodes = nodes
        api = ClusterAPI(addresses: nodes.filter { $0.plan.roles.contains("api") }.map(\.address))
    }

    private func start() async throws {
        for node in nodes { try await node.start() }
        for node in nodes { try await node.ready() }
    }

    private func stop() async throws {
        for node in nodes {
            node.proxy.set(.pass)
            node.send(SIGCONT)
            node.send(SIGTERM)
        }
        for node in nodes where try await node.ended(within: .seconds(30)) == nil {
            node.send(SIGKILL)
            _ = try await node.ended()
        }
        try await api.shutdown()
        for node in nodes { try await node.proxy.stop() }
        try await effects.stop()
    }

    /// The API as these nodes answer it, without any other.
    package func asking(_ nodes: [ClusterNode]) -> ClusterAPI { api.narrowed(to: Set(nodes.map(\.address))) }

    /// Runs SQL on the database itself, past all proxies; the rows as text.
    @discardableResult
    package func sql(_ text: String) async throws -> String {
        try await blocking { [postgres, database] in try postgres.psql(text, in: database) }
    }
}
