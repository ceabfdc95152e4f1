import PunctualTestKit
import Testing

@Suite("The reference store of identities")
struct IdentityCheckTests {
    @Test("keeps every promise of a store", arguments: IdentityCheck.all)
    func holds(_ check: IdentityCheck) async throws {
        await #expect(throws: Never.self) { try await check.run(MemoryIdentityStore()) }
    }

    @Test("is carried whole to another", arguments: AccessTransferCheck.all)
    func carried(_ check: AccessTransferCheck) async throws {
        await #expect(throws: Never.self) { try await check.run(MemoryIdentityStore(), MemoryIdentityStore()) }
    }

    @Test("is held to checks that each have their own sentence")
    func enough() {
        #expect(IdentityCheck.all.count >= 20)
        #expect(Set(IdentityCheck.all.map(\.name)).count == IdentityCheck.all.count)
    }
}
