public import PunctualCore
public import PunctualSchedule
internal import Synchronization

/// A time of day that moves only when a test says so.
public final class ManualClock: WallClock {
    private let instant: Mutex<Timestamp>

    /// - Parameter start: the first instant, 2026-01-01T00:00:00Z unless told.
    public init(_ start: Timestamp = ManualClock.start) { instant = Mutex(start) }

    /// 2026-01-01T00:00:00Z.
    public static let start = Timestamp(milliseconds: 1_767_225_600_000)

    public func now() -> Timestamp { instant.withLock { $0 } }

    /// Moves the time on; a negative duration moves it back.
    public func advance(by duration: Duration) { instant.withLock { $0 = $0 + duration } }

    /// Sets the time.
    public func set(_ now: Timestamp) { instant.withLock { $0 = now } }
}
