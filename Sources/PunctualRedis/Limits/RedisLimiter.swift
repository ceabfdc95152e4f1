package import PunctualCore
internal import Synchronization

/// Counts requests for all nodes together: one script, one round trip, by the server's clock.
///
/// When Redis is away or slow, each node counts for itself with `fallback`, and Redis is left alone for a moment: a
/// request waits at most `patience`, and is never without limits.
///
/// In a cluster all keys of one holder are in one slot, and a call asks for keys of one holder as a rule; when there
/// are several, they are taken holder by holder, and given back when a later one refuses, as the limiter in memory
/// does: for that moment others may find less than there is, never more.
package final class RedisLimiter: Limiter {
    private let redis: Redis
    private let fallback: any Limiter
    private let prefix: String
    private let patience: Duration
    private let breaker: Breaker
    private let decided: @Sendable (_ isShared: Bool) -> Void
    private let counted = Atomic(0)
    private let countedAlone = Atomic(0)

    /// - Parameters:
    ///   - fallback: counts while Redis cannot; `MemoryLimiter`.
    ///   - prefix: before the names of all keys.
    ///   - patience: the longest that a request waits for Redis.
    ///   - decided: told of each call whether Redis has decided it, or this node alone.
    package init(
        _ redis: Redis, fallback: any Limiter, prefix: String = "punctual", patience: Duration = .milliseconds(50),
        pause: Duration = .milliseconds(500), decided: @escaping @Sendable (_ isShared: Bool) -> Void = { _ in }
    ) {
        self.redis = redis
        self.fallback = fallback
        self.prefix = prefix
        self.patience = patience
        breaker = Breaker(pause: pause)
        self.decided = decided
    }

    /// How many calls Redis has decided, and how many this node alone.
    package var counts: (shared: Int, alone: Int) {
        (counted.load(ordering: .relaxed), countedAlone.load(ordering: .relaxed))
    }

    package func take(_ keys: [LimitKey], cost: Int) async -> LimitDecision {
        if keys.isEmpty { return LimitDecision(allowances: []) }
        guard breaker.lets else { return await alone(keys, cost) }
        do throws(RedisError) {
            let decision = try await shared(keys, max(0, cost))
            breaker.went(well: true)
            counted.add(1, ordering: .relaxed)
            decided(true)
            return decision
        } catch {
            breaker.went(well: false)
            return await alone(keys, cost)
        }
    }

    private func alone(_ keys: [LimitKey], _ cost: Int) async -> LimitDecision {
        countedAlone.add(1, ordering: .relaxed)
        decided(false)
        return await fallback.take(keys, cost: cost)
    }

    private func shared(_ keys: [LimitKey], _ cost: Int) async throws(RedisError) -> LimitDecision {
        let began = ContinuousClock.now
        var decision = LimitDecision(allowances: [])
        var longest: Duration?
        var taken: [[LimitKey]] = []
        for group in groups(of: keys) {
            let isOnlyLooked = longest != nil
            let left = patience - began.duration(to: .now)
            guard left > .zero else { throw RedisError(.late, "counting took too long") }
            let answer = try await run(group, cost, isGivenBack: false, within: left)
            guard let rows = answer.items, rows.count == group.count else { throw answer.unexpected("EVALSHA") }
            var isRefused = false
            for (key, row) in zip(group, rows) {
                guard let numbers = row.items, numbers.count == 3, let wait = numbers[0].int,
                    let remaining = numbers[1].int,
                    let reset = numbers[2].int
                else { throw answer.unexpected("EVALSHA") }
                if wait != 0 {
                    isRefused = true
                    decision.violated.append(key.policy.name)
                    // What can never be had is told as a day.
                    let time = wait < 0 ? Duration.seconds(86_400) : .microseconds(wait)
                    longest = max(longest ?? .zero, time)
                }
                decision.allowances.append(
                    .init(
                        policy: key.policy, remaining: Int(remaining),
                        reset: wait > 0 ? .microseconds(wait) : .microseconds(reset)))
            }
            if !isRefused { taken.append(group) }
            if isRefused || isOnlyLooked {
                // Nothing is kept of what was taken so far, and what comes is taken only to look.
                for group in taken { _ = try await run(group, cost, isGivenBack: true, within: patience) }
                taken = []
            }
        }
        decision.retryAfter = longest
        return decision
    }

    private func run(
        _ keys: [LimitKey], _ cost: Int, isGivenBack: Bool, within limit: Duration
    )
        async throws(RedisError) -> RedisValue
    {
        var words: [RedisCommand.Argument] = [.integer(cost), isGivenBack ? "1" : "0"]
        for key in keys { words += RedisLimiter.words(key.policy.measure) }
        return try await redis.run(LimitScript.take, keys: keys.map(name), words, within: limit)
    }

    private func groups(of keys: [LimitKey]) -> [[LimitKey]] {
        guard redis.isCluster else { return [keys] }
        var groups: [[LimitKey]] = []
        for key in keys {
            if groups.last?.last?.holder == key.holder {
                groups[groups.count - 1].append(key)
            } else {
                groups.append([key])
            }
        }
        return groups
    }

    /// The holder is what decides the slot.
    private func name(_ key: LimitKey) -> String {
        var holder = key.holder
        if holder.isEmpty || holder.utf8.count > 128 || holder.contains(where: { $0 == "{" || $0 == "}" }) {
            holder = SHA1.hex(of: Array(holder.utf8))
        }
        return "\(prefix):limit:{\(holder)}:\(key.policy.name)"
    }

    /// The five words of a policy, whose numbers are those of `LimitMeter`.
    private static func words(_ measure: LimitPolicy.Measure) -> [RedisCommand.Argument] {
        switch measure {
        case .rate(let rate, let burst, let seconds):
            [
                "r", .text(microseconds(rate)), .integer(max(rate, rate * (burst - 1) * seconds)),
                .text(microseconds(rate * burst)), .integer(rate * burst),
            ]
        case .window(let quota, let seconds):
            ["w", .integer(quota), .integer(seconds * 1_000_000), 0, 0]
        }
    }

    /// For one token, in whole nanoseconds.
    private static func microseconds(_ rate: Int) -> String {
        "\(Double(max(1, 1_000_000_000 / max(1, rate))) / 1000)"
    }
}
