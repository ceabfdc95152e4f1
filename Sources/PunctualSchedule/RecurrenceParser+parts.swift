/// The parts of a rule.
private enum RecurrencePart: String, CaseIterable {
    case freq, until, count, interval, bysecond, byminute, byhour, byday, bymonthday, byyearday, byweekno, bymonth
    case bysetpos, wkst

    var name: String { rawValue.uppercased() }
}

// One rule.
extension RecurrenceParser {
    /// The longest step: 9 digits, 31 years of seconds.
    private static let largestInterval = 999_999_999

    /// The parts up to the end of the line.
    mutating func pattern() throws(RecurrenceError) -> RecurrencePattern {
        var pattern = RecurrencePattern()
        var places: [RecurrencePart: Int] = [:]
        let start = position
        pattern.line = place(of: start).line
        repeat {
            let place = position
            let name = word()
            guard let part = RecurrencePart(rawValue: name.lowercased()) else { throw unknownPart(name, at: place) }
            guard skip(UInt8(ascii: "=")) else { throw unexpected("\"=\" after \(name)") }
            guard places.updateValue(place, forKey: part) == nil else {
                throw fault("\(name) stands here twice: join the values with commas", at: place)
            }
            try read(part, into: &pattern)
            if current != nil, current != UInt8(ascii: ";") { throw unexpected("a semicolon or the end of \(name)") }
        } while skip(UInt8(ascii: ";"))
        guard places[.freq] != nil else {
            throw fault("FREQ is missing: begin with FREQ=DAILY or another frequency", at: start)
        }
        try check(pattern, places)
        return pattern
    }

    private func unknownPart(_ name: String, at place: Int) -> RecurrenceError {
        switch name {
        case "": unexpected("a part such as FREQ=DAILY")
        case "RSCALE", "SKIP": fault("\(name) belongs to RFC 7529, which is not supported", at: place)
        case "BYEASTER": fault("BYEASTER is no part of RFC 5545: add the dates with RDATE", at: place)
        default:
            fault(
                "\"\(name.prefix(20))\" is no part of a rule: use "
                    + RecurrencePart.allCases.map(\.name).joined(separator: ", "), at: place)
        }
    }

    private mutating func read(_ part: RecurrencePart, into pattern: inout RecurrencePattern) throws(RecurrenceError) {
        switch part {
        case .freq: pattern.frequency = try frequency()
        case .until: pattern.until = try moment()
        case .count: pattern.count = try whole("COUNT", 1...RecurrenceRule.largestCount)
        case .interval: pattern.interval = try whole("INTERVAL", 1...RecurrenceParser.largestInterval)
        case .bysecond:
            // RFC 5545, 3.3.12: without leap seconds, 60 is read as 59.
            pattern.seconds = try bits("BYSECOND", 0...60)
            if pattern.seconds >> 60 & 1 != 0 { pattern.seconds = (pattern.seconds | 1 << 59) & ~(1 << 60) }
        case .byminute: pattern.minutes = try bits("BYMINUTE", 0...59)
        case .byhour: pattern.hours = UInt32(truncatingIfNeeded: try bits("BYHOUR", 0...23))
        case .byday: try weekdays(into: &pattern)
        case .bymonthday:
            for day in try signed("BYMONTHDAY", upTo: 31) {
                if day > 0 {
                    pattern.monthDays |= 1 << UInt32(day)
                } else {
                    pattern.monthDaysFromEnd |= 1 << UInt32(-day)
                }
            }
        case .byyearday: pattern.yearDays = try signed("BYYEARDAY", upTo: 366)
        case .byweekno:
            for week in try signed("BYWEEKNO", upTo: 53) {
                if week > 0 { pattern.weeks |= 1 << UInt64(week) } else { pattern.weeksFromEnd |= 1 << UInt64(-week) }
            }
        case .bymonth: pattern.months = UInt32(truncatingIfNeeded: try bits("BYMONTH", 1...12))
        case .bysetpos: pattern.positions = try signed("BYSETPOS", upTo: 366)
        case .wkst: pattern.weekStart = try weekday("WKST")
        }
    }

    /// What RFC 5545, 3.3.10 forbids although each part is right by itself.
    private func check(_ pattern: RecurrencePattern, _ places: [RecurrencePart: Int]) throws(RecurrenceError) {
        let frequency = pattern.frequency
        if let count = places[.count], let until = places[.until] {
            throw fault("COUNT and UNTIL exclude each other: keep one", at: max(count, until))
        }
        if let place = places[.byweekno], frequency != .yearly {
            throw fault("BYWEEKNO goes only with FREQ=YEARLY", at: place)
        }
        if let place = places[.byyearday], [.daily, .weekly, .monthly].contains(frequency) {
            throw fault("BYYEARDAY does not go with FREQ=\(frequency.word): use FREQ=YEARLY", at: place)
        }
        if let place = places[.bymonthday], frequency == .weekly {
            throw fault("BYMONTHDAY does not go with FREQ=WEEKLY: use FREQ=MONTHLY", at: place)
        }
        if let place = places[.byday], !pattern.ordinalWeekdays.isEmpty {
            guard frequency == .monthly || frequency == .yearly else {
                throw fault(
                    "a number before a weekday goes only with FREQ=MONTHLY and YEARLY: drop it or change FREQ",
                    at: place)
            }
            if pattern.hasWeeks {
                throw fault("a number before a weekday does not go with BYWEEKNO: drop one of them", at: place)
            }
        }
        if let place = places[.bysetpos], !places.keys.contains(where: { $0 != .bysetpos && $0.name.hasPrefix("BY") }) {
            throw fault("BYSETPOS chooses from another BY part: add one, such as BYDAY", at: place)
        }
    }
}

// Values.
extension RecurrenceParser {
    private static let weekdayNames = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]

    private mutating func frequency() throws(RecurrenceError) -> RecurrenceFrequency {
        let start = position
        let name = word()
        guard let frequency = RecurrenceFrequency.allCases.first(where: { $0.word == name }) else {
            if name.isEmpty { throw unexpected("a frequency such as DAILY") }
            let all = RecurrenceFrequency.allCases.reversed().map(\.word).joined(separator: ", ")
            throw fault("\"\(name.prefix(20))\" is no frequency: use \(all)", at: start)
        }
        return frequency
    }

    private mutating func whole(_ name: String, _ range: ClosedRange<Int>) throws(RecurrenceError) -> Int {
        let start = position
        let value = try number(name, digits: 12)
        guard range.contains(value) else {
            throw fault("\(name) is \(range.lowerBound) to \(range.upperBound)", at: start)
        }
        return value
    }

    private mutating func bits(_ name: String, _ range: ClosedRange<Int>) throws(RecurrenceError) -> UInt64 {
        var result: UInt64 = 0
        repeat { result |= 1 << UInt64(try whole(name, range)) } while skip(UInt8(ascii: ","))
        return result
    }

    private mutating func sign() -> Int {
        if skip(UInt8(ascii: "-")) { return -1 }
        _ = skip(UInt8(ascii: "+"))
        return 1
    }

    /// Numbers that count from the front or, with a minus, from the end; ascending, each once.
    private mutating func signed(_ name: String, upTo most: Int) throws(RecurrenceError) -> [Int] {
        var result: Set<Int> = []
        repeat {
            let start = position
            let sign = sign()
            let value = try number(name, digits: 4)
            guard (1...most).contains(value) else {
                throw fault("\(name) is 1 to \(most), or -1 to -\(most) from the end", at: start)
            }
            result.insert(sign * value)
        } while skip(UInt8(ascii: ","))
        return result.sorted()
    }

    private mutating func weekday(_ name: String) throws(RecurrenceError) -> Int {
        let start = position
        let word = word()
        guard let weekday = RecurrenceParser.weekdayNames.firstIndex(of: word) else {
            if word.isEmpty { throw unexpected("a weekday of \(name)") }
            throw fault("\"\(word.prefix(20))\" is no weekday: use MO, TU, WE, TH, FR, SA, SU", at: start)
        }
        return weekday
    }

    private mutating func weekdays(into pattern: inout RecurrencePattern) throws(RecurrenceError) {
        repeat {
            let start = position
            let sign = sign()
            guard position > start || (current ?? 0) >= 48 && (current ?? 0) <= 57 else {
                pattern.weekdays |= 1 << UInt32(try weekday("BYDAY"))
                continue
            }
            let ordinal = try number("the number before a weekday", digits: 4)
            guard (1...53).contains(ordinal) else {
                throw fault("the number before a weekday is 1 to 53, or -1 to -53 from the end", at: start)
            }
            let item = RecurrencePattern.OrdinalWeekday(ordinal: sign * ordinal, weekday: try weekday("BYDAY"))
            if !pattern.ordinalWeekdays.contains(item) { pattern.ordinalWeekdays.append(item) }
        } while skip(UInt8(ascii: ","))
    }

    /// `19970902`, `19970902T090000` or `19970902T090000Z`.
    mutating func moment() throws(RecurrenceError) -> RecurrenceMoment {
        let start = position
        let form = "a date such as 20301231, 20301231T090000 or 20301231T090000Z"
        let date = try number(form, digits: 8)
        guard position - start == 8 else { throw fault("write \(form)", at: start) }
        var time: Int?
        if current.map({ $0 | 32 }) == UInt8(ascii: "t") {
            position += 1
            let place = position
            time = try number(form, digits: 6)
            guard position - place == 6 else { throw fault("write the time with six digits, as in T090000", at: place) }
        }
        let isUTC = time != nil && current.map { $0 | 32 } == UInt8(ascii: "z")
        if isUTC { position += 1 }
        let digits = time ?? 235_959
        guard date >= 10_000,
            let wall = LocalDateTime(
                year: date / 10_000, month: date / 100 % 100, day: date % 100, hour: digits / 10_000,
                minute: digits / 100 % 100, second: min(digits % 100, digits % 100 == 60 ? 59 : 99))
        else {
            throw fault("there is no such day or time: write \(form)", at: start)
        }
        if isUTC { return .utc(Timestamp(seconds: wall.secondsSinceEpoch)) }
        return time == nil ? .date(wall) : .local(wall)
    }
}
