import PunctualAccess
import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Testing

@testable import PunctualServer

@Suite("Copying identities, secrets and the audit log")
struct AccessCopyTests {
    private let source = MemoryIdentityStore()
    private let target = MemoryIdentityStore()

    /// More than a page of users, and some of everything else.
    private func fill() async throws {
        let now = ManualClock.start
        for number in 0..<1100 as Range<UInt64> {
            let id = Identifier(high: 1, low: number)
            _ = try await source.create(User(id: id, name: "u\(number)", createdAt: now))
        }
        let account = Identifier(high: 2, low: 1)
        _ = try await source.create(ServiceAccount(id: account, name: "s", createdAt: now))
        _ = try await source.create(
            APIKey(
                id: Identifier(high: 3, low: 1), name: "k", owner: .serviceAccount(account), secrets: [], scopes: [],
                createdAt: now, createdBy: "system"))
        _ = try await source.create(
            Grant(
                id: Identifier(high: 4, low: 1), subject: .serviceAccount(account),
                permission: Permission(.viewer, service: nil), createdAt: now, createdBy: "system"))
        let sealed = SealedBytes(masterKeyID: "m", wrappedKey: [1], box: [2])
        for version in 1...2 {
            try await source.put(
                SecretRecord(
                    service: "a", name: "s", version: version, sealed: sealed, createdAt: now, createdBy: "system"),
                overlapUntil: now + .seconds(60))
        }
        _ = try await source.append(
            (0..<1500).map { AuditDraft(at: now, principal: "system", operation: "op\($0)") })
    }

    @Test("takes all of them just as they are, and a second run writes nothing")
    func whole() async throws {
        try await fill()
        let copy = AccessCopy(source: source, target: target)
        for wanted in [2605, 0] {
            var written = 0
            let told = try await copy.run(written: &written)
            #expect(told.rows == 1105 && told.entries == 1500 && written == wanted)
        }
        #expect(try await target.auditHead() == source.auditHead())
        #expect(try await target.exportSecrets(after: nil, limit: 10) == source.exportSecrets(after: nil, limit: 10))
        #expect(try await target.keys(of: nil, after: nil, limit: 10) == source.keys(of: nil, after: nil, limit: 10))
    }

    @Test("refuses a target whose audit log is another one")
    func foreign() async throws {
        try await fill()
        _ = try await target.append([AuditDraft(at: ManualClock.start, principal: "x", operation: "y")])
        await #expect(throws: SettingsError.self) {
            var written = 0
            _ = try await AccessCopy(source: source, target: target).run(written: &written)
        }
    }
}
