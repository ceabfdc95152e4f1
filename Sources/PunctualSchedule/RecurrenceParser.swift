/// Reads the lines of a recurrence rule; each fault carries its line and column.
struct RecurrenceParser {
    private let text: String
    /// The text in which folded lines (RFC 5545, 3.1) are whole again, and where each byte stood.
    private var bytes: [UInt8] = []
    private var origins: [Int] = []

    /// The reading place within `bytes` and the end of the line that is being read.
    var position = 0
    var end = 0

    var patterns: [RecurrencePattern] = []
    var additions: [RecurrenceRule.Date] = []
    var exclusions: [RecurrenceRule.Date] = []

    init(text: String) {
        self.text = text
        let raw = Array(text.utf8)
        bytes.reserveCapacity(raw.count)
        origins.reserveCapacity(raw.count + 1)
        var index = 0
        while index < raw.count {
            let next = raw[index] == 13 && index + 1 < raw.count && raw[index + 1] == 10 ? index + 1 : index
            let isFold = raw[next] == 10 && next + 1 < raw.count && (raw[next + 1] == 32 || raw[next + 1] == 9)
            if isFold, !bytes.isEmpty {
                index = next + 2
                continue
            }
            bytes.append(raw[next])
            origins.append(next)
            index = next + 1
        }
        origins.append(raw.count)
    }

    /// The whole text.
    mutating func readLines() throws(RecurrenceError) {
        guard text.utf8.count <= RecurrenceRule.longestText else {
            throw fault("a rule has at most \(RecurrenceRule.longestText) bytes", at: 0)
        }
        if let odd = bytes.firstIndex(where: { $0 != 10 && ($0 < 32 || $0 > 126) }) {
            throw fault("this character has no place in a recurrence rule", at: odd)
        }
        var start = 0
        while start <= bytes.count {
            let until = bytes[start...].firstIndex(of: 10) ?? bytes.count
            position = start
            end = until
            while end > position, bytes[end - 1] == 32 { end -= 1 }
            while position < end, bytes[position] == 32 { position += 1 }
            if position < end { try readLine() }
            start = until + 1
        }
        if patterns.isEmpty {
            position = 0
            throw fault("a rule is missing: write one such as FREQ=DAILY;INTERVAL=2", at: 0)
        }
    }

    private mutating func readLine() throws(RecurrenceError) {
        let start = position
        let name = word()
        if current == UInt8(ascii: "=") {
            guard patterns.isEmpty, additions.isEmpty, exclusions.isEmpty else {
                throw fault("only the first line may leave RRULE: out", at: start)
            }
            position = start
            patterns.append(try pattern())
            return
        }
        switch name {
        case "RRULE":
            if current == UInt8(ascii: ";") {
                throw fault("RRULE takes no parameters: write RRULE:FREQ=…", at: position)
            }
            try expect(UInt8(ascii: ":"), "RRULE:FREQ=…")
            guard patterns.count < RecurrenceRule.mostRules else {
                throw fault("there may be at most \(RecurrenceRule.mostRules) rules", at: start)
            }
            patterns.append(try pattern())
        case "RDATE": additions += try dates(of: name)
        case "EXDATE": exclusions += try dates(of: name)
        case "EXRULE":
            throw fault("EXRULE was withdrawn by RFC 5545: leave single dates out with EXDATE", at: start)
        case "DTSTART", "DTEND", "DURATION":
            throw fault("\(name) has no place in the rule: the start and its zone are fields of their own", at: start)
        default:
            throw fault("begin the line with FREQ=, RRULE:, RDATE: or EXDATE:", at: start)
        }
    }

    /// The values of `RDATE` and `EXDATE` with their parameters.
    private mutating func dates(of name: String) throws(RecurrenceError) -> [RecurrenceRule.Date] {
        var zone: String?
        while skip(UInt8(ascii: ";")) {
            let place = position
            let parameter = word()
            try expect(UInt8(ascii: "="), "\(name);TZID=Europe/Berlin:…")
            switch parameter {
            case "TZID" where zone == nil:
                let start = position
                while let byte = current, byte != UInt8(ascii: ":"), byte != UInt8(ascii: ";") { position += 1 }
                zone = String(decoding: bytes[start..<position], as: UTF8.self)
            case "VALUE":
                let start = position
                let value = word()
                guard value == "DATE", current == UInt8(ascii: "-"), skip(UInt8(ascii: "-")), word() == "TIME" else {
                    throw fault("only VALUE=DATE-TIME has a meaning here: write dates with their time", at: start)
                }
            default:
                throw fault("\(name) takes TZID and VALUE, once each", at: place)
            }
        }
        try expect(UInt8(ascii: ":"), "\(name):19970902T090000")
        var result: [RecurrenceRule.Date] = []
        repeat {
            let start = position
            let moment = try self.moment()
            switch moment {
            case .date:
                throw fault("a date alone names no instant: write its time too, as in 19970902T090000", at: start)
            case .utc where zone != nil:
                throw fault("an instant in UTC takes no TZID: drop the Z or the TZID", at: start)
            case .utc, .local: break
            }
            let place = self.place(of: start)
            result.append(RecurrenceRule.Date(moment: moment, zone: zone, line: place.line, column: place.column))
        } while skip(UInt8(ascii: ","))
        if current != nil { throw unexpected("a comma or the end of the line") }
        return result
    }
}

// Small pieces.
extension RecurrenceParser {
    var current: UInt8? { position < end ? bytes[position] : nil }

    /// The line and column, from 1, at which the byte stands in the text.
    func place(of offset: Int) -> (line: Int, column: Int) {
        let origin = origins[min(offset, origins.count - 1)]
        let before = text.utf8.prefix(origin)
        guard let newline = before.lastIndex(of: 10) else { return (1, origin + 1) }
        return (1 + before.count { $0 == 10 }, before.distance(from: newline, to: before.endIndex))
    }

    func fault(_ message: String, at offset: Int) -> RecurrenceError {
        let place = place(of: offset)
        return RecurrenceError(message, line: place.line, column: place.column, in: text)
    }

    /// A fault at the reading place: something else was wanted there.
    func unexpected(_ wanted: String) -> RecurrenceError {
        guard let byte = current else { return fault("\(wanted) is missing here", at: end) }
        return fault("\(wanted) expected, found \"\(Character(Unicode.Scalar(byte)))\"", at: position)
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ form: String) throws(RecurrenceError) {
        guard skip(byte) else { throw unexpected("\"\(Character(Unicode.Scalar(byte)))\" as in \(form)") }
    }

    /// The letters from here on in upper case; RFC 5545 names are written in either. Moves past them.
    mutating func word() -> String {
        var name = ""
        while let byte = current, byte | 32 >= 97, byte | 32 <= 122 {
            name.unicodeScalars.append(Unicode.Scalar(byte & 0xDF))
            position += 1
        }
        return name
    }

    /// A number of at most `digits` digits.
    mutating func number(_ what: String, digits: Int) throws(RecurrenceError) -> Int {
        let start = position
        var value = 0
        while let byte = current, byte >= 48, byte <= 57 {
            guard position - start < digits else { throw fault("this number is too long for \(what)", at: start) }
            value = value * 10 + Int(byte - 48)
            position += 1
        }
        guard position > start else { throw unexpected(what) }
        return value
    }
}
