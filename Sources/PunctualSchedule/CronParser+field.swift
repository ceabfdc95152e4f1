/// What one field allows, and how it was written.
struct CronFieldSet {
    /// One bit a value; weekdays from 0 (Sunday).
    var values: UInt64 = 0
    /// `*`, a range or a step occurs.
    var isInterval = false
    /// The field begins with `*` or is `?`: for the day fields, it does not restrict (the rule of Vixie cron).
    var startsWithStar = false
    var isQuestionMark = false
    /// The day of week begins with `+`.
    var hasPlus = false
}

/// One element of a list: the values from `first` to `last` in steps.
private struct CronSpan {
    var first: Int
    var last: Int
    var step = 1
    var isInterval = false
}

extension CronParser {
    /// A field other than the year; the modifiers of the day fields go to `days`.
    mutating func set(of field: CronField) throws(CronError) -> CronFieldSet {
        var set = CronFieldSet()
        if current == UInt8(ascii: "?") {
            guard field == .dayOfMonth || field == .dayOfWeek, dialect != .unix else {
                throw fault(
                    dialect == .unix
                        ? "? is no part of unix cron: write *"
                        : "? stands only for a whole day of month or day of week", at: position)
            }
            position += 1
            guard current == nil else { throw fault("? stands alone in its field", at: position) }
            set.isQuestionMark = true
            set.startsWithStar = true
            set.values = field == .dayOfMonth ? UInt64(CronDays.everyDay) : UInt64(CronDays.everyWeekday)
            return set
        }
        if current == UInt8(ascii: "+") {
            guard field == .dayOfWeek, dialect == .ocps else {
                throw fault("+ may only begin the day of week, in the ocps dialect", at: position)
            }
            position += 1
            set.hasPlus = true
        }
        set.startsWithStar = current == UInt8(ascii: "*")
        var items = 0
        repeat {
            items += 1
            if try modifier(of: field, isOnlyItem: items == 1) { continue }
            let span = try span(of: field)
            set.isInterval = set.isInterval || span.isInterval
            add(span, of: field, to: &set.values)
        } while skip(UInt8(ascii: ","))
        if current != nil { throw unexpected("a comma or the end of the \(field.name)") }
        return set
    }

    /// The year field; nil for `*`.
    mutating func years() throws(CronError) -> CronYears? {
        if position + 1 == end, current == UInt8(ascii: "*") { return nil }
        var years = CronYears()
        repeat {
            let span = try span(of: .year)
            years.add(CronYears.Span(first: span.first, last: span.last, step: span.step))
        } while skip(UInt8(ascii: ","))
        if current != nil { throw unexpected("a comma or the end of the year") }
        return years
    }

    private func add(_ span: CronSpan, of field: CronField, to values: inout UInt64) {
        let cycle = field.wildcard(dialect)
        // A range that wraps (quartz only) goes on past the end of the cycle.
        let last = span.last < span.first ? span.last + cycle.count : span.last
        for value in stride(from: span.first, through: last, by: span.step) {
            var bit = value > field.range(dialect).upperBound ? value - cycle.count : value
            if field == .dayOfWeek { bit = dialect == .quartz ? bit - 1 : bit % 7 }
            values |= 1 << UInt64(bit)
        }
    }

    /// `*`, a value, a range or `H`, each with an optional step.
    private mutating func span(of field: CronField) throws(CronError) -> CronSpan {
        var span: CronSpan
        var isSingle = false
        var hashStart: Int?
        let start = position
        if skip(UInt8(ascii: "*")) {
            let all = field.wildcard(dialect)
            span = CronSpan(first: all.lowerBound, last: all.upperBound, isInterval: true)
        } else if letters == "H", dialect != .unix, field != .year {
            hashStart = position
            let range = try hashRange(of: field)
            span = CronSpan(first: range.lowerBound, last: range.upperBound)
        } else {
            let first = try value(of: field)
            span = CronSpan(first: first, last: first)
            if skip(UInt8(ascii: "-")) {
                let name = letters
                span.last = try value(of: field)
                // SAT-SUN ends on the Sunday after, which is 7.
                if field == .dayOfWeek, dialect != .quartz, span.last == 0, name == "SUN" { span.last = 7 }
                span.isInterval = true
                let wraps = dialect == .quartz && field != .year
                if span.last < span.first, !wraps {
                    throw fault("the range runs backwards: write the smaller \(field.name) first", at: start)
                }
            } else {
                isSingle = true
            }
        }
        if current == UInt8(ascii: "/") {
            if isSingle, dialect == .unix {
                throw fault("unix cron steps only over * or a range: write \(span.first)-…/n", at: position)
            }
            position += 1
            let place = position
            span.step = try number("a step")
            guard span.step > 0 else { throw fault("a step must be at least 1", at: place) }
            span.isInterval = true
            if isSingle { span.last = field.wildcard(dialect).upperBound }
            if isSingle, span.last < span.first { span.last = span.first }
        }
        if hashStart != nil { hash(&span, field: field) }
        return span
    }

    /// The range of `H` or `H(a-b)`; moves past it.
    private mutating func hashRange(of field: CronField) throws(CronError) -> ClosedRange<Int> {
        position += 1
        guard skip(UInt8(ascii: "(")) else { return field.hashed(dialect) }
        let start = position
        let first = try value(of: field)
        guard skip(UInt8(ascii: "-")) else { throw unexpected("a range such as H(0-29)") }
        let last = try value(of: field)
        guard first <= last else { throw fault("the range runs backwards", at: start) }
        guard skip(UInt8(ascii: ")")) else { throw unexpected("a closing parenthesis") }
        return first...last
    }

    /// `H` becomes one value of its range; `H/n` begins within the first n of them.
    private func hash(_ span: inout CronSpan, field: CronField) {
        let count = span.last - span.first + 1
        let hash = CronParser.mixed(hashKey &+ UInt64(field.rawValue + 1) &* 0x9E37_79B9_7F4A_7C15)
        if span.isInterval {
            span.first += Int(hash % UInt64(min(span.step, count)))
        } else {
            span.first += Int(hash % UInt64(count))
            span.last = span.first
        }
    }

    /// The finalizer of splitmix64 (Steele, Lea, Flood 2014): every bit of the key reaches every bit of the result.
    private static func mixed(_ key: UInt64) -> UInt64 {
        var value = key
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A number within the field's range, or one of its names.
    private mutating func value(of field: CronField) throws(CronError) -> Int {
        let start = position
        let name = letters
        if name == "L", field == .dayOfWeek, dialect == .quartz {
            position += 1
            return 7
        }
        if !name.isEmpty {
            guard let value = field.number(named: String(name.prefix(3)), dialect),
                name.count == 3 || name.hasSuffix("L")
            else {
                throw fault(CronParser.unknownName(name, field), at: start)
            }
            guard name.count == 3 || (name.count == 4 && field == .dayOfWeek) else {
                throw fault(CronParser.unknownName(name, field), at: start)
            }
            position += 3
            return value
        }
        let value = try number("a \(field.name)")
        let range = field.range(dialect)
        guard range.contains(value) else {
            throw fault(
                "\(field.name) \(value) is out of range: use \(range.lowerBound) to \(range.upperBound)", at: start)
        }
        return value
    }

    private static func unknownName(_ name: String, _ field: CronField) -> String {
        let shown = name.prefix(12)
        guard let first = field.names.first, let last = field.names.last else {
            return "\"\(shown)\" has no meaning in the \(field.name)"
        }
        if let short = field.names.first(where: { name.hasPrefix($0) }) {
            return "\"\(shown)\" is no \(field.name): write \(short)"
        }
        return "\"\(shown)\" is no \(field.name): use \(first) to \(last) or a number"
    }
}

// L, W and # in the day fields.
extension CronParser {
    /// Reads the modifier at the reading place into `days`; false, without moving, when there is none.
    private mutating func modifier(of field: CronField, isOnlyItem: Bool) throws(CronError) -> Bool {
        guard dialect != .unix else { return false }
        switch field {
        case .dayOfMonth: return try dateModifier(isOnlyItem: isOnlyItem)
        case .dayOfWeek: return try weekdayModifier()
        default: return false
        }
    }

    private mutating func dateModifier(isOnlyItem: Bool) throws(CronError) -> Bool {
        let start = position
        let name = letters
        if name == "L" || name == "LW" {
            position += name.count
            var distance = 0
            if name == "L", skip(UInt8(ascii: "-")) {
                let place = position
                distance = try number("the days before the last")
                guard distance <= 30 else { throw fault("L-n takes 0 to 30 days", at: place) }
            }
            if name == "LW" || letters == "W" {
                if name == "L" { position += 1 }
                try requireAlone(isOnlyItem, from: start)
                days.nearestWeekdayFromEnd = distance
            } else {
                days.daysFromEnd |= 1 << UInt32(distance)
            }
            return true
        }
        guard let byte = current, byte >= 48, byte <= 57 else { return false }
        let day = try value(of: .dayOfMonth)
        guard letters == "W" else {
            position = start
            return false
        }
        position += 1
        try requireAlone(isOnlyItem, from: start)
        days.nearestWeekday = day
        return true
    }

    /// OCPS 1.3, 3.3: W cannot be used with ranges or lists.
    private func requireAlone(_ isOnlyItem: Bool, from start: Int) throws(CronError) {
        guard isOnlyItem, current == nil else {
            throw fault("W stands alone: it takes no list, range or step", at: start)
        }
    }

    private mutating func weekdayModifier() throws(CronError) -> Bool {
        let start = position
        if letters == "L" {
            // Quartz reads a bare L as its day 7, Saturday, which `value` does.
            if dialect == .quartz { return false }
            throw fault("L needs a weekday before it, such as 5L or FRI#L for the last Friday", at: position)
        }
        guard current != UInt8(ascii: "*"), letters != "H" else { return false }
        let value = try value(of: .dayOfWeek)
        let weekday = dialect == .quartz ? value - 1 : value % 7
        if letters == "L" {
            position += 1
            days.lastWeekdays |= 1 << UInt32(weekday)
            return true
        }
        guard skip(UInt8(ascii: "#")) else {
            position = start
            return false
        }
        if letters == "L" {
            position += 1
            days.lastWeekdays |= 1 << UInt32(weekday)
            return true
        }
        let place = position
        let nth = try number("which of the month's weekdays")
        guard (1...5).contains(nth) else { throw fault("# takes 1 to 5 or L", at: place) }
        days.nthWeekdays |= 1 << UInt64(7 * (nth - 1) + weekday)
        return true
    }
}
