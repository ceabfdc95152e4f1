/// Reads the text of a cron expression into its compiled fields; each fault carries its column.
struct CronParser {
    private let text: String
    private let bytes: [UInt8]
    let dialect: CronDialect
    let hashKey: UInt64

    /// The reading place within `bytes` and the end of the field that is being read.
    var position = 0
    var end = 0
    var days = CronDays()

    private static let longestText = 1000

    init(text: String, dialect: CronDialect, hashKey: UInt64) {
        self.text = text
        self.dialect = dialect
        self.hashKey = hashKey
        bytes = Array(text.utf8)
    }

    /// The whole expression.
    mutating func fields() throws(CronError) -> CronFields {
        guard bytes.count <= CronParser.longestText else {
            throw fault("an expression has at most \(CronParser.longestText) bytes", at: CronParser.longestText)
        }
        if let odd = bytes.firstIndex(where: { $0 != 9 && ($0 < 32 || $0 > 126) }) {
            throw fault("this character has no place in a cron expression", at: odd)
        }
        let spans = fieldSpans(of: bytes)
        guard let start = spans.first?.lowerBound else { throw fault("the expression is empty", at: 0) }
        if bytes[start] == UInt8(ascii: "@") { return try nickname(spans) }
        let fields = try arrange(spans)
        return try compile(fields)
    }

    func fault(_ message: String, at offset: Int) -> CronError {
        CronError(message, column: offset + 1, in: text)
    }

    var current: UInt8? { position < end ? bytes[position] : nil }

    /// The letters from here on, in upper case; does not move.
    var letters: String {
        var name = ""
        var index = position
        while index < end, bytes[index] | 32 >= 97, bytes[index] | 32 <= 122 {
            name.unicodeScalars.append(Unicode.Scalar(bytes[index] & 0xDF))
            index += 1
        }
        return name
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    /// A number of one to four digits.
    mutating func number(_ what: String) throws(CronError) -> Int {
        let start = position
        var value = 0
        while let byte = current, byte >= 48, byte <= 57 {
            guard position - start < 4 else { throw fault("this number is too long for \(what)", at: start) }
            value = value * 10 + Int(byte - 48)
            position += 1
        }
        guard position > start else { throw unexpected(what) }
        return value
    }

    /// A fault at the reading place: something else was wanted there.
    func unexpected(_ wanted: String) -> CronError {
        guard let byte = current else { return fault("\(wanted) is missing here", at: end) }
        return fault("\(wanted) expected, found \"\(Character(Unicode.Scalar(byte)))\"", at: position)
    }

    private func fieldSpans(of bytes: [UInt8]) -> [Range<Int>] {
        var spans: [Range<Int>] = []
        var start: Int?
        for (index, byte) in bytes.enumerated() {
            if byte == 32 || byte == 9 {
                if let from = start { spans.append(from..<index) }
                start = nil
            } else if start == nil {
                start = index
            }
        }
        if let start { spans.append(start..<bytes.count) }
        return spans
    }

    /// Which field stands where; throws when their number fits no form of the dialect.
    private func arrange(_ spans: [Range<Int>]) throws(CronError) -> [(CronField, Range<Int>)] {
        let five: [CronField] = [.minute, .hour, .dayOfMonth, .month, .dayOfWeek]
        let order: [CronField]
        let wanted: String
        switch (dialect, spans.count) {
        case (.ocps, 5), (.unix, 5): return Array(zip(five, spans))
        case (.ocps, 6), (.quartz, 6): return Array(zip([.second] + five, spans))
        case (.ocps, 7), (.quartz, 7): return Array(zip([.second] + five + [.year], spans))
        case (.ocps, _):
            order = [.second] + five + [.year]
            wanted = "an expression has 5 fields, 6 with leading seconds or 7 with a trailing year"
        case (.unix, _):
            order = five
            wanted = "a unix expression has exactly 5 fields: minute hour day-of-month month day-of-week"
        case (.quartz, _):
            order = [.second] + five + [.year]
            wanted = "a quartz expression has 6 fields with leading seconds, or 7 with a trailing year"
        }
        let place = spans.count > order.count ? spans[order.count].lowerBound : (spans.last?.upperBound ?? 0)
        throw fault("\(wanted); this one has \(spans.count)", at: place)
    }

    private mutating func nickname(_ spans: [Range<Int>]) throws(CronError) -> CronFields {
        let name = String(decoding: bytes[spans[0]], as: UTF8.self)
        if spans.count > 1 { throw fault("nothing may follow \(name)", at: spans[1].lowerBound) }
        let expanded: String
        switch name {
        case "@yearly", "@annually": expanded = "0 0 1 1 *"
        case "@monthly": expanded = "0 0 1 * *"
        case "@weekly": expanded = "0 0 * * 0"
        case "@daily", "@midnight": expanded = "0 0 * * *"
        case "@hourly": expanded = "0 * * * *"
        case "@reboot":
            throw fault("@reboot is not supported: there is no instant at which it is due", at: spans[0].lowerBound)
        default:
            throw fault(
                "unknown nickname: use @yearly, @annually, @monthly, @weekly, @daily, @midnight or @hourly",
                at: spans[0].lowerBound)
        }
        var parser = CronParser(text: expanded, dialect: .unix, hashKey: hashKey)
        return try parser.fields()
    }

    private mutating func compile(_ fields: [(CronField, Range<Int>)]) throws(CronError) -> CronFields {
        var sets: [CronField: CronFieldSet] = [:]
        var years: CronYears?
        for (field, span) in fields {
            position = span.lowerBound
            end = span.upperBound
            if field == .year {
                years = try self.years()
            } else {
                sets[field] = try set(of: field)
            }
        }
        let date = sets[.dayOfMonth] ?? CronFieldSet()
        let weekday = sets[.dayOfWeek] ?? CronFieldSet()
        if dialect == .quartz, date.isQuestionMark == weekday.isQuestionMark, fields.count > 5 {
            throw fault(
                "quartz wants ? in exactly one of day of month and day of week",
                at: fields[date.isQuestionMark ? 5 : 3].1.lowerBound)
        }
        days.daysOfMonth = UInt32(truncatingIfNeeded: date.values)
        days.weekdays = UInt32(truncatingIfNeeded: weekday.values)
        days.needsBoth = weekday.hasPlus || date.startsWithStar || weekday.startsWithStar
        let times = [sets[.second], sets[.minute], sets[.hour]].compactMap { $0 }
        func compiled(_ years: CronYears?) -> CronFields {
            CronFields(
                seconds: sets[.second]?.values ?? 1, minutes: sets[.minute]?.values ?? 1,
                hours: UInt32(truncatingIfNeeded: sets[.hour]?.values ?? 1), days: days,
                months: UInt32(truncatingIfNeeded: sets[.month]?.values ?? 0x1FFE), years: years,
                isInterval: times.contains { $0.isInterval })
        }
        // Without its years an expression repeats after 400 of them: what has no date there need not be sought in 9999.
        for tried in [compiled(nil), compiled(years)]
        where tried.next(from: Timestamp.earliest.seconds) == CronFields.never {
            let place = fields.first { $0.0 == .dayOfMonth }?.1.lowerBound ?? 0
            throw fault("no date matches this: the expression would never fire", at: place)
        }
        return compiled(years)
    }
}
