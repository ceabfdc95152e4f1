public import PunctualSchedule

/// Rules of notifications, what they want told, and what was told.
///
/// What is told is found and sent by one node at a time; two of them must do no harm beyond a message that comes twice.
public protocol NotificationStore: Sendable {
    /// Every rule, by name.
    func notificationRules() async throws(StoreError) -> [NotificationRule]

    /// Sets the rule in place of what has its name; `createdAt` of that one stays. Repeating it changes nothing.
    func setNotificationRule(_ rule: NotificationRule) async throws(StoreError)

    /// Removes the rule with all its notices; false when there was none.
    func removeNotificationRule(_ name: String) async throws(StoreError) -> Bool

    /// Executions that failed, were skipped or missed, by `finishedAt` and id: those that ended at `instant` or later, behind
    /// `id` at that very instant.
    func troubles(since instant: Timestamp, behind id: Identifier?, limit: Int) async throws(StoreError) -> [Execution]

    /// Up to when everything was found; nil when nobody has looked yet.
    func noticeCursor() async throws(StoreError) -> Timestamp?

    /// Adds the notices, those whose id is there left as they are, and moves the cursor on, never back.
    func add(_ notices: [Notice], cursor: Timestamp?) async throws(StoreError)

    /// What waits to be sent, soonest due first, whether it is due or not.
    func waitingNotices(limit: Int) async throws(StoreError) -> [Notice]

    /// What a rule has wanted told, newest first.
    func notices(of rule: String, limit: Int) async throws(StoreError) -> [Notice]

    /// Puts the notices in the place of those of the revision before, and the states in that of what there was; all of it or
    /// nothing.
    /// - Returns: false when one of the notices is no longer that revision: another node has them in hand.
    func save(_ notices: [Notice], _ states: [NoticeState]) async throws(StoreError) -> Bool

    /// What a rule has told of these jobs.
    func noticeStates(of rule: String, jobs: [Identifier]) async throws(StoreError) -> [NoticeState]

    /// Jobs whose failure was told and whose recovery was not, in no order.
    func failingStates(limit: Int) async throws(StoreError) -> [NoticeState]

    /// Removes notices of before `instant` that do not wait, at most `limit`; how many.
    func pruneNotices(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int
}
