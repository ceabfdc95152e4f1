/// The footer of a TZif file: a POSIX TZ string as RFC 9636 extends it (`CET-1CEST,M3.5.0,M10.5.0/3`).
struct PosixZoneRule: Sendable, Hashable {
    /// A day of the year and a time on it, by the clock that is valid just before the change.
    struct Change: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// `Jn`: 1 to 365, never counting 29 February.
            case julian(Int)
            /// `n`: 0 to 365, counting 29 February.
            case zeroBased(Int)
            /// `Mm.w.d`: month 1 to 12, week 1 to 5 (5 is the last), weekday 0 (Sunday) to 6.
            case weekday(month: Int, week: Int, weekday: Int)
        }

        var day: Day
        /// Seconds after midnight, -167 to 167 hours.
        var time: Int

        /// Seconds from the epoch to the change, both read on the local clock.
        func wallSeconds(in year: Int) -> Int64 {
            let number: Int
            switch day {
            case .julian(let day):
                let leapShift = LocalDateTime.isLeap(year) && day > 59 ? 1 : 0
                number = LocalDateTime.dayNumber(year: year, month: 1, day: 1) + day - 1 + leapShift
            case .zeroBased(let day):
                number = LocalDateTime.dayNumber(year: year, month: 1, day: 1) + day
            case .weekday(let month, let week, let weekday):
                let first = LocalDateTime.dayNumber(year: year, month: month, day: 1)
                var date = 1 + (weekday - LocalDateTime.weekday(ofDay: first) + 7) % 7 + (week - 1) * 7
                if date > LocalDateTime.daysInMonth(month, year: year) { date -= 7 }
                number = first + date - 1
            }
            return Int64(number) * 86_400 + Int64(time)
        }
    }

    struct Daylight: Sendable, Hashable {
        /// Seconds east of UTC.
        var offset: Int
        var start: Change
        var end: Change
    }

    /// Seconds east of UTC.
    var standardOffset: Int
    /// nil when the zone keeps one offset.
    var daylight: Daylight?

    /// The year's changes in order; empty without daylight time.
    ///
    /// Where one year's end meets the next one's start (daylight time all year), the start comes last and wins.
    func transitions(in year: Int) -> [ZoneTable.Transition] {
        guard let daylight else { return [] }
        let start = daylight.start.wallSeconds(in: year) - Int64(standardOffset)
        let end = daylight.end.wallSeconds(in: year) - Int64(daylight.offset)
        let on = ZoneTable.Transition(at: start, offset: daylight.offset)
        let off = ZoneTable.Transition(at: end, offset: standardOffset)
        return start < end ? [on, off] : [off, on]
    }

    /// The stretch that holds the second, when this rule holds for all time.
    func segment(at second: Int64) -> ZoneSegment {
        let year = LocalDateTime(secondsSinceEpoch: second + Int64(standardOffset)).year
        // Two years on either side: a change may stand a week outside its year, and the neighbours' offsets are told.
        var segment = ZoneSegment(
            from: .min / 2, until: .max / 2, offset: standardOffset, previousOffset: standardOffset,
            nextOffset: standardOffset)
        for near in (year - 2)...(year + 2) {
            for transition in transitions(in: near) where transition.offset != segment.nextOffset {
                if transition.at <= second {
                    segment.previousOffset = segment.offset
                    segment.from = transition.at
                    segment.offset = transition.offset
                    segment.nextOffset = transition.offset
                } else if segment.until == .max / 2 {
                    segment.until = transition.at
                    segment.nextOffset = transition.offset
                    return segment
                }
            }
        }
        return segment
    }
}
