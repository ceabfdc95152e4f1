/// The two day fields of a cron expression as bit sets, and the days of any month that they choose.
struct CronDays: Sendable, Hashable {
    /// Bits 1 to 31.
    var daysOfMonth: UInt32 = 0
    /// Bit n: n days before the last (`L` is 0).
    var daysFromEnd: UInt32 = 0
    /// The day of `15W`; 0 when there is none.
    var nearestWeekday = 0
    /// The n of `L-nW` (`LW` is 0); nil when there is none.
    var nearestWeekdayFromEnd: Int?
    /// Bits 0 (Sunday) to 6.
    var weekdays: UInt32 = 0
    /// Seven bits a week: bit 7 · (n − 1) + weekday for the nth weekday of the month.
    var nthWeekdays: UInt64 = 0
    /// Bits 0 (Sunday) to 6, in the last seven days of the month.
    var lastWeekdays: UInt32 = 0
    /// A day needs both fields; otherwise one is enough.
    var needsBoth = true

    static let everyDay: UInt32 = 0xFFFF_FFFE
    static let everyWeekday: UInt32 = 0x7F

    /// True when each day of each month is chosen.
    var isEveryDay: Bool { !restrictsDayOfMonth && !restrictsWeekday }
    var restrictsDayOfMonth: Bool { daysOfMonth != CronDays.everyDay }
    var restrictsWeekday: Bool { weekdays != CronDays.everyWeekday }

    /// Bits 1 to 31: the chosen days of the month with that length, whose 1st falls on that weekday.
    @inline(__always)
    func mask(length: Int, firstWeekday: Int) -> UInt32 {
        let month = ~UInt32(0) &>> UInt32(truncatingIfNeeded: 31 &- length) & CronDays.everyDay
        if !restrictsWeekday, needsBoth, daysFromEnd == 0, nearestWeekday == 0, nearestWeekdayFromEnd == nil {
            return daysOfMonth & month
        }
        return slowMask(length: length, firstWeekday: firstWeekday) & month
    }

    private func slowMask(length: Int, firstWeekday: Int) -> UInt32 {
        var byDate = daysOfMonth
        var ends = daysFromEnd
        while ends != 0 {
            let day = length &- ends.trailingZeroBitCount
            if day >= 1 { byDate |= 1 &<< UInt32(truncatingIfNeeded: day) }
            ends &= ends &- 1
        }
        if nearestWeekday != 0 {
            byDate |= weekdayNearest(to: nearestWeekday, length: length, firstWeekday: firstWeekday)
        }
        if let distance = nearestWeekdayFromEnd {
            byDate |= weekdayNearest(to: length - distance, length: length, firstWeekday: firstWeekday)
        }
        // Bit i of the turned set says whether day 1 + i of the month is chosen; five copies fill the month.
        var byWeekday = UInt32(
            truncatingIfNeeded: UInt64(CronDays.turned(weekdays, by: firstWeekday)) &* 0x1020_4081 &<< 1)
        if nthWeekdays != 0 {
            for week in 0..<5 {
                let set = UInt32(truncatingIfNeeded: nthWeekdays &>> UInt64(7 * week)) & 0x7F
                let turned = UInt64(CronDays.turned(set, by: firstWeekday))
                byWeekday |= UInt32(truncatingIfNeeded: turned &<< UInt64(7 * week + 1))
            }
        }
        if lastWeekdays != 0 {
            let turned = CronDays.turned(lastWeekdays, by: (firstWeekday + length - 7) % 7)
            byWeekday |= turned &<< UInt32(truncatingIfNeeded: length - 6)
        }
        return needsBoth ? byDate & byWeekday : byDate | byWeekday
    }

    @inline(__always)
    private static func turned(_ set: UInt32, by weekday: Int) -> UInt32 {
        (set | set &<< 7) &>> UInt32(truncatingIfNeeded: weekday) & 0x7F
    }

    /// Monday to Friday next to the day, never in another month; no bit when the month has no such day.
    private func weekdayNearest(to day: Int, length: Int, firstWeekday: Int) -> UInt32 {
        guard day >= 1, day <= length else { return 0 }
        let chosen =
            switch (firstWeekday + day - 1) % 7 {
            case 6: day == 1 ? 3 : day - 1
            case 0: day == length ? day - 2 : day + 1
            default: day
            }
        return 1 << UInt32(chosen)
    }
}
