internal import PunctualCore
internal import PunctualSchedule

/// What goes into one message.
struct NoticeGroup: Sendable {
    let rule: NotificationRule
    let notices: [Notice]
}

/// Which message goes next, and how many are under way: pure, so that fairness can be tested.
///
/// Each rule has a few at once, each service some more. The next one is of the service that has the fewest under way, and
/// of its rules, of the one that has: so a receiver that hangs holds up its own rule, and many of them their own service.
struct NoticeQueue {
    static let mostOfRule = 4
    static let mostOfService = 16
    static let mostOfAll = 64

    private var ready: [String: (rule: NotificationRule, groups: ArraySlice<NoticeGroup>)] = [:]
    private var underWay: [String: Int] = [:]
    private var services: [String?: Int] = [:]
    private var all = 0

    /// Whether one more of the rule may be under way.
    func hasRoom(_ rule: NotificationRule) -> Bool {
        all < NoticeQueue.mostOfAll && underWay[rule.name, default: 0] < NoticeQueue.mostOfRule
            && services[rule.service, default: 0] < NoticeQueue.mostOfService
    }

    /// What is ready of the rules, in the place of what was.
    /// - Parameter kept: rules of which it stays as it was.
    mutating func set(_ groups: [(NotificationRule, [NoticeGroup])], keeping kept: Set<String> = []) {
        ready = ready.filter { kept.contains($0.key) }
        for (rule, groups) in groups where !groups.isEmpty { ready[rule.name] = (rule, groups[...]) }
    }

    mutating func next() -> NoticeGroup? {
        func order(_ name: String, _ rule: NotificationRule) -> (Int, Int, String) {
            (services[rule.service, default: 0], underWay[name, default: 0], name)
        }
        let best = ready.filter { hasRoom($0.value.rule) }
            .min { order($0.key, $0.value.rule) < order($1.key, $1.value.rule) }
        guard let (name, entry) = best, let group = entry.groups.first else { return nil }
        ready[name] = entry.groups.count > 1 ? (entry.rule, entry.groups.dropFirst()) : nil
        underWay[name, default: 0] += 1
        services[entry.rule.service, default: 0] += 1
        all += 1
        return group
    }

    /// It is under way no more.
    mutating func ended(_ group: NoticeGroup) {
        all -= 1
        // What nobody has is not kept, whatever rules there were.
        underWay[group.rule.name] = underWay[group.rule.name].flatMap { $0 > 1 ? $0 - 1 : nil }
        services[group.rule.service] = services[group.rule.service].flatMap { $0 > 1 ? $0 - 1 : nil }
    }

    /// What of a rule may go now, of what waits: that of which something is due, oldest first.
    static func groups(of waiting: [Notice], _ rule: NotificationRule, at now: Timestamp) -> [NoticeGroup] {
        let parts = Dictionary(grouping: waiting) { notice in
            "\(rule.group(of: notice)) \(notice.delivery.map { "\($0)" } ?? "")"
        }.values.map { $0.sorted { ($0.at, $0.id) < ($1.at, $1.id) } }
            .sorted { ($0[0].at, $0[0].id) < ($1[0].at, $1[0].id) }
        var incidents: Set<String> = []
        return parts.compactMap { notices in
            // What closes an incident must not overtake what opens it.
            if case .pagerDuty = rule.channel, !incidents.insert(rule.group(of: notices[0])).inserted { return nil }
            return notices.contains { $0.dueAt <= now } ? NoticeGroup(rule: rule, notices: notices) : nil
        }
    }
}

extension NotificationRule {
    /// What shares a message. PagerDuty takes one call for an incident; each is a message, so that a try repeats no other.
    fileprivate func group(of notice: Notice) -> String {
        if case .pagerDuty = channel { return incident(of: notice) }
        switch groupBy {
        case .job: return "job \(notice.jobID)"
        case .service: return "service \(notice.service)"
        case .rule: return "rule"
        }
    }
}
