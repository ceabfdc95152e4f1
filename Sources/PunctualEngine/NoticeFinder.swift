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
        /// The rules that it was found for.
        var rules: [NotificationRule] = []
        /// What was found lately, so that looking back over it again costs no write.
        var seen: [Identifier: (attempt: Int, at: Timestamp)] = [:]
        /// A reading that has not come to its end.
        var reading: Reading?
        /// Behind which recoveries go on; nil from the first.
        var recovered: NoticePlace?
        /// Recoveries that wait, of this round and of the one before: they are added once.
        var added: (now: Set<Identifier>, before: Set<Identifier>) = ([], [])
    }

    /// One way through the history, in as many steps as it takes.
    private struct Reading {
        /// When it began: up to then everything is found when it is over, since what is seen too late for it is looked back at.
        let began: Timestamp
        var place: (at: Timestamp, id: Identifier?)
    }

    /// What ends is seen once its transaction has: so far it looks back behind what it has seen.
    static let overlap = Duration.seconds(30)
    /// While nothing is found, how far the cursor that is kept may lag.
    static let lag = Duration.seconds(10)
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
        memory.withLock { memory in
            if memory.rules == rules { return }
            // What was seen was seen for other rules.
            (memory.rules, memory.seen) = (rules, [:])
        }
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
        var known = try await notifications.noticeCursor()
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
            let new = page.filter { execution in
                memory.withLock { $0.seen[execution.id]?.attempt != execution.attempt }
            }
            let labelled = rules.filter { !$0.labels.isEmpty }
            try await jobs.read(
                new.filter { one in labelled.contains { $0.mayCover(one) } }.map(\.jobID))
            let found = new.flatMap { notices(of: $0, rules, now, jobs) }
            if let last = page.last, let at = last.finishedAt { reading.place = (at, last.id) }
            let isOver = page.count < NoticeFinder.page || reading.place.at > reading.began
            let cursor = isOver ? reading.began : min(reading.place.at, reading.began)
            if !found.isEmpty || known.map({ cursor - $0 >= NoticeFinder.lag }) ?? true {
                try await notifications.add(found, cursor: cursor)
                known = known.map { max($0, cursor) } ?? cursor
            }
            let (place, back) = (reading, reading.began - NoticeFinder.overlap - NoticeFinder.lag)
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
        of execution: Execution, _ rules: [NotificationRule], _ now: Timestamp, _ jobs: KnownJobs
    ) -> [Notice] {
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
            let labels = jobs[execution.jobID]?.labels
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
            let before = memory.withLock { memory in
                for notice in found where memory.added.before.contains(notice.id) { memory.added.now.insert(notice.id) }
                return memory.added.before
            }
            found.removeAll { before.contains($0.id) }
            if !found.isEmpty { try await notifications.add(found, cursor: nil) }
            let added = found.map(\.id)
            place = page.count < NoticeFinder.page ? nil : page.last.map { NoticePlace(rule: $0.rule, job: $0.jobID) }
            let next = place
            memory.withLock { memory in
                memory.recovered = next
                memory.added.now.formUnion(added)
                if next == nil { memory.added = ([], memory.added.now) }
            }
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

extension NotificationRule {
    /// Whether it is about the execution, but for its labels.
    fileprivate func mayCover(_ execution: Execution) -> Bool {
        (service.map { $0 == execution.service } ?? true) && (jobID.map { $0 == execution.jobID } ?? true)
    }
}

/// Names and labels of jobs that were asked for in one step.
struct KnownJobs {
    struct Known {
        let name: String
        let labels: [String: String]
    }

    private let store: any Store
    private var known: [Identifier: Known?] = [:]

    init(store: any Store) { self.store = store }

    /// Reads those that are not known yet.
    mutating func read(_ ids: [Identifier]) async throws(StoreError) {
        let new = Array(Set(ids).filter { known[$0] == nil })
        if new.isEmpty { return }
        for (id, job) in zip(new, try await store.jobs(new)) {
            known[id] = .some(job.map { Known(name: $0.draft.name, labels: $0.draft.labels) })
        }
    }

    /// nil when it is gone, or was not read.
    subscript(id: Identifier) -> Known? { known[id] ?? nil }
}
