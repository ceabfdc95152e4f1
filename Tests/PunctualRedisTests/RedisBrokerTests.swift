import BrokerDrills
import FaultProxy
import PunctualCore
import PunctualRedis
import TestPeers
import Testing

@Suite("Hints at a Redis server", .timeLimit(.minutes(5)))
struct RedisBrokerTests {
    @Test("are told anew after FLUSHALL, without a new connection")
    func wiped() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withBrokers { scene in
            let broker = try scene.open(peer.url)
            let consumer = await broker.consume([defaultLine], prefetch: 10)
            let hints = freshHints(100)
            for turn in 0..<5 {
                try await publishAll(hints, to: broker)
                // The first time they are forgotten, later on others are out or waiting.
                let held = await consumer.deliveries.first { _ in true } ?? []
                _ = try await blocking { try peer.cli(["FLUSHALL"]) }
                await consumer.settle(turn.isMultiple(of: 2) ? held.map(\.done) : held.map(\.again))
                try await publishAll(hints, to: broker)
                try await take(hints, from: consumer)
            }
            #expect(await broker.health().state == .up)
        }
        peer.kill()
    }

    @Test("that were published while nobody listens to the channel come at the next beat")
    func unheard() async throws {
        let peer = try await blocking { RedisPeer.shared }
        try await withBrokers { scene in
            let broker = try scene.open(peer.url)
            let consumer = await broker.consume([defaultLine], prefetch: 10)
            try await publishAll(freshHints(1), to: broker)
            let hint = freshHints(1)
            let message = String(decoding: hint[0].message, as: UTF8.self)
            _ = try await blocking { try peer.cli(["XADD", scene.key(), "*", "hint", message]) }
            try await take(hint, from: consumer)
        }
    }

    @Test("come within milliseconds to a consumer that waits")
    func latency() async throws {
        let peer = try await blocking { RedisPeer.shared }
        try await withBrokers { scene in
            let (broker, other) = (try scene.open(peer.url), try scene.open(peer.url))
            let consumer = await broker.consume([defaultLine], prefetch: 10)
            var waits: [Duration] = []
            for _ in 0..<100 {
                let hint = freshHints(1)
                let began = ContinuousClock.now
                try await publishAll(hint, to: other)
                try await take(hint, from: consumer)
                waits.append(.now - began)
            }
            let median = waits.sorted()[50]
            print("HINT LATENCY redis: median \(median), 99th \(waits.sorted()[98])")
            // A beat is a quarter of a second: they came by the channel.
            #expect(median < .milliseconds(100), "\(waits.sorted())")
        }
    }

    @Test("and anything else in their streams: what is no hint is deleted and counted, and stops nothing")
    func strangers() async throws {
        let peer = try await blocking { RedisPeer.shared }
        try await withBrokers { scene in
            let broker = try scene.open(peer.url)
            let elsewhere = freshHints(1, HintLine(lane: .outside, queue: "other"))[0]
            let hostile: [[String]] = [
                ["hint", "garbage"], ["hint", ""], ["other", "x"], ["hint", String(repeating: "x", count: 100_000)],
                ["hint", String(decoding: elsewhere.message, as: UTF8.self)], ["a", "1", "b", "2", "hint", "{}"],
                ["hint", "\u{0}\u{1}"],
            ]
            let key = scene.key(priority: 9)
            try await blocking { for fields in hostile { try peer.cli(["XADD", key, "*"] + fields) } }
            let hints = freshHints(5)
            try await publishAll(hints, to: broker)
            let consumer = await broker.consume([defaultLine], prefetch: 3)
            let taken = try await take(hints, from: consumer)
            #expect(Set(taken.map(\.hint)) == Set(hints))
            #expect(broker.unreadable == hostile.count)
            try await until("nothing is left") {
                try await blocking { try peer.cli(["XLEN", key]) == "0" && peer.cli(["XLEN", scene.key()]) == "0" }
            }
        }
    }

    @Test("of a consumer that is slow stay with it; those of one that has died go to others, and nothing is left of it")
    func deadAndSlow() async throws {
        let peer = try await blocking { RedisPeer.shared }
        let proxy = try await FaultProxy(to: peer.port)
        try await withBrokers { scene in
            let mortal = try scene.open("redis://127.0.0.1:\(proxy.port)")
            let (slow, other) = (try scene.open(peer.url), try scene.open(peer.url))
            let hints = freshHints(20)
            try await publishAll(hints, to: other)
            func hold(_ broker: RedisBroker) async -> (any HintConsumer, [ExecutionHint]) {
                let consumer = await broker.consume([defaultLine], prefetch: 10)
                var held: [ExecutionHint] = []
                for await batch in consumer.deliveries {
                    held += batch.map(\.hint)
                    if held.count == 10 { break }
                }
                return (consumer, held)
            }
            let (slowConsumer, kept) = await hold(slow)
            let (_, lost) = await hold(mortal)
            let third = await other.consume([defaultLine], prefetch: 30)
            proxy.set(.refuse)
            await proxy.cut()
            let taken = try await take(lost, from: third)
            let isRepeated = taken.map(\.isRepeated)
            #expect(!isRepeated.contains(false))
            try await until("the group has the living only") {
                let text = try await blocking { try peer.cli(["XINFO", "CONSUMERS", scene.key(), "punctual"]) }
                return text.split(separator: "\n").count { $0 == "name" } == 2
            }
            /// When the living have told of themselves, in milliseconds.
            func beats() async throws -> [Int] {
                let key = "\(scene.prefix):{built_in:default}:consumers"
                let text = try await blocking { try peer.cli(["ZRANGE", key, "0", "-1", "WITHSCORES"]) }
                let lines = text.split(separator: "\n")
                // Names and instants in turn.
                return stride(from: 1, to: lines.count, by: 2).compactMap { Int(lines[$0]) }.sorted()
            }
            let start = try #require(try await beats().last)
            try await until("they have lived for longer than the dead are waited for") {
                try await beats().first ?? 0 > start + 4000
            }
            let last = freshHints(1)
            try await publishAll(last, to: other)
            let more = try await take(last, from: third)
            #expect(Set(more.map(\.hint)).isDisjoint(with: kept))
            await slowConsumer.close()
            try await take(kept, from: third)
        }
        try await proxy.stop()
    }

    @Test("of which Redis has told, but nobody heard, come again although the consumer lives")
    func answerLost() async throws {
        let peer = try await blocking { RedisPeer.shared }
        let proxy = try await FaultProxy(to: peer.port)
        try await withBrokers { scene in
            let (broker, other) = (try scene.open("redis://127.0.0.1:\(proxy.port)"), try scene.open(peer.url))
            let consumer = await broker.consume([defaultLine], prefetch: 10)
            let first = freshHints(1)
            try await publishAll(first, to: other)
            try await take(first, from: consumer)
            for _ in 0..<5 {
                // The next turn takes what nobody will hear of.
                proxy.cutAnswer(toRequestWith: "built_in:default}:hints:0")
                let hints = freshHints(5)
                try await publishAll(hints, to: other)
                try await take(hints, from: consumer)
            }
            #expect(proxy.counts.answersCut == 5)
        }
        try await proxy.stop()
    }

    @Test("beyond a line's limit are not confirmed, and say what to do; what is taken makes room")
    func full() async throws {
        let peer = try await blocking { RedisPeer.shared }
        try await withBrokers { scene in
            let broker = try scene.open(peer.url, lineLimit: 10)
            let hints = freshHints(8, priority: 3) + freshHints(5, priority: 9)
            let outcomes = await broker.publish(hints)
            #expect(outcomes.map(\.isConfirmed) == hints.indices.map { $0 < 10 })
            guard case .failed(.full(let text))? = outcomes.last else {
                Issue.record("not full: \(outcomes)")
                return
            }
            #expect(text.contains("built_in:default") && text.contains("start workers"), "\(text)")
            #expect(await broker.health().state == .impaired(text))
            #expect(await broker.publish(freshHints(3, HintLine(lane: .outside, queue: "default"))).confirmed == 3)
            let consumer = await broker.consume([defaultLine], prefetch: 20)
            try await take(Array(hints[..<10]), from: consumer)
            try await publishAll(Array(hints[10...]), to: broker)
            try await take(Array(hints[10...]), from: consumer)
            #expect(await broker.health().state == .up)
        }
    }

    @Test("are taken while the server's memory is full, although none are confirmed")
    func outOfMemory() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withBrokers { scene in
            let broker = try scene.open(peer.url)
            let waiting = freshHints(50)
            try await publishAll(waiting, to: broker)
            _ = try await blocking { try peer.cli(["CONFIG", "SET", "maxmemory", "1"]) }
            let outcomes = await broker.publish(freshHints(3))
            guard case .failed(.full(let text))? = outcomes.first else {
                Issue.record("not full: \(outcomes)")
                return
            }
            #expect(text.contains("raise maxmemory") && !text.contains("\n"), "\(text)")
            #expect(await broker.health().state == .impaired(text))
            let consumer = await broker.consume([defaultLine], prefetch: 5)
            let first = await consumer.deliveries.first { _ in true } ?? []
            await consumer.settle(first.map(\.again))
            try await take(waiting, from: consumer)
            _ = try await blocking { try peer.cli(["CONFIG", "SET", "maxmemory", "0"]) }
            let hints = freshHints(3)
            try await publishAll(hints, to: broker)
            try await take(hints, from: consumer)
        }
        peer.kill()
    }

    @Test("of a line whose key is something else are refused with what to do; other lines are none the worse")
    func wrongType() async throws {
        let peer = try await blocking { RedisPeer.shared }
        try await withBrokers { scene in
            let broker = try scene.open(peer.url)
            _ = try await blocking { try peer.cli(["SET", scene.key(), "x"]) }
            let fine = HintLine(lane: .builtIn, queue: "fine")
            let consumer = await broker.consume([defaultLine, fine], prefetch: 10)
            let hints = freshHints(3)
            guard case .failed(.refused(let text))? = await broker.publish(hints).first else {
                Issue.record("not refused")
                return
            }
            #expect(text.contains("delete it") && !text.contains("\n"), "\(text)")
            let others = freshHints(5, fine)
            try await publishAll(others, to: broker)
            try await take(others, from: consumer)
            try await until("health tells") {
                if case .impaired(let text) = await broker.health().state { text.contains("delete it") } else { false }
            }
            _ = try await blocking { try peer.cli(["DEL", scene.key()]) }
            try await publishAll(hints, to: broker)
            try await take(hints, from: consumer)
            try await until("health is well") { await broker.health().state == .up }
        }
    }

    @Test("are not shared by installations that have the same prefix at one server")
    func installations() async throws {
        let peer = try await blocking { RedisPeer.shared }
        try await withRedis(peer.url) { redis in
            let prefix = try BrokerPrefix(fresh("shared"))
            let brokers = ["one", "two"].map { RedisBroker(redis, prefix: prefix, installation: $0) }
            let hints = [freshHints(5), freshHints(5)]
            for (broker, hints) in zip(brokers, hints) { try await publishAll(hints, to: broker) }
            for (broker, hints) in zip(brokers, hints) {
                let consumer = await broker.consume([defaultLine], prefetch: 100)
                try await take(hints, from: consumer)
            }
            let keys = try await blocking { try peer.cli(["KEYS", "\(prefix.text):*"]) }
            #expect(
                keys.split(separator: "\n").allSatisfy {
                    $0.hasPrefix("\(prefix.text):one:") || $0.hasPrefix("\(prefix.text):two:")
                })
            for broker in brokers { await broker.close() }
        }
    }

    @Test("leave nothing behind at the server once they are done and everybody has closed")
    func leavesNothing() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withBrokers { scene in
            let brokers = [try scene.open(peer.url), try scene.open(peer.url)]
            let lines = [defaultLine, HintLine(lane: .outside, queue: "b")]
            let hints = (0...9).flatMap { priority in lines.flatMap { freshHints(5, $0, priority: priority) } }
            var consumers: [any HintConsumer] = []
            for broker in brokers { consumers.append(await broker.consume(Set(lines), prefetch: 7)) }
            try await publishAll(hints, to: brokers[0])
            await consumers[0].close()
            try await take(hints, from: consumers[1])
            for broker in brokers { await broker.close() }
            let keys = try await blocking { try peer.cli(["KEYS", "*"]) }
            #expect(keys == "")
        }
        peer.kill()
    }

    @Test("at a server that is not there: the broker says why, and closes within its bound")
    func nobody() async throws {
        let port = try freePort()
        try await withBrokers { scene in
            let broker = try scene.open("redis://:sesame@127.0.0.1:\(port)")
            let consumer = await broker.consume([defaultLine], prefetch: 10)
            guard case .failed(let error)? = await broker.publish(freshHints(1)).first else { return }
            #expect(error.isRetryable && error.text.contains("check host and port"), "\(error)")
            #expect(!error.text.contains("sesame") && !error.text.contains("\n"))
            try await until("health tells") {
                if case .down(let text) = await broker.health().state { text == error.text } else { false }
            }
            let began = ContinuousClock.now
            await broker.close()
            #expect(ContinuousClock.now - began < .seconds(8))
            for await _ in consumer.deliveries { Issue.record("brought by nobody") }
        }
    }

    @Test("are refused to a user who may not have them: the error says what to grant, and they may be told again then")
    func rights() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await blocking {
            try peer.cli(["ACL", "SETUSER", "mute", "on", ">word", "allkeys", "allcommands", "resetchannels"])
            try peer.cli(["ACL", "SETUSER", "blind", "on", ">word", "resetkeys", "allcommands", "allchannels"])
        }
        try await withBrokers { scene in
            for (user, sign) in [
                ("mute:word", "ACL SETUSER"), ("blind:word", "ACL SETUSER"), ("blind:no", "check user and password"),
            ] {
                let broker = try scene.open("redis://\(user)@127.0.0.1:\(peer.port)")
                guard case .failed(let error)? = await broker.publish(freshHints(1)).first else {
                    Issue.record("\(user) may publish")
                    continue
                }
                #expect(error.isRetryable && error.text.contains(sign), "\(user): \(error)")
            }
        }
        peer.kill()
    }
}
