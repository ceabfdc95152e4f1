/// A recurrence rule with its start and zone: the instants at which it is due (RFC 5545).
///
/// The start is the first occurrence only when the rule names it. The rule runs on the wall clock: a time that the clock
/// jumps over is read with the offset before the jump, one that it shows twice is its first showing (3.3.5). Answers
/// reach to year 9999; there are none before the start except `RDATE`s.
public struct RecurrenceSchedule: Sendable, Hashable {
    /// The occurrences of one `RRULE` line, and the instant up to which it holds.
    private struct Line: Sendable, Hashable {
        let series: RecurrenceSeries
        let until: Timestamp
    }

    public let rule: RecurrenceRule
    public let start: LocalDateTime
    public let zone: ZoneRules
    private let lines: [Line]
    /// Ascending, each once.
    private let additions: [Timestamp]
    private let exclusions: Set<Timestamp>

    /// - Throws: `RecurrenceError` when a rule could never fire from this start on, when exclusions leave nothing, and for
    ///   a `TZID` that is not the schedule's zone.
    public init(rule: RecurrenceRule, start: LocalDateTime, zone: ZoneRules) throws(RecurrenceError) {
        self.rule = rule
        self.start = start
        self.zone = zone
        var lines: [Line] = []
        for pattern in rule.patterns {
            let line = Line(
                series: RecurrenceSeries(pattern, start: start), until: pattern.until?.instant(in: zone) ?? .latest)
            lines.append(line)
            if zone.next(of: line.series, from: Timestamp.earliest.seconds).map({ $0 > line.until.seconds }) ?? true {
                throw RecurrenceError(
                    "the rule never fires from \(start) on", line: pattern.line, column: 1, in: rule.text)
            }
        }
        self.lines = lines
        additions = Set(try RecurrenceSchedule.instants(rule.additions, zone: zone, text: rule.text)).sorted()
        exclusions = Set(try RecurrenceSchedule.instants(rule.exclusions, zone: zone, text: rule.text))
        if next(from: .earliest) == nil {
            throw RecurrenceError("EXDATE leaves no occurrence of the rule", line: 1, column: 1, in: rule.text)
        }
    }

    private static func instants(
        _ dates: [RecurrenceRule.Date], zone: ZoneRules, text: String
    ) throws(RecurrenceError) -> [Timestamp] {
        var result: [Timestamp] = []
        for date in dates {
            if let name = date.zone, name != zone.name {
                throw RecurrenceError(
                    "the zone of a date must be that of the schedule, \(zone.name): convert the date or write it in UTC",
                    line: date.line, column: date.column, in: text)
            }
            result.append(min(max(date.moment.instant(in: zone), .earliest), .latest))
        }
        return result
    }

    /// The first occurrence strictly after the instant; nil when there is none up to year 9999.
    public func next(after instant: Timestamp) -> Timestamp? {
        guard instant < .latest else { return nil }
        return next(from: Timestamp(seconds: max(instant.seconds, Timestamp.earliest.seconds - 1) + 1))
    }

    /// The last occurrence strictly before the instant; nil when there is none.
    public func previous(before instant: Timestamp) -> Timestamp? {
        guard instant > .earliest else { return nil }
        var second = Timestamp(milliseconds: min(instant, .latest).milliseconds - 1).seconds
        while true {
            var best = Int64.min
            for line in lines {
                let found = zone.previous(of: line.series, upTo: min(second, line.until.seconds))
                best = max(best, found ?? .min)
            }
            if let added = additions.last(where: { $0.seconds <= second }) { best = max(best, added.seconds) }
            guard best >= Timestamp.earliest.seconds else { return nil }
            guard exclusions.contains(Timestamp(seconds: best)) else { return Timestamp(seconds: best) }
            second = best - 1
        }
    }

    /// The first occurrence from the whole second on. Each turn of the loop uses up one exclusion.
    private func next(from instant: Timestamp) -> Timestamp? {
        var second = instant.seconds
        while true {
            var best = Int64.max
            for line in lines where second <= line.until.seconds {
                if let found = zone.next(of: line.series, from: second), found <= line.until.seconds {
                    best = min(best, found)
                }
            }
            if let added = additions.first(where: { $0.seconds >= second }) { best = min(best, added.seconds) }
            guard best <= Timestamp.latest.seconds else { return nil }
            guard exclusions.contains(Timestamp(seconds: best)) else { return Timestamp(seconds: best) }
            second = best + 1
        }
    }

    /// Whether a rule or an added date names the wall time, whatever the clock does then.
    func names(_ wall: Int64) -> Bool {
        lines.contains { $0.series.next(from: wall) == wall }
    }
}

// From wall times to instants: RFC 5545, 3.3.5.
extension ZoneRules {
    /// Offsets differ by less than 52 hours, so a wall time is never further than this from where another offset puts it.
    private static let widestShift: Int64 = 3 * 86_400

    /// The first instant of the series from the second on.
    ///
    /// Goes from one stretch of equal offset to the next. Within one, instants are wall times less the offset; those that
    /// the stretch before has shown already are left out, those that the clock jumped over come with the offset before.
    fileprivate func next(of series: RecurrenceSeries, from start: Int64) -> Int64? {
        var second = start
        while second <= Timestamp.latest.seconds {
            let segment = table.segment(at: second)
            let offset = Int64(segment.offset)
            let before = Int64(segment.previousOffset)
            let low = max(second + offset, before > offset ? segment.from + before : .min)
            let match = series.next(from: low)
            var found = match < segment.until + offset ? match - offset : Int64.max
            if before < offset, second - segment.from < offset - before {
                let swallowed = series.next(from: second + before)
                if swallowed < segment.from + offset, swallowed - before < segment.until {
                    found = min(found, swallowed - before)
                }
            }
            if found != .max { return found <= Timestamp.latest.seconds ? found : nil }
            // Near an overlap the next stretch shows wall times again that lie before `low`: look there first.
            if low > segment.until + min(offset, Int64(segment.nextOffset)) {
                second = segment.until
            } else {
                if match == RecurrenceSeries.never { return nil }
                second = max(segment.until, match - offset - ZoneRules.widestShift)
            }
        }
        return nil
    }

    /// The last instant of the series up to the second; the mirror of `next`.
    fileprivate func previous(of series: RecurrenceSeries, upTo start: Int64) -> Int64? {
        var second = start
        while second >= Timestamp.earliest.seconds {
            let segment = table.segment(at: second)
            let offset = Int64(segment.offset)
            let before = Int64(segment.previousOffset)
            let low = segment.from + max(offset, before)
            let high = second + offset
            let match = series.previous(from: high)
            var found = match >= (before > offset ? low : segment.from + offset) ? match - offset : Int64.min
            if before < offset {
                let swallowed = series.previous(from: min(second + before, segment.from + offset - 1))
                if swallowed >= segment.from + before { found = max(found, swallowed - before) }
            }
            if found != .min { return found >= Timestamp.earliest.seconds ? found : nil }
            // Near an overlap the stretch before showed wall times that lie past `high`: look there first.
            if high < low {
                second = segment.from - 1
            } else {
                if match == RecurrenceSeries.neverBefore { return nil }
                second = min(segment.from - 1, match - offset + ZoneRules.widestShift)
            }
        }
        return nil
    }
}
