import Foundation
import PunctualAccess
import PunctualCore
import PunctualRedis
import TestPeers
import Testing

@Suite("What is known of Redis without asking", .timeLimit(.minutes(5)))
struct RedisHealthTests {
    @Test("a server that is not there is not up, although nobody has asked for anything")
    func nobody() async throws {
        let (port, plain) = (try freePort(), try await blocking { RedisPeer.shared.port })
        for (url, sign) in [
            ("redis://127.0.0.1:\(port)", "connection refused"), ("redis://no.such.host.invalid/9", "looked up"),
            ("redis+cluster://127.0.0.1:\(plain)", "no server tells the cluster's slots"),
            ("redis+sentinel://127.0.0.1:\(plain)/main", "no Sentinel tells the master main"),
        ] {
            try await withRedis(RedisSettings(url)) { redis in
                #expect(!redis.health.isUp, "nothing is known of \(url) yet")
                try await until("it is said why \(url) is away") { redis.health.reason?.contains(sign) ?? false }
                #expect(!redis.health.isUp)
            }
        }
    }

    @Test("a server that is there is up without a call")
    func there() async throws {
        try await withRedis { redis in
            try await until("it is up") { redis.health.isUp }
            #expect(redis.health.refusal == nil && redis.health.reason == nil)
        }
    }

    @Test("a server that stands still is not up once a ping has had no answer, and up with the next")
    func frozen() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withRedis(peer.url) { redis in
            try await redis.ping()
            peer.pause()
            _ = try? await redis.ping(within: .milliseconds(100))  // Its failure is what is looked for.
            #expect(!redis.health.isUp)
            peer.resume()
            try await until("it is up again") {
                try? await redis.ping(within: .seconds(1))  // Not yet.
                return redis.health.isUp
            }
        }
        peer.kill()
    }

    @Test("a right that is missing is told until a command of the kind is taken; others take back nothing")
    func rights() async throws {
        let peer = try await blocking { try RedisPeer() }
        _ = try await blocking {
            try peer.cli(["ACL", "SETUSER", "weak", "on", ">word", "~mine:*", "+@connection", "+@read", "+@scripting"])
        }
        try await withRedis("redis://weak:word@127.0.0.1:\(peer.port)") { redis in
            let script = RedisScript("return redis.call('SET', KEYS[1], 'x')")
            for name in ["EVALSHA", "SET"] {
                let error = try await fault {
                    name == "SET"
                        ? try await redis.send(RedisCommand("SET", .key("mine:a"), "x"))
                        : try await redis.run(script, keys: ["mine:a"])
                }
                #expect(error.kind == .refused)
                let told = try #require(redis.health.refusal)
                #expect(told.contains("it refuses EVALSHA") && told.contains("ACL SETUSER"), "\(told)")
                #expect(redis.health.isUp)
            }
            try await redis.ping()
            _ = try await redis.send(RedisCommand("GET", .key("mine:a")))
            #expect(redis.health.refusal != nil)
            _ = try await blocking { try peer.cli(["ACL", "SETUSER", "weak", "+@write"]) }
            _ = try await redis.run(script, keys: ["mine:a"])
            #expect(redis.health.refusal?.contains("it refuses SET") == true)
            _ = try await redis.send(RedisCommand("SET", .key("mine:a"), "x"))
            #expect(redis.health.refusal == nil)
        }
        peer.kill()
    }

    @Test("limits that Redis may not count are told, although requests are counted here meanwhile")
    func limits() async throws {
        let peer = try await blocking { try RedisPeer() }
        _ = try await blocking {
            try peer.cli(["ACL", "SETUSER", "weak", "on", ">word", "+@connection", "+@scripting"])
        }
        try await withRedis("redis://weak:word@127.0.0.1:\(peer.port)") { redis in
            try await redis.ping()
            let limiter = RedisLimiter(redis, fallback: MemoryLimiter(), patience: .seconds(60))
            let key = LimitKey(LimitPolicy(name: "user", .rate(5, burst: 2, seconds: 10)), holder: "a")
            _ = await limiter.take([key], cost: 1)
            #expect(redis.health.refusal?.contains("NOPERM") == true, "\(redis.health)")
        }
        peer.kill()
    }

    @Test("the guide's user has the rights for hints, limits and copies, and for streams that are granted besides")
    func guide() async throws {
        var root = URL(fileURLWithPath: #filePath)
        while root.path != "/", !FileManager.default.fileExists(atPath: root.path + "/docs/guides/redis.md") {
            root.deleteLastPathComponent()
        }
        let text = try String(contentsOf: root.appendingPathComponent("docs/guides/redis.md"), encoding: .utf8)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("ACL SETUSER punctual ") }
        #expect(lines.count == 2)
        let peer = try await blocking { try RedisPeer() }
        try await blocking {
            for line in lines {
                // The selector of the second is one word with spaces in it.
                let parts = line.split(separator: "(", maxSplits: 1)
                let words = parts[0].split(separator: " ").map(String.init)
                try peer.cli(words + parts.dropFirst().map { "(\($0)" })
            }
        }
        try await withRedis("redis://punctual:SECRET@127.0.0.1:\(peer.port)") { redis in
            let broker = RedisBroker(redis, installation: "i")
            let hint = ExecutionHint(
                executionID: Identifier(high: 1, low: 2), lane: .builtIn, queue: "default", priority: 5)
            #expect(await broker.publish([hint]) == [.confirmed])
            let consumer = await broker.consume([hint.line], prefetch: 5)
            let taken = await consumer.deliveries.first { _ in true } ?? []
            #expect(taken.map(\.hint) == [hint])
            await consumer.settle(taken.map(\.done))
            await broker.close()
            let limiter = RedisLimiter(redis, fallback: MemoryLimiter(), patience: .seconds(60))
            let key = LimitKey(LimitPolicy(name: "user", .rate(5, burst: 2, seconds: 10)), holder: "a")
            _ = await limiter.take([key], cost: 1)
            #expect(limiter.counts.shared == 1)
            let publisher = RedisPublisher(redis)
            try await publisher.publish([.init("a", [1])], to: "reports:daily", within: .seconds(60))
            let error = await #expect(throws: BrokerError.self) {
                try await publisher.publish([.init("a", [1])], to: "other", within: .seconds(60))
            }
            #expect(error?.isRetryable == true && error?.text.contains("ACL SETUSER") == true)
            await publisher.close()
        }
        peer.kill()
    }
}
