internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// Finds what waits for its start too long, whether anybody will ever take it or not.
///
/// A line is in the order of what is due, so what becomes late stands behind what was late before: each step reads on from
/// there, however long the backlog. What comes to stand further ahead, since a scheduler was late itself, is found by a
/// round that goes over all of the line, a page a step. All lines together have so much of a step, a page in turn; the next
/// step goes on with those that had none.
final class LatenessFinder: Sendable {
    private let outbox: any OutboxStore
    private let notifications: any NotificationStore
    /// That a step reads at most, of all lines.
    private let pages: Int
    private let memory = Mutex(Memory())

    private struct Memory {
        /// The rules that it was found for: for others it begins anew.
        var rules: [NotificationRule] = []
        var lines: [Line: Places] = [:]
        /// Until when no more is looked at of a job for a rule: it was found, or is none that the rule covers.
        var settled: [NoticePlace: Timestamp] = [:]
        /// When those are dropped whose time is over.
        var nextSweep: Timestamp?
        /// With which line the next step begins, since the last one had no time left for it; nil for the first.
        var next: Line?
    }

    private struct Line: Hashable, Comparable {
        let line: WaitingLine
        let lateAfter: Duration

        private var order: (Int, String, Int, String, Duration) {
            (line.lane.rawValue, line.queue, line.priority, line.service, lateAfter)
        }

        static func < (left: Line, right: Line) -> Bool { left.order < right.order }
    }

    private struct Places {
        /// Behind what was found; nil before the beginning.
        var newest: WaitingPlace?
        /// How far the round is.
        var round: WaitingPlace?
        var nextRound: Timestamp
    }

    /// What reading a line costs at least, in rows.
    static let leastCost = 50
    /// At least so long from one round to the next.
    static let roundPause = Duration.seconds(60)
    /// At most one notice in this time for a rule and a job; its oldest execution is what it tells of.
    static let settledFor = Duration.seconds(60)

    init(outbox: any OutboxStore, notifications: any NotificationStore, pages: Int) {
        self.pages = pages
        self.outbox = outbox
        self.notifications = notifications
    }

    func forget() { memory.withLock { $0 = Memory() } }

    func find(
        _ rules: [NotificationRule], _ now: Timestamp, _ jobs: inout KnownJobs
    ) async throws(StoreError) {
        let rules = rules.filter { $0.on.contains(.late) }
        let next = memory.withLock { memory in
            if memory.rules != rules {
                memory = Memory()
                memory.rules = rules
            }
            if memory.nextSweep.map({ now >= $0 }) ?? true {
                memory.settled = memory.settled.filter { now < $0.value }
                memory.nextSweep = now + LatenessFinder.settledFor
            }
            return memory.next
        }
        if rules.isEmpty { return }
        var present: [Line: [NotificationRule]] = [:]
        for lane in Lane.allCases {
            // A queue that somebody has paused and forgotten is what people want to hear of.
            for line in try await outbox.waitingLines(of: lane, evenPaused: true) {
                let concerned = rules.filter { $0.service.map { $0 == line.service } ?? true }
                for (lateAfter, rules) in Dictionary(grouping: concerned, by: \.lateAfter) {
                    present[Line(line: line, lateAfter: lateAfter)] = rules
                }
            }
        }
        let lines = present
        memory.withLock { memory in memory.lines = memory.lines.filter { lines[$0.key] != nil } }
        let keys = present.keys.sorted()
        let first = next.flatMap { next in keys.firstIndex { $0 >= next } } ?? 0
        var turns = (keys[first...] + keys[..<first])[...]
        var rest = pages * NoticeFinder.page
        while rest > 0, let key = turns.popFirst() {
            let (rows, isEnd) = try await look(at: key, present[key] ?? [], now, &jobs)
            rest -= max(rows, LatenessFinder.leastCost)
            if !isEnd { turns.append(key) }
        }
        let passedOver = turns.first
        memory.withLock { $0.next = passedOver }
    }

    /// Reads a page of what has become late of the line, and behind its end one of its round when there is to be one.
    /// - Returns: how many rows were read, and whether the line has had all that it gets in this step.
    private func look(
        at key: Line, _ rules: [NotificationRule], _ now: Timestamp, _ jobs: inout KnownJobs
    ) async throws(StoreError) -> (rows: Int, isEnd: Bool) {
        var places =
            memory.withLock { $0.lines[key] } ?? Places(nextRound: now + LatenessFinder.roundPause)
        let newest = try await page(key, rules, after: places.newest, now, &jobs)
        places.newest = newest.last ?? places.newest
        let kept = places
        memory.withLock { $0.lines[key] = kept }
        guard newest.isEnd, places.round != nil || now >= places.nextRound else { return (newest.rows, newest.isEnd) }
        let round = try await page(key, rules, after: places.round, now, &jobs)
        places.round = round.isEnd ? nil : round.last
        if round.isEnd { places.nextRound = now + LatenessFinder.roundPause }
        let moved = places
        memory.withLock { $0.lines[key] = moved }
        return (newest.rows + round.rows, true)
    }

    /// - Returns: how many rows were read, the last place of those that are late, nil without any, and whether none that is
    ///   late is behind it.
    private func page(
        _ key: Line, _ rules: [NotificationRule], after place: WaitingPlace?, _ now: Timestamp, _ jobs: inout KnownJobs
    ) async throws(StoreError) -> (rows: Int, last: WaitingPlace?, isEnd: Bool) {
        let page = try await outbox.waiting(in: key.line, after: place, limit: NoticeFinder.page)
        let late = page.prefix { now - $0.place.availableAt >= key.lateAfter }
        var wanted: [(waiting: WaitingExecution, rule: NotificationRule)] = []
        var settled: [NoticePlace: Timestamp] = [:]
        for waiting in late {
            for rule in rules where rule.jobID.map({ $0 == waiting.jobID }) ?? true {
                // The longest waiting of a job is told, and then no other for a while.
                let place = NoticePlace(rule: rule.name, job: waiting.jobID)
                let until = settled[place] ?? memory.withLock { $0.settled[place] }
                if until.map({ now < $0 }) ?? false { continue }
                settled[place] = now + LatenessFinder.settledFor
                wanted.append((waiting, rule))
            }
        }
        try await jobs.read(wanted.map(\.waiting.jobID))
        let found = wanted.compactMap { waiting, rule -> Notice? in
            guard let job = jobs[waiting.jobID],
                rule.covers(job: waiting.jobID, service: key.line.service, labels: job.labels)
            else { return nil }
            return Notice(
                .late, of: rule, execution: waiting.place.id, attempt: 0, job: waiting.jobID, name: job.name,
                service: key.line.service, at: waiting.place.availableAt,
                text: "due at \(waiting.place.availableAt), and not begun \(rule.lateAfter.text) later", now: now)
        }
        if !found.isEmpty { try await notifications.add(found, cursor: nil) }
        let known = settled
        memory.withLock { $0.settled.merge(known) { _, new in new } }
        return (page.count, late.last?.place, late.count < NoticeFinder.page)
    }
}
