extension Schedule {
    /// One coming occurrence, as people want to see it.
    public struct Preview: Sendable, Hashable {
        public let at: Timestamp
        /// The wall time in the schedule's zone with its offset, `2026-03-29T03:00:00.000+02:00`.
        public let local: String
        /// What a clock change does to this occurrence; nil when none does.
        public let note: String?

        public init(at: Timestamp, local: String, note: String?) {
            self.at = at
            self.local = local
            self.note = note
        }
    }

    /// At most `limit` coming occurrences strictly after the instant, with local times and notes on clock changes.
    public func preview(after instant: Timestamp, limit: Int) -> [Preview] {
        let zone = self.zone
        return occurrences(after: instant, limit: limit).map { at in
            Preview(at: at, local: zone.text(of: at), note: note(at: at))
        }
    }

    /// The zone whose clock the schedule follows; UTC for those that follow none.
    public var zone: ZoneRules {
        switch self {
        case .cron(let schedule): schedule.zone
        case .recurrence(let schedule): schedule.zone
        case .interval, .fixedDelay, .once, .manual: .utc
        }
    }

    private func note(at instant: Timestamp) -> String? {
        switch self {
        case .cron(let schedule): schedule.note(at: instant)
        case .recurrence(let schedule): schedule.note(at: instant)
        case .interval, .fixedDelay, .once, .manual: nil
        }
    }
}

extension ZoneRules {
    /// The wall time with its offset, ISO 8601 with milliseconds; an offset's odd seconds (before 1972) are written too.
    public func text(of instant: Timestamp) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let offset = offset(at: instant)
        let fraction = Int(instant.milliseconds - instant.seconds * 1000)
        let digits = String(fraction)
        let padded = String(repeating: "0", count: 3 - digits.count) + digits
        let size = abs(offset)
        let seconds = size % 60 == 0 ? "" : ":\(two(size % 60))"
        return
            "\(local(at: instant)).\(padded)\(offset < 0 ? "-" : "+")\(two(size / 3600)):\(two(size / 60 % 60))\(seconds)"
    }
}

extension CronSchedule {
    /// What a clock change does to the occurrence at the instant; nil when none does.
    func note(at instant: Timestamp) -> String? {
        let second = instant.seconds
        let segment = zone.table.segment(at: second)
        let wall = second + Int64(segment.offset)
        let before = Int64(segment.previousOffset)
        let jump = Int64(segment.offset) - before
        if !expression.isInterval, jump > 0, second - segment.from < jump,
            let note = gapNote(second: second, wall: wall, from: segment.from, before: before, jump: jump)
        {
            return note
        }
        guard case .overlap(let first, _) = zone.resolve(LocalDateTime(secondsSinceEpoch: wall)) else { return nil }
        let isFirst = instant == first
        let time = CronWords.time(Int(wall % 86_400))
        if expression.isInterval || dst.overlap == .both {
            return "\(time) happens twice on this day; runs both times, this is the \(isFirst ? "first" : "second")"
        }
        return "\(time) happens twice on this day; runs only at the \(isFirst ? "first" : "last")"
    }

    private func gapNote(second: Int64, wall: Int64, from: Int64, before: Int64, jump: Int64) -> String? {
        let runs = CronWords.time(Int(wall % 86_400))
        switch dst.gap {
        case .skip:
            return nil
        case .nextValid:
            let missing = expression.fields.next(from: from + before)
            guard second == from, missing < from + before + jump else { return nil }
            let time = CronWords.time(Int(missing % 86_400))
            return "\(time) does not exist on this day; runs at \(runs), the first valid instant after the gap"
        case .shift:
            let missing = second + before
            guard expression.fields.next(from: missing) == missing, expression.fields.next(from: wall) != wall
            else { return nil }
            let time = CronWords.time(Int(missing % 86_400))
            return "\(time) does not exist on this day; runs at \(runs), as much later as the clock jumps"
        }
    }
}

extension RecurrenceSchedule {
    /// What a clock change does to the occurrence at the instant; nil when none does.
    func note(at instant: Timestamp) -> String? {
        let second = instant.seconds
        let segment = zone.table.segment(at: second)
        let wall = second + Int64(segment.offset)
        let jump = Int64(segment.offset - segment.previousOffset)
        let missing = second + Int64(segment.previousOffset)
        if jump > 0, second - segment.from < jump, names(missing), !names(wall) {
            let time = CronWords.time(Int(missing % 86_400))
            return "\(time) does not exist on this day; runs at \(CronWords.time(Int(wall % 86_400))), "
                + "as much later as the clock jumps"
        }
        guard case .overlap(instant, _) = zone.resolve(LocalDateTime(secondsSinceEpoch: wall)) else { return nil }
        return "\(CronWords.time(Int(wall % 86_400))) happens twice on this day; runs only at the first"
    }
}
