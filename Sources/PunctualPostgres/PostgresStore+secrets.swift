package import PunctualCore
package import PunctualSchedule

extension PostgresStore: SecretStore {
    package func put(_ record: SecretRecord, overlapUntil: Timestamp) async throws(StoreError) {
        let token = PostgresStore.token()
        let sealed = record.sealed
        let rows = try await run([
            PostgresStore.endCurrent(record.service, record.name, record.version - 1, overlapUntil),
            PostgresStore.putNext(
                record.service, record.name, record.version, sealed.masterKeyID, Blob(bytes: sealed.wrappedKey),
                Blob(bytes: sealed.box), record.createdAt, record.createdBy, token),
            PostgresStore.currentVersion(record.service, record.name),
        ])
        let current = rows[2].first { (version: $0.int(), writtenBy: $0.identifier()) }
        if current?.writtenBy != token { throw .versionConflict(current: current?.version ?? 0) }
    }

    /// Its lock makes others wait, who then find it ended.
    private static let endCurrent = Statement(
        """
        UPDATE secrets SET expires_at = $4 WHERE service = $1 AND name = $2 AND version = $3 AND expires_at IS NULL
        """)
    private static let putNext = Statement(
        """
        INSERT INTO secrets (service, name, version, master_key_id, wrapped_key, box, created_at, created_by, written_by)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
        WHERE $3 = 1 + coalesce((SELECT max(version) FROM secrets WHERE service = $1 AND name = $2), 0)
        ON CONFLICT DO NOTHING
        """)
    private static let currentVersion = Statement(
        """
        SELECT version, written_by FROM secrets WHERE service = $1 AND name = $2 ORDER BY version DESC LIMIT 1
        """)

    package func secret(_ name: String, service: String) async throws(StoreError) -> [SecretRecord] {
        try await run([PostgresStore.secretVersions(service, name)])[0].map { SecretRecord(&$0) }
    }

    package func secrets(service: String, after: String?, limit: Int) async throws(StoreError) -> [SecretRecord] {
        // No name is empty.
        try await run([PostgresStore.secretsByName(service, after ?? "", limit)])[0].map { SecretRecord(&$0) }
    }

    package func removeSecret(_ name: String, service: String) async throws(StoreError) {
        _ = try await run([PostgresStore.removeSecret(service, name)])
    }

    package func secrets(notWrappedBy masterKeyID: String, limit: Int) async throws(StoreError) -> [SecretRecord] {
        try await run([PostgresStore.secretsOfOtherKeys(masterKeyID, limit)])[0].map { SecretRecord(&$0) }
    }

    private static let read = "SELECT \(SecretRecord.columns) FROM secrets"
    private static let secretVersions = Statement("\(read) WHERE service = $1 AND name = $2 ORDER BY version DESC")
    private static let secretsByName = Statement(
        "\(read) WHERE service = $1 AND name > $2 AND expires_at IS NULL ORDER BY name LIMIT $3::int8")
    private static let removeSecret = Statement("DELETE FROM secrets WHERE service = $1 AND name = $2")
    /// A range of the index on either side: it knows no "other than".
    private static let secretsOfOtherKeys = Statement(
        """
        (\(read) WHERE master_key_id < $1 LIMIT $2::int8) UNION ALL (\(read) WHERE master_key_id > $1 LIMIT $2::int8)
        LIMIT $2::int8
        """)

    package func rewrap(_ records: [SecretRecord]) async throws(StoreError) {
        // In one order, so that two nodes never wait for each other.
        let records = records.sorted { ($0.service, $0.name, $0.version) < ($1.service, $1.name, $1.version) }
        _ = try await run([
            PostgresStore.rewrap(
                records.map(\.service), records.map(\.name), records.map(\.version),
                records.map(\.sealed.masterKeyID), records.map { Blob(bytes: $0.sealed.wrappedKey) },
                records.map { Blob(bytes: $0.sealed.box) })
        ])
    }

    /// Of the same content only: what was removed and put anew meanwhile is another one.
    private static let rewrap = Statement(
        """
        UPDATE secrets s SET master_key_id = g.master_key_id, wrapped_key = g.wrapped_key
        FROM unnest($1::text[], $2::text[], $3::int8[], $4::text[], $5::bytea[], $6::bytea[])
            AS g (service, name, version, master_key_id, wrapped_key, box)
        WHERE s.service = g.service AND s.name = g.name AND s.version = g.version AND s.box = g.box
        """)

    package func pruneSecrets(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await run([PostgresStore.pruneSecrets(instant, limit)])[0].changed
    }

    private static let pruneSecrets = Statement(
        """
        DELETE FROM secrets s USING (
            SELECT service, name, version FROM secrets WHERE expires_at < $1 ORDER BY expires_at LIMIT $2::int8
            FOR UPDATE SKIP LOCKED
        ) d WHERE s.service = d.service AND s.name = d.name AND s.version = d.version
        """)
}

extension SecretRecord {
    /// In the order in which `init(_:)` reads them.
    static let columns = """
        service, name, version, master_key_id, wrapped_key, box, created_at, created_by, expires_at
        """

    init(_ columns: inout Columns) {
        let (service, name, version) = (columns.text(), columns.text(), columns.int())
        let sealed = SealedBytes(masterKeyID: columns.text(), wrappedKey: columns.blob(), box: columns.blob())
        self.init(
            service: service, name: name, version: version, sealed: sealed, createdAt: columns.instant(),
            createdBy: columns.text(), expiresAt: columns.optionalInstant())
    }
}
