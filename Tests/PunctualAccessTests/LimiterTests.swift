import PunctualAccess
import PunctualCore
import PunctualSchedule
import Synchronization
import Testing

/// A clock in nanoseconds that moves only when told.
final class NanosecondClock: Sendable {
    private let now = Mutex<Int64>(1_000_000_000_000)

    var read: @Sendable () -> Int64 { { self.now.withLock { $0 } } }

    func advance(_ nanoseconds: Int64) { now.withLock { $0 += nanoseconds } }
    func advance(milliseconds: Int64) { advance(milliseconds * 1_000_000) }
}

/// The policy as one would explain it: two buckets with drops in them, or a list of what was taken.
private struct PlainModel {
    let measure: LimitPolicy.Measure
    var (long, peak) = (0.0, 0.0)
    var seconds = 0.0
    var began: Double?
    var taken = 0

    init(_ measure: LimitPolicy.Measure) {
        self.measure = measure
        if case .rate(let rate, let burst, let seconds) = measure {
            long = Double(max(rate, rate * (burst - 1) * seconds))
            peak = Double(rate * burst)
        }
    }

    mutating func pass(_ elapsed: Double) {
        seconds += elapsed
        if case .rate(let rate, let burst, let span) = measure {
            long = min(Double(max(rate, rate * (burst - 1) * span)), long + elapsed * Double(rate))
            peak = min(Double(rate * burst), peak + elapsed * Double(rate * burst))
        }
    }

    /// nil when it is too close to say.
    mutating func take(_ cost: Int) -> Bool? {
        switch measure {
        case .rate:
            let spare = min(long, peak) - Double(cost)
            if abs(spare) < 1e-3 { return nil }
            guard spare > 0 else { return false }
            long -= Double(cost)
            peak -= Double(cost)
            return true
        case .window(let quota, let span):
            if let start = began, abs(seconds - start - Double(span)) < 1e-6 { return nil }
            if began == nil || seconds - began! >= Double(span) { (began, taken) = (seconds, 0) }
            guard taken + cost <= quota else { return false }
            taken += cost
            return true
        }
    }
}

@Suite("Limits")
struct LimiterTests {
    private static let rate = LimitPolicy(name: "rate", .rate(100, burst: 2, seconds: 10))
    private static let hour = LimitPolicy(name: "hour", .window(quota: 1000, seconds: 3600))

    @Test(
        "it allows what a plain model allows, whatever the pace",
        arguments: [
            .rate(100, burst: 2, seconds: 10), .rate(3, burst: 2, seconds: 10), .rate(7, burst: 1, seconds: 1),
            .rate(50, burst: 3, seconds: 2), .window(quota: 5, seconds: 1), .window(quota: 100, seconds: 60),
        ] as [LimitPolicy.Measure])
    func model(measure: LimitPolicy.Measure) {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let clock = NanosecondClock()
            let limiter = MemoryLimiter(now: clock.read)
            let key = LimitKey(LimitPolicy(name: "p", measure), holder: "h")
            var model = PlainModel(measure)
            let pace = Int64([1, 20, 400, 9000].randomElement(using: &random)!)
            for step in 0..<600 {
                let pause = Int64.random(in: 0...pace, using: &random)
                clock.advance(milliseconds: pause)
                model.pass(Double(pause) / 1000)
                let cost = Int.random(in: 0...9, using: &random) == 0 ? 5 : 1
                guard let wanted = model.take(cost) else { break }
                let decision = limiter.decide([key], cost: cost)
                if decision.isAllowed != wanted || (decision.retryAfter == nil) != wanted {
                    Issue.record("seed \(seed) step \(step) of \(measure)")
                    break
                }
            }
        }
    }

    @Test("twice the rate passes for ten seconds, then the rate, and after a rest twice again")
    func burst() {
        let clock = NanosecondClock()
        let limiter = MemoryLimiter(now: clock.read)
        let key = LimitKey(Self.rate, holder: "a")
        func passed(seconds: Int, perSecond: Int) -> Int {
            (0..<(seconds * perSecond)).reduce(0) { count, _ in
                clock.advance(1_000_000_000 / Int64(perSecond))
                return count + (limiter.decide([key], cost: 1).isAllowed ? 1 : 0)
            }
        }
        #expect(passed(seconds: 9, perSecond: 200) == 1800)
        let flood = passed(seconds: 61, perSecond: 600)
        #expect((6100...6500).contains(flood), "\(flood)")
        let steady = passed(seconds: 30, perSecond: 99)
        #expect((2950...2970).contains(steady), "\(steady)")
        clock.advance(milliseconds: 20_000)
        #expect(passed(seconds: 9, perSecond: 200) == 1800)
    }

    @Test("a request that comes when it was told to passes, and one a moment before does not")
    func retryAfter() throws {
        for key in [LimitKey(Self.rate, holder: "a"), LimitKey(Self.hour, holder: "a")] {
            let clock = NanosecondClock()
            let limiter = MemoryLimiter(now: clock.read)
            while limiter.decide([key], cost: 7).isAllowed {}
            let wait = try #require(limiter.decide([key], cost: 7).retryAfter)
            let (seconds, attoseconds) = wait.components
            clock.advance(seconds * 1_000_000_000 + attoseconds / 1_000_000_000 - 1)
            #expect(!limiter.decide([key], cost: 7).isAllowed)
            clock.advance(1)
            #expect(limiter.decide([key], cost: 7).isAllowed)
        }
    }

    @Test("what one limit refuses costs the others nothing, and all that are exceeded are named")
    func together() {
        let clock = NanosecondClock()
        let limiter = MemoryLimiter(now: clock.read)
        let small = LimitKey(LimitPolicy(name: "small", .window(quota: 3, seconds: 60)), holder: "a")
        let other = LimitKey(LimitPolicy(name: "other", .window(quota: 4, seconds: 60)), holder: "a")
        for _ in 0..<3 { #expect(limiter.decide([other, small], cost: 1).isAllowed) }
        for _ in 0..<10 {
            let decision = limiter.decide([other, small], cost: 1)
            #expect(decision.violated == ["small"] && decision.allowances.map(\.remaining) == [1, 0])
        }
        #expect(limiter.decide([other], cost: 1).isAllowed)
        #expect(limiter.decide([small, other], cost: 1).violated == ["small", "other"])
        #expect(limiter.decide([small, other], cost: 0).isAllowed)
        #expect(limiter.decide([small], cost: 4).retryAfter == .seconds(86_400))
    }

    @Test("a flood of countless holders keeps the table small and resets nobody")
    func flood() {
        let clock = NanosecondClock()
        let limiter = MemoryLimiter(mostKeys: 1024, shards: 4, now: clock.read)
        let victim = LimitKey(LimitPolicy(name: "p", .window(quota: 10, seconds: 3600)), holder: "victim")
        for _ in 0..<10 { #expect(limiter.decide([victim], cost: 1).isAllowed) }
        let policy = LimitPolicy(name: "p", .window(quota: 2, seconds: 3600))
        var passed = 0
        for number in 0..<50_000 {
            if number.isMultiple(of: 100) { clock.advance(milliseconds: 300) }
            if limiter.decide([LimitKey(policy, holder: "stranger \(number)")], cost: 1).isAllowed { passed += 1 }
        }
        #expect(limiter.keyCount <= 1024 + 4 * 16)
        // Those who had a place, and twice the shared ones.
        #expect(passed <= 1024 + 2 * 4 * 16)
        #expect(!limiter.decide([victim], cost: 1).isAllowed)
        clock.advance(milliseconds: 3_600_000)
        #expect(limiter.decide([LimitKey(policy, holder: "late")], cost: 1).isAllowed)
    }

    @Test("holders whose allowance is whole are forgotten to make room")
    func forgotten() {
        let clock = NanosecondClock()
        let limiter = MemoryLimiter(mostKeys: 64, shards: 1, now: clock.read)
        for number in 0..<5000 {
            clock.advance(milliseconds: 50)
            #expect(limiter.decide([LimitKey(Self.rate, holder: "\(number)")], cost: 1).isAllowed)
        }
        #expect(limiter.keyCount <= 64 + 16)
    }

    @Test("many at once get no more than one after another would")
    func concurrent() async {
        let clock = NanosecondClock()
        let limiter = MemoryLimiter(now: clock.read)
        let passed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var count = 0
                    for _ in 0..<500 where await limiter.take([LimitKey(Self.hour, holder: "a")], cost: 1).isAllowed {
                        count += 1
                    }
                    return count
                }
            }
            return await group.reduce(0, +)
        }
        #expect(passed == 1000)
    }

    @Test("the fields are as the draft writes them")
    func fields() {
        let clock = NanosecondClock()
        let limiter = MemoryLimiter(now: clock.read)
        let tier = LimitKey(CallerTier.basic.policy, holder: "a")
        let keys = [LimitKey(Self.rate, holder: "a"), tier]
        let first = limiter.decide(keys, cost: 1)
        #expect(first.policyField == #""rate";q=2000;w=10, "basic";q=1000;w=3600"#)
        #expect(first.limitField == #""rate";r=199;t=1, "basic";r=999;t=3600"#)
        #expect(first.retryAfterField == nil)
        for _ in 0..<199 { _ = limiter.decide(keys, cost: 1) }
        let refused = limiter.decide(keys, cost: 1)
        #expect(refused.limitField == #""rate";r=0;t=1, "basic";r=800;t=3600"#)
        #expect(refused.retryAfterField == "1")
    }

    @Test("a request counts for its address, its holder, its tier and its service, as the defaults say")
    func keys() throws {
        let limits = RequestLimits()
        func keys(
            _ principal: Principal, tier: CallerTier? = nil, service: String? = nil,
            for operation: APIOperation = .getJob
        ) -> [String] {
            (limits.addressKeys(principal.address, for: operation)
                + limits.principalKeys(principal, tier: tier, for: operation)
                + (service.map { limits.serviceKeys($0, for: operation) } ?? []))
                .map { "\($0.policy.name) \($0.holder)" }
        }
        let user = Principal(
            .user(Identifier(high: 1, low: 2)), credential: "key:1", address: IPAddress("2001:db8:1:2:3::4"),
            grants: [],
            scopes: nil, at: Timestamp(seconds: 0))
        #expect(
            keys(user, tier: .premium, service: "billing") == [
                "address 2001:db8:1:2::", "user user:00000000-0000-0001-0000-000000000002",
                "premium user:00000000-0000-0001-0000-000000000002", "service billing",
            ])
        #expect(keys(.stranger(from: IPAddress("::ffff:192.0.2.1"))) == ["address 192.0.2.1"])
        #expect(keys(.stranger(from: nil)).isEmpty)
        let stranger = Principal.stranger(from: IPAddress("192.0.2.1"))
        #expect(
            keys(stranger, for: .openapi) == ["open 192.0.2.1"]
                && keys(stranger, for: .health) == keys(stranger, for: .docs))
        #expect(keys(stranger, for: .live).isEmpty && keys(stranger, for: .ready).isEmpty)
        #expect(limits.open?.measure == .rate(1000, burst: 2, seconds: 10))
        // Workers have limits of their own, and none by the hour.
        #expect(
            keys(user, tier: .basic, service: "billing", for: .completeWork) == [
                "work-address 2001:db8:1:2::", "work user:00000000-0000-0001-0000-000000000002", "work-service billing",
            ])
        let work = try #require(limits.work)
        #expect([work.address, work.principal, work.service].map(\.quota.amount) == [20_000, 10_000, 40_000])
        #expect(limits.refusalKeys(user.address, for: .claimWork).map(\.holder) == ["2001:db8:1:2::"])
        #expect(limits.refusalKeys(user.address, for: .getJob).isEmpty)
        let quotas = [limits.address, limits.principal, limits.service].map { $0?.quota.amount }
        #expect(quotas == [2000, 1000, 4000])
        #expect(CallerTier.allCases.map { $0.policy.quota.amount } == [1000, 10_000, 100_000])
    }

    @Test("one tenant's slow requests leave the others their places, and each place comes back once")
    func slots() throws {
        let slots = TenantSlots(most: 2)
        var places = try (0..<2).map { _ in try slots.take("slow") }
        #expect(throws: TenantSlots.Full.self) { try slots.take("slow") }
        var other: TenantSlots.Place? = try slots.take("other")
        #expect(slots.count(of: "slow") == 2 && slots.count(of: "other") == 1)
        places.removeLast()
        #expect(slots.count(of: "slow") == 1)
        places.append(try slots.take("slow"))
        #expect(throws: TenantSlots.Full.self) { try slots.take("slow") }
        withExtendedLifetime(other) {}
        other = nil
        places = []
        #expect(slots.count(of: "slow") == 0 && slots.count(of: "other") == 0)
    }

    @Test("after wrong answers a sign-in is held, longer each time, and a right one ends it")
    func signIn() {
        var user = User(id: Identifier(high: 1, low: 1), name: "rosa", createdAt: Timestamp(seconds: 0))
        var now = Timestamp(seconds: 1_800_000_000)
        var (guesses, waited) = (0, Duration.zero)
        while user.failedSignIns < User.mostFailures {
            if user.maySignIn(at: now) {
                user = user.afterFailure(at: now)
                guesses += 1
            } else {
                let end = user.heldUntil ?? now
                waited = waited + (end - now)
                now = end
            }
        }
        #expect(guesses == 100 && waited > .seconds(7 * 3600))
        #expect(!user.maySignIn(at: .latest))
        #expect(user.afterSuccess().maySignIn(at: now))
        var fresh = User(id: Identifier(high: 1, low: 1), name: "rosa", createdAt: now)
        for _ in 0..<5 { fresh = fresh.afterFailure(at: now) }
        #expect(fresh.maySignIn(at: now) && !fresh.afterFailure(at: now).maySignIn(at: now))
    }
}
