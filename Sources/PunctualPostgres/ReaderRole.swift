internal import PunctualCore

/// The role as which filtered lists are read: the second wall, behind the conditions of the queries.
///
/// A list is chosen by the node's own role, by whatever index fits; only its ids stay in the session, and the rows are read
/// by their ids as this role, in the same transaction and round trip. Its policies show what the setting `punctual.visible`
/// names, and nothing without it. So a query that forgets the filter may lose rows of a page, but shows nothing foreign, and
/// the policies cost one look a row of the page: as conditions of the list itself they would keep it from indexes whose
/// operators are not leakproof (that of labels).
struct ReaderRole: Sendable {
    let name: String

    init(_ name: String) { self.name = name }

    /// The ids that `keepingIDs` has chosen, in their order.
    static let ids = "current_setting('punctual.ids')::uuid[]"

    /// The list of ids as a statement that shows none of them.
    static func keepingIDs(_ list: String) -> String {
        "SELECT set_config('punctual.ids', coalesce(array_agg(id)::text, '{}'), true) IS NULL FROM (\(list)) l"
    }

    /// Until the transaction ends.
    static let assume = Statement("SELECT set_config('punctual.visible', $2, true), set_config('role', $1, true)")

    /// The tables that lists read, and what of their rows the role sees.
    private static let tables = [
        ("jobs", "punctual_shows(service, labels)"),
        // Whoever sees the job; asked as the role itself.
        ("job_progress", "EXISTS (SELECT 1 FROM jobs j WHERE j.id = job_progress.id)"),
        ("open_executions", "punctual_shows(service, punctual_labels(job_id))"),
        ("ended_executions", "punctual_shows(service, punctual_labels(job_id))"),
    ]

    /// Lets the role see what it is to see, unless it does, and makes sure that it sees no more.
    /// - Throws: `.noConnection` with what to do; the connection is closed then.
    func prepare(_ connection: Connection) async throws(PostgresFault) {
        do throws(PostgresFault) {
            _ = try await connection.run(
                // Held until COMMIT, as for migrations: one node at a time.
                ["BEGIN", "SELECT pg_advisory_xact_lock(5021786244)"].map { Call(composed: $0) })
            let user = try await connection.run([ReaderRole.user(name)])[0].first { ($0.text(), $0.bool()) }
            guard let (user, exists) = user, exists else {
                throw PostgresFault(
                    .noConnection, "\(missing); CREATE ROLE \(quoted) NOLOGIN; GRANT \(quoted) TO \(user?.0 ?? "…")")
            }
            for (table, condition) in ReaderRole.tables { try await open(table, condition, connection) }
            try await check(connection, user)
            _ = try await connection.run([Call(composed: "COMMIT")])
        } catch {
            await connection.close()
            throw error
        }
    }

    /// A policy for a role is one for its members too, and so for a node that does not own the tables: hence the comparison.
    private func open(_ table: String, _ condition: String, _ connection: Connection) async throws(PostgresFault) {
        let isOpen = try await connection.run([ReaderRole.isOpen(name, table)])[0].first { $0.bool() }
        if isOpen == true { return }
        do throws(PostgresFault) {
            let schema = try await connection.run([Call(composed: "SELECT quote_ident(current_schema())")])[0].first {
                $0.text()
            }
            _ = try await connection.run(
                [
                    "GRANT USAGE ON SCHEMA \(schema ?? "public") TO \(quoted)", "GRANT SELECT ON \(table) TO \(quoted)",
                    "GRANT EXECUTE ON FUNCTION punctual_labels(uuid) TO \(quoted)",
                    "DROP POLICY IF EXISTS \(policy) ON \(table)",
                    """
                    CREATE POLICY \(policy) ON \(table) AS RESTRICTIVE FOR SELECT TO \(quoted)
                    USING (current_user <> '\(name.replacing("'", with: "''"))' OR \(condition))
                    """,
                ].map { Call(composed: $0) })
        } catch {
            if error.state != "42501" { throw error }
            throw PostgresFault(
                .noConnection,
                "\(error.message); let the owner of the tables migrate with database.reader_role set to \"\(name)\"")
        }
    }

    /// Becomes the role for a moment.
    private func check(_ connection: Connection, _ user: String) async throws(PostgresFault) {
        do throws(PostgresFault) {
            _ = try await connection.run([ReaderRole.assume(name, "")])
        } catch {
            throw PostgresFault(.noConnection, "\(error.message); GRANT \(quoted) TO \(user)")
        }
        let isHeld = try await connection.run([ReaderRole.isHeld(ReaderRole.tables.map { $0.0 })])[0].first {
            $0.bool()
        }
        if isHeld != true {
            throw PostgresFault(
                .noConnection,
                "the role \"\(name)\" (database.reader_role) is above row-level security; take one that owns nothing and is neither SUPERUSER nor BYPASSRLS"
            )
        }
    }

    private var missing: String { "there is no role \"\(name)\", as which lists are to be read (database.reader_role)" }
    private var quoted: String { "\"\(name.replacing("\"", with: "\"\""))\"" }
    /// PostgreSQL cuts names at 63 bytes, this one at a place of its own choice, and finds it again all the same.
    private var policy: String { "\"visible to \(name.replacing("\"", with: "\"\""))\"" }

    private static let user = Statement(
        "SELECT quote_ident(current_user), EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)")

    private static let isOpen = Statement(
        """
        SELECT has_table_privilege($1, $2, 'SELECT') AND has_schema_privilege($1, current_schema(), 'USAGE') AND EXISTS (
            SELECT 1 FROM pg_policy p JOIN pg_roles r ON p.polroles = ARRAY[r.oid]
            WHERE r.rolname = $1 AND p.polrelid = to_regclass($2) AND NOT p.polpermissive AND p.polcmd = 'r'
        )
        """)

    private static let isHeld = Statement("SELECT bool_and(row_security_active(t)) FROM unnest($1::text[]) AS t")
}

extension PostgresStore {
    /// Reads the rows whose ids the statements before have kept, as the role that sees no more than the filter shows.
    func read(
        _ page: Call, as reader: ReaderRole, _ visible: ServiceFilter, behind choosing: [Call]
    ) async throws(StoreError) -> Rows {
        let rows = try await run(choosing + [ReaderRole.assume(reader.name, visible.clauses.text), page])
        return rows[rows.count - 1]
    }
}
