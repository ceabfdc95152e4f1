internal import GRDB
package import PunctualCore
package import PunctualSchedule

extension SQLiteStore: SecretStore {
    package func put(_ record: SecretRecord, overlapUntil: Timestamp) async throws(StoreError) {
        try await lane.write { transaction in
            let database = transaction.database
            let newest =
                try database.first(
                    "SELECT max(version) FROM secrets WHERE service = ? AND name = ?", record.service, record.name
                ) { $0.optionalInt() } ?? nil
            guard record.version == (newest ?? 0) + 1 else {
                throw StoreError.versionConflict(current: newest ?? 0)
            }
            try database.run(
                "UPDATE secrets SET expires_at = ? WHERE service = ? AND name = ? AND expires_at IS NULL", overlapUntil,
                record.service, record.name)
            var current = record
            current.expiresAt = nil
            _ = try transaction.add(current)
        }
    }

    package func secret(_ name: String, service: String) async throws(StoreError) -> [SecretRecord] {
        try await reads.read { transaction in
            try transaction.database.rows(
                "SELECT \(SecretRecord.columns) FROM secrets WHERE service = ? AND name = ? ORDER BY version DESC",
                service, name, read: SecretRecord.init)
        }
    }

    package func secrets(service: String, after: String?, limit: Int) async throws(StoreError) -> [SecretRecord] {
        try await reads.read { transaction in
            // No name is empty.
            try transaction.database.rows(
                """
                SELECT \(SecretRecord.columns) FROM secrets WHERE service = ? AND name > ? AND expires_at IS NULL
                ORDER BY name LIMIT ?
                """, service, after ?? "", limit, read: SecretRecord.init)
        }
    }

    package func removeSecret(_ name: String, service: String) async throws(StoreError) {
        try await lane.write { transaction in
            try transaction.database.run("DELETE FROM secrets WHERE service = ? AND name = ?", service, name)
        }
    }

    package func secrets(notWrappedBy masterKeyID: String, limit: Int) async throws(StoreError) -> [SecretRecord] {
        try await read { transaction in
            // A range of the index on either side: it knows no "other than".
            let lower = try transaction.database.rows(
                "SELECT \(SecretRecord.columns) FROM secrets WHERE master_key_id < ? LIMIT ?", masterKeyID, limit,
                read: SecretRecord.init)
            let upper = try transaction.database.rows(
                "SELECT \(SecretRecord.columns) FROM secrets WHERE master_key_id > ? LIMIT ?", masterKeyID,
                limit - lower.count, read: SecretRecord.init)
            return lower + upper
        }
    }

    package func rewrap(_ records: [SecretRecord]) async throws(StoreError) {
        try await lane.write { transaction in
            for record in records {
                // Of the same content only: what was removed and put anew meanwhile is another one.
                try transaction.database.run(
                    """
                    UPDATE secrets SET master_key_id = ?, wrapped_key = ?
                    WHERE service = ? AND name = ? AND version = ? AND box = ?
                    """, record.sealed.masterKeyID, record.sealed.wrappedKey, record.service, record.name,
                    record.version, record.sealed.box)
            }
        }
    }

    package func pruneSecrets(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await lane.write { transaction in
            try transaction.database.run(
                """
                DELETE FROM secrets WHERE (service, name, version) IN (
                    SELECT service, name, version FROM secrets WHERE expires_at < ? ORDER BY expires_at LIMIT ?
                )
                """, instant, limit)
        }
    }
}

extension Transaction {
    /// - Returns: false when the version is there, or another one is current.
    func add(_ record: SecretRecord) throws -> Bool {
        try database.run(
            "INSERT INTO secrets (\(SecretRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            record.service, record.name, record.version, record.sealed.masterKeyID, record.sealed.wrappedKey,
            record.sealed.box, record.createdAt, record.createdBy, record.expiresAt) > 0
    }
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
