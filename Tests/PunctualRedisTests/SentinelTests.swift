import PunctualRedis
import Synchronization
import TestPeers
import Testing

@Suite("A master that Sentinels watch", .timeLimit(.minutes(5)))
struct SentinelTests {
    @Test("a failover is followed, a demoted master is not written to, and subscriptions move on")
    func failover() async throws {
        let watched = try await blocking { try RedisWatched() }
        defer { watched.stop() }
        var settings = try RedisSettings(watched.url)
        settings.longestPause = .milliseconds(500)
        settings.callLimit = .seconds(5)
        try await withRedis(settings) { redis in
            let heard = Heard()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await redis.subscribe(to: [.plain("c")]) { heard.add($0) } }
                try await until("it is subscribed") { heard.count(of: .subscribed) == 1 }
                _ = try await redis.send(RedisCommand("SET", .key("a"), "1"))
                let old = try #require(try await blocking { watched.master })
                #expect(redis.health.servers == ["127.0.0.1:\(old.port)"] && redis.health.isUp)
                let generation = redis.generation
                try await until("both replicas have it") {
                    // On one connection: the server waits for what that one wrote.
                    let commands = [RedisCommand("SET", .key("a"), "1"), RedisCommand("WAIT", 2, 1000)]
                    return try await redis.send(all: commands).last?.int == 2
                }
                _ = try await blocking { old.kill() }
                try await until("another is the master", limit: .seconds(60)) {
                    (try? await redis.send(RedisCommand("SET", .key("b"), "2"))) != nil
                }
                let new = try #require(try await blocking { watched.master })
                #expect(new.port != old.port && redis.health.servers == ["127.0.0.1:\(new.port)"])
                #expect(try await redis.send(RedisCommand("GET", .key("a"))).string == "1")
                #expect(redis.generation > generation)
                try await until("the subscription has moved") { heard.count(of: .subscribed) >= 2 }
                try await redis.publish(Array("x".utf8), to: .plain("c"))
                try await until("it hears") { heard.texts == ["x"] }
                #expect(heard.count(of: .interrupted) >= 1)

                // The old one comes back and is made a replica; nobody writes to it meanwhile.
                try await blocking { try old.start() }
                try await until("it is a replica", limit: .seconds(60)) {
                    // A Sentinel that reconfigures it cuts connections.
                    (try? await blocking { try old.cli(["ROLE"]) })?.hasPrefix("slave") ?? false
                }
                for number in 0..<50 { _ = try await redis.send(RedisCommand("SET", .key("n"), .integer(number))) }
                #expect(redis.health.servers == ["127.0.0.1:\(new.port)"])

                // Once more, by command; a Sentinel gives it up when it finds no good replica in time.
                var orderedAt: ContinuousClock.Instant?
                try await until("another is the master by command") {
                    if orderedAt.map({ $0.duration(to: .now) > .seconds(15) }) ?? true {
                        // Refused until a good replica is known.
                        let answer = try? await blocking {
                            try watched.sentinels[0].cli(["SENTINEL", "FAILOVER", "main"])
                        }
                        if answer == "OK" { orderedAt = .now }
                    }
                    // Refused while nobody is the master.
                    _ = try? await redis.send(RedisCommand("SET", .key("c"), "3"))
                    return redis.health.servers != ["127.0.0.1:\(new.port)"] && redis.health.isUp
                }
                #expect(try await redis.send(RedisCommand("GET", .key("n"))).string == "49")
                group.cancelAll()
            }
        }
    }

    @Test("Sentinels that are away, or do not know the name, are told in words")
    func wrong() async throws {
        let port = try freePort()
        try await withRedis("redis+sentinel://127.0.0.1:\(port)/main") { redis in
            try await untilRefused(redis, "127.0.0.1:\(port): connection refused")
        }
        let sentinel = try await blocking { try RedisPeer(isSentinel: true) }
        try await withRedis("redis+sentinel://127.0.0.1:\(sentinel.port)/nobody") { redis in
            try await untilRefused(redis, "knows no master nobody")
        }
        sentinel.kill()
    }

    @Test("a server that Sentinels call the master and that is none is not used")
    func replica() async throws {
        let master = try await blocking { try RedisPeer() }
        let replica = try await blocking { try RedisPeer(["replicaof 127.0.0.1 \(master.port)"]) }
        // What it says is believed only as far as the server agrees.
        let liar = try await Liar(naming: replica.port)
        try await withRedis("redis+sentinel://127.0.0.1:\(liar.port)/main") { redis in
            try await untilRefused(redis, "replica and not the master")
        }
        try await liar.stop()
        replica.kill()
        master.kill()
    }

    /// Until a call tells that there is nobody to be asked, and why: at first nobody has been asked yet.
    private func untilRefused(_ redis: Redis, _ reason: String) async throws {
        var last = ""
        for _ in 0..<300 {
            let error = try await fault {
                try await redis.send(RedisCommand("SET", .key("a"), "1"), within: .milliseconds(200))
            }
            if error.kind == .unavailable, error.message.contains(reason) { return }
            last = error.message
        }
        Issue.record("it tells something else: \(last)")
    }
}
