import GRDB
import PunctualCore
import PunctualTestKit
import Testing

@testable import PunctualSQLite

@Suite("Identities, secrets and the audit log in SQLite")
struct SQLiteIdentityTests {
    private let folder: TemporaryFolder
    private let store: SQLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteStore(path: folder.file("punctual.db"), clock: ManualClock())
    }

    @Test("keep every promise of such a store", arguments: IdentityCheck.all)
    func holds(_ check: IdentityCheck) async throws {
        defer { store.close() }
        await #expect(throws: Never.self) { try await check.run(store) }
    }

    @Test("are carried whole to another", arguments: AccessTransferCheck.all)
    func carried(_ check: AccessTransferCheck) async throws {
        let target = try SQLiteStore(path: folder.file("target.db"), clock: ManualClock())
        defer {
            store.close()
            target.close()
        }
        await #expect(throws: Never.self) { try await check.run(store, target) }
    }

    @Test("2,000 entries are one chain, read in pages, also by the next process")
    func long() async throws {
        for part in 0..<20 { _ = try await store.append((0..<100).map { AuditChain.draft(part * 100 + $0) }) }
        store.close()
        let next = try SQLiteStore(path: folder.file("punctual.db"), clock: ManualClock())
        defer { next.close() }
        var all: [AuditEntry] = []
        while true {
            let page = try await next.auditEntries(from: Int64(all.count) + 1, limit: 300)
            if page.isEmpty { break }
            all += page
        }
        #expect(all.count == 2000)
        #expect(AuditChain.firstMisfit(in: all, head: try await next.auditHead()) == nil)
    }

    /// What somebody may do to entry 7 of 12 who gets at the file, and the entry at which it is found.
    private static let edits: [(sql: String, found: Int64)] = [
        ("UPDATE audit_entries SET principal = 'user:somebody' WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET at = at + 1 WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET is_allowed = NOT is_allowed WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET address = NULL WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET before = replace(before, '1.50', '1.5') WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET after = '{' WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET previous = hash WHERE sequence = 7", 7),
        ("DELETE FROM audit_entries WHERE sequence = 7", 7),
        ("DELETE FROM audit_entries WHERE sequence >= 7", 7),
        ("UPDATE audit_head SET sequence = 13", 13),
        ("UPDATE audit_head SET hash = zeroblob(32)", 13),
    ]

    @Test("what is edited behind the store's back is found, where it was", arguments: edits.indices)
    func edited(_ number: Int) async throws {
        defer { store.close() }
        let edit = Self.edits[number]
        _ = try await store.append((1...12).map(AuditChain.draft))
        try await store.pool.write { database in
            // Who can change tables can take the guard against accidents away.
            try database.execute(sql: "DROP TRIGGER audit_stays; DROP TRIGGER audit_grows; \(edit.sql)")
        }
        let all = try await store.auditEntries(from: 1, limit: 100)
        #expect(AuditChain.firstMisfit(in: all, head: try await store.auditHead()) == edit.found)
    }

    @Test("a hand that slips changes nothing: the log only grows")
    func guarded() async throws {
        defer { store.close() }
        _ = try await store.append([AuditChain.draft(1)])
        for sql in ["UPDATE audit_entries SET principal = 'x'", "DELETE FROM audit_entries"] {
            await #expect {
                try await store.pool.write { try $0.execute(sql: sql) }
            } throws: { "\($0)".contains("only grows") }
        }
        #expect(try await store.auditEntries(from: 1, limit: 9).count == 1)
    }

    @Test("a head that was set back is told, and nothing is written over")
    func setBack() async throws {
        defer { store.close() }
        _ = try await store.append((1...3).map(AuditChain.draft))
        try await store.pool.write { try $0.execute(sql: "UPDATE audit_head SET sequence = 1") }
        await #expect {
            _ = try await store.append([AuditChain.draft(4)])
        } throws: { if case StoreError.corrupt(let text) = $0 { text.contains("audit_head") } else { false } }
        #expect(try await store.auditEntries(from: 1, limit: 9).count == 3)
    }

    @Test("before and after are kept to the byte")
    func bytes() async throws {
        defer { store.close() }
        let draft = AuditChain.draft(1)
        _ = try await store.append([draft])
        let texts = try await store.pool.read { database in
            try Row.fetchAll(database, sql: "SELECT before, after FROM audit_entries").map {
                [$0[0], $0[1]] as [String?]
            }
        }
        #expect(texts == [[draft.before.keptText, draft.after.keptText]])
    }

    @Test("a row that cannot be read is named, and not taken for less than it was")
    func unreadable() async throws {
        defer { store.close() }
        let user = User(id: Identifier(high: 1, low: 1), name: "rosa", createdAt: ManualClock.start)
        _ = try await store.create(user)
        for text in ["{", "[]", "{}", #"{"disabled":"no"}"#] {
            try await store.pool.write { try $0.execute(sql: "UPDATE users SET definition = ?", arguments: [text]) }
            await #expect { _ = try await store.user(user.id) } throws: {
                if case StoreError.corrupt(let said) = $0 { said.contains("\(user.id)") } else { false }
            }
        }
    }
}
