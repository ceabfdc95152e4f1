internal import GRDB
package import PunctualCore
package import PunctualSchedule

// Keys, grants and token families.

extension SQLiteStore {
    package func create(_ key: APIKey) async throws(StoreError) -> APIKey {
        try await lane.write { transaction in
            if let existing = try transaction.key(key.id) { return existing }
            guard try transaction.isKnown(key.owner) else { throw StoreError.notFound }
            try transaction.put(key)
            try transaction.raiseRevision()
            return key
        }
    }

    package func key(_ id: Identifier) async throws(StoreError) -> APIKey? {
        try await reads.read { try $0.key(id) }
    }

    package func keys(of owner: Subject?, after: Identifier?, limit: Int) async throws(StoreError) -> [APIKey] {
        try await reads.read { transaction in
            guard let owner else {
                return try transaction.database.rows(
                    "SELECT \(APIKey.columns) FROM api_keys WHERE id > ? ORDER BY id LIMIT ?", after ?? .lowest, limit,
                    read: APIKey.init)
            }
            return try transaction.database.rows(
                "SELECT \(APIKey.columns) FROM api_keys WHERE owner = ? AND id > ? ORDER BY id LIMIT ?", owner.text,
                after ?? .lowest, limit, read: APIKey.init)
        }
    }

    package func update(_ key: APIKey, ifVersion version: Int) async throws(StoreError) -> APIKey {
        try await lane.write { transaction in
            let stored = try transaction.key(key.id)
            try transaction.check(stored?.version, version)
            try transaction.database.run(
                "UPDATE api_keys SET owner = ?, version = ?, definition = ? WHERE id = ?", key.owner.text, version + 1,
                key.storedText, key.id)
            try transaction.raiseRevision()
            var key = key
            (key.version, key.lastUsedAt) = (version + 1, stored?.lastUsedAt)
            return key
        }
    }

    package func noteUse(_ uses: [Identifier: Timestamp]) async throws(StoreError) {
        try await lane.write { transaction in
            for (id, instant) in uses {
                try transaction.database.run(
                    "UPDATE api_keys SET last_used_at = ? WHERE id = ? AND coalesce(last_used_at < ?, TRUE)", instant,
                    id, instant)
            }
        }
    }

    package func create(_ grant: Grant) async throws(StoreError) -> Grant {
        try await lane.write { transaction in
            if let existing = try transaction.grant(grant.id) { return existing }
            try transaction.put(grant)
            try transaction.raiseRevision()
            return grant
        }
    }

    package func removeGrant(_ id: Identifier) async throws(StoreError) {
        try await lane.write { transaction in
            guard let grant = try transaction.grant(id) else { return }
            try transaction.keepingAnAdministrator(grant.subject) {
                try transaction.database.run("DELETE FROM grants WHERE id = ?", id)
            }
            try transaction.raiseRevision()
        }
    }

    package func grants(of subjects: Set<Subject>) async throws(StoreError) -> [Grant] {
        let grants = try await read { transaction in
            try subjects.flatMap { try transaction.grants(of: $0.text) }
        }
        return grants.sorted { $0.id < $1.id }
    }

    package func grants(after: Identifier?, limit: Int) async throws(StoreError) -> [Grant] {
        try await reads.read { transaction in
            try transaction.database.rows(
                "SELECT \(Grant.columns) FROM grants WHERE id > ? ORDER BY id LIMIT ?", after ?? .lowest, limit,
                read: Grant.init)
        }
    }

    package func create(_ family: RefreshFamily) async throws(StoreError) -> RefreshFamily {
        try await lane.write { transaction in
            if let existing = try transaction.family(family.id) { return existing }
            // Nothing that anybody has read is changed by it.
            try transaction.put(family)
            return family
        }
    }

    package func family(_ id: Identifier) async throws(StoreError) -> RefreshFamily? {
        try await reads.read { try $0.family(id) }
    }

    package func update(_ family: RefreshFamily, ifVersion version: Int) async throws(StoreError) -> RefreshFamily {
        try await lane.write { transaction in
            try transaction.check(try transaction.family(family.id)?.version, version)
            try transaction.database.run(
                """
                UPDATE refresh_families SET subject = ?, expires_at = ?, revoked_at = ?, version = ?, definition = ?
                WHERE id = ?
                """, family.subject.text, family.expiresAt, family.revokedAt, version + 1, family.storedText, family.id)
            // Rotations are many and void nothing that is cached.
            if family.revokedAt != nil { try transaction.raiseRevision() }
            var family = family
            family.version = version + 1
            return family
        }
    }

    package func revokeFamilies(of subject: Subject, at instant: Timestamp) async throws(StoreError) -> Int {
        try await lane.write { transaction in
            let revoked = try transaction.database.run(
                """
                UPDATE refresh_families SET revoked_at = ?, version = version + 1
                WHERE subject = ? AND revoked_at IS NULL
                """, instant, subject.text)
            if revoked > 0 { try transaction.raiseRevision() }
            return revoked
        }
    }

    package func pruneFamilies(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await lane.write { transaction in
            try transaction.database.run(
                """
                DELETE FROM refresh_families WHERE id IN (
                    SELECT id FROM refresh_families WHERE expires_at < ? ORDER BY expires_at LIMIT ?
                )
                """, instant, limit)
        }
    }
}

extension Transaction {
    fileprivate func key(_ id: Identifier) throws -> APIKey? {
        try database.first("SELECT \(APIKey.columns) FROM api_keys WHERE id = ?", id, read: APIKey.init)
    }

    fileprivate func grant(_ id: Identifier) throws -> Grant? {
        try database.first("SELECT \(Grant.columns) FROM grants WHERE id = ?", id, read: Grant.init)
    }

    /// - Parameter subject: as `Subject.text`.
    fileprivate func grants(of subject: String) throws -> [Grant] {
        try database.rows("SELECT \(Grant.columns) FROM grants WHERE subject = ?", subject, read: Grant.init)
    }

    /// Makes a change to a subject or its grants.
    /// - Throws: `.lastAdministrator` when it would leave no administrator where there is one.
    @discardableResult
    func keepingAnAdministrator<Value>(_ subject: Subject, _ change: () throws -> Value) throws -> Value {
        let was = try isAdministrator(subject.text)
        let value = try change()
        guard was, try !isAdministrator(subject.text) else { return value }
        // All grants are looked through, and that is seldom: an administrator goes.
        let others = try database.rows(
            "SELECT DISTINCT subject FROM grants WHERE subject > 'user:' AND subject < 'user;' AND definition LIKE ?",
            "%\"\(Role.admin.word)\"%"
        ) { $0.text() }
        guard try others.contains(where: isAdministrator) else { throw StoreError.lastAdministrator }
        return value
    }

    private func isAdministrator(_ subject: String) throws -> Bool {
        guard case .user(let id) = Subject(subject),
            try grants(of: subject).contains(where: \.makesAdministrator), let user: User = try named(id)
        else { return false }
        return user.signsInHere
    }

    fileprivate func family(_ id: Identifier) throws -> RefreshFamily? {
        try database.first(
            "SELECT \(RefreshFamily.columns) FROM refresh_families WHERE id = ?", id, read: RefreshFamily.init)
    }

    /// Adds the row, or puts it in the place of the one with its id.
    func put(_ key: APIKey) throws {
        try database.run(
            "INSERT OR REPLACE INTO api_keys (\(APIKey.columns)) VALUES (?, ?, ?, ?, ?)", key.id, key.owner.text,
            key.lastUsedAt, key.version, key.storedText)
    }

    /// As for keys.
    func put(_ grant: Grant) throws {
        try database.run(
            "INSERT OR REPLACE INTO grants (\(Grant.columns)) VALUES (?, ?, ?)", grant.id, grant.subject.text,
            grant.storedText)
    }

    /// As for keys.
    func put(_ family: RefreshFamily) throws {
        try database.run(
            "INSERT OR REPLACE INTO refresh_families (\(RefreshFamily.columns)) VALUES (?, ?, ?, ?, ?, ?)", family.id,
            family.subject.text, family.expiresAt, family.revokedAt, family.version, family.storedText)
    }

    fileprivate func isKnown(_ subject: Subject) throws -> Bool {
        switch subject {
        case .user(let id): try database.first("SELECT 1 FROM users WHERE id = ?", id) { $0.bool() } ?? false
        case .serviceAccount(let id):
            try database.first("SELECT 1 FROM service_accounts WHERE id = ?", id) { $0.bool() } ?? false
        case .group: false
        }
    }
}

extension APIKey {
    fileprivate static let columns = "id, owner, last_used_at, version, definition"

    fileprivate init(_ columns: inout Columns) throws {
        let (id, owner, lastUsedAt) = (try columns.identifier(), columns.text(), columns.optionalInstant())
        let version = columns.int()
        try self.init(id: id, owner: owner, lastUsedAt: lastUsedAt, version: version, stored: columns.text())
    }
}

extension Grant {
    fileprivate static let columns = "id, subject, definition"

    fileprivate init(_ columns: inout Columns) throws {
        let (id, subject) = (try columns.identifier(), columns.text())
        try self.init(id: id, subject: subject, stored: columns.text())
    }
}

extension RefreshFamily {
    static let columns = "id, subject, expires_at, revoked_at, version, definition"

    init(_ columns: inout Columns) throws {
        let (id, subject) = (try columns.identifier(), columns.text())
        let (expiresAt, revokedAt) = (columns.instant(), columns.optionalInstant())
        let version = columns.int()
        try self.init(
            id: id, subject: subject, expiresAt: expiresAt, revokedAt: revokedAt, version: version,
            stored: columns.text())
    }
}
