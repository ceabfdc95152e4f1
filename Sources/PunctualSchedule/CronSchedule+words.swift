extension CronSchedule {
    /// The schedule in plain English, such as `every weekday at 09:00 in Europe/Berlin`.
    public var words: String { "\(expression.words) in \(zone.name)" }
}

extension CronExpression {
    /// The expression in plain English without a zone, such as `every 15 minutes from 09:00 to 17:59 on every weekday`.
    public var words: String { CronWords(fields: fields).text }
}

/// Turns a compiled expression into an English sentence.
struct CronWords {
    let fields: CronFields

    /// More single times of day than this are told as "minute … of hour …".
    private static let mostTimes = 6

    var text: String {
        let days = self.days
        var result: String
        if let times {
            result = "\(days.isEmpty ? "every day" : days) at \(CronWords.list(times))"
        } else {
            result = days.isEmpty ? rhythm : "\(rhythm), \(days)"
        }
        if fields.months != 0x1FFE {
            result += " in \(CronWords.ranges(UInt64(fields.months), in: 1...12) { CronWords.months[$0 - 1] })"
        }
        if let years = fields.years {
            let spans = years.spans.map { span in
                let range = span.first == span.last ? "\(span.first)" : "\(span.first) to \(span.last)"
                return span.step == 1 || span.first == span.last ? range : "every \(span.step) years from \(range)"
            }
            result += " in \(CronWords.list(spans))"
        }
        return result
    }

    /// The single times of day, when they are few; nil for rhythms.
    private var times: [String]? {
        let count =
            fields.times.seconds.nonzeroBitCount * fields.times.minutes.nonzeroBitCount
            * fields.times.hours.nonzeroBitCount
        guard count <= CronWords.mostTimes else { return nil }
        var result: [String] = []
        for hour in CronWords.values(UInt64(fields.times.hours)) {
            for minute in CronWords.values(fields.times.minutes) {
                for second in CronWords.values(fields.times.seconds) {
                    result.append(CronWords.time(hour * 3600 + minute * 60 + second))
                }
            }
        }
        return result
    }

    /// `every 10 minutes from 09:00 to 17:59`, `at minutes 5 and 35 of every 2nd hour`.
    private var rhythm: String {
        let everyHour = fields.times.hours == 0xFF_FFFF
        let everyMinute = fields.times.minutes == CronWords.sixty
        var parts: [String] = []
        if fields.times.seconds != 1 {
            parts.append(CronWords.unit("second", fields.times.seconds, in: 0...59))
        }
        if !(everyMinute && fields.times.seconds != 1) {
            if fields.times.minutes == 1, parts.isEmpty, everyHour { return "every hour" }
            if fields.times.minutes == 1, parts.isEmpty,
                let step = CronWords.step(UInt64(fields.times.hours), in: 0...23)
            {
                return "every \(step) hours"
            }
            parts.append(CronWords.unit("minute", fields.times.minutes, in: 0...59))
        }
        var text = parts.joined(separator: " of ")
        if parts.count == 1, text.hasPrefix("second") || text.hasPrefix("minute") { text = "at \(text)" }
        if parts.count == 2, !text.hasPrefix("every") { text = "at \(text)" }
        if everyHour {
            return text.hasPrefix("at minute") || parts.last?.hasPrefix("minute") == true
                ? "\(text) of every hour" : text
        }
        let hours = CronWords.values(UInt64(fields.times.hours))
        if let first = hours.first, let last = hours.last, last - first + 1 == hours.count {
            let final = 63 - fields.times.minutes.leadingZeroBitCount
            return "\(text) from \(CronWords.time(first * 3600)) to \(CronWords.time(last * 3600 + final * 60))"
        }
        return "\(text) of \(CronWords.unit("hour", UInt64(fields.times.hours), in: 0...23))"
    }

    /// The days, empty when each day is chosen.
    private var days: String {
        let days = fields.days
        var dates: [String] = []
        var weekdays: [String] = []
        if days.restrictsDayOfMonth {
            if days.daysOfMonth != 0 {
                let many = days.daysOfMonth.nonzeroBitCount > 1
                dates.append(
                    "on day\(many ? "s" : "") \(CronWords.ranges(UInt64(days.daysOfMonth), in: 1...31) { "\($0)" })")
            }
            for distance in CronWords.values(UInt64(days.daysFromEnd)) {
                dates.append(
                    distance == 0 ? "on the last day" : "\(CronWords.count(distance, "day")) before the last day")
            }
            if days.nearestWeekday != 0 { dates.append("on the weekday nearest to day \(days.nearestWeekday)") }
            if let distance = days.nearestWeekdayFromEnd {
                dates.append(
                    distance == 0
                        ? "on the last weekday"
                        : "on the weekday nearest to \(CronWords.count(distance, "day")) before the last day")
            }
        }
        if days.restrictsWeekday {
            if days.weekdays != 0 { weekdays.append(CronWords.weekdays(days.weekdays)) }
            for week in 0..<5 {
                let set = days.nthWeekdays >> UInt64(7 * week) & 0x7F
                for day in CronWords.values(set) {
                    weekdays.append("on the \(CronWords.ordinals[week]) \(CronWords.dayNames[day]) of the month")
                }
            }
            for day in CronWords.values(UInt64(days.lastWeekdays)) {
                weekdays.append("on the last \(CronWords.dayNames[day]) of the month")
            }
        }
        let date = dates.isEmpty ? "" : CronWords.list(dates) + " of the month"
        let weekday = CronWords.list(weekdays)
        if date.isEmpty || weekday.isEmpty { return date + weekday }
        return days.needsBoth ? "\(date) if that is \(weekday)" : "\(date) and \(weekday)"
    }
}

// Small pieces.
extension CronWords {
    private static let sixty: UInt64 = (1 << 60) - 1
    static let dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let ordinals = ["first", "second", "third", "fourth", "fifth"]

    /// `09:00`, with seconds only when there are any.
    static func time(_ seconds: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let wrapped = (seconds % 86_400 + 86_400) % 86_400
        let text = "\(two(wrapped / 3600)):\(two(wrapped / 60 % 60))"
        return wrapped % 60 == 0 ? text : "\(text):\(two(wrapped % 60))"
    }

    /// `a`, `a and b`, `a, b and c`.
    static func list(_ parts: [String]) -> String {
        guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
        return parts.dropLast().joined(separator: ", ") + " and " + last
    }

    static func values(_ set: UInt64) -> [Int] {
        (0..<64).filter { set >> UInt64($0) & 1 != 0 }
    }

    static func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }

    private static func weekdays(_ set: UInt32) -> String {
        switch set {
        case 0b011_1110: "every weekday"
        default: "every \(list(values(UInt64(set)).map { dayNames[$0] }))"
        }
    }

    /// The step of a set that reaches from the range's first value to its end without a hole; nil for other sets.
    private static func step(_ set: UInt64, in range: ClosedRange<Int>) -> Int? {
        let values = values(set)
        guard values.count > 1, values[0] == range.lowerBound else { return nil }
        let step = values[1] - values[0]
        let expected = Array(stride(from: range.lowerBound, through: range.upperBound, by: step))
        return values == expected ? step : nil
    }

    /// `every minute`, `every 15 minutes`, `minute 5`, `minutes 5 and 10 to 20`.
    private static func unit(_ noun: String, _ set: UInt64, in range: ClosedRange<Int>) -> String {
        if let step = step(set, in: range) { return step == 1 ? "every \(noun)" : "every \(step) \(noun)s" }
        let many = set.nonzeroBitCount > 1
        return "\(noun)\(many ? "s" : "") \(ranges(set, in: range) { "\($0)" })"
    }

    /// The set's values, runs of three or more as `first to last`.
    private static func ranges(_ set: UInt64, in range: ClosedRange<Int>, name: (Int) -> String) -> String {
        var parts: [String] = []
        var run: [Int] = []
        func close() {
            if run.count > 2 {
                parts.append("\(name(run[0])) to \(name(run[run.count - 1]))")
            } else {
                parts += run.map(name)
            }
            run = []
        }
        for value in values(set) {
            if let last = run.last, value != last + 1 { close() }
            run.append(value)
        }
        close()
        return list(parts)
    }
}
