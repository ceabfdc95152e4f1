/// Times of day as the product of three bit sets: each chosen second of each chosen minute of each chosen hour.
///
/// Times are seconds after midnight; -1 is none.
struct TimesOfDay: Sendable, Hashable {
    /// Bits 0 to 59.
    let seconds: UInt64
    /// Bits 0 to 59.
    let minutes: UInt64
    /// Bits 0 to 23.
    let hours: UInt32
    /// The first and the last time of a day.
    let first: Int
    let last: Int

    /// - Precondition: no set is empty; the parsers see to it.
    init(seconds: UInt64, minutes: UInt64, hours: UInt32) {
        self.seconds = seconds
        self.minutes = minutes
        self.hours = hours
        first = hours.trailingZeroBitCount * 3600 + minutes.trailingZeroBitCount * 60 + seconds.trailingZeroBitCount
        last =
            (31 - hours.leadingZeroBitCount) * 3600 + (63 - minutes.leadingZeroBitCount) * 60
            + (63 - seconds.leadingZeroBitCount)
    }

    /// How many times a day has.
    var count: Int { hours.nonzeroBitCount * minutes.nonzeroBitCount * seconds.nonzeroBitCount }

    /// The time at a place in the day's order, from 0.
    subscript(place: Int) -> Int {
        let inMinute = seconds.nonzeroBitCount
        let inHour = inMinute * minutes.nonzeroBitCount
        return UInt64(hours).bit(place / inHour) * 3600 + minutes.bit(place % inHour / inMinute) * 60
            + seconds.bit(place % inMinute)
    }

    /// The first time from `time` on.
    @inline(__always)
    func next(from time: Int) -> Int {
        var hour = time / 3600
        let rest = time &- hour &* 3600
        let minute = rest / 60
        if hours &>> UInt32(truncatingIfNeeded: hour) & 1 != 0 {
            if minutes &>> UInt64(truncatingIfNeeded: minute) & 1 != 0 {
                let second = rest &- minute &* 60
                let later = seconds &>> UInt64(truncatingIfNeeded: second)
                if later != 0 { return time &+ later.trailingZeroBitCount }
            }
            let later = minutes & (~1 &<< UInt64(truncatingIfNeeded: minute))
            if later != 0 {
                return hour &* 3600 &+ later.trailingZeroBitCount &* 60 &+ seconds.trailingZeroBitCount
            }
        }
        let later = hours & (~1 &<< UInt32(truncatingIfNeeded: hour))
        if later == 0 { return -1 }
        hour = later.trailingZeroBitCount
        return hour &* 3600 &+ minutes.trailingZeroBitCount &* 60 &+ seconds.trailingZeroBitCount
    }

    /// The last time up to `time`.
    @inline(__always)
    func previous(from time: Int) -> Int {
        let hour = time / 3600
        let rest = time &- hour &* 3600
        let minute = rest / 60
        let lastSecond = 63 &- seconds.leadingZeroBitCount
        if hours &>> UInt32(truncatingIfNeeded: hour) & 1 != 0 {
            if minutes &>> UInt64(truncatingIfNeeded: minute) & 1 != 0 {
                let second = rest &- minute &* 60
                let earlier = seconds & ~(~1 &<< UInt64(truncatingIfNeeded: second))
                if earlier != 0 { return time &- second &+ 63 &- earlier.leadingZeroBitCount }
            }
            let earlier = minutes & ~(~0 &<< UInt64(truncatingIfNeeded: minute))
            if earlier != 0 { return hour &* 3600 &+ (63 &- earlier.leadingZeroBitCount) &* 60 &+ lastSecond }
        }
        let earlier = hours & ~(~0 &<< UInt32(truncatingIfNeeded: hour))
        if earlier == 0 { return -1 }
        return (31 &- earlier.leadingZeroBitCount) &* 3600 &+ (63 &- minutes.leadingZeroBitCount) &* 60 &+ lastSecond
    }
}

extension UInt64 {
    /// The number of the set bit at a place in their order, from 0; the place must be one of them.
    func bit(_ place: Int) -> Int {
        var rest = self
        for _ in 0..<place { rest &= rest &- 1 }
        return rest.trailingZeroBitCount
    }
}
