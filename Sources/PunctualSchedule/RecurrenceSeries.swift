/// One rule with its start, on the wall clock: the wall times that it names, up to `COUNT` but before any `UNTIL`.
///
/// Wall times are seconds since 1970-01-01T00:00:00 on the local clock, as `LocalDateTime.secondsSinceEpoch` has them.
/// Intervals are reached by division, so no search steps from the start. Rules with intervals of a week and more go
/// from interval to interval and look for days in each; shorter ones go from chosen day to chosen day and look for
/// intervals in each.
struct RecurrenceSeries: Sendable, Hashable {
    /// No later wall time.
    static let never = Int64.max
    /// No earlier wall time.
    static let neverBefore = Int64.min

    let frequency: RecurrenceFrequency
    let interval: Int
    let positions: [Int]
    let weekStart: Int
    /// The wall time from which on the rule holds.
    let start: Int64
    let days: RecurrenceDays
    /// For intervals shorter than a day, which of a day's intervals are chosen, by their first second.
    let limits: TimesOfDay
    /// The times within a chosen day or shorter interval, in seconds after its beginning.
    let times: TimesOfDay
    /// The times that `BYSETPOS` leaves of `times` where an interval is a day or less; nil without it.
    let chosenTimes: [Int]?
    /// The wall time of the last occurrence that `COUNT` allows; `never` without it.
    private(set) var last = RecurrenceSeries.never
    /// Days after which the rule repeats, weekdays, leap years and interval alike.
    let cycle: Int

    init(_ pattern: RecurrencePattern, start: LocalDateTime) {
        frequency = pattern.frequency
        interval = pattern.interval
        positions = pattern.positions
        weekStart = pattern.weekStart
        self.start = start.secondsSinceEpoch
        days = RecurrenceDays(pattern, start: start)
        times = RecurrenceSeries.times(of: pattern, start: start)
        let everySixty: UInt64 = (1 << 60) - 1
        limits = TimesOfDay(
            seconds: frequency > .secondly ? 1 : pattern.seconds == 0 ? everySixty : pattern.seconds,
            minutes: frequency > .minutely ? 1 : pattern.minutes == 0 ? everySixty : pattern.minutes,
            hours: frequency > .hourly ? 1 : pattern.hours == 0 ? 0xFF_FFFF : pattern.hours)
        if frequency <= .daily, !pattern.positions.isEmpty {
            let times = self.times
            chosenTimes = Set(pattern.positions.compactMap { times.place(of: $0) }).sorted().map { times[$0] }
        } else {
            chosenTimes = nil
        }
        cycle = 146_097 * (interval / RecurrenceSeries.gcd(interval, frequency.intervalsPerCycle))
        if frequency < .daily, !limitsMeetInterval { last = .min }
        if chosenTimes?.isEmpty == true { last = .min }
        if let count = pattern.count, last == RecurrenceSeries.never { last = wallTime(count) }
    }

    /// The times within one day or shorter interval; the start stands in for the parts that the rule leaves open.
    static func times(of pattern: RecurrencePattern, start: LocalDateTime) -> TimesOfDay {
        let frequency = pattern.frequency
        let seconds = pattern.seconds == 0 ? 1 << UInt64(start.second) : pattern.seconds
        let minutes = pattern.minutes == 0 ? 1 << UInt64(start.minute) : pattern.minutes
        let hours = pattern.hours == 0 ? 1 << UInt32(start.hour) : pattern.hours
        return TimesOfDay(
            seconds: frequency > .secondly ? seconds : 1, minutes: frequency > .minutely ? minutes : 1,
            hours: frequency > .hourly ? hours : 1)
    }

    /// The first wall time of the rule from `wall` on, `never` when there is none up to year 9999.
    func next(from wall: Int64) -> Int64 {
        let from = max(wall, start)
        guard from <= last else { return RecurrenceSeries.never }
        let found = Int64(
            frequency > .daily ? nextInLongInterval(from: Int(from)) : nextInShortInterval(from: Int(from)))
        return found <= last ? found : RecurrenceSeries.never
    }

    /// The last wall time of the rule up to `wall`, `neverBefore` when there is none.
    func previous(from wall: Int64) -> Int64 {
        let from = min(wall, last)
        guard from >= start else { return RecurrenceSeries.neverBefore }
        let held = min(Int(from), RecurrenceDays.last * 86_400 + 86_399)
        let found = Int64(
            frequency > .daily ? previousInLongInterval(from: held) : previousInShortInterval(from: held))
        return found >= start ? found : RecurrenceSeries.neverBefore
    }

    /// The wall time of the nth occurrence, from 1; the last there is when there are fewer.
    private func wallTime(_ number: Int) -> Int64 {
        var found = next(from: start)
        var reached = 1
        while reached < number, found != RecurrenceSeries.never {
            let later = next(from: found + 1)
            if later == RecurrenceSeries.never { return found }
            found = later
            reached += 1
        }
        return found
    }

    /// Whether a day can have an interval that is chosen: `FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3` from 09:00 has none.
    private var limitsMeetInterval: Bool {
        let unit = frequency.unit
        let step = RecurrenceSeries.gcd(interval, 86_400 / unit)
        let first = RecurrenceSeries.divided(Int(start), by: unit).quotient
        let phase = RecurrenceSeries.divided(first, by: step).remainder
        return stride(from: phase, to: 86_400 / unit, by: step).contains { limits.next(from: $0 * unit) == $0 * unit }
    }
}

// Arithmetic that rounds down.
extension RecurrenceSeries {
    @inline(__always)
    static func divided(_ value: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    static func gcd(_ left: Int, _ right: Int) -> Int {
        var (left, right) = (left, right)
        while right != 0 { (left, right) = (right, left % right) }
        return left
    }

    /// The first number from `number` on that lies a multiple of the interval after `first`, and not before it.
    @inline(__always)
    func aligned(_ number: Int, first: Int) -> Int {
        if number <= first { return first }
        if interval == 1 { return number }
        let past = (number - first) % interval
        return past == 0 ? number : number + interval - past
    }

    /// The last number up to `number` that lies a multiple of the interval after `first`; the caller stops before it.
    @inline(__always)
    func alignedDown(_ number: Int, first: Int) -> Int {
        number - RecurrenceSeries.divided(number - first, by: interval).remainder
    }
}

extension TimesOfDay {
    /// The place that a `BYSETPOS` value means, from 0; nil when there are not that many.
    func place(of position: Int) -> Int? {
        let place = position > 0 ? position - 1 : count + position
        return place >= 0 && place < count ? place : nil
    }
}
