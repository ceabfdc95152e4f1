internal import PunctualSchedule

/// Seven days as a clock on the wall shows them.
struct CalendarWeek: Sendable {
    /// An hour by its name: on some days it is not there, on some twice.
    struct Hour: Hashable {
        let day: Int
        let hour: Int
    }

    /// Days since 1970-01-01.
    let firstNumber: Int
    let from: Timestamp
    /// How many it lasts, in whole ones.
    let hours: Int
    /// Whether it begins today; plans of days gone by there are none.
    let isFirst: Bool

    /// How far ahead one may look.
    private static let mostDays = 350

    /// - Parameter text: the first day, `2026-11-22`; one that is none, or is over, means today.
    init(firstDay text: String?, zone: ZoneRules, now: Timestamp) {
        let today = zone.local(at: now).dayNumber
        let asked = text.flatMap { LocalDateTime(iso8601: "\($0)T00:00:00") }?.dayNumber ?? today
        firstNumber = min(max(asked, today), today + Self.mostDays)
        isFirst = firstNumber == today
        from = Self.midnight(firstNumber, zone)
        let end = Self.midnight(firstNumber + 7, zone)
        hours = Int((end.milliseconds - from.milliseconds + 3_599_999) / 3_600_000)
    }

    private static func midnight(_ day: Int, _ zone: ZoneRules) -> Timestamp {
        switch zone.resolve(LocalDateTime(secondsSinceEpoch: Int64(day) * 86_400)) {
        case .unique(let instant), .overlap(let instant, _), .gap(_, _, let instant): instant
        }
    }

    var firstDay: String { day(from: 0) }

    /// The date so many days later.
    func day(from days: Int) -> String {
        let date = LocalDateTime.civil(fromDay: firstNumber + days)
        return "\(date.year)-\(PageClock.two(date.month))-\(PageClock.two(date.day))"
    }

    /// `22 Nov – 28 Nov 2026`
    var text: String {
        let (first, last) = (Self.date(firstNumber), Self.date(firstNumber + 6))
        return "\(first) – \(last) \(LocalDateTime.civil(fromDay: firstNumber + 6).year)"
    }

    /// `Sun 22 Nov`
    static func dayText(_ number: Int) -> String {
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        // 1970-01-01 was a Thursday.
        return "\(names[((number + 3) % 7 + 7) % 7]) \(date(number))"
    }

    private static func date(_ number: Int) -> String {
        let date = LocalDateTime.civil(fromDay: number)
        return "\(date.day) \(PageClock.months[date.month - 1])"
    }
}

/// Which of five shades a number gets.
struct HeatScale: Sendable {
    private let (least, most): (Int64, Int64)

    /// - Parameters:
    ///   - counts: what is compared.
    ///   - most: the highest of all that is shown.
    init(_ counts: [Int64], most: Int64) {
        least = counts.min() ?? 0
        self.most = most
    }

    /// 0 for nothing, 1 to 5 from the least to the most; 3 where all are about the same.
    func level(_ count: Int64) -> Int {
        if count <= 0 { return 0 }
        if most < 5, least == 0 { return Int(count) }
        if most * 4 < least * 5 { return 3 }
        let part = Double(max(0, count - least)) / Double(max(1, most - least))
        return 1 + min(4, Int(part.squareRoot() * 5))
    }
}

extension ZoneRules {
    /// When the hour began on the clock, or when it was last changed within it.
    func hourStart(of instant: Timestamp) -> Timestamp {
        let local = local(at: instant)
        let start = Timestamp(seconds: instant.seconds - Int64(local.minute * 60 + local.second))
        guard let change = previousTransition(before: instant + .milliseconds(1)), change > start else { return start }
        return change
    }
}

extension Wording {
    /// `940`, `1.2k`, `18k`, `1.2M`: for where there is little room.
    static func short(_ value: Int64) -> String {
        func tenths(_ value: Int64, _ unit: Int64, _ letter: String) -> String {
            let whole = value / unit
            let tenth = value % unit * 10 / unit
            return whole >= 10 || tenth == 0 ? "\(whole)\(letter)" : "\(whole).\(tenth)\(letter)"
        }
        switch value {
        case ..<1000: return "\(value)"
        case ..<1_000_000: return tenths(value, 1000, "k")
        default: return tenths(value, 1_000_000, "M")
        }
    }
}
