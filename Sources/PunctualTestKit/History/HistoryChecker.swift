internal import PunctualCore
public import PunctualSchedule

/// Holds what a cluster left behind against what its jobs' schedules asked for.
///
/// In the manner of Jepsen's test of Chronos: faults, quiet, one read of everything, then every due instant is matched
/// to exactly one row. It knows nothing of how the cluster works; the rows and what the called side saw are all it has.
public struct HistoryChecker: Sendable {
    /// When the rows were read.
    public var readAt: Timestamp
    /// How long before `readAt` an instant may lie and still be under way.
    public var settling: Duration
    /// How long before a change of schedule an instant of the old one may lie and be dropped with it.
    public var changeSlack: Duration

    /// - Parameter settling: also how much later than its instant a row may be recorded.
    public init(readAt: Timestamp, settling: Duration = .zero, changeSlack: Duration = .seconds(5)) {
        self.readAt = readAt
        self.settling = settling
        self.changeSlack = changeSlack
    }

    /// Checks every job.
    /// - Parameter calls: all that watched targets saw, in any order.
    public func check(_ jobs: [JobHistory], calls: [AttemptCall] = []) -> HistoryReport {
        var report = HistoryReport()
        report.calls = calls.count
        let byExecution = Dictionary(grouping: calls, by: \.execution)
        var known: Set<Identifier> = []
        for history in jobs {
            checkInstants(of: history, &report)
            checkByHand(history, &report)
            for row in history.rows {
                known.insert(row.id)
                checkRow(row, of: history, &report)
                checkAttempts(row, of: history, calls: byExecution[row.id] ?? [], &report)
            }
        }
        for call in calls where !known.contains(call.execution) {
            report.findings.append(
                HistoryReport.Finding(
                    kind: .unexpected, job: "\(call.execution)", at: call.startedAt,
                    detail: "called, and there is no row"))
        }
        report.latenesses.sort { $0.scheduledAt < $1.scheduledAt }
        return report
    }

    /// How long after `instant` the first later instant of these jobs was recorded: the longest that their shard can have
    /// stood still. nil when none was.
    public static func takeover(after instant: Timestamp, of jobs: [JobHistory]) -> Duration? {
        jobs.flatMap(\.planned).filter { $0.scheduledAt > instant }.map(\.createdAt).min().map { $0 - instant }
    }

    // MARK: Instants

    private func checkInstants(of history: JobHistory, _ report: inout HistoryReport) {
        let rows = history.planned
        let byInstant = Dictionary(grouping: rows, by: \.scheduledAt)
        for (instant, same) in byInstant {
            if same.count > 1 { report.add(.doubled, history, instant, "\(same.count) rows") }
            for row in same where row.id != Identifier.execution(of: history.job.id, at: instant) {
                report.add(.unexpected, history, instant, "the row \(row.id) has another occurrence's id")
            }
        }
        var allowed: Set<Timestamp> = []
        for era in history.eras {
            if case .fixedDelay(let every) = era.schedule {
                let instants = byInstant.keys.filter { instant in
                    instant >= era.first ?? .latest && era.until.map { instant <= $0 } ?? true
                }
                allowed.formUnion(instants)
                checkDelays(every, instants.sorted().compactMap { byInstant[$0]?.first }, era, history, &report)
                continue
            }
            for instant in due(era, history, rows) {
                allowed.insert(instant)
                let isOptional =
                    instant > readAt - settling || era.until.map { instant > $0 - changeSlack } ?? false
                if isOptional { continue }
                report.due += 1
                if byInstant[instant] == nil { report.add(.missing, history, instant, "due, and there is no row") }
            }
        }
        for row in rows {
            if !allowed.contains(row.scheduledAt) {
                report.add(.unexpected, history, row.scheduledAt, "a row, and nothing was due")
            }
            let waits = [.bufferOne, .bufferAll, .cancelOther].contains(history.job.draft.overlapPolicy)
            let first = row.attempts.first { $0.number == 1 }
            report.latenesses.append(
                HistoryReport.Lateness(
                    scheduledAt: row.scheduledAt, planned: row.createdAt - row.scheduledAt,
                    started: waits ? nil : first.map { $0.startedAt - row.availableAt }))
        }
    }

    /// Every instant at which the schedule was due, up to the reading.
    private func due(_ era: JobHistory.Era, _ history: JobHistory, _ rows: [Execution]) -> [Timestamp] {
        let end = min(history.job.draft.endsAt ?? .latest, era.until ?? .latest, readAt)
        // Past the last run that `max_runs` grants, nothing is due any more.
        let ran = rows.filter { $0.status != .missed && $0.status != .skipped }.map(\.scheduledAt).sorted()
        let last = history.job.draft.maxRuns.flatMap { $0 <= ran.count ? ran[$0 - 1] : nil } ?? .latest
        var due: [Timestamp] = []
        var next = era.first
        while let instant = next, instant <= end, instant <= last {
            due.append(instant)
            next = era.schedule.next(after: instant)
        }
        return due
    }

    /// A delay counts from the end before it; what never ran has none, so then any later instant is right.
    private func checkDelays(
        _ every: Duration, _ rows: [Execution], _ era: JobHistory.Era, _ history: JobHistory,
        _ report: inout HistoryReport
    ) {
        report.due += rows.count
        for (earlier, later) in zip(rows, rows.dropFirst()) {
            guard let end = earlier.finishedAt, later.scheduledAt < end + every else { continue }
            report.add(.unexpected, history, later.scheduledAt, "sooner than \(every) after the end before it")
        }
        let end = min(history.job.draft.endsAt ?? .latest, era.until ?? .latest, readAt - settling)
        let runs = rows.count { $0.status != .missed && $0.status != .skipped }
        if let maximum = history.job.draft.maxRuns, runs >= maximum { return }
        let next = rows.last.map { last in last.finishedAt.map { $0 + every } } ?? era.first
        if let next, next < end - changeSlack {
            report.due += 1
            report.add(.missing, history, next, "due after the delay, and there is no row")
        }
    }

    private func checkByHand(_ history: JobHistory, _ report: inout HistoryReport) {
        let byHand = Dictionary(grouping: history.rows.filter(history.isByHand), by: \.id)
        for id in history.acknowledged.subtracting(byHand.keys) {
            report.add(.missing, history, readAt, "the execution \(id) was acknowledged, and there is no row")
        }
        for (id, rows) in byHand where rows.count > 1 {
            report.add(.doubled, history, rows[0].scheduledAt, "\(rows.count) rows of \(id)")
        }
        let strangers = byHand.filter { !history.acknowledged.contains($0.key) }
        if strangers.count > history.unanswered, let row = strangers.values.first?.first {
            report.add(
                .unexpected, history, row.scheduledAt,
                "\(strangers.count) executions by hand where \(history.unanswered) calls had no answer")
        }
    }
}
