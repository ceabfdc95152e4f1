extension RecurrenceSchedule {
    /// The schedule in plain English, such as `every month on the last Friday at 17:00 in America/New_York, from
    /// 2026-01-30 on`.
    public var words: String {
        let rules = rule.patterns.map { RecurrenceWords(pattern: $0, start: start).text }
        var result = "\(rules.joined(separator: ", and ")) in \(zone.name), from \(RecurrenceWords.date(start)) on"
        if !rule.additions.isEmpty { result += ", and on \(CronWords.count(rule.additions.count, "single date"))" }
        if !rule.exclusions.isEmpty { result += ", without \(CronWords.count(rule.exclusions.count, "date"))" }
        return result
    }
}

/// Turns one recurrence rule into an English phrase.
struct RecurrenceWords {
    let pattern: RecurrencePattern
    let start: LocalDateTime

    /// More single times of day than this are told as "minute … of hour …".
    private static let mostTimes = 6

    var text: String {
        var parts = [([every] + days).joined(separator: " ")]
        if !pattern.positions.isEmpty {
            parts.append("only the \(RecurrenceWords.ordinals(pattern.positions)) of these in each \(unit)")
        }
        if let count = pattern.count { parts.append(count == 1 ? "once" : "\(count) times") }
        switch pattern.until {
        case .utc(let instant): parts.append("until \(instant)")
        case .local(let wall): parts.append("until \(RecurrenceWords.date(wall)) \(RecurrenceWords.time(wall))")
        case .date(let wall): parts.append("until the end of \(RecurrenceWords.date(wall))")
        case nil: break
        }
        return parts.joined(separator: ", ")
    }

    private var unit: String {
        switch pattern.frequency {
        case .secondly: "second"
        case .minutely: "minute"
        case .hourly: "hour"
        case .daily: "day"
        case .weekly: "week"
        case .monthly: "month"
        case .yearly: "year"
        }
    }

    private var every: String { pattern.interval == 1 ? "every \(unit)" : "every \(pattern.interval) \(unit)s" }

    /// What the rule says of days and times, and what the start says for it.
    private var days: [String] {
        var chosen: [String] = []
        let dates =
            CronWords.values(UInt64(pattern.monthDays))
            + CronWords.values(UInt64(pattern.monthDaysFromEnd)).map { -$0 }
        if !dates.isEmpty { chosen.append("the \(RecurrenceWords.ordinals(dates)) day of the month") }
        if !pattern.yearDays.isEmpty {
            chosen.append("the \(RecurrenceWords.ordinals(pattern.yearDays)) day of the year")
        }
        var weekdays = CronWords.values(UInt64(pattern.weekdays)).map { CronWords.dayNames[$0] }
        if pattern.weekdays == CronDays.everyWeekday { weekdays = ["any weekday"] }
        weekdays += pattern.ordinalWeekdays.map { item in
            "the \(RecurrenceWords.ordinals([item.ordinal])) \(CronWords.dayNames[item.weekday])"
        }
        if !weekdays.isEmpty { chosen.append(CronWords.list(weekdays)) }
        let weeks = CronWords.values(pattern.weeks) + CronWords.values(pattern.weeksFromEnd).map { -$0 }
        if chosen.isEmpty {
            switch pattern.frequency {
            case .yearly where weeks.isEmpty && pattern.months == 0:
                chosen.append("\(CronWords.months[start.month - 1]) \(start.day)")
            case .yearly where weeks.isEmpty, .monthly:
                chosen.append("the \(RecurrenceWords.ordinals([start.day])) day of the month")
            case .yearly, .weekly: chosen.append(CronWords.dayNames[start.weekday])
            default: break
            }
        }
        var parts = chosen.isEmpty ? [] : ["on \(chosen.joined(separator: " if that is "))"]
        if !weeks.isEmpty { parts.append("in the \(RecurrenceWords.ordinals(weeks)) week of the year") }
        if let times { parts.append("at \(times)") }
        if pattern.months != 0 {
            parts.append(
                "in \(CronWords.list(CronWords.values(UInt64(pattern.months)).map { CronWords.months[$0 - 1] }))")
        }
        return parts
    }

    /// The times of day for days and longer, what limits and expands shorter intervals otherwise; nil for nothing.
    private var times: String? {
        let series = RecurrenceSeries.times(of: pattern, start: start)
        if pattern.frequency >= .daily, series.count <= RecurrenceWords.mostTimes {
            return CronWords.list((0..<series.count).map { CronWords.time(series[$0]) })
        }
        func part(_ noun: String, _ written: UInt64, _ filled: UInt64, _ frequency: RecurrenceFrequency) -> String? {
            // A second of 0 goes without saying.
            let set = written == 0 && pattern.frequency > frequency && filled != 1 ? filled : written
            guard set != 0 else { return nil }
            return
                "\(noun)\(set.nonzeroBitCount > 1 ? "s" : "") \(CronWords.list(CronWords.values(set).map { "\($0)" }))"
        }
        let parts = [
            part("second", pattern.seconds, series.seconds, .secondly),
            part("minute", pattern.minutes, series.minutes, .minutely),
            part("hour", UInt64(pattern.hours), UInt64(series.hours), .hourly),
        ].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: " of ")
    }

    /// `1st, 2nd and last`; negative ones count from the end.
    private static func ordinals(_ numbers: [Int]) -> String {
        CronWords.list(
            numbers.map { number in
                number == -1 ? "last" : number < 0 ? "\(ordinal(-number)) last" : ordinal(number)
            })
    }

    private static func ordinal(_ number: Int) -> String {
        switch (number % 100, number % 10) {
        case (11...13, _): "\(number)th"
        case (_, 1): "\(number)st"
        case (_, 2): "\(number)nd"
        case (_, 3): "\(number)rd"
        default: "\(number)th"
        }
    }

    /// `2026-01-30`.
    static func date(_ wall: LocalDateTime) -> String { String("\(wall)".prefix(while: { $0 != "T" })) }

    private static func time(_ wall: LocalDateTime) -> String {
        CronWords.time(wall.hour * 3600 + wall.minute * 60 + wall.second)
    }
}
