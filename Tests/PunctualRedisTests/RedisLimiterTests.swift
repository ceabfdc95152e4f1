import FaultProxy
import PunctualAccess
import PunctualCore
import PunctualRedis
import Synchronization
import TestPeers
import Testing

@Suite("Limits that all nodes count together", .timeLimit(.minutes(5)))
struct RedisLimiterTests {
    private static func limiter(_ redis: Redis, patience: Duration = .seconds(60)) -> RedisLimiter {
        RedisLimiter(redis, fallback: MemoryLimiter(), patience: patience)
    }

    private static func rate(_ rate: Int, burst: Int = 2, seconds: Int = 10, name: String = "rate") -> LimitPolicy {
        LimitPolicy(name: name, .rate(rate, burst: burst, seconds: seconds))
    }

    private static func window(_ quota: Int, seconds: Int = 3600, name: String = "window") -> LimitPolicy {
        LimitPolicy(name: name, .window(quota: quota, seconds: seconds))
    }

    @Test("its decisions are those of the limiter in memory, over whatever is asked")
    func same() async throws {
        try await withRedis { redis in
            let limiter = Self.limiter(redis)
            // Rates so low that what passes between the two clocks does not matter, and costs that do.
            let policies = [
                Self.rate(1, burst: 1, seconds: 1), Self.rate(1, burst: 5, seconds: 600, name: "long"), Self.window(40),
                Self.window(7, name: "small"),
            ]
            let seed = UInt64.random(in: .min ... .max)
            var random = Generator(state: seed)
            for _ in 0..<4 { try await redis.ping() }
            var compared = 0
            rounds: for round in 0..<1000 where compared < 300 {
                // Stands at the middle of the time in which Redis decided.
                let clock = Mutex<Int64>(0)
                let memory = MemoryLimiter(now: { clock.withLock { $0 } })
                let holder = fresh("holder")
                for step in 0..<30 {
                    let keys = policies.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random)).map {
                        LimitKey($0, holder: holder)
                    }
                    let cost = [0, 1, 1, 2, 8, 50].randomElement(using: &random) ?? 1
                    let before = MemoryLimiter.uptime()
                    let decision = await limiter.take(keys, cost: cost)
                    let after = MemoryLimiter.uptime()
                    // On a busy machine nobody knows when it was.
                    if after - before > 20_000_000 { continue rounds }
                    clock.withLock { $0 = (before + after) / 2 }
                    let wanted = memory.decide(keys, cost: cost)
                    let what = "seed \(seed), round \(round), step \(step): \(decision) \(wanted)"
                    if decision.violated != wanted.violated {
                        // Only when a token came back just then; what follows is another story.
                        let wait = min(decision.retryAfter ?? .seconds(9), wanted.retryAfter ?? .seconds(9))
                        #expect(wait < .milliseconds(20), "\(what)")
                        continue rounds
                    }
                    compared += 1
                    for (mine, its) in zip(decision.allowances, wanted.allowances) {
                        let isWindow = if case .window = mine.policy.measure { true } else { false }
                        #expect(abs(mine.remaining - its.remaining) <= (isWindow ? 0 : 1), "\(what)")
                        #expect(mine.policy == its.policy && Self.isNear(mine.reset, its.reset), "\(what)")
                    }
                    #expect((decision.retryAfter == nil) == (wanted.retryAfter == nil), "\(what)")
                    if let mine = decision.retryAfter, let its = wanted.retryAfter {
                        #expect(Self.isNear(mine, its), "\(what)")
                    }
                }
            }
            #expect(compared >= 300 && limiter.counts.alone == 0)
        }
    }

    private static func isNear(_ one: Duration, _ other: Duration) -> Bool {
        abs((one - other) / .milliseconds(1)) <= 20
    }

    /// What three nodes allow together that ask as often as they can.
    /// - Returns: how many of the rate and of the window, how often each was asked for, from the first question to the last answer, and the longest
    ///   time in which nobody asked.
    private func ask(
        _ nodes: [Redis], _ rate: LimitKey, _ window: LimitKey
    ) async -> (passed: Int, windowPassed: Int, asked: Int, took: Duration, gap: Duration) {
        let began = ContinuousClock.now
        return await withTaskGroup(of: (Int, Int, [ContinuousClock.Instant]).self) { group in
            for node in nodes {
                group.addTask {
                    let limiter = Self.limiter(node)
                    var (passed, other) = (0, 0)
                    var times: [ContinuousClock.Instant] = []
                    while began.duration(to: .now) < .seconds(4) {
                        times.append(.now)
                        if await limiter.take([rate], cost: 1).isAllowed { passed += 1 }
                        times.append(.now)
                        if await limiter.take([window], cost: 1).isAllowed { other += 1 }
                    }
                    #expect(limiter.counts.alone == 0)
                    return (passed, other, times)
                }
            }
            var (passed, other) = (0, 0)
            var times: [ContinuousClock.Instant] = []
            for await one in group {
                (passed, other) = (passed + one.0, other + one.1)
                times += one.2
            }
            times.sort()
            let gap = zip(times, times.dropFirst()).map { $0.duration(to: $1) }.max() ?? .zero
            return (passed, other, times.count, times[0].duration(to: times[times.count - 1]), gap)
        }
    }

    @Test("three nodes together allow what the policy says, within two in a hundred")
    func exact() async throws {
        let url = try await blocking { RedisPeer.shared.url }
        try await withRedis(url) { one in
            try await withRedis(url) { two in
                try await withRedis(url) { three in
                    // Connected before the time counts, over both connections.
                    for _ in 0..<2 { for node in [one, two, three] { try await node.ping() } }
                    for _ in 0..<5 {
                        let holder = fresh("holder")
                        let (passed, windowPassed, asked, took, gap) = await ask(
                            [one, two, three], LimitKey(Self.rate(50, burst: 1, seconds: 1), holder: holder),
                            LimitKey(Self.window(100), holder: holder))
                        // On a busy machine fewer may have been asked for.
                        #expect(windowPassed == min(100, asked))
                        // The allowance at first, and what comes back meanwhile; on a busy machine some of it may not
                        // be asked for.
                        let wanted = 50 + 50 * (took / .seconds(1))
                        #expect(Double(passed) <= wanted * 1.02, "\(passed) of \(wanted)")
                        if gap < .milliseconds(40) {
                            #expect(Double(passed) >= wanted * 0.98, "\(passed) of \(wanted)")
                            return
                        }
                    }
                }
            }
        }
    }

    @Test("what one limit refuses costs the others nothing, and a key of no more use is forgotten")
    func together() async throws {
        try await withRedis { redis in
            let limiter = Self.limiter(redis)
            let holder = fresh("holder")
            let small = LimitKey(Self.window(3, name: "small"), holder: holder)
            let other = LimitKey(Self.window(4, name: "other"), holder: holder)
            for _ in 0..<3 { #expect(await limiter.take([other, small], cost: 1).isAllowed) }
            for _ in 0..<10 {
                let decision = await limiter.take([other, small], cost: 1)
                #expect(decision.violated == ["small"] && decision.allowances.map(\.remaining) == [1, 0])
            }
            #expect(await limiter.take([other], cost: 1).isAllowed)
            #expect(await limiter.take([small, other], cost: 1).violated == ["small", "other"])
            #expect(await limiter.take([small], cost: 4).retryAfter == .seconds(86_400))
            let quick = LimitKey(Self.rate(1000, burst: 2, seconds: 1), holder: holder)
            #expect(await limiter.take([quick], cost: 1).isAllowed)
            let name = "punctual:limit:{\(holder)}:rate"
            try await until("it is forgotten") { try await redis.send(RedisCommand("EXISTS", .key(name))).int == 0 }
            let left = try await redis.send(RedisCommand("PTTL", .key("punctual:limit:{\(holder)}:small"))).int ?? 0
            #expect((3_500_000...3_600_001).contains(left))
        }
    }

    @Test("without Redis each node counts for itself: never without limits, and no request waits long")
    func away() async throws {
        let peer = try await blocking { try RedisPeer() }
        let proxy = try await FaultProxy(to: peer.port)
        try await withRedis("redis://127.0.0.1:\(proxy.port)") { redis in
            let limiter = RedisLimiter(
                redis, fallback: MemoryLimiter(), patience: .milliseconds(50), pause: .milliseconds(300))
            func passes(_ holder: String) async -> (passed: Int, longest: Duration) {
                let key = LimitKey(Self.window(10), holder: holder)
                var (passed, longest) = (0, Duration.zero)
                for _ in 0..<200 {
                    let began = ContinuousClock.now
                    if await limiter.take([key], cost: 1).isAllowed { passed += 1 }
                    longest = max(longest, began.duration(to: .now))
                }
                return (passed, longest)
            }
            try await until("Redis counts") {
                _ = await limiter.take([LimitKey(Self.window(10), holder: fresh())], cost: 1)
                return limiter.counts.shared > 0
            }
            #expect(await passes("a").passed <= 20)
            // Slow, silent, gone: the node goes on by itself.
            for fault in [FaultProxy.Mode.delay(.milliseconds(500)), .blackHole, .refuse] {
                proxy.set(fault)
                if fault == .refuse { await proxy.cut() }
                let alone = limiter.counts.alone
                let (passed, longest) = await passes(fresh("b"))
                #expect((1...20).contains(passed), "\(fault): \(passed)")
                #expect(limiter.counts.alone > alone + 100, "\(fault)")
                // The limit itself, and what the machine adds.
                #expect(longest < .seconds(2), "\(fault): \(longest)")
            }
            proxy.set(.pass)
            try await until("Redis counts again") {
                let before = limiter.counts.shared
                _ = await limiter.take([LimitKey(Self.window(10), holder: fresh())], cost: 1)
                return limiter.counts.shared > before
            }
        }
        try await proxy.stop()
        peer.kill()
    }

    @Test("in a cluster one holder's keys are one slot's, and those of several are given back when one refuses")
    func cluster() async throws {
        let cluster = try await blocking { try RedisCluster() }
        defer { cluster.stop() }
        try await withRedis(cluster.url) { redis in
            let limiter = Self.limiter(redis)
            let small = LimitKey(Self.window(2, name: "small"), holder: "a{}")
            let other = LimitKey(Self.window(9, name: "other"), holder: "a{}")
            let far = LimitKey(Self.window(50, name: "far"), holder: "")
            for count in 1...2 {
                let decision = await limiter.take([other, small, far], cost: 1)
                #expect(decision.allowances.map(\.remaining) == [9 - count, 2 - count, 50 - count])
            }
            for _ in 0..<5 {
                #expect(await limiter.take([far, small, other], cost: 1).violated == ["small"])
                #expect(await limiter.take([small, far], cost: 1).violated == ["small"])
            }
            #expect(await limiter.take([other, far], cost: 1).allowances.map(\.remaining) == [6, 47])
            #expect(limiter.counts.alone == 0)
        }
    }
}

struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
