import FaultProxy
import PunctualCore
import Synchronization
import TestPeers
import Testing

@testable import PunctualRedis

@Suite("A cache of two levels", .timeLimit(.minutes(5)))
struct SharedCacheTests {
    static func url(_ count: Int) async throws -> [String] {
        let url = try await blocking { RedisPeer.shared.url }
        return [String](repeating: url, count: count)
    }

    @Test("many readers of three nodes cost one load, and then none")
    func singleFlight() async throws {
        try await withNodes(try await Self.url(3), store: NumberStore(pause: .milliseconds(20))) { nodes, store in
            let group = fresh("g")
            try await withThrowingTaskGroup(of: Int.self) { tasks in
                for index in 0..<150 { tasks.addTask { try await nodes[index % 3].read(group).number } }
                for try await number in tasks { #expect(number == 0) }
            }
            // One, unless the machine is so busy that others lose patience.
            let loads = store.loads
            #expect(loads <= 3)
            for node in nodes { try await until("it has a copy") { try await node.read(group).source == .local } }
            #expect(store.loads <= 3)
            let counts = nodes.map(\.cache.counts)
            #expect(counts.reduce(0) { $0 + $1.sources[.loaded, default: 0] } >= 1)
            #expect(counts.reduce(0) { $0 + $1.sources[.joined, default: 0] } >= 140)
        }
    }

    @Test(
        "a load that has read before a change is never kept by it, on the node of the change and on others",
        arguments: [0, 1])
    func race(changer: Int) async throws {
        try await withNodes(try await Self.url(3)) { nodes, store in
            let group = fresh("g")
            let gate = Gate()
            store.hold(until: gate.task)
            async let old = nodes[0].read(group)
            try await until("it has read") { store.loads == 1 }
            store.hold(until: nil)
            #expect(try await nodes[changer].raise(group) == 1)
            // At once, where the change was made, though the load is still under way.
            #expect(try await nodes[changer].read(group).number == 1)
            gate.lift()
            #expect(try await old.number == 0)
            #expect(try await nodes[changer].read(group).number == 1)
            for node in nodes { try await see(1, of: group, on: node) }
        }
    }

    @Test("the twin without leases keeps what is stale in the same race")
    func naiveRace() async throws {
        try await withRedis { redis in
            let store = NumberStore()
            let cache = NaiveCache(redis: redis, store: store)
            let group = fresh("g")
            let gate = Gate()
            store.hold(until: gate.task)
            async let old = cache.read(group)
            try await until("it has read") { store.loads == 1 }
            store.hold(until: nil)
            try await cache.raise(group)
            gate.lift()
            _ = try await old
            #expect(try await cache.read(group) == 0)
        }
    }

    @Test("while a change is under way nobody keeps a copy, also when its writer is never heard of again")
    func underWay() async throws {
        try await withNodes(try await Self.url(2)) { nodes, store in
            let group = fresh("g")
            #expect(try await nodes[1].read(group).source == .loaded)
            let gate = Gate()
            let change = Task {
                try await nodes[0].cache.change([group]) { () async throws(StoreError) in
                    store.raise(group)
                    // Lifted below.
                    try? await gate.task.value
                }
            }
            try await until("it has begun") { try await nodes[1].read(group).number == 1 }
            for _ in 0..<5 {
                #expect(try await nodes[0].read(group).source == .passed)
                #expect(try await nodes[1].read(group).source == .passed)
            }
            gate.lift()
            try await change.value
            #expect(try await nodes[0].read(group).source == .loaded)
            try await until("there are copies again") { try await nodes[1].read(group).source == .local }
        }
    }

    @Test("a change that fails makes nothing stale, and tells its error")
    func failing() async throws {
        try await withNodes(try await Self.url(2)) { nodes, store in
            let group = fresh("g")
            for node in nodes { _ = try await node.read(group) }
            let error = await #expect(throws: StoreError.self) {
                try await nodes[0].cache.change([group]) { () async throws(StoreError) in
                    // It may have taken effect all the same.
                    store.raise(group)
                    throw StoreError.unavailable("lost")
                }
            }
            #expect(error == .unavailable("lost"))
            #expect(try await nodes[0].read(group).number == 1)
            try await see(1, of: group, on: nodes[1])
            let load = await #expect(throws: StoreError.self) {
                try await nodes[0].cache.value(of: CacheKey(fresh("x")), .job) { () async throws(StoreError) in
                    throw StoreError.notFound
                }
            }
            #expect(load == .notFound)
        }
    }

    @Test("what is asked for often is loaded anew before its time is up, by one, and nobody waits for it")
    func early() async throws {
        try await withNodes(try await Self.url(2), store: NumberStore(pause: .milliseconds(30))) { nodes, store in
            let group = fresh("g")
            let policy = CachePolicy(timeToLive: .milliseconds(600), grace: .milliseconds(300), eagerness: 2)
            _ = try await nodes[0].read(group, policy)
            var others = 0
            try await until("it was loaded anew a few times") {
                for _ in 0..<50 where try await nodes[0].read(group, policy).source != .local { others += 1 }
                return nodes[0].cache.counts.refreshed >= 5
            }
            // On a busy machine time runs out before anybody has asked; whoever asks then waits.
            let refreshed = nodes[0].cache.counts.refreshed
            #expect(store.loads <= refreshed + others + 1, "\(store.loads) \(refreshed) \(others)")
            #expect(others <= refreshed + 5, "\(others) \(refreshed)")
        }
    }

    @Test("copies are bounded: what nobody asks for goes")
    func bounded() async throws {
        try await withNodes(try await Self.url(1), mostBytes: 64 << 10) { nodes, store in
            let prefix = fresh("g")
            for number in 0..<2000 { _ = try await nodes[0].read("\(prefix)\(number)") }
            var local = 0
            for number in (0..<2000).reversed() where try await nodes[0].read("\(prefix)\(number)").source == .local {
                local += 1
            }
            #expect((50...330).contains(local), "\(local)")
            #expect(store.loads == 2000, "the others are in Redis")
        }
    }

    @Test("what is large stays in its process, and what a group keeps in Redis is bounded in bytes")
    func large() async throws {
        try await withNodes(try await Self.url(2), mostBytes: 256 << 20) { nodes, _ in
            func read(_ node: Int, _ group: String, _ name: String, _ size: Int) async throws -> CacheAnswer.Source {
                try await nodes[node].cache.value(of: CacheKey(group, name), .list) { () async throws(StoreError) in
                    CacheLoad([UInt8](repeating: 1, count: size))
                }.source
            }
            let group = fresh("g")
            for name in ["a", "b"] {
                #expect(try await read(0, group, name, 300 << 10) == .loaded)
                #expect(try await read(0, group, name, 300 << 10) == .local)
                #expect(try await read(1, group, name, 300 << 10) == .loaded)
                #expect(try await read(1, group, name, 300 << 10) == .local)
            }
            for number in 0..<64 { #expect(try await read(0, group, "\(number)", 200 << 10) == .loaded) }
            var shared = 0
            for number in (0..<64).reversed() where try await read(1, group, "\(number)", 200 << 10) == .shared {
                shared += 1
            }
            #expect((1...41).contains(shared), "\(shared)")
            // What is written again and again counts once.
            let other = fresh("g")
            for _ in 0..<100 {
                #expect(try await read(0, other, "n", 200 << 10) == .loaded)
                nodes[0].cache.drop([other])
                _ = try await nodes[0].redis.send(RedisCommand("HDEL", .key(nodes[0].cache.keys(of: other)[0]), "h:n"))
            }
            #expect(try await read(0, other, "m", 200 << 10) == .loaded)
            _ = try await read(0, other, "n", 200 << 10)
            #expect(try await read(1, other, "m", 200 << 10) == .shared)
        }
    }

    @Test("without a second process there is no Redis, and copies count as long as nobody changes anything here")
    func alone() async throws {
        let store = NumberStore()
        let cache = SharedCache(nil, node: "n")
        let read = { () async throws in
            try await cache.value(of: CacheKey("g"), .job) { () async throws(StoreError) in try await store.load("g") }
        }
        #expect(try await read().source == .loaded)
        #expect(try await read().source == .local)
        _ = try await cache.change(["g"]) { () async throws(StoreError) in store.raise("g") }
        let answer = try await read()
        #expect(answer.source == .loaded && answer.value == Array("1".utf8))
    }

    @Test("the names of a group go together, and other groups stay")
    func names() async throws {
        try await withNodes(try await Self.url(2)) { nodes, _ in
            let (group, other) = (fresh("g"), fresh("other {}"))
            func read(_ node: CacheNode, _ group: String, _ name: String) async throws -> CacheAnswer.Source {
                try await node.cache.value(of: CacheKey(group, name), .list) { () async throws(StoreError) in
                    CacheLoad(Array(name.utf8))
                }.source
            }
            for name in ["", "a", "b\nc"] {
                #expect(try await read(nodes[0], group, name) == .loaded)
                #expect(try await read(nodes[1], group, name) == .shared)
                #expect(try await read(nodes[1], other, name) == .loaded)
            }
            try await nodes[1].raise(group)
            for name in ["", "a", "b\nc"] {
                #expect(try await read(nodes[1], group, name) == .loaded)
                #expect(try await read(nodes[1], other, name) == .local)
                #expect(try await read(nodes[0], other, name) == .shared)
            }
        }
    }

    @Test("a value's own time bounds its copies: none for zero, here alone up to the grace, in Redis beyond")
    func ownTime() async throws {
        try await withNodes(try await Self.url(2)) { nodes, _ in
            func read(
                _ node: Int, _ group: String, _ time: Duration?, _ policy: CachePolicy = .job
            ) async throws -> CacheAnswer {
                try await nodes[node].cache.value(of: CacheKey(group), policy) { () async throws(StoreError) in
                    CacheLoad([1], timeToLive: time)
                }
            }
            let groups = (0..<5).map { _ in fresh("g") }
            // Nothing is kept, and nobody waits for it.
            for node in [0, 1, 0] {
                let answer = try await read(node, groups[0], .zero)
                #expect(answer.source == .loaded && answer.left == nil)
            }
            let short = try await read(0, groups[1], .milliseconds(600))
            #expect(short.source == .loaded && short.left == .milliseconds(600))
            #expect(try await read(1, groups[1], .milliseconds(600)).source == .loaded)
            let long = try await read(0, groups[2], .seconds(100))
            #expect(long.left == .seconds(100))
            let shared = try await read(1, groups[2], .seconds(100))
            #expect(shared.source == .shared && shared.left.map { $0 > .seconds(50) && $0 <= .seconds(100) } == true)
            // No value counts for longer than its policy says.
            #expect(try await read(0, groups[3], .seconds(1000)).left == .seconds(300))
            // What counts for no longer than the grace is not asked of Redis at all.
            #expect(try await read(0, groups[4], nil, .statistics).left == .seconds(5))
            #expect(try await read(0, groups[4], nil, .statistics).source == .local)
            #expect(try await read(1, groups[4], nil, .statistics).source == .loaded)
            nodes[0].cache.drop([groups[4]])
            #expect(try await read(0, groups[4], nil, .statistics).source == .loaded)
            #expect(try await read(1, groups[4], nil, .statistics).source == .local)
        }
    }

    @Test("without Redis, where others write too, only the grace counts")
    func others() async throws {
        let store = NumberStore()
        let cache = SharedCache(nil, hasOthers: true, node: "n")
        let policy = CachePolicy(timeToLive: .seconds(300), grace: .milliseconds(50), eagerness: 0)
        let read = { () async throws in
            try await cache.value(of: CacheKey("g"), policy) { () async throws(StoreError) in try await store.load("g")
            }
        }
        let first = try await read()
        #expect(first.left == .milliseconds(50))
        let begun = ContinuousClock.now
        // Somebody else's.
        store.raise("g")
        while begun.duration(to: .now) < .milliseconds(50) { _ = try await read() }
        #expect(try await read().value == Array("1".utf8))
        _ = try await cache.change(["g"]) { () async throws(StoreError) in store.raise("g") }
        #expect(try await read().value == Array("2".utf8))
    }

    @Test("figures of five seconds count for less than one while nobody could tell that they are stale")
    func unheard() async throws {
        let told = Mutex<[(groups: [String], isShared: Bool)]>([])
        let cache = SharedCache(nil, hasOthers: true, node: "n") { groups, isShared in
            told.withLock { $0.append((groups, isShared)) }
        }
        func left() async throws -> Duration? {
            try await cache.value(of: CacheKey("g"), .statistics) { () async throws(StoreError) in CacheLoad([1]) }.left
        }
        #expect(try await left() == .milliseconds(700))
        cache.listens(true)
        #expect(try await left() == .seconds(5), "what was kept before is gone")
        cache.listens(false)
        #expect(try await left() == .milliseconds(700))
        cache.listens(true)
        _ = try await cache.change(["g", "h"]) { () async throws(StoreError) in }
        #expect(told.withLock { $0.map(\.groups) } == [["g", "h"]] && told.withLock { !$0[0].isShared })
        #expect(try await left() == .seconds(5))
        for groups in [["g"], [SharedCache.everything]] {
            let before = cache.counts.sources[.loaded, default: 0]
            await cache.heard(groups)
            _ = try await left()
            #expect(cache.counts.sources[.loaded, default: 0] == before + 1)
        }
        #expect(cache.condition.bytes > 0 && cache.condition.fault == nil && !cache.condition.hasRedis)
        let alone = SharedCache(nil, node: "n") { _, _ in Issue.record("nobody is there") }
        _ = try await alone.change(["g"]) { () async throws(StoreError) in }
    }

    @Test("who listens again believes nothing of before, in Redis either")
    func listensAgain() async throws {
        try await withNodes(try await Self.url(2)) { nodes, store in
            let group = fresh("g")
            for node in nodes {
                node.cache.listens(true)
                _ = try await node.read(group)
            }
            nodes[1].cache.listens(false)
            #expect(!nodes[1].cache.isTrusted && nodes[0].cache.isTrusted)
            // Somebody who has no Redis.
            store.raise(group)
            await nodes[0].cache.heard([group])
            try await see(1, of: group, on: nodes[0])
            store.raise(group)
            nodes[1].cache.listens(true)
            try await until("there are copies again") { try await nodes[1].read(group).source == .local }
            try await until("it is trusted") { nodes[1].cache.isTrusted }
            for node in nodes { try await see(2, of: group, on: node) }
        }
    }

    @Test("what is dropped is loaded anew, also when a load of it is under way")
    func dropped() async throws {
        let store = NumberStore()
        let cache = SharedCache(nil, node: "n")
        let read = { @Sendable () async throws in
            try await cache.value(of: CacheKey("g"), .job) { () async throws(StoreError) in try await store.load("g") }
        }
        let gate = Gate()
        store.hold(until: gate.task)
        async let old = read()
        try await until("it has read") { store.loads == 1 }
        store.hold(until: nil)
        store.raise("g")
        cache.drop(["g"])
        #expect(try await read().value == Array("1".utf8))
        gate.lift()
        #expect(try await old.value == Array("0".utf8))
        #expect(try await read().value == Array("1".utf8))
    }
}
