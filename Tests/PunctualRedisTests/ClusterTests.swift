import PunctualRedis
import Synchronization
import TestPeers
import Testing

@Suite("A Redis cluster", .serialized, .timeLimit(.minutes(8)))
struct ClusterTests {
    private static let shared: RedisCluster = {
        do { return try RedisCluster() } catch { preconditionFailure("\(error)") }
    }()

    private func withCluster(_ query: String = "", _ body: (Redis, RedisCluster) async throws -> Void) async throws {
        let cluster = try await blocking { ClusterTests.shared }
        try await withRedis(cluster.url + query) { try await body($0, cluster) }
    }

    @Test("keys go to their servers, also many at once, and scripts and tags keep together what belongs together")
    func slots() async throws {
        try await withCluster { redis, cluster in
            let name = fresh()
            let sets = (0..<500).map { RedisCommand("SET", .key("\(name)-\($0)"), .integer($0)) }
            #expect(try await redis.send(all: sets).allSatisfy { $0.string == "OK" })
            for number in 0..<500 {
                #expect(try await redis.send(RedisCommand("GET", .key("\(name)-\(number)"))).int == Int64(number))
            }
            let script = RedisScript("redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[2])")
            #expect(try await redis.run(script, keys: ["{\(name)}a", "{\(name)}b"], ["1"]).isNull)
            #expect(try await redis.run(script, keys: ["{\(name)}b", "{\(name)}a"], ["2"]).string == "1")
            let error = try await fault { try await redis.run(script, keys: ["a", "b"], ["1"]) }
            #expect(error.code == "CROSSSLOT" || error.code == "ERR", "\(error)")
            #expect(redis.health.servers.count == 3)
        }
    }

    @Test("reads go to replicas when the URL says so, and writes never do")
    func replicas() async throws {
        try await withCluster("?replicas=read") { redis, cluster in
            let key = fresh()
            _ = try await redis.send(RedisCommand("SET", .key(key), "1"))
            // A replica may be behind for a moment.
            try await until("the replica has it") {
                try await redis.send(RedisCommand("GET", .key(key), isRead: true)).string == "1"
            }
            let counts = try await blocking {
                try cluster.servers[3...].map { try $0.cli(["INFO", "commandstats"]).contains("cmdstat_readonly") }
            }
            let slots = try await blocking { try cluster.servers[0].cli(["CLUSTER", "SLOTS"]) }
            #expect(counts.contains(true), "\(slots) \(redis.health)")
            for number in 0..<20 { _ = try await redis.send(RedisCommand("SET", .key(key), .integer(number))) }
        }
    }

    @Test("a slot that moves is followed while it moves and after, and a channel of it is heard again")
    func migration() async throws {
        try await withCluster { redis, cluster in
            let tag = "{moving}"
            let slot = try await blocking { try cluster.servers[0].cli(["CLUSTER", "KEYSLOT", tag]) }
            let channel = RedisChannel.sharded("\(tag)channel")
            let ids = try await blocking { try cluster.servers.map { try $0.cli(["CLUSTER", "MYID"]) } }
            let masters = try await blocking {
                try Array(cluster.servers.indices.filter { try cluster.servers[$0].cli(["ROLE"]).hasPrefix("master") })
            }
            let owner = try #require(
                try await blocking {
                    try masters.first { try cluster.servers[$0].cli(["GET", "\(tag)x"]) == "" }
                })
            let target = try #require(masters.first { $0 != owner })
            for number in 0..<20 {
                _ = try await redis.send(RedisCommand("SET", .key("\(tag)\(number)"), .integer(number)))
            }
            let heard = Heard()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await redis.subscribe(to: [channel]) { heard.add($0) } }
                try await until("it is subscribed") { heard.count(of: .subscribed) == 1 }
                let (from, to) = (cluster.servers[owner], cluster.servers[target])
                try await blocking {
                    try to.cli(["CLUSTER", "SETSLOT", slot, "IMPORTING", ids[owner]])
                    try from.cli(["CLUSTER", "SETSLOT", slot, "MIGRATING", ids[target]])
                    for number in 0..<10 {
                        try from.cli(["MIGRATE", "127.0.0.1", "\(to.port)", "\(tag)\(number)", "0", "5000"])
                    }
                }
                // Half of the keys are there, half here, and new ones belong there already.
                for number in 0..<20 {
                    #expect(try await redis.send(RedisCommand("GET", .key("\(tag)\(number)"))).int == Int64(number))
                }
                _ = try await redis.send(RedisCommand("SET", .key("\(tag)new"), "new"))
                let counted = try await blocking { try to.cli(["CLUSTER", "COUNTKEYSINSLOT", slot]) }
                #expect(counted == "11")
                let torn = try await fault {
                    try await redis.send(
                        RedisCommand("MGET", .key("\(tag)0"), .key("\(tag)15")), within: .milliseconds(100))
                }
                #expect(torn.code == "TRYAGAIN")
                async let whole = redis.send(
                    RedisCommand("MGET", .key("\(tag)0"), .key("\(tag)15")), within: .seconds(10))
                try await blocking {
                    for number in 10..<20 {
                        try from.cli(["MIGRATE", "127.0.0.1", "\(to.port)", "\(tag)\(number)", "0", "5000"])
                    }
                    for server in [to, from] { try server.cli(["CLUSTER", "SETSLOT", slot, "NODE", ids[target]]) }
                }
                #expect(try await whole.items?.map(\.int) == [0, 15])
                for number in 0..<20 {
                    #expect(try await redis.send(RedisCommand("GET", .key("\(tag)\(number)"))).int == Int64(number))
                }
                try await until("it is subscribed where the slot is now") { heard.count(of: .subscribed) == 2 }
                #expect(heard.count(of: .interrupted) == 1)
                try await redis.publish(Array("x".utf8), to: channel)
                try await until("it hears") { heard.texts == ["x"] }
                group.cancelAll()
            }
        }
    }

    @Test("a master that dies is replaced, and its keys are served again")
    func failover() async throws {
        try await withCluster { redis, cluster in
            let key = fresh()
            _ = try await redis.send(RedisCommand("SET", .key(key), "1"))
            _ = try await redis.send(all: (0..<50).map { RedisCommand("GET", .key("\(key)\($0)")) })
            let generation = redis.generation
            let owner = try #require(
                try await blocking {
                    try cluster.servers.first {
                        try $0.cli(["GET", key]) == "1" && $0.cli(["ROLE"]).hasPrefix("master")
                    }
                })
            try await until("the replica has it") {
                try await blocking { try owner.cli(["WAIT", "1", "1000"]) } == "1"
            }
            _ = try await blocking { owner.kill() }
            try await until("it is served again", limit: .seconds(60)) {
                (try? await redis.send(RedisCommand("GET", .key(key)), within: .seconds(1)).string) == "1"
            }
            _ = try await redis.send(RedisCommand("SET", .key(key), "2"))
            #expect(redis.generation > generation)
            try await blocking { try owner.start() }
            try await until("it is a replica", limit: .seconds(60)) {
                try await blocking { try owner.cli(["ROLE"]) }.hasPrefix("slave")
            }
            for number in 0..<100 {
                _ = try await redis.send(RedisCommand("SET", .key("\(key)\(number)"), .integer(number)))
            }
        }
    }
}
