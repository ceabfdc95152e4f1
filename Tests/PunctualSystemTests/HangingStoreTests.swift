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
                let backends = try database.psql(
                    "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE datname = '\(uri.split(separator: "/").last ?? "")'"
                )
                let main = try String(
                    contentsOf: database.folder.appending(path: "data/postmaster.pid"), encoding: .utf8
                ).split(separator: "\n").first
                let all = (backends.split(whereSeparator: \.isWhitespace) + [main].compactMap { $0 })
                    .compactMap { pid_t($0) }
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
}
