internal import Dispatch
package import PunctualCore
internal import Synchronization

/// Counts requests in this process.
///
/// Bounded, and a full table resets nobody: only keys whose allowance is whole are forgotten. When there are none, newcomers share a
/// few allowances until there is room, so that a flood from countless addresses hurts newcomers and nobody else.
package final class MemoryLimiter: Limiter {
    private let shards: [Shard]
    private let mostKeys: Int
    private let now: @Sendable () -> Int64

    /// The shared allowances of newcomers, in each shard for each policy.
    static let sharedPerShard = 16

    /// A part of the keys under a lock of its own.
    private final class Shard: Sendable {
        struct State {
            var meters: [LimitKey: LimitMeter] = [:]
            /// When it was last looked for keys to forget.
            var sweptAt = Int64.min
        }
        let state = Mutex(State())
    }

    /// - Parameters:
    ///   - mostKeys: how many keys are known at a time, about a hundred bytes each.
    ///   - now: nanoseconds of a clock that never goes back.
    package init(mostKeys: Int = 262_144, shards: Int = 16, now: @escaping @Sendable () -> Int64 = MemoryLimiter.uptime)
    {
        self.shards = (0..<max(1, shards)).map { _ in Shard() }
        self.mostKeys = max(1, mostKeys / max(1, shards))
        self.now = now
    }

    /// Nanoseconds since the machine was started.
    package static let uptime: @Sendable () -> Int64 = { Int64(DispatchTime.now().uptimeNanoseconds) }

    package func take(_ keys: [LimitKey], cost: Int) async -> LimitDecision { decide(keys, cost: cost) }

    /// How many keys are known now.
    package var keyCount: Int { shards.reduce(0) { $0 + $1.state.withLock { $0.meters.count } } }

    /// `take` without suspension.
    package func decide(_ keys: [LimitKey], cost: Int) -> LimitDecision {
        let (now, cost) = (now(), Int64(max(0, cost)))
        var decision = LimitDecision(allowances: [])
        decision.allowances.reserveCapacity(keys.count)
        var taken = 0
        var longest: Int64 = 0
        for key in keys {
            let measure = key.policy.measure
            // Once one has refused, the others are only looked at, to tell of all that is exceeded at once.
            let (wait, left) = withMeter(of: key, at: now) { meter in
                var probe = meter
                let wait = probe.take(cost, measure, at: now)
                if wait == 0, longest == 0 { meter = probe }
                return (wait, meter.allowance(measure, at: now))
            }
            if wait > 0 {
                if longest == 0 { giveBack(keys.prefix(taken), cost, at: now, &decision) }
                longest = max(longest, wait)
                decision.violated.append(key.policy.name)
            } else if longest == 0 {
                taken += 1
            }
            decision.allowances.append(
                .init(
                    policy: key.policy, remaining: Int(left.remaining),
                    reset: .nanoseconds(wait > 0 && wait < .max ? wait : left.reset)))
        }
        if longest > 0 {
            // What can never be had is told as a day.
            decision.retryAfter = longest == .max ? .seconds(86_400) : .nanoseconds(longest)
        }
        return decision
    }

    private func giveBack(_ keys: ArraySlice<LimitKey>, _ cost: Int64, at now: Int64, _ decision: inout LimitDecision) {
        for (index, key) in keys.enumerated() {
            let left = withMeter(of: key, at: now) { meter in
                meter.giveBack(cost, key.policy.measure)
                return meter.allowance(key.policy.measure, at: now)
            }
            decision.allowances[index].remaining = Int(left.remaining)
            decision.allowances[index].reset = .nanoseconds(left.reset)
        }
    }

    private func withMeter<Value>(of key: LimitKey, at now: Int64, _ body: (inout LimitMeter) -> Value) -> Value {
        let hash = UInt(bitPattern: key.hashValue)
        return shards[Int(hash % UInt(shards.count))].state.withLock { state in
            if let index = state.meters.index(forKey: key) { return body(&state.meters.values[index]) }
            if state.meters.count >= mostKeys { sweep(&state, at: now) }
            var known = key
            if state.meters.count >= mostKeys {
                // No holder is called so: it begins with a NUL.
                let share = hash / UInt(shards.count) % UInt(MemoryLimiter.sharedPerShard)
                known = LimitKey(key.policy, holder: "\0\(share)")
            }
            return body(&state.meters[known, default: LimitMeter(key.policy.measure, at: now)])
        }
    }

    /// Forgets the keys whose allowance is whole, a few times a second at most.
    private func sweep(_ state: inout Shard.State, at now: Int64) {
        guard state.sweptAt <= now - 250_000_000 || state.sweptAt == .min else { return }
        state.sweptAt = now
        state.meters = state.meters.filter { !$0.value.isWhole($0.key.policy.measure, at: now) }
    }
}
