import FaultProxy
import PunctualCore
import TestPeers
import Testing

@testable import PunctualRedis

@Suite("A cache whose Redis fails", .timeLimit(.minutes(8)))
struct CacheFaultTests {
    @Test("Redis gone: every read is the store's, changes go on, and nothing stale is read when it is back")
    func killed() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withNodes([peer.url, peer.url], isPatient: false) { nodes, store in
            for node in nodes { _ = try await node.read("g") }
            _ = try await blocking { peer.kill() }
            for count in 1...5 {
                let number = try await nodes[count % 2].raise("g")
                #expect(try await nodes[count % 2].read("g").number == number)
                try await see(number, of: "g", on: nodes[1 - count % 2])
            }
            #expect(nodes.reduce(0) { $0 + $1.cache.counts.untold } == 5)
            try await until("operators are told") { nodes.allSatisfy { $0.cache.condition.fault != nil } }
            // What is read often is still read once in a while only.
            let loads = store.loads
            for _ in 0..<100 { _ = try await nodes[0].read("g") }
            #expect(store.loads - loads <= 10)
            try await blocking { try peer.start() }
            try await until("all trust again") { nodes.allSatisfy(\.cache.isTrusted) }
            for node in nodes { #expect(try await node.read("g").number == 5 && node.cache.condition.fault == nil) }
            #expect(try await nodes[0].raise("g") == 6)
            #expect(try await nodes[0].read("g").number == 6)
            try await see(6, of: "g", on: nodes[1])
        }
        peer.kill()
    }

    /// A server that wakes up with what it had a while ago, as after a failover to a replica that was behind.
    private func relapse(_ peer: RedisPeer, _ change: @escaping @Sendable () async throws -> Void) async throws {
        _ = try await blocking { try peer.cli(["SAVE"]) }
        try await change()
        _ = try await blocking {
            peer.kill()
            try peer.start()
        }
    }

    @Test("a Redis that comes back with old copies is not believed")
    func relapsed() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withNodes([peer.url, peer.url]) { nodes, store in
            for node in nodes { _ = try await node.read("g") }
            #expect(store.loads == 1)
            try await relapse(peer) { try await nodes[0].raise("g") }
            // Trust lasts long here: nothing but the new connection says that it is another time.
            for _ in 0..<200 {
                for node in nodes { #expect(try await node.read("g").number == 1) }
                try await Task.sleep(for: .milliseconds(5))
            }
            try await until("all trust again") { nodes.allSatisfy(\.cache.isTrusted) }
            for node in nodes { #expect(try await node.read("g").number == 1) }
        }
        // The twin believes it.
        try await withRedis(peer.url) { redis in
            let cache = NaiveCache(redis: redis, store: NumberStore())
            _ = try await cache.read("naive")
            try await relapse(peer) { try await cache.raise("naive") }
            try await until("it is back") { (try? await redis.ping()) != nil }
            #expect(try await cache.read("naive") == 0)
        }
        peer.kill()
    }

    @Test("a node that is cut off from Redis and changes the store makes nobody read what is stale for a second")
    func cutOff() async throws {
        let peer = try await blocking { try RedisPeer() }
        let proxy = try await FaultProxy(to: peer.port)
        try await withNodes([peer.url, peer.url, "redis://127.0.0.1:\(proxy.port)"], isPatient: false) { nodes, store in
            for mode in [FaultProxy.Mode.blackHole, .refuse] {
                let group = fresh("g")
                for node in nodes { _ = try await node.read(group) }
                proxy.set(mode)
                if mode == .refuse { await proxy.cut() }
                let number = try await nodes[2].raise(group)
                #expect(try await nodes[2].read(group).number == number)
                for node in nodes[..<2] {
                    try await see(number, of: group, on: node)
                }
                // Again, when the others know that it is silent.
                for _ in 0..<3 {
                    let number = try await nodes[2].raise(group)
                    for node in nodes[..<2] {
                        try await see(number, of: group, on: node)
                    }
                }
                proxy.set(.pass)
                try await until("all trust again") { nodes.allSatisfy(\.cache.isTrusted) }
            }
        }
        try await proxy.stop()
        peer.kill()
    }

    @Test("a node that heard nothing for a while believes nothing of what it had before")
    func deaf() async throws {
        let peer = try await blocking { try RedisPeer() }
        let proxy = try await FaultProxy(to: peer.port)
        try await withNodes([peer.url, "redis://127.0.0.1:\(proxy.port)"], isPatient: false) { nodes, _ in
            for mode in [FaultProxy.Mode.blackHole, .refuse] {
                let group = fresh("g")
                for node in nodes { _ = try await node.read(group) }
                proxy.set(mode)
                if mode == .refuse { await proxy.cut() }
                let number = try await nodes[0].raise(group)
                let changedAt = ContinuousClock.now
                try await until("it is deaf") { !nodes[1].cache.isTrusted }
                proxy.set(.pass)
                try await until("it hears again") { nodes[1].cache.isTrusted }
                try await see(number, of: group, on: nodes[1], since: changedAt)
            }
        }
        try await proxy.stop()
        peer.kill()
    }

    @Test("a node whose subscription alone is gone, its calls going on, believes nothing of before either")
    func unsubscribed() async throws {
        let peer = try await blocking { try RedisPeer(["user b on >b ~* &* +@all"]) }
        try await withNodes([peer.url, "redis://b:b@127.0.0.1:\(peer.port)"]) { nodes, _ in
            for node in nodes { _ = try await node.read("g") }
            // A user that may hear no channel any more is cut off by the server.
            _ = try await blocking { try peer.cli(["ACL", "SETUSER", "b", "resetchannels"]) }
            try await until("it is deaf") { !nodes[1].cache.isTrusted }
            try await nodes[1].redis.ping()
            try await nodes[0].raise("g")
            let changedAt = ContinuousClock.now
            _ = try await blocking { try peer.cli(["ACL", "SETUSER", "b", "allchannels"]) }
            try await until("it hears again") { nodes[1].cache.isTrusted }
            #expect(nodes[1].redis.generation == 0)
            try await until("a second has passed") { changedAt.duration(to: .now) > .seconds(1) }
            #expect(try await nodes[1].read("g").number == 1)
        }
        peer.kill()
    }

    @Test("a load that hangs is not waited for by those who ask later, when this node hears of nothing")
    func hanging() async throws {
        let peer = try await blocking { try RedisPeer() }
        let proxy = try await FaultProxy(to: peer.port)
        try await withNodes([peer.url, "redis://127.0.0.1:\(proxy.port)"], isPatient: false) { nodes, store in
            let gate = Gate()
            store.hold(until: gate.task)
            async let old = nodes[1].read("g")
            try await until("it has read") { store.loads == 1 }
            store.hold(until: nil)
            proxy.set(.blackHole)
            #expect(try await nodes[0].raise("g") == 1)
            let changedAt = ContinuousClock.now
            try await until("a second has passed") { changedAt.duration(to: .now) > .seconds(1) }
            #expect(try await nodes[1].read("g").number == 1)
            gate.lift()
            #expect(try await old.number == 0)
            #expect(try await nodes[1].read("g").number == 1)
            proxy.set(.pass)
        }
        try await proxy.stop()
        peer.kill()
    }

    @Test("a mark whose writer died costs loads and nothing else")
    func deadWriter() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withNodes([peer.url]) { nodes, store in
            _ = try await nodes[0].read("g")
            let key = try #require(
                try await blocking { try peer.cli(["KEYS", "*:cache:{g}"]) }.split(separator: "\n").first.map(
                    String.init))
            // What a writer has done that dies before its change is over.
            let now = try #require(try await nodes[0].redis.send(RedisCommand("TIME")).items?.first?.int)
            func mark(until seconds: Int) async throws {
                _ = try await nodes[0].redis.send(
                    RedisCommand("HSET", .key("\(key):changes"), "dead", .integer((Int(now) + seconds) * 1000)))
            }
            _ = try await nodes[0].redis.send(RedisCommand("DEL", .key(key)))
            try await mark(until: 600)
            nodes[0].cache.hear(.message(channel: "", payload: Array("change\ng".utf8)))
            store.raise("g")
            for _ in 0..<3 {
                let (number, source) = try await nodes[0].read("g")
                #expect(number == 1 && source == .passed)
            }
            // Its time is up.
            try await mark(until: -1)
            #expect(try await nodes[0].read("g").source == .loaded)
            #expect(try await nodes[0].read("g").source == .local)
        }
        peer.kill()
    }

    @Test("a Redis that stalls while something is being changed leaves no mark behind: copies are kept again soon")
    func stalled() async throws {
        let peer = try await blocking { try RedisPeer() }
        try await withNodes([peer.url, peer.url], isPatient: false) { nodes, store in
            for _ in 0..<3 {
                let (changed, other) = (fresh("g"), fresh("g"))
                for node in nodes { for group in [changed, other] { _ = try await node.read(group) } }
                // One change is under way, and another one begins and ends while nothing is answered.
                let gate = Gate()
                let change = Task {
                    try await nodes[0].cache.change([changed]) { () async throws(StoreError) in
                        store.raise(changed)
                        // Lifted below.
                        try? await gate.task.value
                    }
                }
                try await until("it has begun") { try await nodes[1].read(changed).source == .passed }
                _ = try await blocking { try peer.cli(["CLIENT", "PAUSE", "1500", "ALL"]) }
                try await nodes[0].raise(other)
                gate.lift()
                _ = try await change.value
                try await until("no mark is left", limit: .seconds(20)) {
                    let marks = try await blocking { try peer.cli(["KEYS", "*:changes"]) }
                    return !marks.contains(changed) && !marks.contains(other)
                }
                for node in nodes {
                    for group in [changed, other] {
                        try await until("there are copies again", limit: .seconds(20)) {
                            let (number, source) = try await node.read(group)
                            return number == 1 && source == .local && node.cache.isTrusted
                        }
                    }
                }
            }
        }
        peer.kill()
    }

    @Test("in a cluster changes are heard, also after a failover")
    func cluster() async throws {
        let cluster = try await blocking { try RedisCluster() }
        defer { cluster.stop() }
        try await withNodes([cluster.url, cluster.url], isPatient: false) { nodes, store in
            let groups = (0..<20).map { _ in fresh("g") }
            for round in 1...2 {
                for group in groups {
                    for node in nodes { _ = try await node.read(group) }
                    #expect(try await nodes[0].raise(group) == round)
                    #expect(try await nodes[0].read(group).number == round)
                    try await see(round, of: group, on: nodes[1])
                }
                #expect(nodes[1].cache.counts.sources[.shared, default: 0] > 0)
                if round == 2 { break }
                _ = try await blocking { cluster.servers[0].kill() }
                try await until("all trust again", limit: .seconds(60)) {
                    for node in nodes { _ = try await node.read(groups[0]) }
                    return nodes.allSatisfy(\.cache.isTrusted)
                }
            }
        }
    }
}
