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
        change = PostgresStore.raising(
            """
            UPDATE \(table) SET name = $3, definition = $4, version = version + 1, written_by = $5
            WHERE id = $1 AND version = $2
            """)
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
        try await change(user, version)
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
        switch subject {
        case .user(let id): calls.append(User.table.removal(id))
        case .serviceAccount(let id): calls.append(ServiceAccount.table.removal(id))
        case .group: break
        }
        // Each sees what was there when the owner's row was locked: a key that was being made is among them.
        calls += [
            PostgresStore.removeKeysOf(subject.text), PostgresStore.removeGrantsOf(subject.text),
            PostgresStore.removeFamiliesOf(subject.text), PostgresStore.raise(),
        ]
        _ = try await run(calls)
    }

    private static let removeKeysOf = Statement("DELETE FROM api_keys WHERE owner = $1")
    private static let removeGrantsOf = Statement("DELETE FROM grants WHERE subject = $1")
    private static let removeFamiliesOf = Statement("DELETE FROM refresh_families WHERE subject = $1")
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

    private func change<Row: NamedRow>(_ row: Row, _ version: Int) async throws(StoreError) -> Row {
        let (token, rows): (Identifier, [Rows])
        token = PostgresStore.token()
        do throws(PostgresFault) {
            rows = try await pool.run([
                Row.table.change(row.id, version, row.name, row.storedText, token), Row.table.byID(row.id),
            ])
        } catch {
            throw error.state == PostgresStore.uniqueViolation ? .nameTaken : StoreError(error)
        }
        let stored = try rows[1].first { columns throws(StoreError) in
            let row = try Row(&columns)
            return (row: row, version: row.version, writtenBy: columns.identifier())
        }
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
