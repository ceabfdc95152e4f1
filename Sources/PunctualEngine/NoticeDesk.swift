internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// Makes messages of what waits, has them sent, and notes what became of them.
final class NoticeDesk: Sendable {
    private let store: any Store
    private let notifications: any NotificationStore
    private let sender: any NotificationSender
    private let instruments: Instruments
    private let queue = Mutex(NoticeQueue())

    /// For so long a message is in the hands of one node.
    static let claim = Duration.seconds(120)
    /// Notices of one rule that are read at once, so as many as one message may have.
    static let page = 1000

    /// A message in hand.
    struct Taken: Sendable {
        let group: NoticeGroup
        let message: NotificationMessage
        let notices: [Notice]
    }

    init(
        store: any Store, notifications: any NotificationStore, sender: any NotificationSender,
        instruments: Instruments
    ) {
        self.store = store
        self.notifications = notifications
        self.sender = sender
        self.instruments = instruments
    }

    /// Takes nothing more; what is under way goes on.
    func clear() { queue.withLock { $0.set([]) } }

    /// Reads what is due of the rules that have room for it.
    func look() async throws(StoreError) {
        let waiting = try await notifications.waitingRules()
        if waiting.isEmpty { return clear() }
        let now = try await store.now()
        guard waiting.values.contains(where: { $0 <= now }) else { return clear() }
        var ready: [(NotificationRule, [NoticeGroup])] = []
        var busy: Set<String> = []
        for rule in try await notifications.notificationRules() {
            guard let dueAt = waiting[rule.name], dueAt <= now else { continue }
            guard queue.withLock({ $0.hasRoom(rule) }) else {
                busy.insert(rule.name)
                continue
            }
            let notices = try await notifications.waitingNotices(of: rule.name, limit: NoticeDesk.page)
            ready.append((rule, NoticeQueue.groups(of: notices, rule, at: now)))
        }
        let (groups, kept) = (ready, busy)
        queue.withLock { $0.set(groups, keeping: kept) }
    }

    /// Takes the next message in hand; `deliver` must follow.
    /// - Returns: nil when there is nothing to send, or no room for it.
    func take() async throws(StoreError) -> Taken? {
        while let group = queue.withLock({ $0.next() }) {
            do throws(StoreError) {
                if let taken = try await take(group, try await store.now()) { return taken }
            } catch {
                queue.withLock { $0.ended(group) }
                throw error
            }
            queue.withLock { $0.ended(group) }
        }
        return nil
    }

    /// Sends it; what became of it is noted.
    func deliver(_ taken: Taken) async {
        let outcome = await sender.send(taken.message)
        instruments.notified(outcome, of: taken.group.rule.name)
        do throws(StoreError) {
            try await finish(taken.notices, outcome)
        } catch { instruments.loopFailed("notifications_sending", error) }
        queue.withLock { $0.ended(taken.group) }
    }

    /// Sends all that is ready, and returns when it has gone.
    func sendAll() async throws(StoreError) {
        let fault = await withTaskGroup(of: Void.self) { messages -> StoreError? in
            while true {
                do throws(StoreError) {
                    while let taken = try await take() { messages.addTask { await self.deliver(taken) } }
                } catch { return error }
                guard await messages.next() != nil else { return nil }
            }
        }
        if let fault { throw fault }
    }

    // MARK: One message

    /// Decides what of a group is told, and takes that in hand.
    /// - Returns: nil when there is nothing to send, or another node has it.
    private func take(_ group: NoticeGroup, _ now: Timestamp) async throws(StoreError) -> Taken? {
        let (rule, notices) = (group.rule, group.notices)
        var (told, changed): ([Notice], [Notice]) = ([], [])
        var states: [Identifier: NoticeState] = [:]
        var suppressed: [Identifier: Int] = [:]
        var flapping: Set<Identifier> = []
        if notices.contains(where: { $0.delivery != nil }) {
            told = notices
        } else {
            for state in try await notifications.noticeStates(of: rule.name, jobs: Array(Set(notices.map(\.jobID)))) {
                states[state.jobID] = state
            }
            for var notice in notices {
                var state =
                    states[notice.jobID]
                    ?? NoticeState(
                        rule: rule.name, jobID: notice.jobID, jobName: notice.jobName, service: notice.service)
                if state.takes(notice, rule, at: now) {
                    told.append(notice)
                    suppressed[notice.jobID, default: 0] += state.suppressed
                    state.suppressed = 0
                    if state.isFlapping { flapping.insert(notice.jobID) }
                } else {
                    notice.state = .suppressed
                    notice.revision += 1
                    changed.append(notice)
                }
                states[notice.jobID] = state
            }
        }
        let delivery = told.first?.delivery ?? Notice.delivery(of: told)
        for index in told.indices {
            told[index].delivery = delivery
            told[index].attempts += 1
            told[index].revision += 1
            // Who dies with it in hand has not sent it, as far as is known.
            told[index].dueAt = now + NoticeDesk.claim
        }
        guard try await notifications.save(told + changed, Array(states.values)), !told.isEmpty else { return nil }
        let message = NotificationMessage(
            delivery: delivery, rule: rule, notices: told, suppressed: suppressed.filter { $0.value > 0 },
            flapping: flapping, receivers: told[0].receivers)
        return Taken(group: group, message: message, notices: told)
    }

    private func finish(_ notices: [Notice], _ outcome: NotificationOutcome) async throws(StoreError) {
        let now = try await store.now()
        let ended = notices.map { $0.ended(outcome, at: now) }
        _ = try await notifications.save(ended, [])  // False: its time was up, and another node has it.
    }
}
