import PunctualTestKit
import Testing

@testable import PunctualPostgres

@Suite("The PostgreSQL store")
struct PostgresStoreCheckTests {
    @Test("keeps every promise of a store", arguments: StoreCheck.all)
    func holds(_ check: StoreCheck) async throws {
        let clock = ManualClock()
        try await withStore(clock: clock) { store in
            await #expect(throws: Never.self) { try await check.run(store, clock) }
        }
    }

    @Test("tells what waits", arguments: OutboxCheck.all)
    func tells(_ check: OutboxCheck) async throws {
        let clock = ManualClock()
        try await withStore(clock: clock) { store in
            await #expect(throws: Never.self) { try await check.run(store, clock) }
        }
    }

    @Test("keeps what is to be told", arguments: NotificationCheck.all)
    func notifies(_ check: NotificationCheck) async throws {
        let clock = ManualClock()
        try await withStore(clock: clock) { store in
            await #expect(throws: Never.self) { try await check.run(store, clock) }
        }
    }

    @Test("keeps figures of minutes", arguments: FigureCheck.all)
    func counts(_ check: FigureCheck) async throws {
        let clock = ManualClock()
        try await withStore(clock: clock) { store in
            await #expect(throws: Never.self) { try await check.run(store, clock) }
        }
    }

    @Test("is carried whole to another", arguments: TransferCheck.all)
    func carried(_ check: TransferCheck) async throws {
        let clock = ManualClock()
        try await withStore(clock: clock) { source in
            try await withStore(clock: clock) { target in
                await #expect(throws: Never.self) { try await check.run(source, target, clock) }
            }
        }
    }
}
