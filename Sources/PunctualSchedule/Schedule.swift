/// When something is due: one of the kinds that the contract knows.
public enum Schedule: Sendable, Hashable {
    case cron(CronSchedule)
    case recurrence(RecurrenceSchedule)
    case interval(IntervalSchedule)
    /// That long after the last execution ended; the caller adds it.
    case fixedDelay(Duration)
    case once(Timestamp)
    /// Only when asked for.
    case manual

    /// The first occurrence strictly after the instant.
    ///
    /// nil when there is none up to year 9999, and always for fixed delays and manual schedules, whose instants are
    /// known only to the caller.
    public func next(after instant: Timestamp) -> Timestamp? {
        switch self {
        case .cron(let schedule): schedule.next(after: instant)
        case .recurrence(let schedule): schedule.next(after: instant)
        case .interval(let schedule): schedule.next(after: instant)
        case .once(let at): at > instant ? at : nil
        case .fixedDelay, .manual: nil
        }
    }

    /// The last occurrence strictly before the instant; nil as in `next(after:)`.
    public func previous(before instant: Timestamp) -> Timestamp? {
        switch self {
        case .cron(let schedule): schedule.previous(before: instant)
        case .recurrence(let schedule): schedule.previous(before: instant)
        case .interval(let schedule): schedule.previous(before: instant)
        case .once(let at): at < instant ? at : nil
        case .fixedDelay, .manual: nil
        }
    }

    /// At most `limit` occurrences strictly after the instant, in order.
    public func occurrences(after instant: Timestamp, limit: Int) -> [Timestamp] {
        var result: [Timestamp] = []
        var last = instant
        while result.count < limit, let next = next(after: last) {
            result.append(next)
            last = next
        }
        return result
    }

    /// The schedule in plain English, such as `every weekday at 09:00 in Europe/Berlin`.
    public var words: String {
        switch self {
        case .cron(let schedule): schedule.words
        case .recurrence(let schedule): schedule.words
        case .interval(let schedule): "every \(schedule.every.text) from \(schedule.anchor)"
        case .fixedDelay(let delay): "\(delay.text) after each execution has ended"
        case .once(let at): "once at \(at)"
        case .manual: "only when triggered"
        }
    }
}
