import PunctualCore
import TestPeers

@testable import PunctualPostgres

/// The databases with our tables, lent one test at a time: tests run all at once, a server has only so many connections,
/// and to make or drop a database costs it a checkpoint.
actor Databases {
    static let shared = Databases()

    private var places = 8
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var free: [String] = []

    /// The URI of an empty database.
    func enter() async throws -> String {
        if places > 0 {
            places -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        if let uri = free.popLast() { return uri }
        return try await PostgresServer.shared.database(like: "punctual_template") { uri in
            await (try PostgresStore(uri: uri)).close()
        }
    }

    /// - Parameter uri: nil when the database is of no more use.
    func leave(_ uri: String?) {
        if let uri { free.append(uri) }
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }

    private static let emptied = [
        "jobs", "job_progress", "open_executions", "ended_executions", "output_pieces", "queues", "tallies",
        "shard_leases", "nodes", "idempotency_keys", "work_limits", "users", "service_accounts", "api_keys", "grants",
        "refresh_families", "secrets",
        "audit_entries", "notification_rules", "notices", "notice_states", "notice_cursor",
        "minute_figures",
    ]

    /// Makes all tables as they were at first.
    static let clearing =
        // The audit log defends itself.
        ["SELECT set_config('session_replication_role', 'replica', true)"] + emptied.map { "DELETE FROM \($0)" } + [
            "UPDATE identity_revision SET revision = 0",
            "UPDATE audit_head SET sequence = 0, hash = decode(repeat('00', 32), 'hex')",
        ]
}

/// Runs the body with an empty database that has our tables and is its own meanwhile.
func withDatabase<Value: Sendable>(_ body: (_ uri: String) async throws -> Value) async throws -> Value {
    let uri = try await Databases.shared.enter()
    do {
        let value = try await body(uri)
        let connection = try await Connection.open(ConnectionSettings(uri))
        _ = try await connection.run(Databases.clearing.map { Call(composed: $0) })
        await connection.close()
        await Databases.shared.leave(uri)
        return value
    } catch {
        await Databases.shared.leave(nil)
        throw error
    }
}

/// As `withDatabase`, with a store over it.
func withStore<Value: Sendable>(
    clock: (any WallClock)? = nil, connections: Int = 4, _ body: (PostgresStore) async throws -> Value
) async throws -> Value {
    try await withDatabase { uri in
        let store = try await PostgresStore(
            settings: ConnectionSettings(uri), clock: clock, connections: connections, schema: nil, limits: .patient)
        let value: Value
        do {
            value = try await body(store)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        return value
    }
}

extension PoolState.Limits {
    /// For a machine that runs many tests at once.
    static var patient: PoolState.Limits {
        var limits = PoolState.Limits()
        limits.waitMilliseconds = 60_000
        return limits
    }
}
