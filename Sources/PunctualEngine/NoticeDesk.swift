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
    /// Notices of one rule that are read at once, so about as many as one message has.
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

    /// Whether a message is under way.
    var isBusy: Bool { queue.withLock { $0.isBusy } }

    /// Takes nothing more; what is under way goes on.
    func clear() { queue.withLock { $0.set([]) } }

    /// Looks of which rules something is due.
    func look() async throws(StoreError) {
        let waiting = try await notifications.waitingRules()
        if waiting.isEmpty { return clear() }
        let now = try await store.now()
        guard waiting.values.contains(where: { $0 <= now }) else { return clear() }
        let due = try await notifications.notificationRules().filter { rule in
            waiting[rule.name].map { $0 <= now } ?? false
        }
        queue.withLock { $0.set(due) }
    }

    /// Takes the next message in hand; `deliver` must follow.
    /// - Returns: nil when there is nothing to send, or no room for it.
    func take() async throws(StoreError) -> Taken? {
        while let turn = queue.withLock({ $0.next() }) {
            switch turn {
            case .read(let rule):
                let groups = try await groups(of: rule)
                queue.withLock { $0.fill(rule, groups) }
            case .send(let group):
                do throws(StoreError) {
                    if let taken = try await take(group, try await store.now()) { return taken }
                } catch {
                    queue.withLock { $0.ended(group) }
                    throw error
                }
                queue.withLock { $0.ended(group) }
            }
        }
        return nil
    }

    /// Sends it; what became of it is noted.
    func deliver(_ taken: Taken) async {
        let outcome = await sender.send(taken.message)
        instruments.notified(outcome, of: taken.group.rule.name)
        // What has gone is noted even by a node that stops, so that no other one sends it again.
        let noted = Task { try await finish(taken.notices, outcome) }  // Awaited below.
        do {
            try await noted.value
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

    /// What of a rule may go now, each message that is tried again as a whole: its receiver drops what comes a second time
    /// under its id.
    private func groups(of rule: NotificationRule) async throws(StoreError) -> [NoticeGroup] {
        let now = try await store.now()
        var limit = NoticeDesk.page
        while true {
            var notices = try await notifications.waitingNotices(of: rule.name, limit: limit)
            let isAll = notices.count < limit
            if !isAll, let last = notices.last {
                // All of a message is due at one instant, and of that one more may wait behind the page.
                notices.removeAll { $0.delivery != nil && $0.dueAt == last.dueAt }
            }
            if isAll || !notices.isEmpty { return NoticeQueue.groups(of: notices, rule, at: now) }
            limit *= 2
        }
    }

    /// Decides what of a group is told, and takes that in hand.
    /// - Returns: nil when there is nothing to send, or another node has it.
    private func take(_ group: NoticeGroup, _ now: Timestamp) async throws(StoreError) -> Taken? {
        let (rule, notices) = (group.rule, group.notices)
        var (told, ended): ([Notice], [Notice]) = ([], [])
        var (states, changed): ([Identifier: NoticeState], Set<Identifier>) = ([:], [])
        for state in try await notifications.noticeStates(of: rule.name, jobs: Array(Set(notices.map(\.jobID)))) {
            states[state.jobID] = state
        }
        for var notice in notices {
            let isTold: Bool
            if notice.delivery != nil {
                isTold = !(states[notice.jobID]?.hasClosed(notice, rule) ?? false)
            } else {
                var state =
                    states[notice.jobID]
                    ?? NoticeState(
                        rule: rule.name, jobID: notice.jobID, jobName: notice.jobName, service: notice.service)
                isTold = state.takes(notice, rule, at: now)
                if isTold {
                    (notice.takenAt, notice.leftOut, notice.isFlapping) = (now, state.suppressed, state.isFlapping)
                    state.suppressed = 0
                }
                states[notice.jobID] = state
                changed.insert(notice.jobID)
            }
            notice.revision += 1
            if isTold {
                told.append(notice)
            } else {
                notice.state = .suppressed
                ended.append(notice)
            }
        }
        let delivery = told.first?.delivery ?? Notice.delivery(of: told)
        for index in told.indices {
            told[index].delivery = delivery
            told[index].attempts += 1
            // Who dies with it in hand has not sent it, as far as is known.
            told[index].dueAt = now + NoticeDesk.claim
        }
        let written = changed.compactMap { states[$0]?.raised }
        guard try await notifications.save(told + ended, written), !told.isEmpty else { return nil }
        let message = NotificationMessage(
            delivery: delivery, rule: rule, notices: told, receivers: told[0].receivers)
        return Taken(group: group, message: message, notices: told)
    }

    /// What was given up has told nobody anything: what was noted of its jobs is taken back.
    private func finish(_ notices: [Notice], _ outcome: NotificationOutcome) async throws(StoreError) {
        let now = try await store.now()
        let ended = notices.map { $0.ended(outcome, at: now) }
        let givenUp = ended.filter { $0.state == .failed }
        // Another message of the same jobs may be taken in hand at this moment: what it notes stays.
        for _ in 0..<3 where !givenUp.isEmpty {
            if try await notifications.save(ended, try await statesWithout(givenUp)) { return }
        }
        _ = try await notifications.save(ended, [])  // False: its time was up, and another node has it.
    }

    private func statesWithout(_ notices: [Notice]) async throws(StoreError) -> [NoticeState] {
        let ofJobs = Dictionary(grouping: notices, by: \.jobID)
        let known = try await notifications.noticeStates(of: notices[0].rule, jobs: Array(ofJobs.keys))
        return known.compactMap { state in
            var state = state
            let taken = (ofJobs[state.jobID] ?? []).filter { state.takesBack($0) }
            return taken.isEmpty ? nil : state.raised
        }
    }
}

extension NoticeState {
    /// Of the next revision.
    var raised: NoticeState {
        var state = self
        state.revision += 1
        return state
    }
}
