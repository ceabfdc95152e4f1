internal import PunctualSchedule

/// What becomes of occurrences that are later than the job's `misfire_threshold` when they are found.
public enum MisfirePolicy: String, Sendable, CaseIterable {
    /// None of them runs.
    case skip
    /// The latest due one runs, for all of them.
    case fireOnce = "fire_once"
    /// Each runs, within `catchup_window` and up to `max_catchup`.
    case fireAll = "fire_all"
}

/// What becomes of an occurrence while an earlier execution of its job has not ended.
public enum OverlapPolicy: String, Sendable, CaseIterable {
    /// It does not run.
    case skip
    /// One waits for the end of the other; further ones do not run.
    case bufferOne = "buffer_one"
    /// They wait in line, up to `bufferLimit`.
    case bufferAll = "buffer_all"
    /// The others are cancelled; it runs as soon as they have stopped.
    case cancelOther = "cancel_other"
    /// It runs beside them.
    case allowAll = "allow_all"

    /// How many executions of one job may wait in `buffered`.
    public static let bufferLimit = 1000
}

/// How often, and after which pauses, a failed attempt is tried again.
public struct RetryPolicy: Hashable, Sendable {
    /// Attempts in all, the first included; 0 = no limit.
    public var maximumAttempts: Int
    /// The pause after the first failure.
    public var initialInterval: Duration
    /// What each further pause is multiplied by, ≥ 1.
    public var backoffCoefficient: Double
    /// The longest pause.
    public var maximumInterval: Duration
    /// The share of the pause that is drawn at random, 0 to 1: 0.1 means 90 % to 110 % of it.
    public var jitter: Double

    public init(
        maximumAttempts: Int = 3, initialInterval: Duration = .seconds(1), backoffCoefficient: Double = 2,
        maximumInterval: Duration = .seconds(100), jitter: Double = 0.1
    ) {
        self.maximumAttempts = maximumAttempts
        self.initialInterval = initialInterval
        self.backoffCoefficient = backoffCoefficient
        self.maximumInterval = maximumInterval
        self.jitter = jitter
    }

    /// The pause after the attempt of that number (from 1) failed.
    /// - Parameter random: the caller's draw, 0 to 1.
    public func pause(afterAttempt attempt: Int, random: Double) -> Duration {
        var milliseconds = Double(initialInterval.wholeMilliseconds)
        let longest = Double(maximumInterval.wholeMilliseconds)
        // A product past the longest pause stays there; the loop ends early, so 1,000 attempts cost nothing.
        for _ in 1..<max(attempt, 1) where milliseconds < longest && backoffCoefficient > 1 {
            milliseconds *= backoffCoefficient
        }
        milliseconds = min(milliseconds, longest)
        milliseconds *= 1 + jitter * (2 * random - 1)
        return .milliseconds(Int64(max(0, milliseconds.rounded())))
    }
}
