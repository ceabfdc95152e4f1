internal import PunctualCore

/// What is kept of one key: two numbers, whatever the policy. Nanoseconds of a clock that never goes back.
struct LimitMeter {
    /// Of a rate: when the allowance is whole again if nothing more is taken. Of a window: when it began.
    private var first: Int64
    /// Of a rate: the same for the peak. Of a window: what was taken.
    private var second: Int64

    /// One that nothing was taken of.
    init(_ measure: LimitPolicy.Measure, at now: Int64) {
        (first, second) = if case .window = measure { (now, 0) } else { (0, 0) }
    }

    /// Whether forgetting it changes nothing.
    func isWhole(_ measure: LimitPolicy.Measure, at now: Int64) -> Bool {
        switch measure {
        case .rate: first <= now && second <= now
        case .window(_, let seconds): second == 0 || first + Int64(seconds) * 1_000_000_000 <= now
        }
    }

    /// Takes `cost`, or nothing.
    /// - Returns: how long until so much could be taken; 0 when it was, `.max` when it never can.
    mutating func take(_ cost: Int64, _ measure: LimitPolicy.Measure, at now: Int64) -> Int64 {
        switch measure {
        case .rate(let rate, let burst, let seconds):
            let (long, peak) = LimitMeter.buckets(rate, burst, seconds)
            let wait = max(long.wait(first, for: cost, at: now), peak.wait(second, for: cost, at: now))
            if wait == 0 {
                first = long.taking(cost, from: first, at: now)
                second = peak.taking(cost, from: second, at: now)
            }
            return wait
        case .window(let quota, let seconds):
            let length = Int64(seconds) * 1_000_000_000
            if second == 0 || first + length <= now { (first, second) = (now, 0) }
            if cost > quota { return .max }
            if second + cost > quota { return first + length - now }
            second += cost
            return 0
        }
    }

    /// Gives back what was taken at this very instant.
    mutating func giveBack(_ cost: Int64, _ measure: LimitPolicy.Measure) {
        switch measure {
        case .rate(let rate, let burst, let seconds):
            let (long, peak) = LimitMeter.buckets(rate, burst, seconds)
            first -= cost * long.interval
            second -= cost * peak.interval
        case .window: second = max(0, second - cost)
        }
    }

    /// What may be taken at once, and how long until all of it may.
    func allowance(_ measure: LimitPolicy.Measure, at now: Int64) -> (remaining: Int64, reset: Int64) {
        switch measure {
        case .rate(let rate, let burst, let seconds):
            let (long, peak) = LimitMeter.buckets(rate, burst, seconds)
            return (
                min(long.remaining(first, at: now), peak.remaining(second, at: now)), max(0, max(first, second) - now)
            )
        case .window(let quota, let seconds):
            let end = first + Int64(seconds) * 1_000_000_000
            if second == 0 || end <= now { return (Int64(quota), 0) }
            return (Int64(quota) - second, end - now)
        }
    }

    /// The bucket of the long run and that of one second at the peak.
    private static func buckets(_ rate: Int, _ burst: Int, _ seconds: Int) -> (long: Bucket, peak: Bucket) {
        (
            Bucket(rate: rate, capacity: max(rate, rate * (burst - 1) * seconds)),
            Bucket(rate: rate * burst, capacity: rate * burst)
        )
    }
}

/// A token bucket as the generic cell rate algorithm (ITU-T I.371): its state is the instant when it is full again.
private struct Bucket {
    /// Nanoseconds for one token to come back.
    let interval: Int64
    /// Nanoseconds for all of them.
    let depth: Int64

    init(rate: Int, capacity: Int) {
        interval = max(1, 1_000_000_000 / Int64(rate))
        depth = interval * Int64(capacity)
    }

    func wait(_ full: Int64, for cost: Int64, at now: Int64) -> Int64 {
        if cost * interval > depth { return .max }
        return max(0, max(full, now) + cost * interval - depth - now)
    }

    func taking(_ cost: Int64, from full: Int64, at now: Int64) -> Int64 { max(full, now) + cost * interval }

    func remaining(_ full: Int64, at now: Int64) -> Int64 { max(0, (depth - max(0, full - now)) / interval) }
}
