// Intervals of a day or less: from chosen day to chosen day, and in each to the intervals that fall into it.
extension RecurrenceSeries {
    private var unit: Int { frequency.unit }
    private var perDay: Int { 86_400 / unit }
    private var firstIndex: Int { RecurrenceSeries.divided(Int(start), by: unit).quotient }

    /// `Int.max` when there is none.
    func nextInShortInterval(from wall: Int) -> Int {
        let (index, offset) = RecurrenceSeries.divided(wall, by: unit)
        var found = nextIndex(from: index)
        if found == index {
            let time = nextTime(from: offset)
            if time >= 0 { return index * unit + time }
            found = nextIndex(from: index + 1)
        }
        return found == .max ? .max : found * unit + (chosenTimes?.first ?? times.first)
    }

    /// `Int.min` when there is none.
    func previousInShortInterval(from wall: Int) -> Int {
        let (index, offset) = RecurrenceSeries.divided(wall, by: unit)
        var found = previousIndex(from: index)
        if found == index {
            let time = previousTime(from: offset)
            if time >= 0 { return index * unit + time }
            found = previousIndex(from: index - 1)
        }
        return found == .min ? .min : found * unit + (chosenTimes?.last ?? times.last)
    }

    private func nextTime(from offset: Int) -> Int {
        guard let chosenTimes else { return times.next(from: offset) }
        return chosenTimes.first { $0 >= offset } ?? -1
    }

    private func previousTime(from offset: Int) -> Int {
        guard let chosenTimes else { return times.previous(from: offset) }
        return chosenTimes.last { $0 <= offset } ?? -1
    }

    /// The first chosen interval from `from` on, counted from the epoch.
    private func nextIndex(from: Int) -> Int {
        let (unit, perDay, first) = (self.unit, self.perDay, firstIndex)
        var index = aligned(from, first: first)
        let limit = min(RecurrenceSeries.divided(index, by: perDay).quotient + cycle, RecurrenceDays.last)
        while true {
            let day = RecurrenceSeries.divided(index, by: perDay).quotient
            let found = days.next(from: day, through: limit)
            if found == .max { return .max }
            if found > day {
                index = aligned(found * perDay, first: first)
                if index >= (found + 1) * perDay { continue }
            }
            // Limits and interval take turns in pushing the place on until both agree.
            let midnight = found * perDay
            var place = index - midnight
            while place < perDay {
                let time = limits.next(from: place * unit)
                if time < 0 { break }
                index = aligned(midnight + time / unit, first: first)
                if index == midnight + time / unit { return index }
                place = index - midnight
            }
            index = aligned(max(index, midnight + perDay), first: first)
        }
    }

    /// The last chosen interval up to `from`, counted from the epoch.
    private func previousIndex(from: Int) -> Int {
        let (unit, perDay, first) = (self.unit, self.perDay, firstIndex)
        var index = alignedDown(from, first: first)
        let limit = max(
            RecurrenceSeries.divided(index, by: perDay).quotient - cycle,
            RecurrenceSeries.divided(first, by: perDay).quotient)
        while index >= first {
            let day = RecurrenceSeries.divided(index, by: perDay).quotient
            let found = days.previous(from: day, through: limit)
            if found == .min { return .min }
            let midnight = found * perDay
            if found < day {
                index = alignedDown(midnight + perDay - 1, first: first)
                if index < midnight { continue }
            }
            var place = index - midnight
            while place >= 0 {
                let time = limits.previous(from: place * unit)
                if time < 0 { break }
                index = alignedDown(midnight + time / unit, first: first)
                if index == midnight + time / unit { return index >= first ? index : .min }
                place = index - midnight
            }
            index = alignedDown(min(index, midnight - 1), first: first)
        }
        return .min
    }
}
