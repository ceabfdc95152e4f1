import PunctualTestKit
import Testing

@Suite("The reference store")
struct StoreCheckTests {
    @Test("keeps every promise of a store", arguments: StoreCheck.all)
    func holds(_ check: StoreCheck) async throws {
        let clock = ManualClock()
        await #expect(throws: Never.self) { try await check.run(MemoryStore(clock: clock), clock) }
    }

    @Test("is carried whole to another", arguments: TransferCheck.all)
    func carried(_ check: TransferCheck) async throws {
        let clock = ManualClock()
        await #expect(throws: Never.self) {
            try await check.run(MemoryStore(clock: clock), MemoryStore(clock: clock), clock)
        }
    }

    @Test("is held to at least a hundred checks, each with its own sentence")
    func enough() {
        #expect(StoreCheck.all.count >= 100)
        #expect(Set(StoreCheck.all.map(\.name)).count == StoreCheck.all.count)
    }
}
