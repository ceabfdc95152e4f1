internal import GRDB
package import PunctualCore
internal import PunctualSchedule

extension SQLiteStore: AccessTransferStore {
    package func exportFamilies(after id: Identifier?, limit: Int) async throws(StoreError) -> [RefreshFamily] {
        try await reads.read { transaction in
            try transaction.database.rows(
                "SELECT \(RefreshFamily.columns) FROM refresh_families WHERE id > ? ORDER BY id LIMIT ?",
                id ?? .lowest, limit, read: RefreshFamily.init)
        }
    }

    package func exportSecrets(after place: SecretPlace?, limit: Int) async throws(StoreError) -> [SecretRecord] {
        try await reads.read { transaction in
            try transaction.database.rows(
                """
                SELECT \(SecretRecord.columns) FROM secrets WHERE (service, name, version) > (?, ?, ?)
                ORDER BY service, name, version LIMIT ?
                """, place?.service ?? "", place?.name ?? "", place?.version ?? 0, limit, read: SecretRecord.init)
        }
    }

    package func importAccess(_ rows: AccessRows) async throws(StoreError) {
        try await lane.write { transaction in
            let database = transaction.database
            // All leave before any comes, since two of them may have exchanged their names.
            for user in rows.users { try database.run("DELETE FROM users WHERE id = ?", user.id) }
            for account in rows.serviceAccounts {
                try database.run("DELETE FROM service_accounts WHERE id = ?", account.id)
            }
            for user in rows.users {
                if try !transaction.add(user) { throw StoreError.nameTaken }
            }
            for account in rows.serviceAccounts {
                if try !transaction.add(account) { throw StoreError.nameTaken }
            }
            for key in rows.keys { try transaction.put(key) }
            for grant in rows.grants { try transaction.put(grant) }
            for family in rows.families { try transaction.put(family) }
            for secret in rows.secrets {
                try database.run(
                    "DELETE FROM secrets WHERE service = ? AND name = ? AND version = ?", secret.service, secret.name,
                    secret.version)
            }
            for secret in rows.secrets {
                if try !transaction.add(secret) {
                    throw StoreError.conflict("a secret would have two current versions")
                }
            }
            try transaction.raiseRevision()
        }
    }

    package func importAudit(_ entries: [AuditEntry]) async throws(StoreError) {
        guard let first = entries.first else { return }
        try await lane.write { transaction in
            let kept = try transaction.auditEntries(from: first.sequence, limit: entries.count)
            try transaction.extendLog(by: transaction.auditHead().continuation(entries, kept: kept))
        }
    }
}
