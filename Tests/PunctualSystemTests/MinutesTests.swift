import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("The last hour over several nodes", .timeLimit(.minutes(10)))
struct MinutesTests {
    /// What a node tells of the hour.
    private struct Hour: Equatable {
        var succeeded: Int64
        var queues: [String: Int64]
        var nodes: [String]
        var isComplete: Bool
    }

    private func hour(_ node: RunningServer) async throws -> Hour {
        let (status, body) = try await node.call("/api/v1/stats/minutes?by=queue")
        guard status == 200 else { throw Missing(description: "\(status) \(body)") }
        let json = try JSONValue(parsing: body)
        let queues = (json["queues"]?.array ?? []).map { ($0["name"]?.string ?? "", $0["ended"]?.int ?? -1) }
        return Hour(
            succeeded: (json["items"]?.array ?? []).reduce(0) { $0 + ($1["succeeded"]?.int ?? 0) },
            queues: Dictionary(uniqueKeysWithValues: queues),
            nodes: (json["nodes"]?.array ?? []).compactMap(\.string), isComplete: json["complete"]?.bool ?? false)
    }

    private func trigger(_ job: String, times: Int, at node: RunningServer) async throws {
        for _ in 0..<times { #expect(try await node.punctual("job", "trigger", job, "--wait").status == 0) }
    }

    @Test("either of two nodes tells the sum of both, and a restart of one loses nothing")
    func restart() async throws {
        let uri = try PostgresServer.shared.database()
        let name = String(uri.split(separator: "/").last?.split(separator: "?").first ?? "")
        // Each works on a queue of its own.
        @Sendable func withNode<Value: Sendable>(
            _ id: String, as name: String, in folder: Folder,
            _ body: @escaping @Sendable (RunningServer) async throws -> Value
        ) async throws -> Value {
            let serve = ["serve", "--port", "0", "--database-url", uri, "--node-id", id]
            return try await withServer(
                serve, in: folder, named: name, environment: ["PUNCTUAL_WORKER_QUEUES": id], body
            ).value
        }
        try await withFolder { folder in
            try await withNode("n1", as: "first", in: folder) { first in
                for queue in ["n1", "n2"] {
                    let made = try await first.punctual("job", "create", queue, "--manual", "--noop", "--queue", queue)
                    #expect(made.status == 0, "\(made)")
                }
                try await withNode("n2", as: "second", in: folder) { second in
                    try await trigger("n1", times: 3, at: second)
                    try await trigger("n2", times: 4, at: first)
                    let whole = Hour(succeeded: 7, queues: ["n1": 3, "n2": 4], nodes: ["n1", "n2"], isComplete: true)
                    for node in [first, second] {
                        try await eventually("both are in it") { try await hour(node) == whole ? true : nil }
                    }
                    // What ends just before it stops is told as it stops.
                    try await trigger("n2", times: 2, at: first)
                }
                let whole = Hour(succeeded: 9, queues: ["n1": 3, "n2": 6], nodes: ["n1", "n2"], isComplete: true)
                try await eventually("what it told last") { try await hour(first) == whole ? true : nil }
                try await withNode("n2", as: "again", in: folder) { again in
                    // It has nothing of its own, and its first answer is whole but for what the other is about to tell.
                    try await eventually("it begins where it was") { try await hour(again) == whole ? true : nil }
                    try await trigger("n2", times: 1, at: again)
                    try await eventually("it goes on in the same minute") {
                        try await hour(first).queues == ["n1": 3, "n2": 7] ? true : nil
                    }
                    let page = try await again.call("/")
                    #expect(page.body.contains("last hour, all nodes") && !page.body.contains("Not complete"))
                    // As a later version might write it, or whoever else.
                    _ = try await blocking {
                        try PostgresServer.shared.psql(
                            """
                            INSERT INTO minute_figures (minute, node, process, total, figures)
                            SELECT minute, 'n' || n, process, total, (ARRAY['null', '{', '[1]', ''])[n]
                            FROM minute_figures, generate_series(1, 4) AS n ON CONFLICT DO NOTHING
                            """, in: name)
                    }
                    try await eventually("something is missing") {
                        try await hour(again).isComplete ? nil : true
                    }
                    #expect(try await hour(again).queues == ["n1": 3, "n2": 7])
                    #expect(try await again.call("/").body.contains("Not complete"))
                }
            }
        }
        try PostgresServer.shared.drop(uri)
    }

    @Test("a node over SQLite has it after a restart")
    func sqlite() async throws {
        try await withFolder { folder in
            try await withServer(in: folder, named: "first") { server async throws in
                #expect(try await server.punctual("job", "create", "j", "--manual", "--noop").status == 0)
                try await trigger("j", times: 3, at: server)
            }
            try await withServer(in: folder, named: "second") { server async throws in
                #expect(try await hour(server).queues == ["default": 3])
            }
        }
    }
}
