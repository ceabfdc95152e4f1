import FaultProxy
import NIOCore
import NIOPosix
import TestPeers
import Testing

@testable import PunctualRedis

@Suite("Calls of Redis", .timeLimit(.minutes(5)))
struct RedisCallTests {
    @Test("what is stored comes back byte by byte, in RESP3 and from a server that only speaks RESP2")
    func roundTrip() async throws {
        let old = try await blocking { try RedisPeer(["rename-command HELLO \"\""]) }
        for url in [try await blocking { RedisPeer.shared.url }, old.url] {
            try await withRedis(url) { redis in
                let (key, hash) = (fresh(), fresh("h"))
                let bytes = (0...255).map { UInt8($0) } + Array("\r\n$5\r\n".utf8)
                _ = try await redis.send(RedisCommand("SET", .key(key), .bytes(bytes)))
                #expect(try await redis.send(RedisCommand("GET", .key(key))).bytes == bytes)
                #expect(try await redis.send(RedisCommand("GET", .key(fresh()))).isNull)
                _ = try await redis.send(RedisCommand("HSET", .key(hash), "a", 1, "b", 2))
                #expect(try await redis.send(RedisCommand("HGETALL", .key(hash))).value("b")?.int == 2)
                let error = try await fault { try await redis.send(RedisCommand("INCR", .key(hash))) }
                #expect(error.kind == .refused && error.code == "WRONGTYPE")
            }
        }
        old.kill()
    }

    @Test("thousands of calls at once each get their own answer, over two connections")
    func concurrent() async throws {
        try await withRedis { redis in
            let key = fresh()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<5000 {
                    group.addTask {
                        let answer = try await redis.send(RedisCommand("ECHO", .text("\(key) \(number)")))
                        #expect(answer.string == "\(key) \(number)")
                    }
                }
                try await group.waitForAll()
            }
            let answers = try await redis.send(
                all: (0..<1000).map { RedisCommand("INCRBY", .key(key), .integer($0 % 2)) } + [
                    RedisCommand("INCR", "x", "y")
                ])
            #expect(answers[999].int == 500)
            guard case .refusal = answers[1000] else { return #expect(Bool(false), "the last is refused") }
            try await until("nothing waits") { redis.health.waiting == 0 && redis.health.isUp }
        }
    }

    @Test("a server that stands still costs a call its limit and no more, and is given up when it stays silent")
    func late() async throws {
        let peer = try await blocking { try RedisPeer() }
        var settings = try RedisSettings(peer.url)
        (settings.callLimit, settings.openLimit) = (.seconds(60), .seconds(3))
        settings.longestPause = .milliseconds(100)
        settings.connections = 1
        try await withRedis(settings) { redis in
            try await redis.ping()
            peer.pause()
            let began = ContinuousClock.now
            let error = try await fault { try await redis.send(RedisCommand("GET", "a"), within: .milliseconds(50)) }
            #expect(error.kind == .late && error.message.contains("\(peer.port)"), "\(error)")
            let took = began.duration(to: .now)
            #expect(took >= .milliseconds(50) && took < .seconds(5), "\(took)")
            // Each connection is given up for itself; then calls fail without waiting.
            try await until("it is given up") {
                _ = try? await redis.send(RedisCommand("GET", "a"), within: .milliseconds(20))
                return redis.health.reason?.contains("did not answer") ?? false
            }
            peer.resume()
            try await until("it is back") { (try? await redis.ping()) != nil }
            #expect(redis.generation > 0)
        }
        peer.kill()
    }

    @Test("a full queue refuses at once and says so, and is empty again afterwards")
    func bounded() async throws {
        let peer = try await blocking { try RedisPeer() }
        var settings = try RedisSettings(peer.url)
        (settings.connections, settings.mostWaiting, settings.callLimit) = (1, 100, .seconds(60))
        try await withRedis(settings) { redis in
            try await redis.ping()
            try await until("the queue is empty") { redis.health.waiting == 0 }
            peer.pause()
            let outcomes = await withTaskGroup(of: RedisError.Kind?.self) { group in
                for _ in 0..<150 {
                    group.addTask {
                        do throws(RedisError) {
                            _ = try await redis.send(RedisCommand("GET", "a"), within: .seconds(3))
                        } catch { return error.kind }
                        return nil
                    }
                }
                return await group.reduce(into: [RedisError.Kind?: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(outcomes == [.full: 50, .late: 100])
            peer.resume()
            try await until("the queue is empty") { redis.health.waiting == 0 }
            try await redis.ping()
        }
        peer.kill()
    }

    @Test("a server that is gone fails calls at once; back, it is used again, and the generation tells")
    func restart() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withRedis(peer.url) { redis in
            for _ in 0..<4 { try await redis.ping() }
            let generation = redis.generation
            _ = try await blocking { peer.kill() }
            try await until("it is noticed") {
                let error = try await fault { try await redis.ping() }
                return error.kind == .unavailable
            }
            let began = ContinuousClock.now
            for _ in 0..<100 {
                let error = try await fault { try await redis.ping() }
                // Reset is what a server says whose last connection had come just before its end.
                let isSaid = ["connection refused", "Connection reset"].contains { error.message.contains($0) }
                #expect(error.isUnsent && isSaid, "\(error)")
            }
            #expect(began.duration(to: .now) < .seconds(10))
            #expect(!redis.health.isUp)
            try await blocking { try peer.start() }
            try await until("it is back") { (try? await redis.ping()) != nil }
            try await until("both are back") { redis.health.isUp }
            #expect(redis.generation > generation)
        }
        peer.kill()
    }

    @Test("an answer that is lost is told as lost, the command having run once; what changes nothing is asked again")
    func lost() async throws {
        let peer = try await blocking { RedisPeer.shared }
        let proxy = try await FaultProxy(to: peer.port)
        var settings = try RedisSettings("redis://127.0.0.1:\(proxy.port)")
        (settings.connections, settings.callLimit, settings.openLimit) = (1, .seconds(60), .seconds(60))
        try await withRedis(settings) { redis in
            let key = fresh()
            try await redis.ping()
            proxy.cutAnswer(toRequestWith: "INCR")
            let error = try await fault { try await redis.send(RedisCommand("INCR", .key(key))) }
            #expect(error.kind == .lost && !error.isUnsent)
            #expect(try await redis.send(RedisCommand("GET", .key(key), isRead: true)).int == 1)
            proxy.cutAnswer(toRequestWith: "GET")
            #expect(try await redis.send(RedisCommand("GET", .key(key), isRead: true)).int == 1)
            #expect(proxy.counts.answersCut == 2)
        }
        try await proxy.stop()
    }

    @Test("a cancelled call ends at once, and the answers of others stay theirs")
    func cancelled() async throws {
        try await withRedis { redis in
            let key = fresh()
            let caller = Task { try await redis.block(on: RedisCommand("BLPOP", .key(key), 0), within: .seconds(60)) }
            try await until("it waits at the server") {
                try await redis.text("CLIENT", "LIST")?.contains("cmd=blpop") ?? false
            }
            caller.cancel()
            let error = try await fault { try await caller.value }
            #expect(error.kind == .cancelled)
            _ = try await redis.send(RedisCommand("RPUSH", .key(key), "x"))
            try await until("nobody waits any more") {
                try await redis.send(RedisCommand("LLEN", .key(key))).int == 1
            }
        }
    }

    @Test("a peer that is no Redis is refused in words, whatever it says")
    func strangers() async throws {
        for text in [
            "HTTP/1.1 400 Bad Request\r\n\r\n", "$99999999999\r\n", "\0\0\0\0\0", "*1\r\n*1\r\n*1\r\n*1\r\n", "",
        ] {
            let server = try await Stranger(saying: text)
            var settings = try RedisSettings("redis://127.0.0.1:\(server.port)")
            (settings.callLimit, settings.openLimit) = (.seconds(60), .milliseconds(500))
            try await withRedis(settings) { redis in
                let error = try await fault { try await redis.ping() }
                #expect(error.kind == .unavailable && error.message.contains("127.0.0.1:\(server.port)"), "\(error)")
            }
            try await server.stop()
        }
    }

    @Test("a script runs in one round trip, also on a server that has forgotten it")
    func scripts() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withRedis(peer.url) { redis in
            let script = RedisScript("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}")
            for count in 1...3 {
                let answer = try await redis.run(script, keys: ["n"], ["a"])
                #expect(answer.items?.map(\.string) == ["n", "a", "\(count)"])
            }
            _ = try await blocking { try peer.cli(["SCRIPT", "FLUSH"]) }
            #expect(try await redis.run(script, keys: ["n"], ["a"]).items?.last?.int == 4)
            let calls = try await blocking { try peer.cli(["INFO", "commandstats"]) }
            #expect(calls.contains("cmdstat_evalsha:calls=4,") && calls.contains("cmdstat_eval:calls=2,"), "\(calls)")
        }
        peer.kill()
    }
}

/// Says the same to whoever connects, and listens to nothing.
struct Stranger {
    private let listener: any Channel
    var port: Int { listener.localAddress?.port ?? 0 }

    init(saying text: String) async throws {
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { _ = channel.writeAndFlush(ByteBuffer(string: text)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func stop() async throws { try await listener.close().get() }
}

/// A Sentinel that names one server whatever is asked.
struct Liar {
    private let listener: any Channel
    var port: Int { listener.localAddress?.port ?? 0 }

    init(naming port: Int) async throws {
        let answer = "*2\r\n$9\r\n127.0.0.1\r\n$\("\(port)".count)\r\n\(port)\r\n*2\r\n+config-epoch\r\n+1\r\n"
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answers(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func stop() async throws { try await listener.close().get() }

    private final class Answers: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let answer: String

        init(_ answer: String) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            let words = text.contains("MASTER-ADDR") ? answer : text.contains("HELLO") ? "%0\r\n" : "+OK\r\n"
            context.writeAndFlush(NIOAny(ByteBuffer(string: words)), promise: nil)
        }
    }
}
