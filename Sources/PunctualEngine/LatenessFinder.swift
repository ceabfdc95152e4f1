internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// Finds what waits for its start too long, whether anybody will ever take it or not.
///
/// A line is in the order of what is due, so what becomes late stands behind what was late before: each step reads on from
/// there, however long the backlog. What comes to stand further ahead, since a scheduler was late itself, is found by a
/// round that goes over all of the line, a page a step.
final class LatenessFinder: Sendable {
    private let outbox: any OutboxStore
    private let notifications: any NotificationStore
    /// That a step reads of a line at most.
    private let pages: Int
    private let memory = Mutex(Memory())

    private struct Memory {
        /// The rules that it was found for: for others it begins anew.
        var rules: [NotificationRule] = []
        var lines: [Line: Places] = [:]
        /// Until when no more is looked at of a job for a rule: it was found, or is none that the rule covers.
        var settled: [NoticePlace: Timestamp] = [:]
    }

    private struct Line: Hashable {
        let line: WaitingLine
        let lateAfter: Duration
    }

    private struct Places {
        /// Behind what was found; nil before the beginning.
        var newest: WaitingPlace?
        /// How far the round is.
        var round: WaitingPlace?
        var nextRound: Timestamp
    }

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
        memory.withLock { memory in
            if memory.rules != rules {
                memory = Memory()
                memory.rules = rules
            }
            if memory.settled.count > 10_000 {
                memory.settled = memory.settled.filter { now - $0.value < LatenessFinder.settledFor }
            }
        }
        if rules.isEmpty { return }
        var present: Set<Line> = []
        for lane in Lane.allCases {
            for line in try await outbox.waitingLines(of: lane) {
                let concerned = rules.filter { $0.service.map { $0 == line.service } ?? true }
                for (lateAfter, rules) in Dictionary(grouping: concerned, by: \.lateAfter) {
                    let key = Line(line: line, lateAfter: lateAfter)
                    present.insert(key)
                    try await find(key, rules, now, &jobs)
                }
            }
        }
        let lines = present
        memory.withLock { memory in memory.lines = memory.lines.filter { lines.contains($0.key) } }
    }

    private func find(
        _ key: Line, _ rules: [NotificationRule], _ now: Timestamp, _ jobs: inout KnownJobs
    ) async throws(StoreError) {
        var places =
            memory.withLock { $0.lines[key] } ?? Places(nextRound: now + LatenessFinder.roundPause)
        for _ in 0..<pages {
            let (last, isEnd) = try await page(key, rules, after: places.newest, isRound: false, now, &jobs)
            places.newest = last ?? places.newest
            let kept = places
            memory.withLock { $0.lines[key] = kept }
            if isEnd { break }
        }
        guard places.round != nil || now >= places.nextRound else { return }
        let (last, isEnd) = try await page(key, rules, after: places.round, isRound: true, now, &jobs)
        places.round = isEnd ? nil : last
        if isEnd { places.nextRound = now + LatenessFinder.roundPause }
        let kept = places
        memory.withLock { $0.lines[key] = kept }
    }

    /// - Parameter isRound: whether it looks for what nobody has found; what is known is for those that become late.
    /// - Returns: the last place of those that are late, nil without any, and whether none that is late is behind it.
    private func page(
        _ key: Line, _ rules: [NotificationRule], after place: WaitingPlace?, isRound: Bool,
        _ now: Timestamp, _ jobs: inout KnownJobs
    ) async throws(StoreError) -> (last: WaitingPlace?, isEnd: Bool) {
        let page = try await outbox.waiting(in: key.line, after: place, limit: NoticeFinder.page)
        let late = page.prefix { now - $0.place.availableAt >= key.lateAfter }
        var found: [Notice] = []
        var settled: [NoticePlace: Timestamp] = [:]
        for waiting in late {
            for rule in rules {
                // The longest waiting of a job is told, and then no other for a while.
                let place = NoticePlace(rule: rule.name, job: waiting.jobID)
                let until = settled[place] ?? memory.withLock { $0.settled[place] }
                if until.map({ isRound || now < $0 }) ?? false { continue }
                settled[place] = now + LatenessFinder.settledFor
                if let job = try await jobs[waiting.jobID],
                    rule.covers(job: job.id, service: key.line.service, labels: job.draft.labels)
                {
                    found.append(
                        Notice(
                            .late, of: rule, execution: waiting.place.id, attempt: 0, job: job.id,
                            name: job.draft.name, service: key.line.service, at: waiting.place.availableAt,
                            text: "due at \(waiting.place.availableAt), and not begun \(rule.lateAfter.text) later",
                            now: now))
                }
            }
        }
        if !found.isEmpty { try await notifications.add(found, cursor: nil) }
        let known = settled
        memory.withLock { $0.settled.merge(known) { _, new in new } }
        return (late.last?.place, late.count < NoticeFinder.page)
    }
}
