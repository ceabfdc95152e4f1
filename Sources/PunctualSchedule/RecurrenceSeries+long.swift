// Intervals of a week, a month or a year: from interval to interval, and in each to its days.
extension RecurrenceSeries {
    /// The interval that holds the day, counted from the one that holds 1970-01-01 or year 0.
    private func index(of day: Int) -> Int {
        switch frequency {
        case .yearly: return LocalDateTime.civil(fromDay: day).year
        case .monthly:
            let date = LocalDateTime.civil(fromDay: day)
            return date.year * 12 + date.month - 1
        default:
            // Day 0 was a Thursday.
            return RecurrenceSeries.divided(day + 4 - weekStart, by: 7).quotient
        }
    }

    /// The first day of an interval; that of the next one is the first behind it.
    private func firstDay(_ index: Int) -> Int {
        switch frequency {
        case .yearly: return LocalDateTime.dayNumber(year: index, month: 1, day: 1)
        case .monthly:
            let (year, month) = RecurrenceSeries.divided(index, by: 12)
            return LocalDateTime.dayNumber(year: year, month: month + 1, day: 1)
        default: return index * 7 - 4 + weekStart
        }
    }

    /// `Int.max` when there is none.
    func nextInLongInterval(from wall: Int) -> Int {
        let (day, time) = RecurrenceSeries.divided(wall, by: 86_400)
        var index = aligned(
            self.index(of: day), first: self.index(of: RecurrenceSeries.divided(Int(start), by: 86_400).quotient))
        let limit = min(day + cycle, RecurrenceDays.last)
        while true {
            let first = firstDay(index)
            guard first <= limit else { return .max }
            let found =
                positions.isEmpty
                ? nextDay(from: day, time: time, first: first, last: firstDay(index + 1) - 1)
                : RecurrenceInterval(first: first, until: firstDay(index + 1), of: self).next(
                    from: wall, positions: positions)
            if found != .max { return found }
            index += interval
        }
    }

    private func nextDay(from day: Int, time: Int, first: Int, last: Int) -> Int {
        var found = days.next(from: max(day, first), through: last)
        if found == day {
            let match = times.next(from: time)
            if match >= 0 { return day * 86_400 + match }
            found = days.next(from: day + 1, through: last)
        }
        return found == .max || found > RecurrenceDays.last ? .max : found * 86_400 + times.first
    }

    /// `Int.min` when there is none.
    func previousInLongInterval(from wall: Int) -> Int {
        let (day, time) = RecurrenceSeries.divided(wall, by: 86_400)
        let first = self.index(of: RecurrenceSeries.divided(Int(start), by: 86_400).quotient)
        var index = alignedDown(self.index(of: day), first: first)
        while index >= first {
            let start = firstDay(index)
            guard start > day - cycle - 366 else { return .min }
            let found =
                positions.isEmpty
                ? previousDay(from: day, time: time, first: start, last: firstDay(index + 1) - 1)
                : RecurrenceInterval(first: start, until: firstDay(index + 1), of: self).previous(
                    from: wall, positions: positions)
            if found != .min { return found }
            index -= interval
        }
        return .min
    }

    private func previousDay(from day: Int, time: Int, first: Int, last: Int) -> Int {
        var found = days.previous(from: min(day, last), through: first)
        if found == day {
            let match = times.previous(from: time)
            if match >= 0 { return day * 86_400 + match }
            found = days.previous(from: day - 1, through: first)
        }
        return found == .min ? .min : found * 86_400 + times.last
    }
}

/// The occurrences of one week, month or year in order, so that `BYSETPOS` can count them; held without allocation.
private struct RecurrenceInterval {
    private var masks = InlineArray<12, UInt32>(repeating: 0)
    private var firsts = InlineArray<12, Int>(repeating: 0)
    private var months = 0
    private var dayCount = 0
    private let times: TimesOfDay

    /// - Parameters:
    ///   - first: the interval's first day.
    ///   - until: the first day behind it.
    init(first: Int, until: Int, of series: RecurrenceSeries) {
        times = series.times
        var day = first
        while day < until, months < 12 {
            let (year, month, date) = LocalDateTime.civil(fromDay: day)
            let start = day - date + 1
            var mask = series.days.mask(year: year, month: month, first: start) & (~0 << UInt32(date))
            // A week may end within the month.
            if until - start < 31 { mask &= ~(~1 << UInt32(until - start)) }
            masks[months] = mask
            firsts[months] = start
            months += 1
            dayCount += mask.nonzeroBitCount
            day = start + LocalDateTime.daysInMonth(month, year: year)
        }
    }

    /// The first of the chosen wall times from `wall` on; `Int.max` when there is none.
    func next(from wall: Int, positions: [Int]) -> Int {
        var best = Int.max
        for position in positions {
            if let found = self.wall(at: position), found >= wall, found < best { best = found }
        }
        return best > RecurrenceDays.last * 86_400 + 86_399 ? .max : best
    }

    /// The last of the chosen wall times up to `wall`; `Int.min` when there is none.
    func previous(from wall: Int, positions: [Int]) -> Int {
        var best = Int.min
        for position in positions {
            if let found = self.wall(at: position), found <= wall, found > best { best = found }
        }
        return best
    }

    private func wall(at position: Int) -> Int? {
        let count = dayCount * times.count
        let place = position > 0 ? position - 1 : count + position
        guard place >= 0, place < count else { return nil }
        var day = place / times.count
        for month in 0..<months {
            let inMonth = masks[month].nonzeroBitCount
            guard day >= inMonth else {
                return (firsts[month] + UInt64(masks[month]).bit(day) - 1) * 86_400 + times[place % times.count]
            }
            day -= inMonth
        }
        return nil
    }
}
