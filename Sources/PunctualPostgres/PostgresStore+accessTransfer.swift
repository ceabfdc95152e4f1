package import PunctualCore
internal import PunctualSchedule

extension PostgresStore: AccessTransferStore {
    package func exportFamilies(after id: Identifier?, limit: Int) async throws(StoreError) -> [RefreshFamily] {
        try await run([PostgresStore.familiesBehind(id ?? .lowest, limit)])[0].map { columns throws(StoreError) in
            try RefreshFamily(&columns)
        }
    }

    private static let familiesBehind = Statement(
        "SELECT \(RefreshFamily.columns) FROM refresh_families WHERE id > $1 ORDER BY id LIMIT $2::int8")

    package func exportSecrets(after place: SecretPlace?, limit: Int) async throws(StoreError) -> [SecretRecord] {
        let call = PostgresStore.secretsBehind(place?.service ?? "", place?.name ?? "", place?.version ?? 0, limit)
        return try await run([call])[0].map { SecretRecord(&$0) }
    }

    private static let secretsBehind = Statement(
        """
        SELECT \(SecretRecord.columns) FROM secrets WHERE (service, name, version) > ($1, $2, $3)
        ORDER BY service, name, version LIMIT $4::int8
        """)

    package func importAccess(_ rows: AccessRows) async throws(StoreError) {
        let token = PostgresStore.token()
        // All leave before any comes, since two of them may have exchanged their names.
        var calls = [
            PostgresStore.removeUsers(rows.users.map(\.id)),
            PostgresStore.removeAccounts(rows.serviceAccounts.map(\.id)), PostgresStore.removeKeys(rows.keys.map(\.id)),
            PostgresStore.removeGrants(rows.grants.map(\.id)), PostgresStore.removeFamilies(rows.families.map(\.id)),
        ]
        calls += [
            named(PostgresStore.insertUsers, rows.users, token),
            named(PostgresStore.insertAccounts, rows.serviceAccounts, token), insertion(of: rows.keys, token),
            PostgresStore.insertGrants(
                rows.grants.map(\.id), rows.grants.map(\.subject.text), rows.grants.map(\.storedText)),
            insertion(of: rows.families, token),
        ]
        calls += replacement(of: rows.secrets, token) + [PostgresStore.raise()]
        do throws(PostgresFault) {
            _ = try await pool.run(calls)
        } catch {
            guard error.state == PostgresStore.uniqueViolation else { throw StoreError(error) }
            throw error.constraint == "secrets_current"
                ? .conflict("a secret would have two current versions") : .nameTaken
        }
    }

    private static func removal(from table: String) -> Statement {
        Statement("DELETE FROM \(table) WHERE id = ANY ($1::uuid[])")
    }

    private static let removeUsers = removal(from: "users")
    private static let removeAccounts = removal(from: "service_accounts")
    private static let removeKeys = removal(from: "api_keys")
    private static let removeGrants = removal(from: "grants")
    private static let removeFamilies = removal(from: "refresh_families")

    private func named(_ insertion: Statement, _ rows: [some NamedRow], _ token: Identifier) -> Call {
        insertion(rows.map(\.id), rows.map(\.name), rows.map(\.version), rows.map(\.storedText), token)
    }

    private static let insertUsers = insertNamed(into: "users")
    private static let insertAccounts = insertNamed(into: "service_accounts")

    private static func insertNamed(into table: String) -> Statement {
        Statement(
            """
            INSERT INTO \(table) (id, name, version, definition, written_by)
            SELECT *, $5 FROM unnest($1::uuid[], $2::text[], $3::int8[], $4::text[])
            """)
    }

    private func insertion(of keys: [APIKey], _ token: Identifier) -> Call {
        PostgresStore.insertKeys(
            keys.map(\.id), keys.map(\.owner.text), keys.map(\.storedText), keys.map(\.lastUsedAt), keys.map(\.version),
            token)
    }

    private static let insertKeys = Statement(
        """
        INSERT INTO api_keys (id, owner, definition, last_used_at, version, written_by)
        SELECT *, $6 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int8[], $5::int8[])
        """)
    private static let insertGrants = Statement(
        "INSERT INTO grants (id, subject, definition) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])")

    private func insertion(of families: [RefreshFamily], _ token: Identifier) -> Call {
        PostgresStore.insertFamilies(
            families.map(\.id), families.map(\.subject.text), families.map(\.storedText), families.map(\.expiresAt),
            families.map(\.revokedAt), families.map(\.version), token)
    }

    private static let insertFamilies = Statement(
        """
        INSERT INTO refresh_families (id, subject, definition, expires_at, revoked_at, version, written_by)
        SELECT *, $7 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int8[], $5::int8[], $6::int8[])
        """)

    private func replacement(of secrets: [SecretRecord], _ token: Identifier) -> [Call] {
        let (services, names, versions) = (secrets.map(\.service), secrets.map(\.name), secrets.map(\.version))
        return [
            PostgresStore.removeSecrets(services, names, versions),
            PostgresStore.insertSecrets(
                services, names, versions, secrets.map(\.sealed.masterKeyID),
                secrets.map { Blob(bytes: $0.sealed.wrappedKey) }, secrets.map { Blob(bytes: $0.sealed.box) },
                secrets.map(\.createdAt), secrets.map(\.createdBy), secrets.map(\.expiresAt), token),
        ]
    }

    private static let removeSecrets = Statement(
        """
        DELETE FROM secrets s USING unnest($1::text[], $2::text[], $3::int8[]) AS g (service, name, version)
        WHERE s.service = g.service AND s.name = g.name AND s.version = g.version
        """)
    private static let insertSecrets = Statement(
        """
        INSERT INTO secrets (\(SecretRecord.columns), written_by)
        SELECT *, $10 FROM unnest($1::text[], $2::text[], $3::int8[], $4::text[], $5::bytea[], $6::bytea[], $7::int8[],
            $8::text[], $9::int8[])
        """)

    package func importAudit(_ entries: [AuditEntry]) async throws(StoreError) {
        guard let first = entries.first else { return }
        _ = try await extendLog(by: PostgresStore.token()) { connection, head throws(PostgresFault) in
            let kept = try await connection.run([PostgresStore.entriesFrom(first.sequence, entries.count)])[0]
            do throws(StoreError) {
                return .success((entries, new: try head.continuation(entries, kept: kept.map { AuditEntry(&$0) })))
            } catch { return .failure(error) }
        }
    }
}
