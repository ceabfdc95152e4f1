package import PunctualCore
internal import PunctualSchedule

/// A user or a service account: a row with a name, changed by version.
protocol NamedRow: Sendable {
    var id: Identifier { get }
    var name: String { get }
    var version: Int { get }
    var storedText: String { get }
    init(id: Identifier, name: String, version: Int, stored text: String) throws(StoreError)
    static var table: NamedTable { get }
}

extension User: NamedRow { static let table = NamedTable("users") }
extension ServiceAccount: NamedRow { static let table = NamedTable("service_accounts") }

/// The statements of a table of named rows.
struct NamedTable: Sendable {
    let byID: Statement
    let byName: Statement
    let page: Statement
    let insertion: Statement
    let change: Statement
    /// The same, unless it is the last administrator whom it is about.
    let guardedChange: Statement
    let removal: Statement

    init(_ table: String) {
        let read = "SELECT id, name, version, definition, written_by FROM \(table)"
        byID = Statement("\(read) WHERE id = $1")
        byName = Statement("\(read) WHERE name = $1")
        page = Statement("\(read) WHERE id > $1 ORDER BY id LIMIT $2::int8")
        insertion = PostgresStore.raising(
            """
            INSERT INTO \(table) (id, name, version, definition, written_by) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """)
        let update = """
            UPDATE \(table) SET name = $3, definition = $4, version = version + 1, written_by = $5
            WHERE id = $1 AND version = $2
            """
        change = PostgresStore.raising(update)
        guardedChange = PostgresStore.raising("\(update) AND \(PostgresStore.leavesAdministrator(without: "u.id"))")
        removal = Statement("DELETE FROM \(table) WHERE id = $1")
    }
}

extension PostgresStore: IdentityStore {
    package func identityRevision() async throws(StoreError) -> Int64 {
        let revision = try await run([PostgresStore.revision()])[0].first { $0.int64() }
        // Without the row no cache would ever hear of a change.
        guard let revision else { throw .corrupt("the table identity_revision has lost its row; restore it") }
        return revision
    }

    private static let revision = Statement("SELECT revision FROM identity_revision WHERE is_only")

    /// A statement that changes rows, and raises the revision if it did. The revision's row is the last that is locked.
    static func raising(_ change: String) -> Statement {
        Statement(
            """
            WITH changed AS (\(change) RETURNING 1)
            UPDATE identity_revision SET revision = revision + 1 WHERE is_only AND EXISTS (SELECT 1 FROM changed)
            """)
    }

    static let raise = Statement("UPDATE identity_revision SET revision = revision + 1 WHERE is_only")

    /// Of one call, so that its repetition knows its own earlier work.
    static func token() -> Identifier { .random(at: Timestamp(milliseconds: 0)) }

    /// The row that stands after a change by version.
    /// - Parameter row: what was read behind the change; nil when there is none.
    /// - Throws: `.notFound`, and `.versionConflict` unless it was this call that wrote it.
    static func changed<Row>(
        _ row: (row: Row, version: Int, writtenBy: Identifier)?, by token: Identifier
    ) throws(StoreError) -> Row {
        guard let row else { throw .notFound }
        guard row.writtenBy == token else { throw .versionConflict(current: row.version) }
        return row.row
    }

    package func create(_ user: User) async throws(StoreError) -> User { try await insert(user) }
    package func user(_ id: Identifier) async throws(StoreError) -> User? { try await named([User.table.byID(id)]) }

    package func user(named name: String) async throws(StoreError) -> User? {
        try await named([User.table.byName(name)])
    }

    package func users(after: Identifier?, limit: Int) async throws(StoreError) -> [User] {
        try await named(after: after, limit)
    }

    package func update(_ user: User, ifVersion version: Int) async throws(StoreError) -> User {
        // Sign-ins change users all the time, and take nobody's way in.
        try await change(user, version, isGuarded: !user.signsInHere)
    }

    package func create(_ account: ServiceAccount) async throws(StoreError) -> ServiceAccount {
        try await insert(account)
    }

    package func serviceAccount(_ id: Identifier) async throws(StoreError) -> ServiceAccount? {
        try await named([ServiceAccount.table.byID(id)])
    }

    package func serviceAccounts(after: Identifier?, limit: Int) async throws(StoreError) -> [ServiceAccount] {
        try await named(after: after, limit)
    }

    package func update(_ account: ServiceAccount, ifVersion version: Int) async throws(StoreError) -> ServiceAccount {
        try await change(account, version)
    }

    package func remove(_ subject: Subject) async throws(StoreError) {
        var calls: [Call] = []
        // Nobody's, where the subject is no user.
        var user = Identifier.lowest
        switch subject {
        case .user(let id):
            user = id
            calls += [PostgresStore.lockAdministrators(), PostgresStore.removeUser(id)]
        case .serviceAccount(let id): calls.append(ServiceAccount.table.removal(id))
        case .group: break
        }
        // Each sees what was there when the owner's row was locked: a key that was being made is among them.
        calls += [
            PostgresStore.removeKeysOf(subject.text, user), PostgresStore.removeGrantsOf(subject.text, user),
            PostgresStore.removeFamiliesOf(subject.text, user), PostgresStore.raise(), User.table.byID(user),
        ]
        if try await run(calls)[calls.count - 1].count > 0 { throw .lastAdministrator }
    }

    private static let removeUser = Statement(
        "DELETE FROM users WHERE id = $1 AND \(leavesAdministrator(without: "u.id"))")
    private static let removeKeysOf = removal(from: "api_keys", whose: "owner")
    private static let removeGrantsOf = removal(from: "grants", whose: "subject")
    private static let removeFamiliesOf = removal(from: "refresh_families", whose: "subject")

    /// What belongs to a subject, unless it is a user who stays.
    private static func removal(from table: String, whose column: String) -> Statement {
        Statement("DELETE FROM \(table) WHERE \(column) = $1 AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = $2)")
    }

    /// Who takes an administrator away waits for whoever else does: of two who take each other away, one stays.
    static let lockAdministrators = Statement("SELECT pg_advisory_xact_lock(5021786247)")

    /// Whether there is an administrator without the user or grant `$1`, or none with it either: then it is no matter.
    /// - Parameter column: `u.id` for a user, `g.id` for a grant.
    static func leavesAdministrator(without column: String) -> String {
        // As `Grant.makesAdministrator` and `User.signsInHere` say it.
        let administrators = """
            SELECT 1 FROM grants g JOIN users u ON g.subject = 'user:' || u.id
            WHERE g.definition::json #>> '{permission,role}' = 'admin'
                AND g.definition::json #>> '{permission,service}' = '*'
                AND g.definition::json #>> '{permission,labels}' = '{}' AND g.definition::json ->> 'expires_at' IS NULL
                AND u.definition::json ->> 'disabled' = 'false'
                AND u.definition::json ->> 'password_hash' IS NOT NULL AND u.id < '\(Identifier.firstOutside)'
            """
        return """
            CASE WHEN EXISTS (\(administrators) AND \(column) = $1) THEN EXISTS (\(administrators) AND \(column) <> $1)
                ELSE true END
            """
    }
}

extension PostgresStore {
    /// Adds the row unless its id or name is there.
    private func insert<Row: NamedRow>(_ row: Row) async throws(StoreError) -> Row {
        let calls = [
            Row.table.insertion(row.id, row.name, row.version, row.storedText, PostgresStore.token()),
            Row.table.byID(row.id),
        ]
        guard let kept: Row = try await named(calls) else { throw .nameTaken }
        return kept
    }

    /// The first row of the last statement.
    private func named<Row: NamedRow>(_ calls: [Call]) async throws(StoreError) -> Row? {
        let rows = try await run(calls)
        return try rows[calls.count - 1].first { columns throws(StoreError) in try Row(&columns) }
    }

    private func named<Row: NamedRow>(after: Identifier?, _ limit: Int) async throws(StoreError) -> [Row] {
        let rows = try await run([Row.table.page(after ?? .lowest, limit)])
        return try rows[0].map { columns throws(StoreError) in try Row(&columns) }
    }

    /// - Parameter isGuarded: whether it is refused to the last administrator.
    private func change<Row: NamedRow>(
        _ row: Row, _ version: Int, isGuarded: Bool = false
    ) async throws(StoreError) -> Row {
        let token = PostgresStore.token()
        let change = isGuarded ? Row.table.guardedChange : Row.table.change
        var calls = isGuarded ? [PostgresStore.lockAdministrators()] : []
        calls += [change(row.id, version, row.name, row.storedText, token), Row.table.byID(row.id)]
        let rows: [Rows]
        do throws(PostgresFault) {
            rows = try await pool.run(calls)
        } catch {
            throw error.state == PostgresStore.uniqueViolation ? .nameTaken : StoreError(error)
        }
        let stored = try rows[calls.count - 1].first { columns throws(StoreError) in
            let row = try Row(&columns)
            return (row: row, version: row.version, writtenBy: columns.identifier())
        }
        if isGuarded, let stored, stored.version == version, stored.writtenBy != token { throw .lastAdministrator }
        return try PostgresStore.changed(stored, by: token)
    }

    static let uniqueViolation = "23505"
}

extension NamedRow {
    fileprivate init(_ columns: inout Columns) throws(StoreError) {
        let (id, name, version) = (columns.identifier(), columns.text(), columns.int())
        try self.init(id: id, name: name, version: version, stored: columns.text())
    }
}
