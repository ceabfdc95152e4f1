public import PunctualSchedule

/// Rules of notifications, what they want told, and what was told.
///
/// What is told is found and sent by one node at a time; two of them must do no harm beyond a message that comes twice.
public protocol NotificationStore: Sendable {
    /// Every rule, by name.
    func notificationRules() async throws(StoreError) -> [NotificationRule]

    /// Sets the rule in place of what has its name; `createdAt` of that one stays. Repeating it changes nothing.
    func setNotificationRule(_ rule: NotificationRule) async throws(StoreError)

    /// Sets the rule where its name stands as the caller has seen it: for nobody, or for a rule of that one's service.
    /// - Parameter known: what has the name; nil when nothing has.
    /// - Returns: false, and nothing is changed, when it stands otherwise.
    func setNotificationRule(
        _ rule: NotificationRule, replacing known: NotificationRule?
    ) async throws(StoreError) -> Bool

    /// Removes the rule with all its notices; false when there was none.
    func removeNotificationRule(_ name: String) async throws(StoreError) -> Bool

    /// Executions that ended in one of these ways, by `finishedAt` and id: those that ended at `instant` or later, behind
    /// `id` at that very instant.
    /// - Parameter statuses: of `failed`, `skipped` and `missed`; others are never found.
    func troubles(
        of statuses: Set<ExecutionStatus>, since instant: Timestamp, behind id: Identifier?, limit: Int
    ) async throws(StoreError) -> [Execution]

    /// Up to when everything was found; nil when nobody has looked yet.
    func noticeCursor() async throws(StoreError) -> Timestamp?

    /// Adds the notices, those whose id is there left as they are, and moves the cursor on, never back. What a rule wanted
    /// that is gone is dropped.
    func add(_ notices: [Notice], cursor: Timestamp?) async throws(StoreError)

    /// The rules of which something waits to be sent, and when the first of it is due.
    func waitingRules() async throws(StoreError) -> [String: Timestamp]

    /// What of a rule waits to be sent, soonest due first, whether it is due or not.
    func waitingNotices(of rule: String, limit: Int) async throws(StoreError) -> [Notice]

    /// How much waits to be sent, of all rules.
    func noticeBacklog() async throws(StoreError) -> NoticeBacklog

    /// What a rule has wanted told, newest first.
    func notices(of rule: String, limit: Int) async throws(StoreError) -> [Notice]

    /// The newest that each of the rules has wanted told, by the rule.
    func newestNotices(of rules: [String]) async throws(StoreError) -> [String: Notice]

    /// Puts the notices and the states in the place of those of the revision before; all of it or nothing. A state that is
    /// not there yet has the revision 1.
    /// - Returns: false when one of them is no longer that revision: another one has changed it since.
    func save(_ notices: [Notice], _ states: [NoticeState]) async throws(StoreError) -> Bool

    /// What a rule has told of these jobs.
    func noticeStates(of rule: String, jobs: [Identifier]) async throws(StoreError) -> [NoticeState]

    /// What was told as failing and not as recovered, of jobs whose newest end is a success; by rule and job.
    /// - Parameter place: behind which; nil begins with the first.
    func recoveredStates(after place: NoticePlace?, limit: Int) async throws(StoreError) -> [NoticeState]

    /// Removes notices of before `instant` that do not wait, at most `limit`; how many.
    func pruneNotices(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int

    /// Removes what was told of jobs that are gone, at most `limit`; how many.
    func pruneNoticeStates(limit: Int) async throws(StoreError) -> Int
}

/// A rule and a job.
public struct NoticePlace: Hashable, Comparable, Sendable {
    public var rule: String
    public var job: Identifier

    public init(rule: String, job: Identifier) {
        self.rule = rule
        self.job = job
    }

    /// Rules by their bytes, then jobs.
    public static func < (left: NoticePlace, right: NoticePlace) -> Bool {
        left.rule == right.rule
            ? left.job < right.job : left.rule.utf8.lexicographicallyPrecedes(right.rule.utf8)
    }
}

/// What waits to be sent.
public struct NoticeBacklog: Hashable, Sendable {
    /// A driver may stop counting at 100,000.
    public var count: Int
    /// From when on the oldest of it might have been sent; nil when nothing waits.
    public var since: Timestamp?

    public init(count: Int, since: Timestamp?) {
        self.count = count
        self.since = since
    }
}
