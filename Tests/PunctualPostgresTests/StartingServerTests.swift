import PunctualCore
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("A server that starts", .timeLimit(.minutes(5)))
struct StartingServerTests {
    @Test("is waited for as long as it recovers; the store opens when it takes connections")
    func waits() async throws {
        let server = try await blocking { try PostgresServer() }
        let uri = try server.database()
        try server.stop()
        // A standby that lets nobody look on is a server in recovery for as long as one likes.
        try server.append("hot_standby = off\n", to: "postgresql.conf")
        try server.touch("standby.signal")
        try server.start(isWaiting: false)
        while try !server.log().contains("waiting for WAL") { try await Task.sleep(for: .milliseconds(20)) }
        async let promotion: Void = {
            let refusal = "not accepting connections"
            while try server.log().ranges(of: refusal).count < 3 { try await Task.sleep(for: .milliseconds(20)) }
            try server.promote()
        }()
        let store = try await PostgresStore(uri: uri)
        try await promotion
        #expect(try await store.jobs(JobQuery()).items.isEmpty)
        await store.close()
        try server.stop()
    }
}
