import PunctualTestKit
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("Through PgBouncer in transaction mode")
struct PgBouncerTests {
    @Test("the store keeps every promise")
    func checks() async throws {
        let bouncer = try await blocking { try PgBouncer(before: .shared) }
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

    @Test("a URI that does not tell of it gets a complaint that says what to add")
    func untold() async throws {
        let bouncer = try await blocking { try PgBouncer(before: .shared) }
        try await withDatabase { uri in
            let settings = try ConnectionSettings(bouncer.uri(through: uri).replacing("?pgbouncer=true", with: ""))
            // Each prepares what every session begins with, and both get the same connection to the server.
            let first = try await Connection.open(settings)
            await #expect {
                let second = try await Connection.open(settings)
                await second.close()
            } throws: { error in
                (error as? PostgresFault)?.message.contains("pgbouncer=true") ?? false
            }
            await first.close()
        }
        bouncer.stop()
    }
}
