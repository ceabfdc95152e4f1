/// A date and time of day on a wall calendar, without a zone, to the second (proleptic Gregorian).
public struct LocalDateTime: Hashable, Sendable {
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int

    /// The wall time with these parts, or nil when there is no such day or time of day.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard (-9999...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= LocalDateTime.daysInMonth(month, year: year),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        self.init(unchecked: year, month, day, hour, minute, second)
    }

    @inlinable init(unchecked year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The wall time that a UTC clock shows `secondsSinceEpoch` after 1970-01-01T00:00:00Z.
    ///
    /// For a zone, add its offset first.
    @inlinable public init(secondsSinceEpoch: Int64) {
        var day = secondsSinceEpoch / 86_400
        var rest = secondsSinceEpoch % 86_400
        if rest < 0 {
            rest += 86_400
            day -= 1
        }
        let date = LocalDateTime.civil(fromDay: Int(day))
        let seconds = Int(rest)
        self.init(unchecked: date.year, date.month, date.day, seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    /// Seconds from 1970-01-01T00:00:00 to this wall time, both read on the same clock.
    @inlinable public var secondsSinceEpoch: Int64 {
        Int64(dayNumber) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// Days from 1970-01-01 to this date.
    @inlinable public var dayNumber: Int {
        LocalDateTime.dayNumber(year: year, month: month, day: day)
    }

    /// 0 for Sunday to 6 for Saturday.
    @inlinable public var weekday: Int { LocalDateTime.weekday(ofDay: dayNumber) }
}

// Source of the two conversions: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
extension LocalDateTime {
    @inlinable public static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// 28 to 31; `month` must be 1 to 12.
    @inlinable public static func daysInMonth(_ month: Int, year: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : 30 + ((month + (month >> 3)) & 1)
    }

    /// Days from 1970-01-01 to the date; `day` may run past the month's end.
    @inlinable public static func dayNumber(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date that lies `day` days after 1970-01-01.
    @inlinable public static func civil(fromDay day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    /// 0 for Sunday to 6 for Saturday; 1970-01-01 was a Thursday.
    @inlinable public static func weekday(ofDay day: Int) -> Int {
        let shifted = (day + 4) % 7
        return shifted < 0 ? shifted + 7 : shifted
    }
}

extension LocalDateTime: Comparable {
    public static func < (left: LocalDateTime, right: LocalDateTime) -> Bool {
        left.secondsSinceEpoch < right.secondsSinceEpoch
    }
}

extension LocalDateTime: CustomStringConvertible {
    /// ISO 8601 without an offset, `2026-03-29T01:30:00`.
    public var description: String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let digits = String(abs(year))
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return "\(year < 0 ? "-" : "")\(padded)-\(two(month))-\(two(day))T\(two(hour)):\(two(minute)):\(two(second))"
    }

    /// Reads `2026-03-29T01:30:00`, `2026-03-29 01:30` or `2026-03-29`; nil for anything else.
    public init?(iso8601 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        func number(_ offset: Int, _ count: Int) -> Int? {
            guard offset + count <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[offset..<(offset + count)] {
                guard byte >= 48, byte <= 57 else { return nil }
                value = value * 10 + Int(byte - 48)
            }
            return value
        }
        guard [10, 16, 19].contains(bytes.count), let year = number(0, 4), bytes[4] == 45, let month = number(5, 2),
            bytes[7] == 45, let day = number(8, 2)
        else { return nil }
        var time = (hour: 0, minute: 0, second: 0)
        if bytes.count > 10 {
            guard bytes[10] == 84 || bytes[10] == 116 || bytes[10] == 32, let hour = number(11, 2), bytes[13] == 58,
                let minute = number(14, 2)
            else { return nil }
            time.hour = hour
            time.minute = minute
        }
        if bytes.count > 16 {
            guard bytes[16] == 58, let second = number(17, 2) else { return nil }
            time.second = second
        }
        self.init(
            year: year, month: month, day: day, hour: time.hour, minute: time.minute, second: time.second)
    }
}
