import Foundation
import TestPeers

/// The same work by `pgbench`: rows of the same size in the same batches, by prepared statements, from two clients. Nobody's
/// store does less for a queue in a table.
struct PlainRows {
    let server: PostgresServer
    let uri: String

    init(_ server: PostgresServer) throws {
        self.server = server
        uri = try server.database()
        try server.psql(
            """
            CREATE TABLE work (
                id bigserial PRIMARY KEY, job text NOT NULL, state int NOT NULL DEFAULT 0,
                run_at timestamptz NOT NULL DEFAULT now(), worker text, lease timestamptz, finished_at timestamptz,
                payload text NOT NULL
            );
            CREATE INDEX work_waiting ON work (run_at, id) WHERE state = 0
            """, in: name)
    }

    private var name: String { uri.split(separator: "/").last.map(String.init) ?? "" }

    /// Rows a second, inserted by 64 clients one row a commit.
    func creations(seconds: Int) throws -> Double {
        try run("INSERT INTO work (job, payload) VALUES ('job', repeat('x', 500));", clients: 64, seconds: seconds)
    }

    /// Rows a second, inserted 1,000 a statement.
    func bulk(seconds: Int) throws -> Double {
        try run(
            "INSERT INTO work (job, payload) SELECT 'job', repeat('x', 500) FROM generate_series(1, 1000);", clients: 1,
            seconds: seconds) * 1000
    }

    /// Rows a second, claimed by hundreds and finished by hundreds.
    func executions(seconds: Int) throws -> Double {
        try server.psql(
            "INSERT INTO work (job, payload) SELECT 'job', repeat('x', 100) FROM generate_series(1, \(seconds * 60_000))",
            in: name)
        try server.psql("VACUUM ANALYZE work", in: name)
        let script = """
            WITH c AS (
                SELECT id FROM work WHERE state = 0 AND run_at <= now() ORDER BY run_at, id LIMIT 100 FOR UPDATE SKIP LOCKED
            ), u AS (
                UPDATE work w SET state = 1, worker = 'w', lease = now() + interval '30s' FROM c WHERE w.id = c.id RETURNING w.id
            ) SELECT array_agg(id)::text AS ids FROM u \\gset
            UPDATE work SET state = 2, finished_at = now() WHERE id = ANY ((:ids)::text::bigint[]);

            """
        return try run(script, clients: 2, seconds: seconds) * 100
    }

    /// Transactions a second.
    private func run(_ script: String, clients: Int, seconds: Int) throws -> Double {
        let file = server.folder.appendingPathComponent("script.sql")
        try Data(script.utf8).write(to: file)
        let text = try server.run(
            "pgbench",
            [
                "-n", "-M", "prepared", "-c", "\(clients)", "-j", "2", "-T", "\(seconds)", "-f", file.path, "-h",
                "127.0.0.1", "-p", "\(server.port)", "-U", "punctual", name,
            ])
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("tps = ") }),
            let figure = Double(line.dropFirst(6).prefix { $0 != " " })
        else { throw BenchFailure(text: "pgbench said: \(text)") }
        return figure
    }
}

struct BenchFailure: Error {
    let text: String
}
