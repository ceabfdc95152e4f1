import PunctualCore
import PunctualJSON
import PunctualTestKit
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("Identities, secrets and the audit log in PostgreSQL")
struct PostgresIdentityTests {
    @Test("keep every promise of such a store", arguments: IdentityCheck.all)
    func holds(_ check: IdentityCheck) async throws {
        try await withStore { store in
            await #expect(throws: Never.self) { try await check.run(store) }
        }
    }

    // One database each: who held one and waited for another could wait for ever.

    @Test("are carried whole to here", arguments: AccessTransferCheck.all)
    func carriedHere(_ check: AccessTransferCheck) async throws {
        try await withStore { store in
            await #expect(throws: Never.self) { try await check.run(MemoryIdentityStore(), store) }
        }
    }

    @Test("are carried whole from here", arguments: AccessTransferCheck.all)
    func carriedAway(_ check: AccessTransferCheck) async throws {
        try await withStore { store in
            await #expect(throws: Never.self) { try await check.run(store, MemoryIdentityStore()) }
        }
    }

    @Test("two nodes that append at once make one chain, and each gets its own entries")
    func twoNodes() async throws {
        try await withDatabase { uri in
            var nodes: [PostgresStore] = []
            for _ in 0..<2 {
                nodes.append(
                    try await PostgresStore(
                        settings: ConnectionSettings(uri), connections: 3, schema: nil, limits: .patient))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    for node in nodes {
                        group.addTask {
                            let drafts = [AuditChain.draft(number), AuditChain.draft(number + 1000)]
                            let entries = try await node.append(drafts)
                            #expect(entries.map(\.draft) == drafts)
                            #expect(entries[1].previous == entries[0].hash)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let all = try await nodes[0].auditEntries(from: 1, limit: 1000)
            #expect(all.count == 400)
            #expect(AuditChain.firstMisfit(in: all, head: try await nodes[1].auditHead()) == nil)
            for node in nodes { await node.close() }
        }
    }

    @Test("two nodes that remove an owner and make him a key leave no key without an owner")
    func keysOfTheGone() async throws {
        try await withStore { store in
            for number in 0..<50 {
                let id = Identifier(high: 1, low: UInt64(number) + 1)
                let user = User(id: id, name: "u\(number)", createdAt: ManualClock.start)
                _ = try await store.create(user)
                let key = APIKey(
                    id: Identifier(high: 2, low: UInt64(number) + 1), name: "k", owner: .user(id), secrets: [],
                    scopes: [], createdAt: ManualClock.start, createdBy: "system")
                async let removal: Void = store.remove(.user(id))
                // Whether it is in time is the race.
                _ = try? await store.create(key)
                try await removal
            }
            #expect(try await store.keys(of: nil, after: nil, limit: 100).isEmpty)
        }
    }

    @Test("2,000 entries are one chain, read in pages")
    func long() async throws {
        try await withStore { store in
            for part in 0..<20 { _ = try await store.append((0..<100).map { AuditChain.draft(part * 100 + $0) }) }
            var all: [AuditEntry] = []
            while true {
                let page = try await store.auditEntries(from: Int64(all.count) + 1, limit: 300)
                if page.isEmpty { break }
                all += page
            }
            #expect(all.count == 2000)
            #expect(AuditChain.firstMisfit(in: all, head: try await store.auditHead()) == nil)
        }
    }

    /// What somebody may do to entry 7 of 12 who gets at the tables, and the entry at which it is found.
    private static let edits: [(sql: String, found: Int64)] = [
        ("UPDATE audit_entries SET principal = 'user:somebody' WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET at = at + 1 WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET is_allowed = NOT is_allowed WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET address = NULL WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET resource = NULL WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET before = replace(before, '1.50', '1.5') WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET after = '{' WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET after = NULL WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET hash = (SELECT hash FROM audit_entries WHERE sequence = 8) WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET previous = hash WHERE sequence = 7", 7),
        ("DELETE FROM audit_entries WHERE sequence = 7", 7),
        ("DELETE FROM audit_entries WHERE sequence >= 7", 7),
        ("UPDATE audit_head SET sequence = 13", 13),
        ("UPDATE audit_head SET hash = decode(repeat('00', 32), 'hex')", 13),
        (
            """
            UPDATE audit_entries a SET principal = b.principal, resource = b.resource FROM audit_entries b
            WHERE a.sequence IN (7, 8) AND b.sequence = 15 - a.sequence
            """, 7
        ),
    ]

    @Test("what is edited behind the store's back is found, where it was", arguments: edits.indices)
    func edited(_ number: Int) async throws {
        let edit = Self.edits[number]
        try await withDatabase { uri in
            let store = try await PostgresStore(
                settings: ConnectionSettings(uri), connections: 2, schema: nil, limits: .patient)
            _ = try await store.append((1...12).map(AuditChain.draft))
            let database = String(uri.split(separator: "/").last ?? "")
            // With the right to change tables, the guard against accidents is no obstacle.
            try PostgresServer.shared.psql("SET session_replication_role = replica; \(edit.sql)", in: database)
            let all = try await store.auditEntries(from: 1, limit: 100)
            #expect(AuditChain.firstMisfit(in: all, head: try await store.auditHead()) == edit.found)
            await store.close()
        }
    }

    @Test("a hand that slips changes nothing: the log only grows")
    func guarded() async throws {
        try await withStore { store in
            _ = try await store.append([AuditChain.draft(1)])
            for sql in [
                "UPDATE audit_entries SET principal = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries",
            ] {
                await #expect { _ = try await store.run([Call(composed: sql)]) } throws: {
                    "\($0)".contains("only grows")
                }
            }
            #expect(try await store.auditEntries(from: 1, limit: 9).count == 1)
        }
    }

    @Test("a head that was set back is told, and nothing is written over")
    func setBack() async throws {
        try await withStore { store in
            _ = try await store.append((1...3).map(AuditChain.draft))
            _ = try await store.run([Call(composed: "UPDATE audit_head SET sequence = 1")])
            await #expect {
                _ = try await store.append([AuditChain.draft(4)])
            } throws: { if case StoreError.corrupt(let text) = $0 { text.contains("audit_head") } else { false } }
            #expect(try await store.auditEntries(from: 1, limit: 9).count == 3)
        }
    }

    @Test("before and after are kept to the byte, and a zero byte does not break the chain")
    func bytes() async throws {
        try await withStore { store in
            var draft = AuditChain.draft(1)
            draft.after = .object(try #require(try JSONValue(parsing: #"{"z":1.50,"a":"\u0000é","m":1E400}"#).object))
            (draft.resource, draft.requestID) = ("job:\0", "\0")
            _ = try await store.append([draft])
            let stored = try await store.run([Call(composed: "SELECT before, after FROM audit_entries")])[0]
            let texts = stored.first { [$0.text(), $0.text()] }
            #expect(texts == [draft.before.description, draft.after.description])
            let all = try await store.auditEntries(from: 1, limit: 9)
            #expect(all.first?.draft.after == draft.after)
            #expect(AuditChain.firstMisfit(in: all, head: try await store.auditHead()) == nil)
        }
    }

    @Test("a row that cannot be read is named, and not taken for less than it was")
    func unreadable() async throws {
        try await withStore { store in
            let user = User(id: Identifier(high: 1, low: 1), name: "rosa", createdAt: ManualClock.start)
            _ = try await store.create(user)
            for text in ["{", "[]", "{}", #"{"disabled":"no"}"#] {
                _ = try await store.run([Call(composed: "UPDATE users SET definition = $1", text)])
                await #expect { _ = try await store.user(user.id) } throws: {
                    if case StoreError.corrupt(let said) = $0 { said.contains("\(user.id)") } else { false }
                }
            }
        }
    }
}
