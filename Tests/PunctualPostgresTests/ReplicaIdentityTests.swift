import PunctualCore
import PunctualSchedule
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("A replica is a copy of the primary", .timeLimit(.minutes(5)))
struct ReplicaIdentityTests {
    @Test("a standby and the primary itself are; another database is not, nor one that was promoted away")
    func identity() async throws {
        let primary = try await blocking { try PostgresServer() }
        let (uri, other) = (try primary.database(), try primary.database())
        let store = try await PostgresStore(uri: uri)
        let stranger = try await PostgresStore(uri: other)
        let standby = try await blocking { try PostgresServer(standbyOf: primary) }
        let name = String(uri.split(separator: "/").last ?? "")
        let copy = try PostgresReplica(uri: standby.uri(name), of: store, connections: 2)
        await #expect(throws: StoreError.self, "nobody knows who the primary is") { try await copy.state() }
        try await store.learnIdentity()
        _ = try await copy.state()
        let itself = try PostgresReplica(uri: uri, of: store, connections: 2)
        #expect(try await itself.state().age == .zero)
        let wrong = try PostgresReplica(uri: other, of: store, connections: 2)
        await #expect { try await wrong.state() } throws: { "\($0)".contains("no copy of the primary's database") }
        // Two that take writes: the one that is left behind is a primary of before.
        try await blocking { _ = try standby.psql("SELECT pg_promote()") }
        await #expect { try await copy.state() } throws: { "\($0)".contains("another timeline") }
        for one in [store, stranger, copy.store, itself.store, wrong.store] { await one.close() }
        try standby.stop()
        try primary.stop()
    }

    @Test("a copy in which no node has told of itself for long is old, whatever it says of its source")
    func heartbeats() async throws {
        let primary = try await blocking { try PostgresServer() }
        let uri = try primary.database()
        let store = try await PostgresStore(uri: uri)
        try await store.learnIdentity()
        try await store.heartbeat(
            NodeRecord(
                id: "n", roles: [], version: "v", address: nil, startedAt: try await store.now(),
                lastSeenAt: try await store.now()))
        let name = String(uri.split(separator: "/").last ?? "")
        let standby = try await blocking { try PostgresServer(standbyOf: primary) }
        let copy = try PostgresReplica(uri: standby.uri(name), of: store, connections: 2)
        /// Waits until the copy has such an age; it follows a moment later.
        func seen(_ isMet: (Duration) -> Bool) async throws {
            while !isMet(try await copy.state().age) { try await Task.sleep(for: .milliseconds(50)) }
        }
        try await seen { $0 < .seconds(30) }
        try await blocking { _ = try primary.psql("UPDATE nodes SET last_seen_at = last_seen_at - 600000", in: name) }
        try await seen { $0 > .seconds(500) }
        await copy.store.close()
        await store.close()
        try standby.stop()
        try primary.stop()
    }
}
