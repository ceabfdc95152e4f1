import PunctualTestKit
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("Through PgBouncer in transaction mode")
struct PgBouncerTests {
    @Test("the store keeps every promise")
    func checks() async throws {
        let bouncer = try PgBouncer(before: .shared)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for check in StoreCheck.all {
                group.addTask {
                    try await withDatabase { uri in
                        let clock = ManualClock()
                        let settings = try ConnectionSettings(bouncer.uri(through: uri))
                        #expect(settings.isPooled)
                        let store = try await PostgresStore(
                            settings: settings, clock: clock, connections: 4, schema: nil, limits: .patient)
                        await #expect(throws: Never.self, "\(check.name)") { try await check.run(store, clock) }
                        await store.close()
                    }
                }
            }
            try await group.waitForAll()
        }
        bouncer.stop()
    }
}
