extension PosixZoneRule {
    /// Reads the footer's text without its line feeds; nil when it breaks the grammar of RFC 9636, 3.3.1.
    init?(text: ArraySlice<UInt8>) {
        var reader = FooterReader(rest: text)
        guard reader.skipName(), let west = reader.time(atMost: 24) else { return nil }
        standardOffset = -west
        daylight = nil
        if reader.rest.isEmpty { return }
        guard reader.skipName() else { return nil }
        var offset = standardOffset + 3600
        if reader.rest.first != UInt8(ascii: ",") {
            guard let west = reader.time(atMost: 24) else { return nil }
            offset = -west
        }
        guard reader.skip(UInt8(ascii: ",")), let start = reader.change(), reader.skip(UInt8(ascii: ",")),
            let end = reader.change(), reader.rest.isEmpty
        else { return nil }
        daylight = Daylight(offset: offset, start: start, end: end)
    }
}

/// Reads a POSIX TZ string from the front.
private struct FooterReader {
    var rest: ArraySlice<UInt8>

    mutating func skip(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Passes over an abbreviation: three or more letters, or `<…>` with letters, digits and signs.
    mutating func skipName() -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (byte | 32) >= 97 && (byte | 32) <= 122 }
        func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
        if skip(UInt8(ascii: "<")) {
            let name = rest.prefix { isLetter($0) || isDigit($0) || $0 == 43 || $0 == 45 }
            rest = rest.dropFirst(name.count)
            return name.count >= 3 && skip(UInt8(ascii: ">"))
        }
        let name = rest.prefix(while: isLetter)
        rest = rest.dropFirst(name.count)
        return name.count >= 3
    }

    /// A plain number of at most three digits.
    mutating func number() -> Int? {
        let digits = rest.prefix(4).prefix { $0 >= 48 && $0 <= 57 }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(atMost hours: Int) -> Int? {
        let sign = skip(UInt8(ascii: "-")) ? -1 : 1
        if sign == 1 { _ = skip(UInt8(ascii: "+")) }
        guard let hour = number(), hour <= hours else { return nil }
        var seconds = hour * 3600
        for unit in [60, 1] where skip(UInt8(ascii: ":")) {
            guard let value = number(), value < 60 else { return nil }
            seconds += value * unit
        }
        return sign * seconds
    }

    mutating func change() -> PosixZoneRule.Change? {
        let day: PosixZoneRule.Change.Day
        if skip(UInt8(ascii: "M")) {
            guard let month = number(), (1...12).contains(month), skip(UInt8(ascii: ".")), let week = number(),
                (1...5).contains(week), skip(UInt8(ascii: ".")), let weekday = number(), weekday < 7
            else { return nil }
            day = .weekday(month: month, week: week, weekday: weekday)
        } else if skip(UInt8(ascii: "J")) {
            guard let number = number(), (1...365).contains(number) else { return nil }
            day = .julian(number)
        } else {
            guard let number = number(), number <= 365 else { return nil }
            day = .zeroBased(number)
        }
        var time = 7200
        if skip(UInt8(ascii: "/")) {
            guard let explicit = self.time(atMost: 167) else { return nil }
            time = explicit
        }
        return PosixZoneRule.Change(day: day, time: time)
    }
}
