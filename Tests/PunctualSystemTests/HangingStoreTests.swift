import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("A database that says nothing", .timeLimit(.minutes(10)))
struct HangingStoreTests {
    @Test("does not keep anybody waiting who asks for health or metrics; both say that it is away")
    func frozen() async throws {
        let database = try await blocking { try PostgresServer() }
        let uri = try database.database()
        try await withFolder { folder in
            let serve = ["serve", "--port", "0", "--database-url", uri, "--node-id", "n1"]
            try await withServer(serve, in: folder) { server in
                let well = try JSONValue(parsing: try await server.call("/health").body)
                #expect(well["status"] == "healthy" && well["services"]?["store"]?["last_error"] == .null)
                // Frozen, its processes hold their sockets and say nothing.
                let main = try #require(
                    try String(
                        contentsOf: database.folder.appending(path: "data/postmaster.pid"), encoding: .utf8
                    ).split(separator: "\n").first.flatMap { pid_t($0) })
                // The first process alone makes more of them.
                kill(main, SIGSTOP)
                defer { kill(main, SIGCONT) }
                let children = try String(contentsOfFile: "/proc/\(main)/task/\(main)/children", encoding: .utf8)
                let all = children.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) } + [main]
                #expect(all.count >= 2)
                for process in all { kill(process, SIGSTOP) }
                defer { for process in all { kill(process, SIGCONT) } }
                // What was well is told for a second.
                try await eventually("health tells") {
                    try await server.call("/health").status == 503 ? true : nil
                }
                for path in ["/health", "/metrics"] {
                    let began = ContinuousClock.now
                    let answer = try await server.call(path)
                    // A second for health and two for metrics, on a machine that does nothing else; curl starts meanwhile.
                    #expect(began.duration(to: .now) < .seconds(8), "\(path)")
                    if path == "/health" {
                        let body = try JSONValue(parsing: answer.body)
                        #expect(answer.status == 503 && body["status"] == "unhealthy", "\(answer)")
                        #expect(body["services"]?["store"]?["status"] == "unavailable")
                        #expect(body["services"]?["store"]?["last_error"]?.string?.isEmpty == false)
                        #expect(body["metrics"]?["connections"]?["database_limit"] == 8, "\(answer)")
                    } else {
                        #expect(answer.status == 200 && answer.body.contains("\npunctual_store_up 0\n"), "\(answer)")
                        #expect(answer.body.contains("\npunctual_store_figures_age_seconds "), "\(answer)")
                    }
                }
                let asked = ContinuousClock.now
                let minutes = try await server.call("/api/v1/stats/minutes")
                #expect(asked.duration(to: .now) < .seconds(8))
                let hour = try JSONValue(parsing: minutes.body)
                #expect(hour["complete"] == false && hour["nodes"] == ["n1"], "\(minutes)")
                let began = ContinuousClock.now
                let page = try await server.call("/")
                #expect(began.duration(to: .now) < .seconds(12))
                #expect(page.status == 200 && page.body.contains("does not answer in time"), "\(page)")
                #expect(page.body.contains("These are the figures of n1."))
                #expect(page.body.contains("Unhealthy") && !page.body.contains("newest run failed."))
                for process in all { kill(process, SIGCONT) }
                try await eventually("it is well again") {
                    try await server.call("/health").status == 200 ? true : nil
                }
                let body = try JSONValue(parsing: try await server.call("/health").body)
                #expect(body["services"]?["store"]?["last_error_at"]?.string != nil, "what was wrong is remembered")
            }
        }
        try database.stop()
    }

    @Test("one that is slow with large questions alone has its figures shown, with their age, so that alerts go on")
    func slow() async throws {
        let uri = try PostgresServer.shared.database()
        let name = String(uri.split(separator: "/").last?.split(separator: "?").first ?? "")
        try await withFolder { folder in
            let serve = ["serve", "--port", "0", "--database-url", uri, "--node-id", "n1"]
            try await withServer(serve, in: folder) { server in
                @Sendable func shown() async throws -> String { "\n" + (try await server.call("/metrics").body) }
                @Sendable func age(_ text: String) throws -> Double {
                    let line = try #require(text.firstMatch(of: /\npunctual_store_figures_age_seconds ([0-9.e-]+)/))
                    return try #require(Double(line.1))
                }
                try await eventually("shards have holders") {
                    try await shown().contains("\npunctual_shard_held{shard=\"0\"} 1\n") ? true : nil
                }
                // Counts are read from there; a row by its key is not.
                let lock = ["-X", "-d", uri, "-c", "BEGIN", "-c", "LOCK TABLE tallies", "-c", "SELECT pg_sleep(600)"]
                _ = try await withProgram(try Program.installed("psql"), lock, in: folder, named: "lock") { _ in
                    try await eventually("the table is locked") {
                        let held = try await blocking {
                            try PostgresServer.shared.psql(
                                """
                                SELECT count(*) FROM pg_locks WHERE relation = 'tallies'::regclass AND granted
                                AND mode = 'AccessExclusiveLock'
                                """, in: name)
                        }
                        return held.hasPrefix("1") ? true : nil
                    }
                    let text = try await eventually("the figures grow old") {
                        let text = try await shown()
                        return try age(text) > 5 ? text : nil
                    }
                    for series in ["shard_held{shard=\"0\"} 1", "nodes{role=\"worker\"} 1", "schedule_lag_seconds "] {
                        #expect(text.contains("\npunctual_\(series)"), "\(series)")
                    }
                    #expect(text.contains("\npunctual_store_up 1\n"))
                    // Sleeping, it would not see that its client is gone.
                    _ = try await blocking {
                        try PostgresServer.shared.psql(
                            """
                            SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'tallies'::regclass
                            AND mode = 'AccessExclusiveLock' AND granted
                            """, in: name)
                    }
                }
                try await eventually("they are those of now again") { try await age(shown()) < 5 ? true : nil }
            }
        }
        try PostgresServer.shared.drop(uri)
    }
}
