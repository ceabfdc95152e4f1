import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("A node over PostgreSQL", .timeLimit(.minutes(10)))
struct PostgresTests {
    private static func serve(_ uri: String, node: String = "n1") -> [String] {
        ["serve", "--port", "0", "--database-url", uri, "--node-id", node]
    }

    @Test("two nodes know of each other, share the shards, and each due instant is one row")
    func twoNodes() async throws {
        let uri = try PostgresServer.shared.database()
        try await withFolder { folder in
            try await withServer(Self.serve(uri), in: folder) { first in
                try await withServer(Self.serve(uri, node: "n2"), in: folder, named: "second") { second in
                    #expect(!first.background.out.contains("punctual@"), "the line that says ready names no user")
                    for number in 0..<16 {
                        let server = number % 2 == 0 ? first : second
                        let said = try await server.punctual("job", "create", "j\(number)", "--every", "1s", "--noop")
                        #expect(said.status == 0, "\(said)")
                    }
                    try await eventually("both hold shards") {
                        let shards = try await second.json("status")["schedule"]?["shards"]?.array ?? []
                        return Set(shards.compactMap { $0["holder"]?.string }) == ["n1", "n2"] ? true : nil
                    }
                    try await eventually("every job has run three times") {
                        let jobs = try await first.json("job", "list", "--limit", "100").array ?? []
                        return jobs.count == 16 && jobs.allSatisfy { ($0["run_count"]?.int ?? 0) >= 3 } ? true : nil
                    }
                    for number in 0..<16 {
                        let rows = try await first.executions(of: "j\(number)")
                        let instants = rows.compactMap { $0["scheduled_at"]?.string }
                        #expect(Set(instants).count == instants.count && rows.count >= 3)
                    }
                }
            }
        }
    }

    @Test("jobs made through one node run at once, although another node ticks them")
    func bell() async throws {
        let uri = try PostgresServer.shared.database()
        try await withFolder { folder in
            let scheduler = Self.serve(uri) + ["--roles", "scheduler,worker"]
            try await withServer(scheduler, in: folder, named: "scheduler") { other in
                // Without the role api it answers those who watch it, and nobody else.
                for (path, status) in [
                    ("/health", 200), ("/health/ready", 200), ("/metrics", 200), ("/api/v1/jobs", 404), ("/docs", 404),
                ] {
                    let said = try await other.call(path)
                    #expect(said.status == status, "\(path): \(said)")
                }
                let api = Self.serve(uri, node: "n2") + ["--roles", "api"]
                try await withServer(api, in: folder, named: "api") { server in
                    let made = try await server.punctual("job", "create", "now", "--manual", "--noop")
                    #expect(made.status == 0, "\(made)")
                    let said = try await server.punctual("job", "trigger", "now", "--wait", "--timeout", "60s")
                    #expect(said.status == 0, "\(said)")
                }
            }
        }
    }

    @Test("everything moves from SQLite, and a second copy finds nothing to do")
    func moves() async throws {
        let uri = try PostgresServer.shared.database()
        try await withFolder { folder in
            try await withServer(in: folder) { server async throws in
                for number in 0..<5 {
                    let name = "j\(number)"
                    #expect(try await server.punctual("job", "create", name, "--manual", "--noop").status == 0)
                    #expect(try await server.punctual("job", "trigger", name, "--wait").status == 0)
                }
                #expect(try await server.punctual("queue", "pause", "held").status == 0)
            }
            let copy = ["migrate", "copy", "--from", "sqlite:punctual-dev.sqlite", "--to", uri, "-o", "json"]
            for written in [10, 0] {
                let said = try await Program.punctual(copy, in: folder)
                #expect(said.status == 0 && said.err.isEmpty, "\(said)")
                let report = try said.json().array?.first
                #expect(report?["jobs"] == 5 && report?["executions"] == 5 && report?["paused_queues"] == 1, "\(said)")
                #expect(report?["written"]?.int == Int64(written), "\(said)")
            }
            try await withServer(Self.serve(uri), in: folder, named: "moved") { server in
                #expect(try await server.json("job", "list").array?.count == 5)
                #expect(try await server.executions(of: "j3").map { $0["status"] } == ["succeeded"])
                #expect(try await server.punctual("job", "trigger", "j4", "--wait").status == 0)
                let refused = try await Program.punctual(copy, in: folder)
                #expect(refused.status == 1 && refused.err.contains("the node n1 runs on the target"), "\(refused)")
            }
        }
    }

    @Test("lists come from a standby and say how old they are; without it they come from the primary")
    func replica() async throws {
        let primary = try await blocking { try PostgresServer() }
        let standby = try await blocking { try PostgresServer(standbyOf: primary) }
        let uri = try primary.database()
        try await withFolder { folder in
            let name = String(uri.split(separator: "/").last ?? "")
            let variables = ["PUNCTUAL_DATABASE_REPLICAS": standby.uri(name)]
            try await withServer(Self.serve(uri), in: folder, environment: variables) { server in
                let path = "/api/v1/jobs?limit=200"
                func age() async throws -> String? {
                    let (_, body) = try await server.call(path, "--dump-header", "-")
                    return body.split(whereSeparator: \.isNewline).first {
                        $0.lowercased().hasPrefix("punctual-staleness:")
                    }
                    .map { String($0.split(separator: " ").last ?? "") }
                }
                try await eventually("the standby is read") { try await age() }
                // What was written is seen at once, wherever the list comes from.
                for number in 0..<20 {
                    #expect(try await server.punctual("job", "create", "j\(number)", "--manual", "--noop").status == 0)
                    let (status, body) = try await server.call(path)
                    #expect(status == 200 && body.contains("\"j\(number)\""), "j\(number)")
                }
                let seconds = try await eventually("the standby has caught up") { try await age() }
                #expect(Double(seconds.trimmingCharacters(in: .whitespaces)).map { (0..<10).contains($0) } == true)
                try standby.stop("immediate")
                for _ in 0..<5 { #expect(try await server.call(path).status == 200) }
                try await eventually("the primary is read") { try await age() == nil ? true : nil }
                try standby.start()
                try await eventually("the standby is read again") { try await age() }
            }
        }
    }

    @Test("while the database is away the node lives and is not ready; when it comes back, work goes on")
    func restart() async throws {
        let database = try await blocking { try PostgresServer() }
        let uri = try database.database()
        try await withFolder { folder in
            try await withServer(Self.serve(uri), in: folder) { server in
                #expect(try await server.punctual("job", "create", "beat", "--every", "1s", "--noop").status == 0)
                try await eventually("it runs") {
                    try await server.json("job", "get", "beat")["run_count"]?.int.flatMap { $0 > 0 ? $0 : nil }
                }
                try database.stop("immediate")
                try await eventually("it is not ready") {
                    try await server.call("/health/ready").status == 503 ? true : nil
                }
                #expect(try await server.call("/health/live").status == 200)
                #expect(try await server.call("/api/v1/jobs").status == 503)
                try database.start()
                try await eventually("it is ready") {
                    try await server.call("/health/ready").status == 200 ? true : nil
                }
                let before = try #require(try await server.json("job", "get", "beat")["run_count"]?.int)
                try await eventually("it runs again") {
                    try await server.json("job", "get", "beat")["run_count"]?.int.flatMap { $0 > before + 1 ? $0 : nil }
                }
                let instants = try await server.executions(of: "beat").compactMap { $0["scheduled_at"]?.string }
                #expect(Set(instants).count == instants.count)
            }
        }
    }

    @Test("through PgBouncer in transaction mode a node lives and works")
    func pooled() async throws {
        let database = try await blocking { try PostgresServer() }
        let bouncer = try await blocking { try PgBouncer(before: database) }
        let uri = bouncer.uri(through: try database.database())
        try await withFolder { folder in
            try await withServer(Self.serve(uri), in: folder) { server in
                #expect(try await server.punctual("job", "create", "beat", "--every", "1s", "--noop").status == 0)
                try await eventually("it runs again and again") {
                    try await server.json("job", "get", "beat")["run_count"]?.int.flatMap { $0 > 2 ? $0 : nil }
                }
            }
        }
        bouncer.stop()
    }

    @Test(
        "a database that can't be used is one line that says what to do, and never the password",
        arguments: [
            ("postgres://punctual:secret@127.0.0.1:PORT/none", ["database \"none\" does not exist", "createdb"]),
            ("postgres://nobody:secret@127.0.0.1:PORT/postgres", ["role \"nobody\" does not exist"]),
            ("postgres://locked:wrong-secret@127.0.0.1:PORT/postgres", ["password authentication failed"]),
            ("postgres://weak:secret@127.0.0.1:PORT/shut", ["permission denied", "GRANT"]),
            ("postgres://reader:secret@127.0.0.1:PORT/made", ["role reader may not", "owns the tables"]),
            ("postgres://punctual:secret@127.0.0.1:PORT/newer", ["newer version"]),
            ("postgres://punctual:secret@127.0.0.1:PORT/postgres?sslmode=verify-full", ["SSL", "sslmode"]),
            ("postgres://punctual:secret@127.0.0.1:PORT/postgres?nonsense=1", ["URI cannot be read"]),
            ("postgres://punctual:secret%zz@127.0.0.1:PORT/postgres", ["URI cannot be read"]),
            ("postgres://punctual:cho@secret@127.0.0.1:PORT/postgres", ["%40"]),
            ("postgres://punctual:secret@127.0.0.1:99999/postgres", ["PostgreSQL"]),
        ])
    func refused(uri: String, words: [String]) async throws {
        let server = try await RefusingServer.shared.value
        try await withFolder { folder in
            if uri.hasSuffix("/made") {
                let owner = uri.replacing("PORT", with: "\(server.port)").replacing("reader:", with: "punctual:")
                #expect(try await Program.punctual(["migrate", "--database-url", owner], in: folder).status == 0)
            }
            let whole = uri.replacing("PORT", with: "\(server.port)")
            let said = try await Program.punctual(Self.serve(whole), in: folder)
            #expect(said.status == 1 && said.out.isEmpty && said.faults.count == 1, "\(said)")
            #expect(said.err.hasPrefix("punctual: ") && !said.err.contains("secret"), "\(said)")
            for word in words { #expect(said.err.contains(word), "\(said)") }
        }
    }
}

extension PostgresTests {
    @Test("a folder for archives that is none is one line at the start, not a fault a month later")
    func noArchiveFolder() async throws {
        let uri = try PostgresServer.shared.database()
        try await withFolder { folder in
            let said = try await Program.punctual(
                Self.serve(uri), in: folder, environment: ["PUNCTUAL_HISTORY_ARCHIVE": "\(folder.path)/none"])
            #expect(said.status == 1 && said.faults.count == 1 && said.err.contains("history.archive"), "\(said)")
        }
        try PostgresServer.shared.drop(uri)
    }
}

/// A server that refuses some.
private enum RefusingServer {
    /// Awaited by everybody who needs it.
    static let shared = Task { try await blocking { try RefusingServer.make() } }

    private static func make() throws -> PostgresServer {
        let server = try PostgresServer()
        try server.psql("CREATE ROLE locked LOGIN PASSWORD 'right'")
        try server.psql("CREATE ROLE weak LOGIN")
        for name in ["shut", "newer", "made"] { try server.psql("CREATE DATABASE \(name)") }
        try server.psql("REVOKE CREATE ON SCHEMA public FROM PUBLIC", in: "shut")
        try server.psql("CREATE ROLE reader LOGIN")
        try server.psql(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader", in: "made")
        try server.psql(
            """
            CREATE TABLE punctual_schema (number int8 PRIMARY KEY, name text NOT NULL, oldest_binary int8 NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now());
            INSERT INTO punctual_schema VALUES (9999, 'from the future', 9999)
            """, in: "newer")
        let rules = server.folder.appendingPathComponent("data/pg_hba.conf")
        let known = try String(contentsOf: rules, encoding: .utf8)
        try "host all locked 127.0.0.1/32 scram-sha-256\n\(known)".write(to: rules, atomically: false, encoding: .utf8)
        try server.reload()
        return server
    }
}
