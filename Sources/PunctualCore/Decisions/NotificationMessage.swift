public import PunctualJSON
internal import PunctualSchedule

/// What one message says.
public struct NotificationMessage: Hashable, Sendable {
    public var delivery: Identifier
    public var rule: NotificationRule
    /// At least one, oldest first.
    public var notices: [Notice]
    /// By job: how often something was not told since the last message.
    public var suppressed: [Identifier: Int]
    /// Jobs of which no more is told for a while.
    public var flapping: Set<Identifier>
    /// Who of a mail's receivers is left; nil means all of them.
    public var receivers: [String]?

    public init(delivery: Identifier, rule: NotificationRule, notices: [Notice], receivers: [String]? = nil) {
        self.delivery = delivery
        self.rule = rule
        self.notices = notices
        self.receivers = receivers
        suppressed = Dictionary(notices.map { ($0.jobID, $0.leftOut) }, uniquingKeysWith: +).filter { $0.value > 0 }
        flapping = Set(notices.filter(\.isFlapping).map(\.jobID))
    }

    /// Which try of the message it is, from 1.
    public var attempt: Int { max(1, notices.map(\.attempts).max() ?? 1) }

    /// The most notices that a message shows one by one.
    private static let most = 20

    /// One line without control characters.
    public var title: String {
        let first = notices[0]
        let word = NotificationMessage.word(first.kind)
        if notices.count == 1 { return plain("\(first.service)/\(first.jobName) \(word)") }
        let kinds = NotificationRule.Trigger.allCases.compactMap { kind in
            let count = notices.count { $0.kind == kind }
            return count > 0 ? "\(count) \(kind.rawValue)" : nil
        }
        return plain("\(kinds.joined(separator: ", ")): \(first.service)/\(first.jobName) and others")
    }

    /// A line for each.
    public var lines: [String] {
        var lines = notices.prefix(NotificationMessage.most).map { notice in
            var line = "\(notice.at) \(notice.service)/\(notice.jobName) \(NotificationMessage.word(notice.kind))"
            if !notice.text.isEmpty { line += ": \(notice.text)" }
            if let count = suppressed[notice.jobID], count > 0 {
                line +=
                    notice.kind == .recovered
                    ? " (after \(count) more failures since the last message)"
                    : " (and \(count) more since the last message)"
            }
            if flapping.contains(notice.jobID) {
                line += " (it fails and recovers again and again; the next times are not told for a while)"
            }
            return plain(line)
        }
        if notices.count > lines.count { lines.append("and \(notices.count - lines.count) more") }
        return lines
    }

    private static func word(_ kind: NotificationRule.Trigger) -> String {
        switch kind {
        case .failed: "failed"
        case .recovered: "runs well again"
        case .late: "is late"
        case .skipped: "was skipped"
        case .missed: "was missed"
        }
    }

    private func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }

    /// The call that says it; nil for mail. For PagerDuty a message is of one incident, and the newest of it is told. What
    /// texts hold stands there as it is: nobody may read references to secrets in them.
    public var call: HTTPTarget? {
        switch rule.channel {
        case .webhook(let url): HTTPTarget(url: url, body: json)
        case .slack(let url): HTTPTarget(url: url, body: ["text": .string(slackText)])
        case .pagerDuty(let key, let severity, let url):
            notices.last.map { last in
                HTTPTarget(
                    url: url, body: event(last, key, severity, rule.incident(of: last)), expectStatus: "200-202")
            }
        case .email: nil
        }
    }

    private func event(_ notice: Notice, _ key: String, _ severity: String, _ dedup: String) -> JSONValue {
        var event: JSONValue = [
            "routing_key": .string(key), "event_action": notice.kind == .recovered ? "resolve" : "trigger",
            "dedup_key": .string(dedup),
        ]
        if notice.kind != .recovered {
            event = event.merging([
                "payload": [
                    "summary": .string(
                        String(
                            "\(notice.service)/\(notice.jobName) \(NotificationMessage.word(notice.kind)) \(notice.text)"
                                .prefix(1024))),
                    "source": .string("punctual/\(notice.service)"), "severity": .string(severity),
                    "timestamp": .string("\(notice.at)"), "component": .string(notice.jobName),
                    "custom_details": notice.shown,
                ]
            ])
        }
        return event
    }

    /// What a webhook gets.
    public var json: JSONValue {
        [
            "type": "punctual.notification", "id": .string("\(delivery)"), "rule": .string(rule.name),
            "title": .string(title), "notices": .array(notices.prefix(100).map(\.shown)),
            "count": .int(Int64(notices.count)),
            "suppressed": .int(Int64(suppressed.values.reduce(0, +))),
            "flapping": .array(flapping.map { .string("\($0)") }.sorted { ($0.string ?? "") < ($1.string ?? "") }),
        ]
    }

    /// Slack reads `&`, `<` and `>` as its own.
    private var slackText: String {
        ([title] + lines.map { "• \($0)" }).joined(separator: "\n").replacing("&", with: "&amp;")
            .replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

extension NotificationRule {
    /// What PagerDuty has one incident for: failure and recovery of a job are one, its other troubles one of each kind.
    public func incident(of notice: Notice) -> String {
        let kind = notice.kind == .recovered ? .failed : notice.kind
        return "punctual/\(name)/\(notice.jobID)/\(kind.rawValue)"
    }
}

extension Notice {
    /// What others are shown of it.
    fileprivate var shown: JSONValue {
        [
            "kind": .string(kind.rawValue), "service": .string(service), "job_id": .string("\(jobID)"),
            "job_name": .string(jobName), "execution_id": executionID.map { .string("\($0)") } ?? .null,
            "at": .string("\(at)"), "text": .string(text),
        ]
    }
}
