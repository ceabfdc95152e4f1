/// What a schedule at a fixed time of day does when the clocks change.
///
/// Cron expressions whose second, minute or hour is `*`, a range or a step ignore it: they follow the wall clock, so a
/// gap takes nothing from them but the times it swallows, and they run through both sides of an overlap.
public struct DSTPolicy: Sendable, Hashable {
    /// For a wall time that the clock jumps over.
    public enum Gap: String, Sendable, Hashable, CaseIterable {
        /// Once, at the first instant after the gap, however many times fell into it.
        case nextValid = "next_valid"
        /// Not at all.
        case skip
        /// As much later as the clock jumped: 02:30 becomes 03:30.
        case shift
    }

    /// For a wall time that the clock shows twice.
    public enum Overlap: String, Sendable, Hashable, CaseIterable {
        case first
        case last
        case both
    }

    public var gap: Gap
    public var overlap: Overlap

    /// Once in either case: right after the gap, at the first of two.
    public init(gap: Gap = .nextValid, overlap: Overlap = .first) {
        self.gap = gap
        self.overlap = overlap
    }
}
