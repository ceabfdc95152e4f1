import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("Events over several nodes", .timeLimit(.minutes(10)))
struct EventTests {
    /// An event as curl got it.
    private struct Told {
        var id = ""
        var kind = ""
        var name = ""
    }

    /// What a reader has been told so far.
    private func told(_ reader: Background) throws -> [Told] {
        var events: [Told] = []
        for block in reader.out.components(separatedBy: "\n\n").dropLast() {
            var event = Told()
            for line in block.split(separator: "\n") {
                if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                if line.hasPrefix("event: ") { event.kind = String(line.dropFirst(7)) }
                guard line.hasPrefix("data: ") else { continue }
                let json = try JSONValue(parsing: String(line.dropFirst(6)))
                event.name = json["job_name"]?.string ?? json["name"]?.string ?? ""
            }
            events.append(event)
        }
        return events
    }

    /// Follows the events of a node while the body runs.
    private func read<Value: Sendable>(
        _ node: RunningServer, as name: String, after id: String? = nil, _ query: String = "",
        _ body: @Sendable (Background) async throws -> Value
    ) async throws -> Value {
        let place = id.map { ["--header", "Last-Event-ID: \($0)"] } ?? []
        let arguments = ["--silent", "--no-buffer"] + place + ["\(node.address)/api/v1/events\(query)"]
        return try await withProgram(try Program.installed("curl"), arguments, in: node.folder, named: name) { reader in
            _ = try await eventually("\(name) is open") { try told(reader).first }
            return try await body(reader)
        }.value
    }

    private func make(_ name: String, at node: RunningServer) async throws {
        let said = try await node.punctual("job", "create", name, "--manual", "--noop")
        #expect(said.status == 0, "\(said)")
    }

    private func withNodes(
        _ environment: [String: String], _ body: @escaping @Sendable ([RunningServer]) async throws -> Void
    ) async throws {
        let environment = environment.merging(
            ["PUNCTUAL_DATABASE_URL": try PostgresServer.shared.database()]) { one, _ in one }
        let serve = ["serve", "--port", "0", "--node-id"]
        try await withFolder { folder in
            try await withServer(serve + ["n1"], in: folder, named: "n1", environment: environment) { first in
                try await withServer(serve + ["n2"], in: folder, named: "n2", environment: environment) { second in
                    try await withServer(serve + ["n3"], in: folder, named: "n3", environment: environment) { third in
                        try await body([first, second, third])
                    }
                }
            }
        }
    }

    @Test(
        "what happens at any node is read at another within a second, and a reader goes on anywhere",
        arguments: [false, true])
    func threeNodes(withRedis: Bool) async throws {
        let redis = withRedis ? try await blocking { try RedisPeer() } : nil
        let environment = redis.map { ["PUNCTUAL_REDIS_URL": "redis://127.0.0.1:\($0.port)"] } ?? [:]
        try await withNodes(environment) { nodes in
            let last = try await read(nodes[0], as: "first") { reader in
                let began = ContinuousClock.now
                // The node's own link may come a moment after its first reader, which is then told so.
                var delays: [Duration] = []
                for round in 0..<9 {
                    let name = "round-\(round)"
                    try await make(name, at: nodes[round % 3])
                    let madeAt = ContinuousClock.now
                    _ = try await eventually(name) { try told(reader).first { $0.name == name } }
                    delays.append(madeAt.duration(to: .now))
                }
                #expect(delays.sorted()[4] < .seconds(1), "\(delays)")
                // Whoever goes elsewhere goes back ten seconds, and what is told must have begun before.
                while began.duration(to: .now) < .seconds(12) { try await make("later-\(UUID())", at: nodes[1]) }
                // Work that some node does.
                #expect(try await nodes[1].punctual("job", "trigger", "round-0", "--wait").status == 0)
                _ = try await eventually("its execution") {
                    try told(reader).first { $0.kind == "execution.updated" && $0.name == "round-0" }
                }
                return try told(reader).last?.id ?? ""
            }
            // While nobody reads.
            for (index, node) in nodes.enumerated() { try await make("away-\(index)", at: node) }
            for (index, node) in nodes.enumerated().reversed() {
                let events = try await read(node, as: "again-\(index)", after: last) { reader in
                    try await eventually("what came meanwhile at \(index)") {
                        let events = try told(reader)
                        return Set(events.map(\.name)).isSuperset(of: ["away-0", "away-1", "away-2"]) ? events : nil
                    }
                }
                #expect(!events.contains { $0.kind == "reset" }, "\(index): \(events)")
            }
            for place in ["zz-1", "zz-1.x-1", "x"] {
                let first = try await read(nodes[2], as: "place-\(place)", after: place) { try told($0).first }
                #expect(first?.kind == "reset", "\(place)")
            }
        }
        redis?.kill()
    }

    @Test("a killed node is told as reset at the others, and its reader goes on there")
    func killed() async throws {
        try await withNodes([:]) { nodes in
            try await read(nodes[0], as: "stays", "?service=none") { stays in
                let last = try await read(nodes[2], as: "loses") { loses in
                    try await make("before", at: nodes[1])
                    _ = try await eventually("the job") { try told(loses).first { $0.name == "before" } }
                    let last = try told(loses).last?.id ?? ""
                    try await make("shortly-before", at: nodes[1])
                    nodes[2].background.send(SIGKILL)
                    return last
                }
                try await make("after", at: nodes[0])
                _ = try await eventually("it is told") { try told(stays).first { $0.kind == "reset" } }
                let events = try await read(nodes[1], as: "comes", after: last) { reader in
                    try await eventually("what came meanwhile") {
                        let events = try told(reader)
                        return Set(events.map(\.name)).isSuperset(of: ["shortly-before", "after"])
                            || events.contains { $0.kind == "reset" } ? events : nil
                    }
                }
                #expect(!events.isEmpty)
            }
        }
    }
}
