public import PunctualCore
public import PunctualSchedule

extension MemoryStore: NotificationStore {
    public func notificationRules() async throws(StoreError) -> [NotificationRule] {
        notificationRulesByName.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    public func setNotificationRule(_ rule: NotificationRule) async throws(StoreError) {
        var rule = rule
        if let known = notificationRulesByName[rule.name] { rule.createdAt = known.createdAt }
        notificationRulesByName[rule.name] = rule
    }

    public func setNotificationRule(
        _ rule: NotificationRule, replacing known: NotificationRule?
    ) async throws(StoreError) -> Bool {
        let there = notificationRulesByName[rule.name]
        guard (there == nil) == (known == nil), there?.service == known?.service else { return false }
        notificationRulesByName[rule.name] = rule
        return true
    }

    public func removeNotificationRule(_ name: String) async throws(StoreError) -> Bool {
        notices = notices.filter { $0.value.rule != name }
        noticeStates = noticeStates.filter { $0.value.rule != name }
        return notificationRulesByName.removeValue(forKey: name) != nil
    }

    public func troubles(
        of statuses: Set<ExecutionStatus>, since instant: Timestamp, behind id: Identifier?, limit: Int
    ) async throws(StoreError) -> [Execution] {
        let statuses = statuses.intersection([.failed, .skipped, .missed])
        let found = executions.values.map(\.row).filter { row in
            guard statuses.contains(row.status), let end = row.finishedAt else { return false }
            return end > instant || end == instant && (id.map { $0 < row.id } ?? true)
        }
        return Array(
            found.sorted { ($0.finishedAt ?? instant, $0.id) < ($1.finishedAt ?? instant, $1.id) }.prefix(max(0, limit))
        )
    }

    public func noticeCursor() async throws(StoreError) -> Timestamp? { cursor }

    public func add(_ new: [Notice], cursor: Timestamp?) async throws(StoreError) {
        for notice in new where notices[notice.id] == nil && notificationRulesByName[notice.rule] != nil {
            notices[notice.id] = notice
            noticesSince[notice.id] = notice.dueAt
        }
        if let cursor { self.cursor = self.cursor.map { max($0, cursor) } ?? cursor }
    }

    public func waitingRules() async throws(StoreError) -> [String: Timestamp] {
        let waiting = notices.values.filter { $0.state == .waiting && notificationRulesByName[$0.rule] != nil }
        return Dictionary(waiting.map { ($0.rule, $0.dueAt) }, uniquingKeysWith: { min($0, $1) })
    }

    public func noticeBacklog() async throws(StoreError) -> NoticeBacklog {
        let waiting = notices.values.filter { $0.state == .waiting }
        return NoticeBacklog(count: waiting.count, since: waiting.compactMap { noticesSince[$0.id] }.min())
    }

    public func waitingNotices(of rule: String, limit: Int) async throws(StoreError) -> [Notice] {
        Array(
            notices.values.filter { $0.state == .waiting && $0.rule == rule }.sorted {
                ($0.dueAt, $0.id) < ($1.dueAt, $1.id)
            }
            .prefix(max(0, limit)))
    }

    public func notices(of rule: String, limit: Int) async throws(StoreError) -> [Notice] {
        Array(
            notices.values.filter { $0.rule == rule }.sorted { ($0.at, $0.id) > ($1.at, $1.id) }.prefix(max(0, limit)))
    }

    public func newestNotices(of rules: [String]) async throws(StoreError) -> [String: Notice] {
        var newest: [String: Notice] = [:]
        for rule in rules { newest[rule] = try await notices(of: rule, limit: 1).first }
        return newest
    }

    public func save(_ changed: [Notice], _ states: [NoticeState]) async throws(StoreError) -> Bool {
        guard changed.allSatisfy({ notices[$0.id]?.revision == $0.revision - 1 }) else { return false }
        func known(_ state: NoticeState) -> Int {
            noticeStates[NoticePlace(rule: state.rule, job: state.jobID)]?.revision ?? 0
        }
        guard states.allSatisfy({ known($0) == $0.revision - 1 }) else { return false }
        for notice in changed { notices[notice.id] = notice }
        for state in states where notificationRulesByName[state.rule] != nil {
            noticeStates[NoticePlace(rule: state.rule, job: state.jobID)] = state
        }
        return true
    }

    public func noticeStates(of rule: String, jobs: [Identifier]) async throws(StoreError) -> [NoticeState] {
        jobs.compactMap { noticeStates[NoticePlace(rule: rule, job: $0)] }
    }

    public func recoveredStates(
        after place: NoticePlace?, limit: Int
    ) async throws(StoreError) -> [NoticeState] {
        let found = noticeStates.filter { at, state in
            state.isFailing && jobs[at.job]?.lastStatus == .succeeded && (place.map { at > $0 } ?? true)
        }
        return Array(found.sorted { $0.key < $1.key }.map(\.value).prefix(max(0, limit)))
    }

    public func pruneNotices(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        let old = notices.values.filter { $0.state != .waiting && $0.at < instant }.prefix(max(0, limit)).map(\.id)
        for id in old { notices[id] = nil }
        return old.count
    }

    public func pruneNoticeStates(limit: Int) async throws(StoreError) -> Int {
        let gone = noticeStates.keys.filter { jobs[$0.job] == nil }.prefix(max(0, limit))
        for place in gone { noticeStates[place] = nil }
        return gone.count
    }
}
