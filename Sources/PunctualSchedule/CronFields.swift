/// A compiled cron expression: bit sets, and the search for matching wall times over them.
///
/// Wall times are seconds since 1970-01-01T00:00:00 on the local clock, as `LocalDateTime.secondsSinceEpoch` has them.
struct CronFields: Sendable, Hashable {
    let times: TimesOfDay
    let days: CronDays
    /// Bits 1 to 12.
    let months: UInt32
    /// nil for every year.
    let years: CronYears?
    /// The second, minute or hour is `*`, a range or a step: the expression follows the clock through DST changes.
    let isInterval: Bool

    /// No later wall time; the search answers it so that the fast path needs no optional.
    static let never = Int64.max
    /// No earlier wall time.
    static let neverBefore = Int64.min
    /// Weekdays and leap years repeat after 400 years: what does not match within them never will.
    private static let cycle = 400

    /// - Precondition: no time or month set is empty; the parser sees to it.
    init(
        seconds: UInt64, minutes: UInt64, hours: UInt32, days: CronDays, months: UInt32, years: CronYears?,
        isInterval: Bool
    ) {
        times = TimesOfDay(seconds: seconds, minutes: minutes, hours: hours)
        self.days = days
        self.months = months
        self.years = years
        self.isInterval = isInterval
    }

    /// The first matching wall time from `wall` on, `never` when there is none up to year 9999.
    @inline(__always)
    func next(from wall: Int64) -> Int64 {
        let (day, time) = CronFields.split(wall)
        let found = nextDay(from: day)
        if found == day {
            let match = times.next(from: time)
            if match >= 0 { return Int64(day) &* 86_400 &+ Int64(match) }
            return nextStart(from: day &+ 1)
        }
        return found == Int.max ? CronFields.never : Int64(found) &* 86_400 &+ Int64(times.first)
    }

    /// The last matching wall time up to `wall`, `neverBefore` when there is none from year 1 on.
    @inline(__always)
    func previous(from wall: Int64) -> Int64 {
        var (day, time) = CronFields.split(wall)
        var found = previousDay(from: day)
        if found == day {
            let match = times.previous(from: time)
            if match >= 0 { return Int64(day) &* 86_400 &+ Int64(match) }
            day &-= 1
            found = previousDay(from: day)
        }
        time = times.last
        return found == Int.min ? CronFields.neverBefore : Int64(found) &* 86_400 &+ Int64(time)
    }

    @inline(__always)
    private static func split(_ wall: Int64) -> (day: Int, time: Int) {
        var day = Int(wall) / 86_400
        var time = Int(wall) &- day &* 86_400
        if time < 0 {
            day &-= 1
            time &+= 86_400
        }
        return (day, time)
    }

    private func nextStart(from day: Int) -> Int64 {
        let found = nextDay(from: day)
        return found == Int.max ? CronFields.never : Int64(found) &* 86_400 &+ Int64(times.first)
    }
}

// Days since 1970-01-01.
extension CronFields {
    /// `Int.max` when no day matches any more.
    @inline(__always)
    private func nextDay(from day: Int) -> Int {
        if days.isEveryDay, months == 0x1FFE, years == nil { return day < 2_932_897 ? day : .max }
        return nextChosenDay(from: day)
    }

    private func nextChosenDay(from day: Int) -> Int {
        var (year, month, from) = LocalDateTime.civil(fromDay: day)
        if year > CronYears.all.upperBound { return .max }
        var first = day &- from &+ 1
        if let years, years.next(from: year) != year || year < CronYears.all.lowerBound {
            guard let later = years.next(from: year) else { return .max }
            (year, month, from) = (later, 1, 1)
            first = LocalDateTime.dayNumber(year: year, month: 1, day: 1)
        }
        let horizon = years == nil ? min(CronYears.all.upperBound, year + CronFields.cycle) : CronYears.all.upperBound
        while true {
            if months &>> UInt32(truncatingIfNeeded: month) & 1 != 0 {
                let length = LocalDateTime.daysInMonth(month, year: year)
                let chosen =
                    days.mask(length: length, firstWeekday: LocalDateTime.weekday(ofDay: first))
                    & (~0 &<< UInt32(truncatingIfNeeded: from))
                if chosen != 0 { return first &+ chosen.trailingZeroBitCount &- 1 }
            }
            from = 1
            let later = months & (~1 &<< UInt32(truncatingIfNeeded: month))
            if later != 0 {
                month = later.trailingZeroBitCount
            } else {
                guard let next = years == nil ? year + 1 : years?.next(from: year + 1), next <= horizon else {
                    return .max
                }
                year = next
                month = months.trailingZeroBitCount
            }
            first = LocalDateTime.dayNumber(year: year, month: month, day: 1)
        }
    }

    /// `Int.min` when no earlier day matches.
    private func previousDay(from day: Int) -> Int {
        var (year, month, upTo) = LocalDateTime.civil(fromDay: day)
        if year < CronYears.all.lowerBound { return .min }
        if days.isEveryDay, months == 0x1FFE, years == nil { return day }
        if let years, years.previous(from: year) != year {
            guard let earlier = years.previous(from: year) else { return .min }
            (year, month, upTo) = (earlier, 12, 31)
        }
        let horizon = years == nil ? max(CronYears.all.lowerBound, year - CronFields.cycle) : CronYears.all.lowerBound
        while true {
            if months &>> UInt32(truncatingIfNeeded: month) & 1 != 0 {
                let first = LocalDateTime.dayNumber(year: year, month: month, day: 1)
                let length = LocalDateTime.daysInMonth(month, year: year)
                let chosen =
                    days.mask(length: length, firstWeekday: LocalDateTime.weekday(ofDay: first))
                    & ~(~1 &<< UInt32(truncatingIfNeeded: upTo))
                if chosen != 0 { return first &+ 31 &- chosen.leadingZeroBitCount &- 1 }
            }
            upTo = 31
            let earlier = months & ~(~0 &<< UInt32(truncatingIfNeeded: month))
            if earlier != 0 {
                month = 31 &- earlier.leadingZeroBitCount
            } else {
                guard let previous = years == nil ? year - 1 : years?.previous(from: year - 1), previous >= horizon
                else { return .min }
                year = previous
                month = 31 &- months.leadingZeroBitCount
            }
        }
    }
}
