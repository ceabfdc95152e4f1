package import PunctualCore
package import PunctualSchedule

// Keys, grants and token families.

extension PostgresStore {
    package func create(_ key: APIKey) async throws(StoreError) -> APIKey {
        var calls = [PostgresStore.keyByID(key.id)]
        let insertion: (statement: Statement, owner: Identifier)? =
            switch key.owner {
            case .user(let id): (PostgresStore.insertUsersKey, id)
            case .serviceAccount(let id): (PostgresStore.insertAccountsKey, id)
            case .group: nil
            }
        if let (statement, owner) = insertion {
            let text = key.owner.text
            calls.insert(
                statement(
                    key.id, text, key.storedText, key.lastUsedAt, key.version, PostgresStore.token(), owner), at: 0)
        }
        let rows = try await run(calls)
        let kept = try rows[calls.count - 1].first { columns throws(StoreError) in try APIKey(&columns) }
        guard let kept else { throw .notFound }
        return kept
    }

    private static let insertUsersKey = insertKey(ofOneIn: "users")
    private static let insertAccountsKey = insertKey(ofOneIn: "service_accounts")

    /// The owner cannot go meanwhile.
    private static func insertKey(ofOneIn table: String) -> Statement {
        raising(
            """
            INSERT INTO api_keys (id, owner, definition, last_used_at, version, written_by)
            SELECT $1, $2, $3, $4, $5, $6 WHERE EXISTS (SELECT 1 FROM \(table) o WHERE o.id = $7 FOR KEY SHARE)
            ON CONFLICT DO NOTHING
            """)
    }

    package func key(_ id: Identifier) async throws(StoreError) -> APIKey? {
        try await run([PostgresStore.keyByID(id)])[0].first { columns throws(StoreError) in try APIKey(&columns) }
    }

    package func keys(of owner: Subject?, after: Identifier?, limit: Int) async throws(StoreError) -> [APIKey] {
        let start = after ?? .lowest
        let call =
            owner.map { PostgresStore.keysOfOwner($0.text, start, limit) } ?? PostgresStore.allKeys(start, limit)
        return try await run([call])[0].map { columns throws(StoreError) in try APIKey(&columns) }
    }

    private static let readKeys = "SELECT id, owner, last_used_at, version, definition, written_by FROM api_keys"
    private static let keyByID = Statement("\(readKeys) WHERE id = $1")
    private static let allKeys = Statement("\(readKeys) WHERE id > $1 ORDER BY id LIMIT $2::int8")
    private static let keysOfOwner = Statement(
        "\(readKeys) WHERE owner = $1 AND id > $2 ORDER BY owner, id LIMIT $3::int8")

    package func update(_ key: APIKey, ifVersion version: Int) async throws(StoreError) -> APIKey {
        let token = PostgresStore.token()
        let rows = try await run([
            PostgresStore.changeKey(key.id, version, key.owner.text, key.storedText, token),
            PostgresStore.keyByID(key.id),
        ])
        let stored = try rows[1].first { columns throws(StoreError) in
            let key = try APIKey(&columns)
            return (row: key, version: key.version, writtenBy: columns.identifier())
        }
        return try PostgresStore.changed(stored, by: token)
    }

    private static let changeKey = raising(
        """
        UPDATE api_keys SET owner = $3, definition = $4, version = version + 1, written_by = $5
        WHERE id = $1 AND version = $2
        """)

    package func noteUse(_ uses: [Identifier: Timestamp]) async throws(StoreError) {
        // In one order, so that two nodes never wait for each other.
        let uses = uses.sorted { $0.key < $1.key }
        _ = try await run([PostgresStore.noteUse(uses.map(\.key), uses.map(\.value))])
    }

    private static let noteUse = Statement(
        """
        UPDATE api_keys k SET last_used_at = g.used_at FROM unnest($1::uuid[], $2::int8[]) AS g (id, used_at)
        WHERE k.id = g.id AND (k.last_used_at IS NULL OR k.last_used_at < g.used_at)
        """)

    package func create(_ grant: Grant) async throws(StoreError) -> Grant {
        let rows = try await run([
            PostgresStore.insertGrant(grant.id, grant.subject.text, grant.storedText),
            PostgresStore.grantByID(grant.id),
        ])
        // Removed between the two statements: it was there.
        return try rows[1].first { columns throws(StoreError) in try Grant(&columns) } ?? grant
    }

    private static let insertGrant = raising(
        "INSERT INTO grants (id, subject, definition) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")

    package func removeGrant(_ id: Identifier) async throws(StoreError) {
        let rows = try await run([
            PostgresStore.lockAdministrators(), PostgresStore.removeGrant(id), PostgresStore.grantByID(id),
        ])
        if rows[2].count > 0 { throw .lastAdministrator }
    }

    private static let removeGrant = raising(
        "DELETE FROM grants WHERE id = $1 AND \(leavesAdministrator(without: "g.id"))")

    package func grants(of subjects: Set<Subject>) async throws(StoreError) -> [Grant] {
        if subjects.isEmpty { return [] }
        let rows = try await run([PostgresStore.grantsOfSubjects(subjects.map(\.text))])
        return try rows[0].map { columns throws(StoreError) in try Grant(&columns) }
    }

    package func grants(after: Identifier?, limit: Int) async throws(StoreError) -> [Grant] {
        let rows = try await run([PostgresStore.allGrants(after ?? .lowest, limit)])
        return try rows[0].map { columns throws(StoreError) in try Grant(&columns) }
    }

    private static let readGrants = "SELECT id, subject, definition FROM grants"
    private static let grantByID = Statement("\(readGrants) WHERE id = $1")
    private static let allGrants = Statement("\(readGrants) WHERE id > $1 ORDER BY id LIMIT $2::int8")
    private static let grantsOfSubjects = Statement("\(readGrants) WHERE subject = ANY ($1::text[]) ORDER BY id")

    package func create(_ family: RefreshFamily) async throws(StoreError) -> RefreshFamily {
        let rows = try await run([
            PostgresStore.insertFamily(
                family.id, family.subject.text, family.storedText, family.expiresAt, family.revokedAt, family.version,
                PostgresStore.token()),
            PostgresStore.familyByID(family.id),
        ])
        return try rows[1].first { columns throws(StoreError) in try RefreshFamily(&columns) } ?? family
    }

    /// Nothing that anybody has read is changed by it.
    private static let insertFamily = Statement(
        """
        INSERT INTO refresh_families (id, subject, definition, expires_at, revoked_at, version, written_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """)

    package func family(_ id: Identifier) async throws(StoreError) -> RefreshFamily? {
        try await run([PostgresStore.familyByID(id)])[0].first { columns throws(StoreError) in
            try RefreshFamily(&columns)
        }
    }

    private static let familyByID = Statement(
        "SELECT \(RefreshFamily.columns), written_by FROM refresh_families WHERE id = $1")

    package func update(_ family: RefreshFamily, ifVersion version: Int) async throws(StoreError) -> RefreshFamily {
        let token = PostgresStore.token()
        // Rotations are many and void nothing that is cached.
        let change = family.revokedAt == nil ? PostgresStore.rotate : PostgresStore.revoke
        let rows = try await run([
            change(
                family.id, version, family.subject.text, family.storedText, family.expiresAt, family.revokedAt, token),
            PostgresStore.familyByID(family.id),
        ])
        let stored = try rows[1].first { columns throws(StoreError) in
            let family = try RefreshFamily(&columns)
            return (row: family, version: family.version, writtenBy: columns.identifier())
        }
        return try PostgresStore.changed(stored, by: token)
    }

    private static let changeFamily = """
        UPDATE refresh_families SET subject = $3, definition = $4, expires_at = $5, revoked_at = $6,
            version = version + 1, written_by = $7
        WHERE id = $1 AND version = $2
        """
    private static let rotate = Statement(changeFamily)
    private static let revoke = raising(changeFamily)

    package func revokeFamilies(of subject: Subject, at instant: Timestamp) async throws(StoreError) -> Int {
        let token = PostgresStore.token()
        let rows = try await run([
            PostgresStore.revokeFamilies(subject.text, instant, token), PostgresStore.revoked(subject.text, token),
        ])
        return rows[1].first { $0.int() } ?? 0
    }

    private static let revokeFamilies = raising(
        """
        UPDATE refresh_families SET revoked_at = $2, version = version + 1, written_by = $3
        WHERE subject = $1 AND revoked_at IS NULL
        """)
    private static let revoked = Statement(
        "SELECT count(*) FROM refresh_families WHERE subject = $1 AND written_by = $2")

    package func pruneFamilies(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await run([PostgresStore.pruneFamilies(instant, limit)])[0].changed
    }

    private static let pruneFamilies = Statement(
        """
        DELETE FROM refresh_families WHERE id = ANY (ARRAY(
            SELECT id FROM refresh_families WHERE expires_at < $1 ORDER BY expires_at LIMIT $2::int8
            FOR UPDATE SKIP LOCKED
        ))
        """)
}

extension APIKey {
    fileprivate init(_ columns: inout Columns) throws(StoreError) {
        let (id, owner, lastUsedAt) = (columns.identifier(), columns.text(), columns.optionalInstant())
        let version = columns.int()
        try self.init(id: id, owner: owner, lastUsedAt: lastUsedAt, version: version, stored: columns.text())
    }
}

extension Grant {
    fileprivate init(_ columns: inout Columns) throws(StoreError) {
        let (id, subject) = (columns.identifier(), columns.text())
        try self.init(id: id, subject: subject, stored: columns.text())
    }
}

extension RefreshFamily {
    /// In the order in which `init(_:)` reads them.
    static let columns = "id, subject, expires_at, revoked_at, version, definition"

    init(_ columns: inout Columns) throws(StoreError) {
        let (id, subject) = (columns.identifier(), columns.text())
        let (expiresAt, revokedAt) = (columns.instant(), columns.optionalInstant())
        let version = columns.int()
        try self.init(
            id: id, subject: subject, expiresAt: expiresAt, revokedAt: revokedAt, version: version,
            stored: columns.text())
    }
}
