/// What a wall time means in a zone: one instant, none, or two.
public enum LocalResolution: Hashable, Sendable {
    /// The wall time happens once.
    case unique(Timestamp)
    /// The clock jumps over the wall time at `transition`; the offsets are seconds east of UTC on either side.
    case gap(before: Int, after: Int, transition: Timestamp)
    /// The clock shows the wall time twice.
    case overlap(first: Timestamp, second: Timestamp)
}
