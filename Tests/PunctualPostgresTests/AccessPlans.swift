import PunctualCore
import PunctualSchedule
import PunctualTestKit

@testable import PunctualPostgres

/// The statements about identities, secrets and the audit log, for `QueryPlanTests`.
enum AccessPlans {
    static let tables = [
        "users", "service_accounts", "api_keys", "grants", "refresh_families", "secrets", "audit_entries",
    ]

    /// 20,000 of each, and 100,000 entries of the log.
    static func filling(_ now: Timestamp) -> String {
        let instant = now.milliseconds
        let id = "(lpad(to_hex(i), 32, '0'))::uuid"
        let none = "'00000000-0000-0000-0000-000000000000'::uuid"
        return """
            INSERT INTO users SELECT \(id), 'user-' || i, '\(User(id: .lowest, name: "", createdAt: now).storedText)', 1,
                \(none) FROM generate_series(1, 20000) AS i;
            INSERT INTO service_accounts SELECT \(id), 'account-' || i,
                '\(ServiceAccount(id: .lowest, name: "", createdAt: now).storedText)', 1, \(none)
                FROM generate_series(1, 20000) AS i;
            INSERT INTO api_keys SELECT \(id), 'user:' || \(id), '\(key(now).storedText)', NULL, 1, \(none)
                FROM generate_series(1, 20000) AS i;
            INSERT INTO grants SELECT \(id), 'user:' || \(id), '\(grant(now).storedText)'
                FROM generate_series(1, 20000) AS i;
            INSERT INTO refresh_families SELECT \(id), 'user:' || \(id), '\(family(now).storedText)', \(instant) + i, NULL,
                1, \(none) FROM generate_series(1, 20000) AS i;
            INSERT INTO secrets SELECT 's' || i % 100, 'name-' || i, v, 'k' || v, '\\x00', '\\x00', \(instant), 'a',
                CASE WHEN v = 1 THEN \(instant) + i END, \(none)
                FROM generate_series(1, 20000) AS i, generate_series(1, 2) AS v;
            INSERT INTO audit_entries SELECT i, \(instant) + i, 'user:' || i % 1000, NULL, NULL, 'op' || i % 50,
                'job:' || i % 5000, 's' || i % 100, true, NULL, NULL, NULL, '\\x00', '\\x00', \(none)
                FROM generate_series(1, 100000) AS i;
            UPDATE audit_head SET sequence = 100000;
            ANALYZE
            """
    }

    private static func key(_ now: Timestamp) -> APIKey {
        APIKey(
            id: .lowest, name: "key", owner: .user(.lowest), secrets: [], scopes: [], createdAt: now,
            createdBy: "system")
    }

    private static func grant(_ now: Timestamp) -> Grant {
        Grant(
            id: .lowest, subject: .user(.lowest), permission: Permission(.viewer, service: nil), createdAt: now,
            createdBy: "system")
    }

    private static func family(_ now: Timestamp) -> RefreshFamily {
        RefreshFamily(
            id: .lowest, subject: .user(.lowest), client: "cli", current: KeyedHash(keyID: "p", bytes: []),
            rotatedAt: now, createdAt: now, expiresAt: now)
    }

    /// Makes every call.
    static func ask(_ store: PostgresStore, _ now: Timestamp) async throws {
        let id = Identifier(high: 0, low: 700)
        let (owner, new) = (Subject.user(id), Identifier(high: 9, low: 1))
        _ = try await store.create(User(id: new, name: "new", createdAt: now))
        if let user = try await store.user(named: "user-700") { _ = try await store.update(user, ifVersion: 1) }
        _ = try await store.users(after: id, limit: 50)
        _ = try await store.create(ServiceAccount(id: new, name: "new", createdAt: now))
        _ = try await store.serviceAccounts(after: id, limit: 50)
        var key = key(now)
        (key.id, key.owner) = (new, .user(new))
        key = try await store.create(key)
        _ = try await store.update(key, ifVersion: 1)
        _ = try await store.keys(of: owner, after: nil, limit: 50)
        _ = try await store.keys(of: nil, after: id, limit: 50)
        try await store.noteUse([id: now, new: now])
        var grant = grant(now)
        grant.id = new
        _ = try await store.create(grant)
        _ = try await store.grants(of: [owner, .group("ops"), .user(new)])
        _ = try await store.grants(after: id, limit: 50)
        try await store.removeGrant(new)
        var family = family(now)
        (family.id, family.subject) = (new, .user(new))
        _ = try await store.create(family)
        _ = try await store.update(family, ifVersion: 1)
        _ = try await store.revokeFamilies(of: .user(new), at: now)
        _ = try await store.pruneFamilies(before: now + .seconds(1), limit: 50)
        try await store.remove(owner)
        _ = try await store.identityRevision()
        for version in 1...2 {
            let record = SecretRecord(
                service: "s7", name: "new", version: version,
                sealed: SealedBytes(masterKeyID: "k2", wrappedKey: [1], box: [2]), createdAt: now, createdBy: "a")
            try await store.put(record, overlapUntil: now)
        }
        _ = try await store.secret("new", service: "s7")
        _ = try await store.secrets(service: "s7", after: "name-5", limit: 50)
        try await store.rewrap(try await store.secrets(notWrappedBy: "k2", limit: 50))
        _ = try await store.pruneSecrets(before: now + .seconds(1), limit: 50)
        try await store.removeSecret("new", service: "s7")
        _ = try await store.append([AuditChain.draft(1), AuditChain.draft(2)])
        _ = try await store.auditEntries(from: 50_000, limit: 50)
        let changes: [(inout AuditQuery) -> Void] = [
            { _ in }, { $0.principal = "user:7" }, { $0.operation = "op7" }, { $0.resource = "job:7" },
            { $0.service = "s7" }, { ($0.principal, $0.before) = ("user:7", 50_000) }, { $0.before = 50_000 },
            // Of a hundred seconds: the first tenth of one, the last hundredth, and the middle, from a page on.
            { $0.to = now + .milliseconds(100) }, { $0.from = now + .milliseconds(99_990) },
            { ($0.to, $0.before) = (now + .milliseconds(50_000), 49_000) },
        ]
        for change in changes {
            var query = AuditQuery()
            change(&query)
            _ = try await store.auditEntries(query)
        }
    }
}
