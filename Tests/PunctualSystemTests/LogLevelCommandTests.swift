import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("Levels and error reports of a live server", .timeLimit(.minutes(10)))
struct LogLevelCommandTests {
    @Test("a level is changed while the server runs, for a time and until it is taken back")
    func levels() async throws {
        try await withFolder { folder in
            try await withServer(
                ["dev", "--port", "0", "--log-format", "json", "--log-level", "info"], in: folder
            ) { server in
                func requests() throws -> Int {
                    folder.read("server.err").split(separator: "\n").filter { $0.contains("\"message\":\"request\"") }
                        .count
                }
                #expect(try await server.call("/api/v1/jobs").status == 200)
                #expect(try requests() == 0)
                let labels = try await server.json("log-level").array?.compactMap { $0["label"]?.string } ?? []
                #expect(labels.contains("punctual") && labels.contains("punctual.http"), "\(labels)")
                let changed = try await server.json("log-level", "punctual.http", "debug", "--for", "1h")
                #expect(changed[0]?["level"] == "debug" && changed[0]?["reverts_at"]?.string != nil)
                #expect(try await server.call("/api/v1/jobs").status == 200)
                let seen = try requests()
                #expect(seen > 0)
                #expect(try await server.punctual("log-level", "punctual.http", "--reset").status == 0)
                let after = try requests()
                #expect(try await server.call("/api/v1/jobs").status == 200)
                // The answer to the taking back may have been told of at the old level.
                #expect(try requests() <= after + 1)
                let refused = try await server.punctual("log-level", "punctual.nothing", "debug")
                #expect(refused.status == 3 && refused.err.contains("punctual.http"), "\(refused)")
                #expect(try await server.punctual("log-level", "--reset").status == 2)
            }
        }
    }

    @Test("an error reaches the address of the settings, with the node and without its secrets")
    func errors() async throws {
        let listener = try await blocking { try TelemetryListener() }
        let database = try await blocking { try PostgresServer() }
        let uri = try database.database().replacing("punctual@", with: "punctual:hunter2hunter2@")
        try await withFolder { folder in
            try await withServer(
                ["serve", "--port", "0", "--log-format", "json", "--database-url", uri], in: folder,
                environment: [
                    "PUNCTUAL_ERRORS_DSN": "http://abc@127.0.0.1:\(listener.port)/7", "PUNCTUAL_NODE_ID": "n1",
                    "PUNCTUAL_ERRORS_ENVIRONMENT": "test",
                ]
            ) { _ in
                // The steps of the loops fail from now on.
                try await blocking { try database.stop() }
                _ = try await eventually("a report") { try listener.lines().first }
            }
        }
        let report = try JSONValue(parsing: try #require(try listener.lines().first))
        #expect(report["fault"] == nil && report["path"] == "/api/7/envelope/")
        let event = report["items"]?[0]?["payload"]
        #expect(event?["server_name"] == "n1" && event?["environment"] == "test" && event?["level"] == "error")
        #expect(try !listener.lines().joined().contains("hunter2"))
    }

}
