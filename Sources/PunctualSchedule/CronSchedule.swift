/// A cron expression in a zone: the instants at which it is due.
///
/// Answers reach from year 1 to year 9999; outside there are no occurrences.
public struct CronSchedule: Sendable, Hashable {
    public let expression: CronExpression
    public let zone: ZoneRules
    public let dst: DSTPolicy

    /// - Throws: `CronError` when the schedule could never fire, for instance because its only time falls into a gap
    ///   that `dst` skips.
    public init(expression: CronExpression, zone: ZoneRules, dst: DSTPolicy = .init()) throws(CronError) {
        self.expression = expression
        self.zone = zone
        self.dst = dst
        if next(from: Timestamp.earliest.seconds) == nil {
            throw CronError(
                "the expression never fires in \(zone.name) with these DST policies", column: 1, in: expression.text)
        }
    }

    /// The first occurrence strictly after the instant; nil when there is none up to year 9999.
    public func next(after instant: Timestamp) -> Timestamp? {
        let start = max(instant.seconds, Timestamp.earliest.seconds &- 1)
        guard start < Timestamp.latest.seconds, let found = next(from: start &+ 1) else { return nil }
        return Timestamp(seconds: found)
    }

    /// The last occurrence strictly before the instant; nil when there is none from year 1 on.
    public func previous(before instant: Timestamp) -> Timestamp? {
        guard instant > .earliest else { return nil }
        let held = min(instant, .latest)
        guard let found = previous(from: Timestamp(milliseconds: held.milliseconds &- 1).seconds) else { return nil }
        return Timestamp(seconds: found)
    }

    /// Offsets differ by less than 52 hours, so a wall time is never further than this from where another offset puts it.
    private static let widestShift: Int64 = 3 * 86_400

    /// The first occurrence from the second on.
    ///
    /// Goes from one stretch of equal offset to the next. Within one, instants are wall times less the offset; what the
    /// change at its beginning or end skips or repeats is added or left out as the policy says.
    private func next(from start: Int64) -> Int64? {
        let fields = expression.fields
        var second = start
        while second <= Timestamp.latest.seconds {
            let segment = zone.table.segment(at: second)
            let offset = Int64(segment.offset)
            var low = second &+ offset
            var high = segment.until &+ offset
            var found = Int64.max
            if !fields.isInterval {
                let before = Int64(segment.previousOffset)
                if before > offset {
                    if dst.overlap == .first { low = max(low, segment.from &+ before) }
                } else if before < offset {
                    switch dst.gap {
                    case .skip: break
                    case .nextValid:
                        if second == segment.from, fields.next(from: second &+ before) < low { return second }
                    case .shift:
                        if second &- segment.from < offset &- before {
                            let match = fields.next(from: second &+ before)
                            if match < segment.from &+ offset, match &- before < segment.until {
                                found = match &- before
                            }
                        }
                    }
                }
                if dst.overlap == .last, segment.nextOffset < segment.offset {
                    high = segment.until &+ Int64(segment.nextOffset)
                }
            }
            let match = fields.next(from: low)
            if match < high { found = min(found, match &- offset) }
            if found != .max { return found <= Timestamp.latest.seconds ? found : nil }
            // Near an overlap the next stretch shows wall times again that lie before `low`: look there first.
            if low > segment.until &+ min(offset, Int64(segment.nextOffset)) {
                second = segment.until
            } else {
                if match == CronFields.never { return nil }
                second = max(segment.until, match &- offset &- CronSchedule.widestShift)
            }
        }
        return nil
    }

    /// The last occurrence up to the second; the mirror of `next(from:)`.
    private func previous(from start: Int64) -> Int64? {
        let fields = expression.fields
        var second = start
        while second >= Timestamp.earliest.seconds {
            let segment = zone.table.segment(at: second)
            let offset = Int64(segment.offset)
            let before = Int64(segment.previousOffset)
            var low = segment.from &+ offset
            var high = second &+ offset
            if !fields.isInterval {
                if before > offset, dst.overlap == .first { low = segment.from &+ before }
                if dst.overlap == .last, segment.nextOffset < segment.offset {
                    high = min(high, segment.until &+ Int64(segment.nextOffset) &- 1)
                }
            }
            let match = fields.previous(from: high)
            var found = match >= low ? match &- offset : Int64.min
            if !fields.isInterval, before < offset {
                switch dst.gap {
                case .skip: break
                case .nextValid:
                    if found == .min, fields.next(from: segment.from &+ before) < segment.from &+ offset {
                        found = segment.from
                    }
                case .shift:
                    let swallowed = fields.previous(from: min(second &+ before, segment.from &+ offset &- 1))
                    if swallowed >= segment.from &+ before { found = max(found, swallowed &- before) }
                }
            }
            if found != .min { return found >= Timestamp.earliest.seconds ? found : nil }
            // Near an overlap the stretch before showed wall times that lie past `high`: look there first.
            if high < segment.from &+ max(offset, before) {
                second = segment.from &- 1
            } else {
                if match == CronFields.neverBefore { return nil }
                second = min(segment.from &- 1, match &- offset &+ CronSchedule.widestShift)
            }
        }
        return nil
    }
}
