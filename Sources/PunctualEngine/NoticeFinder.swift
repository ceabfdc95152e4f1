internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// Finds what rules want told: what went wrong by the history, what is late by the lines of the queues, and recoveries by
/// what was told as failing. One task asks it at a time.
final class NoticeFinder: Sendable {
    private let store: any Store
    private let notifications: any NotificationStore
    private let lateness: LatenessFinder
    /// That a step reads at most.
    private let pages: Int
    private let memory = Mutex(Memory())

    private struct Memory {
        /// What was found lately, so that looking back over it again costs no write.
        var seen: [Identifier: (attempt: Int, at: Timestamp)] = [:]
        /// A reading that has not come to its end.
        var reading: Reading?
        /// Behind which recoveries go on; nil from the first.
        var recovered: NoticePlace?
    }

    /// One way through the history, in as many steps as it takes.
    private struct Reading {
        /// When it began: up to then everything is found when it is over, since what is seen too late for it is looked back at.
        let began: Timestamp
        var place: (at: Timestamp, id: Identifier?)
    }

    /// What ends is seen once its transaction has: so far it looks back behind what it has seen.
    static let overlap = Duration.seconds(30)
    static let page = 500

    init(store: any Store, outbox: any OutboxStore, notifications: any NotificationStore, pages: Int) {
        self.store = store
        self.notifications = notifications
        lateness = LatenessFinder(outbox: outbox, notifications: notifications, pages: pages)
        self.pages = pages
    }

    /// Begins anew with the next look, as another node would.
    func forget() {
        memory.withLock { $0 = Memory() }
        lateness.forget()
    }

    func find(_ rules: [NotificationRule], _ now: Timestamp) async throws(StoreError) {
        var jobs = KnownJobs(store: store)
        try await findTroubles(rules, now, &jobs)
        try await lateness.find(rules, now, &jobs)
        try await findRecovered(rules, now)
    }

    // MARK: What went wrong

    private func findTroubles(
        _ rules: [NotificationRule], _ now: Timestamp, _ jobs: inout KnownJobs
    ) async throws(StoreError) {
        let wanted = Set(rules.flatMap { $0.on.compactMap(\.status) })
        let rules = rules.filter { !$0.on.isDisjoint(with: [.failed, .skipped, .missed]) }
        let known = try await notifications.noticeCursor()
        guard let first = rules.map(\.createdAt).min() else {
            memory.withLock { $0.reading = nil }
            // So that a rule that wants more later is not told of what was long ago.
            let isOld = known.map { now - $0 > .seconds(60) } ?? true
            return isOld ? try await notifications.add([], cursor: now) : ()
        }
        let start = max(known.map { $0 - NoticeFinder.overlap } ?? first, first)
        // However much there is at one instant: the next step goes on where this one stops.
        var reading = memory.withLock { $0.reading } ?? Reading(began: now, place: (start, nil))
        for _ in 0..<pages {
            let page = try await notifications.troubles(
                of: wanted, since: reading.place.at, behind: reading.place.id, limit: NoticeFinder.page)
            var found: [Notice] = []
            for execution in page {
                let isKnown = memory.withLock { $0.seen[execution.id]?.attempt == execution.attempt }
                if !isKnown { found += try await notices(of: execution, rules, now, &jobs) }
            }
            if let last = page.last, let at = last.finishedAt { reading.place = (at, last.id) }
            let isOver = page.count < NoticeFinder.page || reading.place.at > reading.began
            let cursor = isOver ? reading.began : min(reading.place.at, reading.began)
            if !found.isEmpty || known.map({ cursor > $0 }) ?? true {
                try await notifications.add(found, cursor: cursor)
            }
            let (place, back) = (reading, reading.began - NoticeFinder.overlap)
            memory.withLock { memory in
                for execution in page where execution.finishedAt.map({ $0 >= back }) ?? true {
                    memory.seen[execution.id] = (execution.attempt, execution.finishedAt ?? now)
                }
                memory.reading = isOver ? nil : place
                if isOver { memory.seen = memory.seen.filter { $0.value.at >= back } }
            }
            if isOver { return }
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

    // MARK: Recoveries

    /// Jobs that were told as failing, and whose newest execution succeeded.
    private func findRecovered(_ rules: [NotificationRule], _ now: Timestamp) async throws(StoreError) {
        let rules = Dictionary(rules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var place = memory.withLock { $0.recovered }
        for _ in 0..<pages {
            let page = try await notifications.recoveredStates(after: place, limit: NoticeFinder.page)
            var found: [Notice] = []
            for state in page {
                if let rule = rules[state.rule], rule.on.contains(.recovered) {
                    found.append(Notice(recoveryOf: state, rule: rule, at: now))
                } else {
                    var state = state.raised
                    state.isFailing = false
                    // False: it was told of meanwhile, and is looked at again.
                    _ = try await notifications.save([], [state])
                }
            }
            if !found.isEmpty { try await notifications.add(found, cursor: nil) }
            place = page.count < NoticeFinder.page ? nil : page.last.map { NoticePlace(rule: $0.rule, job: $0.jobID) }
            let next = place
            memory.withLock { $0.recovered = next }
            if next == nil { return }
        }
    }
}

extension NotificationRule.Trigger {
    /// How an execution ended that is told so; nil for what has not ended.
    fileprivate var status: ExecutionStatus? {
        switch self {
        case .failed: .failed
        case .skipped: .skipped
        case .missed: .missed
        case .recovered, .late: nil
        }
    }
}

/// Jobs that were asked for in one step.
struct KnownJobs {
    private let store: any Store
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
