internal import PunctualCore
internal import PunctualSchedule

/// What goes into one message.
struct NoticeGroup: Sendable {
    let rule: NotificationRule
    let notices: [Notice]

    /// Of which incident of PagerDuty it is.
    fileprivate var incident: String? {
        guard case .pagerDuty = rule.channel else { return nil }
        return notices.first.map(rule.incident(of:))
    }
}

/// Which message goes next, and how many are under way: pure, so that fairness can be tested.
///
/// Each rule has a few at once, each service some more. The next one is of the service that has the fewest under way, and
/// of its rules, of the one that has: so a receiver that hangs holds up its own rule, and many of them their own service.
/// What waits of a rule is read when its turn comes.
struct NoticeQueue {
    static let mostOfRule = 4
    static let mostOfService = 16
    static let mostOfAll = 64

    enum Turn {
        /// What waits of the rule is to be read; `fill` must follow.
        case read(NotificationRule)
        /// It is under way; `ended` must follow.
        case send(NoticeGroup)
    }

    /// nil before the rule's page was read.
    private var ready: [String: (rule: NotificationRule, groups: ArraySlice<NoticeGroup>?)] = [:]
    private var underWay: [String: Int] = [:]
    private var services: [String?: Int] = [:]
    private var incidents: Set<String> = []
    private var all = 0

    var isBusy: Bool { all > 0 }

    /// Whether one more of the rule may be under way.
    private func hasRoom(_ rule: NotificationRule) -> Bool {
        all < NoticeQueue.mostOfAll && underWay[rule.name, default: 0] < NoticeQueue.mostOfRule
            && services[rule.service, default: 0] < NoticeQueue.mostOfService
    }

    /// Something is due of these rules, and of no others.
    mutating func set(_ rules: [NotificationRule]) {
        ready = Dictionary(rules.map { ($0.name, ($0, nil)) }, uniquingKeysWith: { first, _ in first })
    }

    /// What of the rule may go now. What closes an incident waits until what opens it is under way no more.
    mutating func fill(_ rule: NotificationRule, _ groups: [NoticeGroup]) {
        let groups = groups.filter { $0.incident.map { !incidents.contains($0) } ?? true }
        ready[rule.name] = groups.isEmpty ? nil : (rule, groups[...])
    }

    mutating func next() -> Turn? {
        func order(_ name: String, _ rule: NotificationRule) -> (Int, Int, String) {
            (services[rule.service, default: 0], underWay[name, default: 0], name)
        }
        let best = ready.filter { hasRoom($0.value.rule) }
            .min { order($0.key, $0.value.rule) < order($1.key, $1.value.rule) }
        guard let (name, entry) = best else { return nil }
        guard let groups = entry.groups, let group = groups.first else { return .read(entry.rule) }
        ready[name] = groups.count > 1 ? (entry.rule, groups.dropFirst()) : nil
        underWay[name, default: 0] += 1
        services[entry.rule.service, default: 0] += 1
        if let incident = group.incident { incidents.insert(incident) }
        all += 1
        return .send(group)
    }

    /// It is under way no more.
    mutating func ended(_ group: NoticeGroup) {
        all -= 1
        if let incident = group.incident { incidents.remove(incident) }
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
