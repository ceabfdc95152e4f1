/// The days that the parts of a recurrence rule choose: those which pass every part that is given.
///
/// RFC 5545 lets some parts expand and some limit; both come to this, once the parts that the start stands in for are
/// filled in. Days are counted from 1970-01-01; no search allocates.
struct RecurrenceDays: Sendable, Hashable {
    /// The last day of year 9999.
    static let last = 2_932_896
    private static let everyMonth: UInt32 = 0x1FFE

    private let months: UInt32
    private let monthDays: UInt32
    private let monthDaysFromEnd: UInt32
    private let weekdays: UInt32
    private let ordinals: [RecurrencePattern.OrdinalWeekday]
    /// The first Monday of the year rather than of the month.
    private let countsOrdinalsInYear: Bool
    private let yearDays: [Int]
    private let weeks: UInt64
    private let weeksFromEnd: UInt64
    private let weekStart: Int
    /// Nothing restricts the days.
    private let isEveryDay: Bool

    /// - Parameter start: stands in for the parts that the rule leaves open (RFC 5545, 3.3.10).
    init(_ pattern: RecurrencePattern, start: LocalDateTime) {
        var pattern = pattern
        let weekday = UInt32(1) << UInt32(start.weekday)
        let namesDays = pattern.hasMonthDays || pattern.hasWeekdays || !pattern.yearDays.isEmpty
        switch pattern.frequency {
        case .yearly where !namesDays && pattern.hasWeeks:
            pattern.weekdays = weekday
        case .yearly where !namesDays:
            if pattern.months == 0 { pattern.months = 1 << UInt32(start.month) }
            pattern.monthDays = 1 << UInt32(start.day)
        case .monthly where !namesDays:
            pattern.monthDays = 1 << UInt32(start.day)
        case .weekly where !namesDays:
            pattern.weekdays = weekday
        default: break
        }
        countsOrdinalsInYear = pattern.frequency == .yearly && pattern.months == 0
        months = pattern.months == 0 ? RecurrenceDays.everyMonth : pattern.months
        monthDays = pattern.monthDays
        monthDaysFromEnd = pattern.monthDaysFromEnd
        weekdays = pattern.weekdays
        ordinals = pattern.ordinalWeekdays
        yearDays = pattern.yearDays
        weeks = pattern.weeks
        weeksFromEnd = pattern.weeksFromEnd
        weekStart = pattern.weekStart
        isEveryDay =
            pattern.months == 0 && !pattern.hasMonthDays && !pattern.hasWeekdays && !pattern.hasWeeks
            && pattern.yearDays.isEmpty
    }

    /// The first chosen day from `day` to `last`; `Int.max` when there is none.
    func next(from day: Int, through last: Int) -> Int {
        guard day <= last else { return .max }
        if isEveryDay { return day }
        var (year, month, date) = LocalDateTime.civil(fromDay: day)
        var first = day - date + 1
        while first <= last {
            let chosen = mask(year: year, month: month, first: first) & (~0 << UInt32(date))
            if chosen != 0 {
                let found = first + chosen.trailingZeroBitCount - 1
                return found <= last ? found : .max
            }
            date = 1
            let later = months & (~1 << UInt32(month))
            if later == 0 { year += 1 }
            month = (later == 0 ? months : later).trailingZeroBitCount
            first = LocalDateTime.dayNumber(year: year, month: month, day: 1)
        }
        return .max
    }

    /// The last chosen day from `first` to `day`; `Int.min` when there is none.
    func previous(from day: Int, through first: Int) -> Int {
        guard day >= first else { return .min }
        if isEveryDay { return day }
        var (year, month, date) = LocalDateTime.civil(fromDay: day)
        var start = day - date + 1
        while true {
            let chosen = mask(year: year, month: month, first: start) & ~(~1 << UInt32(date))
            if chosen != 0 {
                let found = start + 30 - chosen.leadingZeroBitCount
                return found >= first ? found : .min
            }
            if start <= first { return .min }
            date = 31
            let earlier = months & ~(~0 << UInt32(month))
            if earlier == 0 { year -= 1 }
            month = 31 - (earlier == 0 ? months : earlier).leadingZeroBitCount
            start = LocalDateTime.dayNumber(year: year, month: month, day: 1)
        }
    }

    /// Bits 1 to 31: the chosen days of a month, whose 1st is day `first`.
    func mask(year: Int, month: Int, first: Int) -> UInt32 {
        guard months >> UInt32(month) & 1 != 0 else { return 0 }
        let length = LocalDateTime.daysInMonth(month, year: year)
        var chosen = ~UInt32(0) >> UInt32(31 - length) & ~1
        if monthDays | monthDaysFromEnd != 0 {
            var dates = monthDays
            var ends = monthDaysFromEnd
            while ends != 0 {
                let day = length + 1 - ends.trailingZeroBitCount
                if day >= 1 { dates |= 1 << UInt32(day) }
                ends &= ends - 1
            }
            chosen &= dates
        }
        if chosen != 0, weekdays != 0 || !ordinals.isEmpty {
            chosen &= weekdayMask(year: year, first: first, length: length)
        }
        if chosen != 0, !yearDays.isEmpty { chosen &= yearDayMask(year: year, first: first, length: length) }
        if chosen != 0, weeks | weeksFromEnd != 0 { chosen &= weekMask(year: year, first: first, length: length) }
        return chosen
    }

    private func weekdayMask(year: Int, first: Int, length: Int) -> UInt32 {
        let firstWeekday = LocalDateTime.weekday(ofDay: first)
        // Bit i of the turned set says whether day 1 + i of the month is chosen; five copies fill the month.
        let turned = UInt64((weekdays | weekdays << 7) >> UInt32(firstWeekday) & 0x7F)
        var chosen = UInt32(truncatingIfNeeded: (turned &* 0x1020_4081) << 1)
        guard !ordinals.isEmpty else { return chosen }
        let from = countsOrdinalsInYear ? LocalDateTime.dayNumber(year: year, month: 1, day: 1) : first
        let until =
            countsOrdinalsInYear ? LocalDateTime.dayNumber(year: year + 1, month: 1, day: 1) : first + length
        for item in ordinals {
            let day: Int
            if item.ordinal > 0 {
                day = from + (item.weekday - LocalDateTime.weekday(ofDay: from) + 7) % 7 + 7 * (item.ordinal - 1)
            } else {
                let end = until - 1
                day = end - (LocalDateTime.weekday(ofDay: end) - item.weekday + 7) % 7 + 7 * (item.ordinal + 1)
            }
            if day >= first, day < first + length { chosen |= 1 << UInt32(day - first + 1) }
        }
        return chosen
    }

    private func yearDayMask(year: Int, first: Int, length: Int) -> UInt32 {
        let from = LocalDateTime.dayNumber(year: year, month: 1, day: 1)
        let until = from + (LocalDateTime.isLeap(year) ? 366 : 365)
        var chosen: UInt32 = 0
        for number in yearDays {
            let date = (number > 0 ? from + number - 1 : until + number) - first + 1
            if date >= 1, date <= length { chosen |= 1 << UInt32(date) }
        }
        return chosen
    }

    /// ISO 8601 weeks, which may begin on another day: a week belongs to the year that has most of its days.
    private func weekMask(year: Int, first: Int, length: Int) -> UInt32 {
        let thisYear = firstWeek(of: year)
        let nextYear = firstWeek(of: year + 1)
        var chosen: UInt32 = 0
        for start in stride(from: weekStart(before: first), to: first + length, by: 7) {
            let from = start < thisYear ? firstWeek(of: year - 1) : start < nextYear ? thisYear : nextYear
            let until = start < thisYear ? thisYear : start < nextYear ? nextYear : firstWeek(of: year + 2)
            let number = UInt64((start - from) / 7 + 1)
            let fromEnd = UInt64((until - start) / 7)
            if weeks >> number & 1 != 0 || weeksFromEnd >> fromEnd & 1 != 0 {
                for day in max(start, first)..<min(start + 7, first + length) {
                    chosen |= 1 << UInt32(day - first + 1)
                }
            }
        }
        return chosen
    }

    /// The first day of a year's first week, which is the one that holds 4 January.
    private func firstWeek(of year: Int) -> Int {
        weekStart(before: LocalDateTime.dayNumber(year: year, month: 1, day: 4))
    }

    /// The first day of the week that holds the day.
    private func weekStart(before day: Int) -> Int {
        day - (LocalDateTime.weekday(ofDay: day) - weekStart + 7) % 7
    }
}
