package import PunctualCore
internal import PunctualSchedule

/// A user or a service account: a row with a name, changed by version.
protocol NamedRow: Sendable {
    var id: Identifier { get }
    var name: String { get }
    var version: Int { get }
    var storedText: String { get }
    init(id: Identifier, name: String, version: Int, stored text: String) throws(StoreError)
    static var table: String { get }
}

extension User: NamedRow { static var table: String { "users" } }
extension ServiceAccount: NamedRow { static var table: String { "service_accounts" } }

extension SQLiteStore: IdentityStore {
    package func identityRevision() async throws(StoreError) -> Int64 {
        let revision = try await reads.read { transaction in
            try transaction.database.first("SELECT revision FROM identity_revision WHERE id = 1") { $0.int64() }
        }
        // Without the row no cache would ever hear of a change.
        guard let revision else { throw .corrupt("the table identity_revision has lost its row; restore it") }
        return revision
    }

    package func create(_ user: User) async throws(StoreError) -> User {
        try await lane.write { try $0.create(user) }
    }

    package func user(_ id: Identifier) async throws(StoreError) -> User? {
        try await reads.read { try $0.named(id) }
    }

    package func user(named name: String) async throws(StoreError) -> User? {
        try await reads.read { transaction in
            try transaction.database.first(
                "SELECT \(Transaction.namedColumns) FROM users WHERE name = ?", name, read: User.init)
        }
    }

    package func users(after: Identifier?, limit: Int) async throws(StoreError) -> [User] {
        try await reads.read { try $0.named(after: after, limit) }
    }

    package func update(_ user: User, ifVersion version: Int) async throws(StoreError) -> User {
        try await lane.write { transaction in
            // Sign-ins change users all the time, and take nobody's way in.
            if user.signsInHere { return try transaction.change(user, version) }
            return try transaction.keepingAnAdministrator(.user(user.id)) { try transaction.change(user, version) }
        }
    }

    package func create(_ account: ServiceAccount) async throws(StoreError) -> ServiceAccount {
        try await lane.write { try $0.create(account) }
    }

    package func serviceAccount(_ id: Identifier) async throws(StoreError) -> ServiceAccount? {
        try await reads.read { try $0.named(id) }
    }

    package func serviceAccounts(after: Identifier?, limit: Int) async throws(StoreError) -> [ServiceAccount] {
        try await reads.read { try $0.named(after: after, limit) }
    }

    package func update(_ account: ServiceAccount, ifVersion version: Int) async throws(StoreError) -> ServiceAccount {
        try await lane.write { try $0.change(account, version) }
    }

    package func remove(_ subject: Subject) async throws(StoreError) {
        try await lane.write { transaction in
            let database = transaction.database
            try transaction.keepingAnAdministrator(subject) {
                switch subject {
                case .user(let id): try database.run("DELETE FROM users WHERE id = ?", id)
                case .serviceAccount(let id): try database.run("DELETE FROM service_accounts WHERE id = ?", id)
                case .group: break
                }
                try database.run("DELETE FROM grants WHERE subject = ?", subject.text)
            }
            try database.run("DELETE FROM api_keys WHERE owner = ?", subject.text)
            try database.run("DELETE FROM refresh_families WHERE subject = ?", subject.text)
            try transaction.raiseRevision()
        }
    }
}

extension Transaction {
    /// Tells caches that what they have read may have changed.
    func raiseRevision() throws {
        try database.run("UPDATE identity_revision SET revision = revision + 1 WHERE id = 1")
    }

    fileprivate static let namedColumns = "id, name, version, definition"

    func named<Row: NamedRow>(_ id: Identifier) throws -> Row? {
        try database.first("SELECT \(Self.namedColumns) FROM \(Row.table) WHERE id = ?", id, read: Row.init)
    }

    fileprivate func named<Row: NamedRow>(after: Identifier?, _ limit: Int) throws -> [Row] {
        try database.rows(
            "SELECT \(Self.namedColumns) FROM \(Row.table) WHERE id > ? ORDER BY id LIMIT ?", after ?? .lowest, limit,
            read: Row.init)
    }

    fileprivate func create<Row: NamedRow>(_ row: Row) throws -> Row {
        if let existing: Row = try named(row.id) { return existing }
        if try !add(row) { throw StoreError.nameTaken }
        try raiseRevision()
        return row
    }

    /// - Returns: false when the name, or the id, is taken.
    func add(_ row: some NamedRow) throws -> Bool {
        try database.run(
            "INSERT INTO \(type(of: row).table) (\(Self.namedColumns)) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            row.id, row.name, row.version, row.storedText) > 0
    }

    fileprivate func change<Row: NamedRow>(_ row: Row, _ version: Int) throws -> Row {
        let stored: Row? = try named(row.id)
        try check(stored?.version, version)
        let changed = try database.run(
            "UPDATE OR IGNORE \(Row.table) SET name = ?, version = ?, definition = ? WHERE id = ?", row.name,
            version + 1, row.storedText, row.id)
        if changed == 0 { throw StoreError.nameTaken }
        try raiseRevision()
        return try Row(id: row.id, name: row.name, version: version + 1, stored: row.storedText)
    }

    /// - Parameter stored: nil when the row is not there.
    func check(_ stored: Int?, _ version: Int) throws(StoreError) {
        guard let stored else { throw .notFound }
        guard stored == version else { throw .versionConflict(current: stored) }
    }
}

extension NamedRow {
    fileprivate init(_ columns: inout Columns) throws {
        let (id, name, version) = (try columns.identifier(), columns.text(), columns.int())
        try self.init(id: id, name: name, version: version, stored: columns.text())
    }
}
