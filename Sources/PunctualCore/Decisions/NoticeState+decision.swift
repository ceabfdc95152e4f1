public import PunctualSchedule

extension NoticeState {
    /// Failures told within one `repeatInterval` from which on a job flaps.
    public static let flapping = 3

    /// Whether the rule tells of this now; and what is known of the job then.
    ///
    /// A failure is told when the job was well before, and again every `repeatInterval` while it is not. A job that fails
    /// and recovers again and again is told of three times, and no more within the interval. A recovery is told of what was
    /// told as failing.
    public mutating func takes(_ notice: Notice, _ rule: NotificationRule, at now: Timestamp) -> Bool {
        jobName = notice.jobName
        switch notice.kind {
        case .failed:
            let isRepeated = isFailing && toldAt.map { now - $0 < rule.repeatInterval } ?? false
            let isOver = countedSince.map { now - $0 >= rule.repeatInterval } ?? true
            if isRepeated || (!isFailing && !isOver && count >= NoticeState.flapping) {
                suppressed += 1
                return false
            }
            if isOver { (countedSince, count) = (now, 0) }
            count += 1
            (isFailing, toldAt) = (true, now)
        case .recovered:
            guard isFailing else { return false }
            isFailing = false
        case .late, .skipped, .missed:
            if let last = told[notice.kind], now - last < rule.repeatInterval {
                suppressed += 1
                return false
            }
            told[notice.kind] = now
        }
        return true
    }

    /// Takes back what was noted when the notice was taken in hand: its message was given up, so nobody has heard of it.
    /// - Returns: false when there is nothing of it to take back.
    public mutating func takesBack(_ notice: Notice) -> Bool {
        guard let at = notice.takenAt else { return false }
        switch notice.kind {
        case .failed:
            guard toldAt == at else { return false }
            (isFailing, toldAt, count) = (false, nil, max(0, count - 1))
        case .recovered: return false
        case .late, .skipped, .missed:
            guard told[notice.kind] == at else { return false }
            told[notice.kind] = nil
        }
        suppressed += 1 + notice.leftOut
        return true
    }

    /// Whether the notice would open an incident anew that its recovery has closed, and that nothing closes a second time.
    public func hasClosed(_ notice: Notice, _ rule: NotificationRule) -> Bool {
        guard case .pagerDuty = rule.channel else { return false }
        return notice.kind == .failed && rule.on.contains(.recovered) && !isFailing
    }

    /// Whether it fails and recovers so often that the next times are not told.
    public var isFlapping: Bool { count >= NoticeState.flapping }
}

extension Notice {
    /// When a message that could not be sent is tried again.
    public func retry(after pause: Duration?, at now: Timestamp) -> Timestamp {
        let own = Duration.seconds(min(10 << min(attempts, 7), 900))
        return now + max(own, min(pause ?? .zero, .seconds(3600)))
    }

    /// Tries until a message is given up: about a day.
    public static let mostAttempts = 100
}

extension Notice {
    /// The notice after a try to send its message.
    public func ended(_ outcome: NotificationOutcome, at now: Timestamp) -> Notice {
        var notice = self
        notice.revision += 1
        let isLast = attempts >= Notice.mostAttempts
        switch outcome {
        case .sent: (notice.state, notice.sentAt, notice.error) = (.sent, now, notice.refused)
        case .partly(let refused, let left, let why):
            notice.refused = Notice.joined([notice.refused, refused])
            notice.error = Notice.joined([notice.refused, left.isEmpty ? nil : why])
            if left.isEmpty || isLast {
                (notice.state, notice.sentAt) = (.sent, now)
            } else {
                notice.receivers = left
                notice.dueAt = retry(after: nil, at: now)
            }
        case .failed(let text, let isRetryable, let pause):
            notice.error = Notice.joined([notice.refused, text])
            if isRetryable && !isLast {
                notice.dueAt = retry(after: pause, at: now)
            } else if receivers != nil {
                // Others have it.
                (notice.state, notice.sentAt) = (.sent, now)
            } else {
                notice.state = .failed
            }
        }
        return notice
    }

    private static func joined(_ texts: [String?]) -> String? {
        let texts = texts.compactMap { $0 }
        return texts.isEmpty ? nil : String(texts.joined(separator: "; ").prefix(500))
    }
}
