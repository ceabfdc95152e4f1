import Foundation
import PunctualJSON
import Testing

@Suite("A server that stops", .timeLimit(.minutes(10)))
struct StopTests {
    private static let everySecond = """
        name: tick
        schedule: {type: interval, every: 1s}
        overlap_policy: allow_all
        target:
          type: command
          argv: [/bin/sh, -c, "echo $PUNCTUAL_SCHEDULED_AT $PUNCTUAL_ATTEMPT >> FOLDER/runs; sleep 5"]
        """

    @Test("kill -9 in mid-run: after the restart each instant has one row, and each has run")
    func killed() async throws {
        try await withFolder { folder in
            let killed = try await withServer(in: folder, named: "first") { server in
                let file = StopTests.everySecond.replacing("FOLDER", with: folder.path)
                #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
                _ = try await eventually("four runs") { runs(folder).count >= 4 ? true : nil }
                // The newest of them are in hand: they have written their lines and still sleep.
                server.background.send(SIGKILL)
            }
            #expect(killed.status == 128 + SIGKILL)
            let before = runs(folder).count
            try await withServer(in: folder, named: "second") { server in
                try await checkShards(server)
                _ = try await eventually("runs after the restart") {
                    runs(folder).count >= before + 4 ? true : nil
                }
                #expect(try await server.punctual("job", "pause", "tick").status == 0)
                // What was in hand is taken back when its lease has run out.
                let rows = try await eventually("the end of all executions", within: .seconds(180)) {
                    let rows = try await server.executions(of: "tick").filter { $0["reason"] != "paused" }
                    return rows.allSatisfy { $0["finished_at"] != .null } ? rows : nil
                }
                try check(rows, folder)
            }
        }
    }

    /// A file of SQLite has one node: it waits for nothing that an earlier life of it held.
    private func checkShards(_ server: RunningServer) async throws {
        let status = try JSONValue(parsing: try await server.call("/api/v1/schedule/status").body)
        let nodes = status["nodes"]?.array ?? []
        let holders = Set((status["shards"]?.array ?? []).map { $0["holder"]?.string })
        #expect(nodes.count == 1 && holders == [nodes.first?["node_id"]?.string], "\(status)")
    }

    private func runs(_ folder: Folder) -> [String] {
        folder.read("runs").split(separator: "\n").map(String.init)
    }

    private func check(_ rows: [JSONValue], _ folder: Folder) throws {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let instants = try rows.map { try style.parse(try #require($0["scheduled_at"]?.string)) }
        for (first, second) in zip(instants, instants.dropFirst()) {
            #expect(abs(second.timeIntervalSince(first) - 1) < 0.0005, "\(first) is followed by \(second)")
        }
        #expect(rows.allSatisfy { $0["status"] == "succeeded" }, "\(rows)")
        let again = rows.filter { $0["attempt"] != 1 }
        #expect(!again.isEmpty, "the execution that was in hand has a second attempt")
        #expect(again.allSatisfy { $0["attempts"]?[0]?["reason"] == "lease_expired" }, "\(again)")
        let begun = Set(runs(folder).compactMap { $0.split(separator: " ").first })
        for row in rows {
            let due = try #require(row["scheduled_at"]?.string)
            #expect(begun.contains(Substring(due)), "\(due) has a row but never ran")
        }
        print("\(rows.count) rows in a row over a kill -9, \(again.count) attempted twice")
    }

    @Test("SIGTERM lets what runs finish, takes nothing new, and ends with 0")
    func drains() async throws {
        try await withFolder { folder in
            let first = try await withServer(in: folder, named: "first") { server in
                let script =
                    "cd \(folder.path); touch begun; while ! test -e go; do sleep 0.05; done; touch done"
                #expect(
                    try await server.punctual("job", "create", "long", "--manual", "--", "/bin/sh", "-c", script).status
                        == 0)
                #expect(try await server.punctual("job", "trigger", "long").status == 0)
                _ = try await eventually("the job to begin") { folder.exists("begun") ? true : nil }
                #expect(try await server.call("/health/ready").status == 200)
                server.background.send(SIGTERM)
                _ = try await eventually("the node to be not ready") {
                    try await server.call("/health/ready").status == 503 ? true : nil
                }
                #expect(try await server.call("/health/live").status == 200)
                #expect(try await server.call("/api/v1/jobs").status == 200, "the API answers while work ends")
                #expect(!folder.exists("done"), "readiness went before the work had ended")
                try folder.write("", to: "go")
            }
            #expect(first.status == 0 && folder.exists("done"))
            try await withServer(in: folder, named: "second") { server in
                try await checkShards(server)
                let rows = try await server.executions(of: "long")
                #expect(rows.count == 1 && rows[0]["status"] == "succeeded" && rows[0]["attempt"] == 1, "\(rows)")
            }
        }
    }
}
