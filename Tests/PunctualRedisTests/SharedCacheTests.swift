import FaultProxy
import PunctualCore
import PunctualRedis
import Synchronization
import TestPeers
import Testing

@Suite("A cache of two levels", .timeLimit(.minutes(5)))
struct SharedCacheTests {
    private static func url(_ count: Int) async throws -> [String] {
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
}
