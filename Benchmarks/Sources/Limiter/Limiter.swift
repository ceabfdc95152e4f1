import PunctualAccess
import PunctualCore
import PunctualSchedule

/// What a request costs that is counted against five limits, with few and with many callers known.
@main
enum Limiter {
    static func main() async {
        // Off the main thread, as requests are: from there each call would change threads, and nothing else be measured.
        await Task.detached { await measure() }.value
    }

    private static func measure() async {
        for callers in [1000, 100_000] {
            let limiter = MemoryLimiter()
            // Wide enough that each passes, which costs most.
            var limits = RequestLimits()
            limits.address = LimitPolicy(name: "address", .rate(1_000_000, burst: 2, seconds: 10))
            limits.principal = LimitPolicy(name: "user", .rate(1_000_000, burst: 2, seconds: 10))
            limits.service = LimitPolicy(name: "service", .rate(1_000_000, burst: 2, seconds: 10))
            limits.signIn = LimitPolicy(name: "sign-in", .window(quota: 1_000_000, seconds: 60))
            let principals = (0..<callers).map(principal)
            // Every caller is known before the clock starts.
            for caller in principals { await pass(caller, limits, limiter) }
            let rounds = 1_000_000
            var (allowed, place) = (0, 0)
            let began = ContinuousClock.now
            for _ in 0..<rounds {
                // A step that visits all of them, none near the one before.
                place = (place + 61_803) % callers
                if await pass(principals[place], limits, limiter) { allowed += 1 }
            }
            let (seconds, attoseconds) = began.duration(to: .now).components
            let microseconds = (Double(seconds) * 1e6 + Double(attoseconds) / 1e12) / Double(rounds)
            print("limiter_microseconds_\(callers) \(microseconds)")
            precondition(allowed == rounds, "a refusal is another measurement")
        }
    }

    /// One of ten callers behind each address.
    private static func principal(_ number: Int) -> Principal {
        let id = Identifier(high: 1, low: UInt64(number))
        let behind = number / 10
        let address = IPAddress("10.\(behind >> 16 & 255).\(behind >> 8 & 255).\(behind & 255)")
        return Principal(
            .serviceAccount(id), credential: "key:\(id)", address: address, grants: [], scopes: nil,
            at: Timestamp(seconds: 0))
    }

    /// As the doorkeeper asks: for the address, with its sign-ins, then for who it is and his hour, then for the service.
    @discardableResult
    private static func pass(_ caller: Principal, _ limits: RequestLimits, _ limiter: MemoryLimiter) async -> Bool {
        let keys = [
            limits.addressKeys(caller.address, for: .signIn),
            limits.principalKeys(caller, tier: .premium, for: .getJob), limits.serviceKeys("billing", for: .getJob),
        ]
        var isAllowed = true
        for keys in keys {
            let decision = await limiter.take(keys, cost: 1)
            isAllowed = decision.isAllowed && isAllowed
        }
        return isAllowed
    }
}
