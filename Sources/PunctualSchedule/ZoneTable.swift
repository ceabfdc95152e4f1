/// A stretch of time with one offset; all instants in seconds since the epoch.
struct ZoneSegment {
    /// The first second of the stretch; `Int64.min / 2` when it has no beginning.
    var from: Int64
    /// The first second after the stretch; `Int64.max / 2` when it has no end.
    var until: Int64
    /// Seconds east of UTC.
    var offset: Int
    /// The offset just before `from`; equal to `offset` when the stretch has no beginning.
    var previousOffset: Int
    /// The offset from `until` on; equal to `offset` when the stretch has no end.
    var nextOffset: Int
}

/// The sorted offset changes of a zone, with an index that finds the stretch of an instant in constant time.
///
/// A class, so that copies of the rules cost one reference; it never changes after its init.
final class ZoneTable: Sendable {
    struct Transition: Sendable {
        /// Seconds since the epoch.
        var at: Int64
        /// Seconds east of UTC from then on.
        var offset: Int
    }

    /// No offset is further from UTC than this (RFC 9636 asks for less than 26 hours).
    static let widestOffset: Int64 = 26 * 3600
    /// The years up to which the footer's rule is written out; later ones are computed when asked for.
    private static let lastTabledYear = 2100
    /// One entry of the index covers 2^24 seconds, about half a year: rarely more than one transition.
    private static let indexShift: Int64 = 24

    /// Stretches in order; the first has no beginning, and where no footer follows the last has no end.
    private let segments: [ZoneSegment]
    /// For each 2^24 seconds from `indexStart`, the stretch that holds their first second.
    private let index: [UInt16]
    private let indexStart: Int64
    /// From this second on the footer decides; `Int64.max` when there is none.
    private let footerFrom: Int64
    private let footer: PosixZoneRule?

    /// - Parameters:
    ///   - initialOffset: valid before the first transition.
    ///   - transitions: strictly ascending, at most 60,000.
    ///   - footer: the rule for all time after the last transition; nil when the last offset stays.
    init(initialOffset: Int, transitions: [Transition], footer: PosixZoneRule?) {
        var all = transitions
        var footerFrom = Int64.max
        if let footer {
            let last = transitions.last?.at
            let firstYear = last.map { LocalDateTime(secondsSinceEpoch: $0).year } ?? 1900
            if footer.daylight == nil, let last {
                // Some files end in a transition to an offset that the footer then repeats; it must hold in any case.
                all.append(Transition(at: last + 1, offset: footer.standardOffset))
            } else if firstYear <= ZoneTable.lastTabledYear {
                for year in (firstYear - 1)...ZoneTable.lastTabledYear {
                    all += footer.transitions(in: year).filter { last == nil || $0.at > last! }
                }
            }
            if footer.daylight != nil { footerFrom = max(all.last?.at ?? .min, last ?? .min) }
        }
        var segments = [
            ZoneSegment(
                from: .min / 2, until: .max / 2, offset: initialOffset, previousOffset: initialOffset,
                nextOffset: initialOffset)
        ]
        for transition in all where transition.offset != segments[segments.count - 1].offset {
            let previous = segments.count - 1
            segments[previous].until = transition.at
            segments[previous].nextOffset = transition.offset
            segments.append(
                ZoneSegment(
                    from: transition.at, until: .max / 2, offset: transition.offset,
                    previousOffset: segments[previous].offset, nextOffset: transition.offset))
        }
        self.segments = segments
        self.footer = footer?.daylight == nil ? nil : footer
        self.footerFrom = footer?.daylight == nil ? .max : footerFrom

        // The index reaches from the first to the last transition; both lie within years 1 to 9999.
        let start = segments.count > 1 ? segments[1].from : 0
        let end = segments.count > 1 ? segments[segments.count - 1].from : 0
        var index: [UInt16] = []
        var position = 0
        var second = start
        while second <= end {
            while position + 1 < segments.count, segments[position + 1].from <= second { position += 1 }
            index.append(UInt16(truncatingIfNeeded: position))
            second += 1 << ZoneTable.indexShift
        }
        self.index = index
        self.indexStart = start
    }

    /// The stretch that holds the second.
    func segment(at second: Int64) -> ZoneSegment {
        if second >= footerFrom, let footer { return footer.segment(at: second) }
        let distance = second - indexStart
        if distance < 0 { return segments[0] }
        let slot = Int(distance >> ZoneTable.indexShift)
        guard slot < index.count else { return segments[segments.count - 1] }
        var position = Int(index[slot])
        while second >= segments[position].until { position += 1 }
        return segments[position]
    }
}
