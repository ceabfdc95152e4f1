import BrokerDrills
import PunctualCore
import PunctualRedis
import TestPeers
import Testing

@Suite("Hints at a Redis that is struck", .serialized, .timeLimit(.minutes(10)))
struct StruckRedisTests {
    /// A server that keeps through a crash what it has confirmed.
    private func total(_ scene: BrokerTestScene, _ count: Int, publishesAgain: Bool = true) async throws -> TotalQueue {
        let peer = try await blocking { try RedisPeer(["appendonly yes", "appendfsync always"]) }
        return TotalQueue(
            port: peer.port, count: count, publishesAgain: publishesAgain,
            open: { port in try scene.open("redis://127.0.0.1:\(port)") },
            restart: {
                peer.kill()
                try peer.start()
            })
    }

    @Test("again and again, by kill -9 and cut connections: none of 20,000 executions is lost")
    func totalQueue() async throws {
        try await withBrokers { scene in
            let result = try await total(scene, 20_000).run()
            print("TOTAL QUEUE redis: \(result)")
            #expect(result.lost == 0)
            #expect(result.kills >= 2 && result.cuts >= 3, "\(result)")
            #expect(result.republished > 0, "nothing was ever in doubt: the faults struck nothing")
        }
    }

    @Test("are seen to be lost when what was not confirmed is not published again")
    func brokenTwin() async throws {
        try await withBrokers { scene in
            let result = try await total(scene, 8_000, publishesAgain: false).run()
            print("TOTAL QUEUE redis twin: \(result)")
            #expect(result.lost > 0)
        }
    }

    @Test("by a failover go on at the new master, by themselves")
    func failover() async throws {
        let watched = try await blocking { try RedisWatched() }
        defer { watched.stop() }
        try await withBrokers { scene in
            let broker = try scene.open(watched.url)
            let consumer = await broker.consume([defaultLine], prefetch: 10)
            let before = freshHints(100)
            try await publishAll(before, to: broker)
            try await take(before, from: consumer)
            let old = try #require(try await blocking { watched.master })
            _ = try await blocking { old.kill() }
            let after = freshHints(100)
            try await publishAll(after, to: broker)
            try await take(after, from: consumer)
            try await until("health is well") { await broker.health().state == .up }
        }
    }
}
