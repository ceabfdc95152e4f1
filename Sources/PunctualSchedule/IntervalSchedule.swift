/// Instants at equal distances: anchor + n · every, n from 0; no clock change touches it.
public struct IntervalSchedule: Sendable, Hashable {
    /// The distance, at least one millisecond.
    public let every: Duration
    /// The first occurrence.
    public let anchor: Timestamp

    /// Fractions of a millisecond are cut off, a distance below one millisecond is read as one, and the anchor is held
    /// within years 1 to 9999.
    public init(every: Duration, anchor: Timestamp) {
        self.every = .milliseconds(max(1, every.wholeMilliseconds))
        self.anchor = min(max(anchor, .earliest), .latest)
    }

    /// The first occurrence strictly after the instant; nil when it would lie past year 9999.
    public func next(after instant: Timestamp) -> Timestamp? {
        if instant < anchor { return anchor }
        let step = every.wholeMilliseconds
        let held = min(instant, .latest)
        // Both lie within years 1 to 9999, so the difference can't overflow; the sum may.
        let passed = held.milliseconds &- anchor.milliseconds
        let (next, overflow) = held.milliseconds.addingReportingOverflow(step &- passed % step)
        return overflow || next > Timestamp.latest.milliseconds ? nil : Timestamp(milliseconds: next)
    }

    /// The last occurrence strictly before the instant; nil when that is the anchor or earlier.
    public func previous(before instant: Timestamp) -> Timestamp? {
        guard instant > anchor else { return nil }
        let step = every.wholeMilliseconds
        let held = min(instant, Timestamp(milliseconds: Timestamp.latest.milliseconds + 1))
        let passed = held.milliseconds &- anchor.milliseconds &- 1
        return Timestamp(milliseconds: anchor.milliseconds &+ passed / step &* step)
    }
}
