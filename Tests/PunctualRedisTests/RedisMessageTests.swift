import FaultProxy
import PunctualRedis
import Synchronization
import TestPeers
import Testing

/// What a subscription has heard.
final class Heard: Sendable {
    private let list = Mutex<[RedisEvent]>([])

    var events: [RedisEvent] { list.withLock { $0 } }
    func count(of event: RedisEvent) -> Int { events.count { $0 == event } }
    var texts: [String] {
        events.compactMap {
            if case .message(_, let payload) = $0 { String(decoding: payload, as: UTF8.self) } else { nil }
        }
    }

    func add(_ event: RedisEvent) { list.withLock { $0.append(event) } }
}

@Suite("Messages and streams of Redis", .timeLimit(.minutes(5)))
struct RedisMessageTests {
    /// Runs the body while a subscription hears.
    private func hearing(
        _ redis: Redis, _ channels: [RedisChannel], _ body: (Heard) async throws -> Void
    ) async throws {
        let heard = Heard()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await redis.subscribe(to: channels) { heard.add($0) } }
            try await until("it is subscribed") { heard.events.contains(.subscribed) }
            try await body(heard)
            group.cancelAll()
        }
    }

    @Test("messages come in order, from channels and patterns, in RESP3 and RESP2")
    func messages() async throws {
        let old = try await blocking { try RedisPeer(["rename-command HELLO \"\""]) }
        for url in [try await blocking { RedisPeer.shared.url }, old.url] {
            try await withRedis(url) { redis in
                let (name, other) = (fresh("c"), fresh("p"))
                try await hearing(redis, [.plain(name), .pattern("\(other).*")]) { heard in
                    for number in 0..<500 { try await redis.publish(Array("\(number)".utf8), to: .plain(name)) }
                    try await redis.publish(Array("last".utf8), to: .plain("\(other).x"))
                    try await until("all have come") { heard.texts.count == 501 }
                    #expect(heard.texts == (0..<500).map { "\($0)" } + ["last"])
                    #expect(heard.events.last == .message(channel: "\(other).x", payload: Array("last".utf8)))
                }
            }
        }
        old.kill()
    }

    @Test("a subscription that was cut says so, comes back, and hears again")
    func interrupted() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withRedis(peer.url) { redis in
            try await hearing(redis, [.plain("c")]) { heard in
                for round in 1...3 {
                    _ = try await blocking { try peer.cli(["CLIENT", "KILL", "TYPE", "pubsub"]) }
                    try await until("it is back") { heard.count(of: .subscribed) == round + 1 }
                    #expect(heard.count(of: .interrupted) == round)
                    try await redis.publish(Array("\(round)".utf8), to: .plain("c"))
                    try await until("it hears") { heard.texts.last == "\(round)" }
                }
                _ = try await blocking { peer.kill() }
                try await until("the loss is told") { heard.count(of: .interrupted) == 4 }
                try await blocking { try peer.start() }
                try await until("it is back") { heard.count(of: .subscribed) == 5 }
            }
        }
        peer.kill()
    }

    @Test("a subscription over a network that swallows everything notices it")
    func blackHole() async throws {
        let peer = try await blocking { RedisPeer.shared }
        let proxy = try await FaultProxy(to: peer.port)
        try await withRedis("redis://127.0.0.1:\(proxy.port)") { redis in
            try await hearing(redis, [.plain(fresh())]) { heard in
                proxy.set(.blackHole)
                try await until("the silence is noticed", limit: .seconds(10)) { heard.count(of: .interrupted) == 1 }
                proxy.set(.pass)
                try await until("it is back") { heard.count(of: .subscribed) == 2 }
            }
        }
        try await proxy.stop()
    }

    @Test("a stream's entries are taken once and acknowledged", arguments: [false, true])
    func streams(isOld: Bool) async throws {
        let peer = try await blocking { isOld ? try RedisPeer(["rename-command HELLO \"\""]) : RedisPeer.shared }
        try await withRedis(peer.url) { redis in
            let stream = fresh("s")
            #expect(try await redis.add(to: stream, [.init("a", [1])], makes: false) == nil)
            let missing = try await fault { try await redis.read(stream, group: "g", consumer: "one", count: 1) }
            #expect(missing.code == "NOGROUP")
            #expect(try await redis.makeGroup("g", of: stream))
            #expect(try await !redis.makeGroup("g", of: stream))
            var ids: [String] = []
            for number in 0..<10 {
                ids.append(
                    try #require(try await redis.add(to: stream, [.init("n", [UInt8(number)]), .init("x", [])])))
            }
            let first = try await redis.read(stream, group: "g", consumer: "one", count: 6)
            let second = try await redis.read(stream, group: "g", consumer: "two", count: 100)
            #expect(first.map(\.id) + second.map(\.id) == ids && first[3]["n"] == [3] && second[0].fields.count == 2)
            #expect(try await redis.acknowledge(first.prefix(2).map(\.id), of: stream, group: "g") == 2)
            #expect(try await redis.acknowledge([ids[0]], of: stream, group: "g") == 0)
            _ = try await redis.send(RedisCommand("XDEL", .key(stream), .text(ids[2])))
            #expect(try await redis.read(stream, group: "g", consumer: "two", count: 100, after: "0").count == 4)
            #expect(try await redis.read(stream, group: "g", consumer: "one", count: 100, after: "0").count == 4)
            #expect(try await redis.trim(stream, mostEntries: 3, isExact: true) == 6)
            let gone = try await redis.read(stream, group: "g", consumer: "two", count: 100, after: "0")
            #expect(gone.first?.fields.isEmpty ?? false, "deleted entries have no fields")
        }
        if isOld { peer.kill() }
    }

    @Test("who waits for a stream delays nobody else, and gets the entry when it comes")
    func waiting() async throws {
        try await withRedis { redis in
            let stream = fresh("s")
            try await redis.makeGroup("g", of: stream)
            async let taken = redis.read(stream, group: "g", consumer: "one", count: 10, wait: .seconds(20))
            try await until("it waits at the server") {
                try await redis.text("CLIENT", "LIST")?.contains("cmd=xreadgroup") ?? false
            }
            for _ in 0..<100 { try await redis.ping() }
            let id = try await redis.add(to: stream, [.init("a", [1])])
            #expect(try await taken.map(\.id) == [id])
            #expect(
                try await redis.read(stream, group: "g", consumer: "one", count: 1, wait: .milliseconds(20)).isEmpty)
        }
    }
}
