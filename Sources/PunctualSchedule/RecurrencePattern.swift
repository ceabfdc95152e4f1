/// How often a rule's interval comes round.
enum RecurrenceFrequency: Int, Sendable, CaseIterable {
    case secondly, minutely, hourly, daily, weekly, monthly, yearly

    /// The word that the rule writes.
    var word: String {
        switch self {
        case .secondly: "SECONDLY"
        case .minutely: "MINUTELY"
        case .hourly: "HOURLY"
        case .daily: "DAILY"
        case .weekly: "WEEKLY"
        case .monthly: "MONTHLY"
        case .yearly: "YEARLY"
        }
    }

    /// Seconds of one interval on the wall clock; those longer than a day are searched day by day.
    var unit: Int {
        switch self {
        case .secondly: 1
        case .minutely: 60
        case .hourly: 3600
        case .daily, .weekly, .monthly, .yearly: 86_400
        }
    }

    /// How many such intervals the 400 years have after which dates and weekdays repeat.
    var intervalsPerCycle: Int {
        switch self {
        case .yearly: 400
        case .monthly: 4800
        case .weekly: 20_871
        case .secondly, .minutely, .hourly, .daily: 146_097 * (86_400 / unit)
        }
    }
}

extension RecurrenceFrequency: Comparable {
    static func < (left: RecurrenceFrequency, right: RecurrenceFrequency) -> Bool { left.rawValue < right.rawValue }
}

/// An end or a single date of a rule: an instant, or a reading of the wall clock in the schedule's zone.
enum RecurrenceMoment: Sendable, Hashable {
    case utc(Timestamp)
    case local(LocalDateTime)
    /// A date alone, held as its last second: it includes the whole day.
    case date(LocalDateTime)

    /// The instant in the zone; a time that does not exist or exists twice is read as RFC 5545, 3.3.5 says.
    func instant(in zone: ZoneRules) -> Timestamp {
        switch self {
        case .utc(let instant): instant
        case .local(let wall), .date(let wall):
            switch zone.resolve(wall) {
            case .unique(let instant): instant
            case .gap(let before, _, _): Timestamp(seconds: wall.secondsSinceEpoch - Int64(before))
            case .overlap(let first, _): first
            }
        }
    }
}

/// The parts of one `RRULE` as they were written; an empty set is a part that was not given.
struct RecurrencePattern: Sendable, Hashable {
    /// `2MO`, `-1FR`.
    struct OrdinalWeekday: Sendable, Hashable {
        /// -53 to 53, never 0.
        var ordinal: Int
        /// 0 (Sunday) to 6.
        var weekday: Int
    }

    var frequency = RecurrenceFrequency.daily
    var interval = 1
    var count: Int?
    var until: RecurrenceMoment?
    /// Bits 0 to 59.
    var seconds: UInt64 = 0
    /// Bits 0 to 59.
    var minutes: UInt64 = 0
    /// Bits 0 to 23.
    var hours: UInt32 = 0
    /// Bits 1 to 12.
    var months: UInt32 = 0
    /// Bits 1 to 31.
    var monthDays: UInt32 = 0
    /// Bits 1 (the last day) to 31.
    var monthDaysFromEnd: UInt32 = 0
    /// -366 to 366 without 0, ascending.
    var yearDays: [Int] = []
    /// Bits 1 to 53.
    var weeks: UInt64 = 0
    /// Bits 1 (the last week) to 53.
    var weeksFromEnd: UInt64 = 0
    /// Bits 0 (Sunday) to 6.
    var weekdays: UInt32 = 0
    var ordinalWeekdays: [OrdinalWeekday] = []
    /// -366 to 366 without 0, ascending.
    var positions: [Int] = []
    /// The first day of a week, 0 (Sunday) to 6.
    var weekStart = 1
    /// Where the rule stands in the text, counted from 1.
    var line = 1

    var hasWeeks: Bool { weeks | weeksFromEnd != 0 }
    var hasMonthDays: Bool { monthDays | monthDaysFromEnd != 0 }
    var hasWeekdays: Bool { weekdays != 0 || !ordinalWeekdays.isEmpty }
}
