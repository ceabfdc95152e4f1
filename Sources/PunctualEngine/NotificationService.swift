package import PunctualCore
internal import PunctualSchedule
internal import ServiceLifecycle
internal import Synchronization

/// Finds what rules want told, and tells it: from the history, hours later as well, so that no execution pays for it.
///
/// One node does it, the one that has the first of the scheduler's shards. Two that think so find the same notices, whose
/// ids are derived, and the store lets one of them have each message in hand.
package final class NotificationService: Service {
    private let store: any Store
    private let outbox: any OutboxStore
    private let notifications: any NotificationStore
    private let sender: any NotificationSender
    private let instruments: Instruments
    private let isMine: @Sendable () -> Bool
    /// What was found lately, so that looking back over it again costs no write.
    private let seen = Mutex<[Identifier: (attempt: Int, at: Timestamp)]>([:])
    private let prunedAt = Mutex<Timestamp?>(nil)

    /// How often it looks.
    static let pause = Duration.seconds(2)
    /// What ends is seen once its transaction has: so far it looks back behind what it has seen.
    static let overlap = Duration.seconds(30)
    /// For so long a message is in the hands of one node.
    static let claim = Duration.seconds(120)
    static let keptFor = Duration.seconds(7 * 86_400)
    private static let page = 500
    private static let mostPages = 20
    private static let mostAtOnce = 8

    package init(
        store: any Store, outbox: any OutboxStore, notifications: any NotificationStore,
        sender: any NotificationSender, instruments: Instruments, isMine: @escaping @Sendable () -> Bool
    ) {
        self.store = store
        self.outbox = outbox
        self.notifications = notifications
        self.sender = sender
        self.instruments = instruments
        self.isMine = isMine
    }

    package func run() async throws {
        try await repeatUntilShutdown { [self] in
            do throws(StoreError) { try await step() } catch { instruments.loopFailed("notifications", error) }
            try await Task.sleep(for: NotificationService.pause)
        }
    }

    /// Looks once, and sends what is due.
    package func step() async throws(StoreError) {
        guard isMine() else { return seen.withLock { $0 = [:] } }
        let rules = try await notifications.notificationRules()
        if rules.isEmpty { return }
        let now = try await store.now()
        var jobs = KnownJobs(store: store)
        try await findTroubles(rules, now, &jobs)
        try await findLate(rules, now, &jobs)
        try await findRecovered(rules, now)
        try await send(rules, now)
        guard prunedAt.withLock({ $0.map { now - $0 > .seconds(600) } ?? true }) else { return }
        while try await notifications.pruneNotices(before: now - NotificationService.keptFor, limit: 1000) == 1000 {}
        prunedAt.withLock { $0 = now }
    }

    // MARK: Finding

    private func findTroubles(
        _ rules: [NotificationRule], _ now: Timestamp, _ jobs: inout KnownJobs
    ) async throws(StoreError) {
        let rules = rules.filter { !$0.on.isDisjoint(with: [.failed, .skipped, .missed, .recovered]) }
        guard let first = rules.map(\.createdAt).min() else { return }
        let known = try await notifications.noticeCursor()
        let start = max(known.map { $0 - NotificationService.overlap } ?? first, first)
        var place: (at: Timestamp, id: Identifier?) = (start, nil)
        for _ in 0..<NotificationService.mostPages {
            let page = try await notifications.troubles(
                since: place.at, behind: place.id, limit: NotificationService.page)
            var found: [Notice] = []
            for execution in page {
                guard !seen.withLock({ $0[execution.id]?.attempt == execution.attempt }) else { continue }
                found += try await notices(of: execution, rules, now, &jobs)
            }
            let isLast = page.count < NotificationService.page
            if let last = page.last, let at = last.finishedAt { place = (at, last.id) }
            let cursor = isLast ? now : place.at
            if !found.isEmpty || cursor != known { try await notifications.add(found, cursor: cursor) }
            seen.withLock { seen in
                for execution in page { seen[execution.id] = (execution.attempt, execution.finishedAt ?? now) }
                seen = seen.filter { $0.value.at >= start }
            }
            if isLast { return }
        }
    }

    private func notices(
        of execution: Execution, _ rules: [NotificationRule], _ now: Timestamp, _ jobs: inout KnownJobs
    ) async throws(StoreError) -> [Notice] {
        let kind: NotificationRule.Trigger
        switch execution.status {
        case .failed: kind = .failed
        case .skipped: kind = .skipped
        case .missed: kind = .missed
        default: return []
        }
        let at = execution.finishedAt ?? now
        var notices: [Notice] = []
        // What is told as recovered must have been told as failed.
        for rule in rules where rule.on.contains(kind) && at >= rule.createdAt {
            let labels = rule.labels.isEmpty ? nil : try await jobs[execution.jobID]?.draft.labels
            guard rule.covers(job: execution.jobID, service: execution.service, labels: labels) else { continue }
            let text = [execution.reason?.rawValue, execution.error].compactMap { $0 }.joined(separator: ": ")
            notices.append(
                Notice(
                    kind, of: rule, execution: execution.id, attempt: execution.attempt, job: execution.jobID,
                    name: execution.jobName, service: execution.service, at: at, text: text, now: now))
        }
        return notices
    }

    /// What waits for its start too long, whether anybody will ever take it or not.
    private func findLate(
        _ rules: [NotificationRule], _ now: Timestamp, _ jobs: inout KnownJobs
    ) async throws(StoreError) {
        let rules = rules.filter { $0.on.contains(.late) }
        guard let least = rules.map(\.lateAfter).min() else { return }
        for lane in Lane.allCases {
            for line in try await outbox.waitingLines(of: lane)
            where rules.contains(where: { $0.service.map { $0 == line.service } ?? true }) {
                var found: [Notice] = []
                // The longest waiting come first; more than these are told of when they have begun.
                for waiting in try await outbox.waiting(in: line, after: nil, limit: 200) {
                    guard now - waiting.place.availableAt >= least else { break }
                    guard let job = try await jobs[waiting.jobID] else { continue }
                    for rule in rules where now - waiting.place.availableAt >= rule.lateAfter {
                        guard rule.covers(job: job.id, service: line.service, labels: job.draft.labels) else {
                            continue
                        }
                        found.append(
                            Notice(
                                .late, of: rule, execution: waiting.place.id, attempt: 0, job: job.id,
                                name: job.draft.name, service: line.service, at: waiting.place.availableAt,
                                text: "due at \(waiting.place.availableAt), and not begun \(rule.lateAfter.text) later",
                                now: now))
                    }
                }
                if !found.isEmpty { try await notifications.add(found, cursor: nil) }
            }
        }
    }

    /// Jobs that were told as failing, and whose newest execution succeeded.
    private func findRecovered(_ rules: [NotificationRule], _ now: Timestamp) async throws(StoreError) {
        let rules = Dictionary(rules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var found: [Notice] = []
        for state in try await notifications.failingStates(limit: 1000) {
            let job = try await store.job(state.jobID)
            guard job.map({ $0.lastStatus == .succeeded }) ?? true else { continue }
            if job != nil, let rule = rules[state.rule], rule.on.contains(.recovered) {
                found.append(Notice(recoveryOf: state, rule: rule, at: now))
            } else {
                var state = state
                state.isFailing = false
                _ = try await notifications.save([], [state])
            }
        }
        if !found.isEmpty { try await notifications.add(found, cursor: nil) }
    }

    // MARK: Sending

    private struct Group: Hashable {
        let rule: String
        let what: String
    }

    private func send(_ rules: [NotificationRule], _ now: Timestamp) async throws(StoreError) {
        let rules = Dictionary(rules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var messages: [(message: NotificationMessage, notices: [Notice])] = []
        let waiting = try await notifications.waitingNotices(limit: 2000)
        let groups = Dictionary(grouping: waiting) { notice in
            Group(
                rule: notice.rule,
                what: notice.delivery.map { "\($0)" } ?? rules[notice.rule]?.group(of: notice) ?? "")
        }
        for (group, notices) in groups.sorted(by: { ($0.key.rule, $0.key.what) < ($1.key.rule, $1.key.what) }) {
            guard let rule = rules[group.rule], notices.contains(where: { $0.dueAt <= now }) else { continue }
            if let taken = try await take(notices.sorted { ($0.at, $0.id) < ($1.at, $1.id) }, rule, now) {
                messages.append(taken)
            }
        }
        var next = messages[...]
        while !next.isEmpty {
            let part = next.prefix(NotificationService.mostAtOnce)
            next = next.dropFirst(part.count)
            let outcomes = await withTaskGroup(of: ([Notice], NotificationOutcome).self) { group in
                for (message, notices) in part { group.addTask { (notices, await self.sender.send(message)) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for (notices, outcome) in outcomes { try await finish(notices, outcome) }
        }
    }

    /// Decides what of a group is told, and takes that in hand.
    /// - Returns: nil when there is nothing to send, or another node has it.
    private func take(
        _ notices: [Notice], _ rule: NotificationRule, _ now: Timestamp
    ) async throws(StoreError) -> (NotificationMessage, [Notice])? {
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
            told[index].dueAt = now + NotificationService.claim
        }
        guard try await notifications.save(told + changed, Array(states.values)), !told.isEmpty else { return nil }
        let message = NotificationMessage(
            delivery: delivery, rule: rule, notices: told, suppressed: suppressed.filter { $0.value > 0 },
            flapping: flapping)
        return (message, told)
    }

    private func finish(_ notices: [Notice], _ outcome: NotificationOutcome) async throws(StoreError) {
        let now = try await store.now()
        let ended = notices.map { notice in
            var notice = notice
            notice.revision += 1
            switch outcome {
            case .sent: (notice.state, notice.sentAt, notice.error) = (.sent, now, nil)
            case .failed(let text, let isRetryable, let pause):
                notice.error = String(text.prefix(500))
                notice.dueAt = notice.retry(after: pause, at: now)
                if !isRetryable || notice.attempts >= Notice.mostAttempts { notice.state = .failed }
            }
            return notice
        }
        instruments.notified(outcome, of: notices[0].rule)
        _ = try await notifications.save(ended, [])  // False: its time was up, and another node has it.
    }
}

/// Jobs that were asked for in one step.
private struct KnownJobs {
    let store: any Store
    private var known: [Identifier: Job?] = [:]

    init(store: any Store) { self.store = store }

    subscript(id: Identifier) -> Job? {
        mutating get async throws(StoreError) {
            if let job = known[id] { return job }
            let job = try await store.job(id)
            known[id] = .some(job)
            return job
        }
    }
}

extension NotificationRule {
    fileprivate func group(of notice: Notice) -> String {
        switch groupBy {
        case .job: "job \(notice.jobID)"
        case .service: "service \(notice.service)"
        case .rule: "rule"
        }
    }
}
