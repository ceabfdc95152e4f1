internal import PunctualAPI

/// How often a call is made again that a server could not take, and after how long.
///
/// Made again is only what may happen twice: calls that change nothing, and those with an `Idempotency-Key`.
public struct RetryPolicy: Sendable, Equatable {
    /// How many times a call is made at most, the first included.
    public var attempts: Int
    /// The wait after the first attempt, in milliseconds; it doubles with each, and about half of it is chance.
    public var initialMilliseconds: Int64
    /// The longest wait that a server may ask for, in milliseconds; for longer ones the caller is told instead.
    public var longestMilliseconds: Int64

    public init(attempts: Int, initialMilliseconds: Int64, longestMilliseconds: Int64) {
        self.attempts = max(1, attempts)
        self.initialMilliseconds = initialMilliseconds
        self.longestMilliseconds = longestMilliseconds
    }

    /// Four attempts, with waits of at most 15 seconds.
    public static let standard = RetryPolicy(attempts: 4, initialMilliseconds: 200, longestMilliseconds: 15_000)
    /// Every call is made once.
    public static let none = RetryPolicy(attempts: 1, initialMilliseconds: 0, longestMilliseconds: 0)

    /// How long to wait before the call is made again, in milliseconds; nil when it is not.
    /// - Parameters:
    ///   - attempt: how many have been made.
    ///   - retryAfter: what the server asked for, in seconds (RFC 9110, section 10.2.3).
    ///   - chance: from 0 up to 1.
    func wait(after attempt: Int, retryAfter: Int64?, chance: Double) -> Int64? {
        guard attempt < attempts else { return nil }
        let step = min(initialMilliseconds << Int64(min(attempt - 1, 16)), longestMilliseconds)
        // All whom one server sent away must not come back at one moment.
        let random = Int64(Double(step) * (0.5 + chance / 2))
        guard let retryAfter else { return random }
        guard retryAfter <= longestMilliseconds / 1000 else { return nil }
        return max(0, retryAfter) * 1000 + random
    }
}

extension ClientAnswer {
    /// Whether the same call may be taken later.
    /// - Parameter isRepeated: whether this answers a call that was made before.
    func invitesRetry(isRepeated: Bool) -> Bool {
        // The first attempt, whose answer was lost, may still be under way.
        status == 429 || status == 503 || isRepeated && problem == .idempotencyInProgress
    }

    /// What `Retry-After` says in seconds; nil when it says nothing, or names an instant.
    var retryAfter: Int64? { header("retry-after").flatMap { Int64($0) } }
}
