import PunctualTestKit
import Testing

@Suite("The reference store")
struct StoreCheckTests {
    @Test("keeps every promise of a store", arguments: StoreCheck.all)
    func holds(_ check: StoreCheck) async throws {
        let clock = ManualClock()
        await #expect(throws: Never.self) { try await check.run(MemoryStore(clock: clock), clock) }
    }

    @Test("tells what waits", arguments: OutboxCheck.all)
    func tells(_ check: OutboxCheck) async throws {
        let clock = ManualClock()
        await #expect(throws: Never.self) { try await check.run(MemoryStore(clock: clock), clock) }
    }

    @Test("keeps what is to be told", arguments: NotificationCheck.all)
    func notifies(_ check: NotificationCheck) async throws {
        let clock = ManualClock()
        await #expect(throws: Never.self) { try await check.run(MemoryStore(clock: clock), clock) }
    }

    @Test("keeps figures of minutes", arguments: FigureCheck.all)
    func counts(_ check: FigureCheck) async throws {
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

    @Test("without one of its guards breaks a promise", arguments: MemoryStore.Twin.allCases)
    func twins(_ twin: MemoryStore.Twin) async throws {
        var broken: [String] = []
        for check in StoreCheck.all {
            let clock = ManualClock()
            do { try await check.run(MemoryStore(clock: clock, twin: twin), clock) } catch { broken.append(check.name) }
        }
        for check in FigureCheck.all {
            let clock = ManualClock()
            do { try await check.run(MemoryStore(clock: clock, twin: twin), clock) } catch { broken.append(check.name) }
        }
        #expect(!broken.isEmpty, "nothing notices \(twin.rawValue)")
    }

    @Test("is held to at least a hundred checks, each with its own sentence")
    func enough() {
        #expect(StoreCheck.all.count >= 100)
        #expect(Set(StoreCheck.all.map(\.name)).count == StoreCheck.all.count)
    }
}
