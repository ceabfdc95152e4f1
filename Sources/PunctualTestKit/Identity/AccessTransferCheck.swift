public import PunctualCore
internal import PunctualSchedule

/// One sentence that holds for every pair of stores of identities, secrets and the audit log.
public struct AccessTransferCheck: Sendable, CustomStringConvertible {
    /// The sentence.
    public let name: String
    /// Runs the check from one empty store into another.
    public let run: @Sendable (any AccessTransferStore, any AccessTransferStore) async throws -> Void

    init(
        _ name: String,
        _ run: @escaping @Sendable (any AccessTransferStore, any AccessTransferStore) async throws -> Void
    ) {
        self.name = name
        self.run = run
    }

    public var description: String { name }

    /// A row of each kind, changed since it was made.
    private static func fill(_ store: any AccessTransferStore) async throws {
        for number in 1...3 as ClosedRange<UInt64> {
            var user = try await store.create(IdentityCheck.user("u\(number)", number))
            user.failedSignIns = 2
            user = try await store.update(user, ifVersion: 1)
            let account = try await store.create(IdentityCheck.account("a\(number)", number))
            let key = try await store.create(IdentityCheck.key(number, of: .serviceAccount(account.id)))
            _ = try await store.update(key, ifVersion: 1)
            try await store.noteUse([key.id: IdentityCheck.now])
            _ = try await store.create(IdentityCheck.grant(number, to: .user(user.id)))
            let family = try await store.create(IdentityCheck.family(number, of: .user(user.id)))
            _ = try await store.update(family, ifVersion: 1)
            for version in 1...2 {
                let secret = IdentityCheck.secret("s\(number)", version: version)
                try await store.put(secret, overlapUntil: IdentityCheck.now)
            }
            _ = try await store.append([IdentityCheck.draft(Int(number))])
        }
        _ = try await store.revokeFamilies(of: .user(Identifier(high: 1, low: 1)), at: IdentityCheck.now)
    }

    private static func contents(of store: any AccessTransferStore) async throws -> AccessRows {
        var rows = AccessRows()
        rows.users = try await store.users(after: nil, limit: 100)
        rows.serviceAccounts = try await store.serviceAccounts(after: nil, limit: 100)
        rows.keys = try await store.keys(of: nil, after: nil, limit: 100)
        rows.grants = try await store.grants(after: nil, limit: 100)
        rows.families = try await store.exportFamilies(after: nil, limit: 100)
        rows.secrets = try await store.exportSecrets(after: nil, limit: 100)
        return rows
    }

    /// Every check.
    public static let all: [AccessTransferCheck] = [
        AccessTransferCheck("what is exported and imported is the same, versions and last uses included") {
            source, target in
            try await fill(source)
            let rows = try await contents(of: source)
            try same(rows.users.map(\.version) + rows.keys.map(\.version), [2, 2, 2, 2, 2, 2])
            try same(rows.secrets.map(\.version), [1, 2, 1, 2, 1, 2])
            let entries = try await source.auditEntries(from: 1, limit: 100)
            for _ in 0..<2 {  // Twice is once.
                try await target.importAccess(rows)
                try await target.importAudit(entries)
                try same(try await contents(of: target), rows)
                try same(try await target.auditEntries(from: 1, limit: 100), entries)
                try same(try await target.auditHead(), try await source.auditHead())
            }
            // And the log goes on.
            let next = try await target.append([IdentityCheck.draft(9)])
            try same(next.first?.previous, entries.last?.hash)
        },
        AccessTransferCheck("an imported row replaces the one that is there, and caches hear of it") { source, target in
            try await fill(source)
            try await target.importAccess(try await contents(of: source))
            var user = try required(try await source.user(named: "u1"))
            user.isDisabled = true
            _ = try await source.update(user, ifVersion: 2)
            let revision = try await target.identityRevision()
            try await target.importAccess(try await contents(of: source))
            try expect(try await target.identityRevision() > revision)
            try same(try await target.user(user.id)?.isDisabled, true)
        },
        AccessTransferCheck("names that two have exchanged are carried; one that a stranger has is refused") {
            source, target in
            try await fill(source)
            try await target.importAccess(try await contents(of: source))
            var (one, two) = (
                try required(try await source.user(named: "u1")), try required(try await source.user(named: "u2"))
            )
            (one.name, two.name) = ("u2", "u1")
            var rows = AccessRows()
            rows.users = [one, two]
            try await target.importAccess(rows)
            try same(try await target.user(named: "u2")?.id, one.id)
            var stranger = AccessRows()
            stranger.users = [IdentityCheck.user("u3", 8)]
            stranger.serviceAccounts = [IdentityCheck.account("new", 8)]
            try await refuses(with: .nameTaken) { try await target.importAccess(stranger) }
            try same(try await target.serviceAccount(stranger.serviceAccounts[0].id), nil)
        },
        AccessTransferCheck("secrets and families come in pages") { source, _ in
            try await fill(source)
            let all = try await source.exportSecrets(after: nil, limit: 100)
            var seen: [SecretRecord] = []
            while case let page = try await source.exportSecrets(after: seen.last.map { SecretPlace($0) }, limit: 4),
                !page.isEmpty
            {
                seen += page
            }
            try same(seen, all)
            let families = try await source.exportFamilies(after: nil, limit: 2)
            try same(try await source.exportFamilies(after: families.last?.id, limit: 2).count, 1)
        },
        AccessTransferCheck("a log is not carried into another one, nor with a gap") { source, target in
            try await fill(source)
            let entries = try await source.auditEntries(from: 1, limit: 100)
            try await refusesConflict { try await target.importAudit([entries[1]]) }
            _ = try await target.append([IdentityCheck.draft(7)])
            try await refusesConflict { try await target.importAudit(entries) }
            try same(try await target.auditEntries(from: 1, limit: 9).count, 1)
        },
    ]

    private static func refusesConflict(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch StoreError.conflict {
            return
        }
        throw CheckFailure(description: "it was not refused")
    }
}
