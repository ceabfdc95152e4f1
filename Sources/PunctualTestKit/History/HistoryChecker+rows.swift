internal import PunctualCore
internal import PunctualSchedule

extension HistoryChecker {
    /// Holds one row against the job's policies.
    func checkRow(_ row: Execution, of history: JobHistory, _ report: inout HistoryReport) {
        report.rows[row.status, default: 0] += 1
        report.attempts += row.attempts.count
        func fault(_ kind: HistoryReport.Kind, _ detail: String) { report.add(kind, history, row.scheduledAt, detail) }
        if !row.status.isFinal {
            if row.scheduledAt <= readAt - settling { fault(.notDrained, "still \(row.status.rawValue)") }
            return
        }
        if row.finishedAt == nil { fault(.policy, "\(row.status.rawValue) without an end") }
        switch row.status {
        case .succeeded, .failed:
            if row.attempt == 0 { fault(.stale, "\(row.status.rawValue), and it was never attempted") }
        case .skipped, .missed:
            if row.reason == nil { fault(.policy, "\(row.status.rawValue) without a reason") }
            if row.attempt > 0 { fault(.stale, "\(row.status.rawValue) after \(row.attempt) attempts") }
        case .cancelled, .buffered, .pending, .running: break
        }
        checkMisfire(row, of: history, &report)
        if row.status == .skipped, row.reason == .overlap, history.job.draft.overlapPolicy != .skip {
            fault(.policy, "skipped for overlap under \(history.job.draft.overlapPolicy.rawValue)")
        }
    }

    private func checkMisfire(_ row: Execution, of history: JobHistory, _ report: inout HistoryReport) {
        let draft = history.job.draft
        func fault(_ detail: String) { report.add(.policy, history, row.scheduledAt, detail) }
        let isLate = row.createdAt - row.scheduledAt > draft.misfireThreshold
        switch row.trigger {
        case .schedule where isLate && row.reason != .paused:
            fault("recorded \(row.createdAt - row.scheduledAt) late, and no misfire")
        case .misfire:
            if !isLate { fault("a misfire, recorded \(row.createdAt - row.scheduledAt) after its instant") }
            if draft.misfirePolicy == .skip, row.status != .missed { fault("a misfire that ran under skip") }
            if draft.misfirePolicy == .fireAll, row.reason == .misfire { fault("a misfire left out under fire_all") }
        default: break
        }
    }

    /// Holds the attempts of a row against each other and against what the called side saw.
    func checkAttempts(
        _ row: Execution, of history: JobHistory, calls: [AttemptCall], _ report: inout HistoryReport
    ) {
        func fault(_ kind: HistoryReport.Kind, _ detail: String) { report.add(kind, history, row.scheduledAt, detail) }
        let attempts = row.attempts
        for (earlier, later) in zip(attempts, attempts.dropFirst()) {
            if later.number <= earlier.number {
                fault(.stale, "attempt \(later.number) after attempt \(earlier.number)")
            }
            if let end = earlier.finishedAt, later.startedAt < end {
                fault(.stale, "attempt \(later.number) began before attempt \(earlier.number) had ended")
            }
        }
        if let last = attempts.last, last.number > row.attempt {
            fault(.stale, "attempt \(last.number) is told of, and the newest is \(row.attempt)")
        }
        let byAttempt = Dictionary(grouping: calls, by: \.attempt)
        for (attempt, calls) in byAttempt where calls.count > 1 {
            fault(.doubled, "attempt \(attempt) called \(calls.count) times")
        }
        if let newest = byAttempt.keys.max(), newest > row.attempt {
            fault(.stale, "attempt \(newest) called, and the newest is \(row.attempt)")
        }
        checkEnd(row, of: history, call: byAttempt[row.attempt]?.first, &report)
        let ordered = calls.sorted { ($0.startedAt, $0.attempt) < ($1.startedAt, $1.attempt) }
        for (earlier, later) in zip(ordered, ordered.dropFirst())
        where earlier.attempt != later.attempt && later.startedAt < earlier.endedAt {
            let names = [earlier, later].map { call in
                "attempt \(call.attempt) of \(attempts.first { $0.number == call.attempt }?.worker ?? "nobody")"
            }
            fault(.together, "\(names[0]) and \(names[1]) for \(min(earlier.endedAt, later.endedAt) - later.startedAt)")
        }
    }

    /// The end that the row shows must be the one that its newest attempt met.
    private func checkEnd(
        _ row: Execution, of history: JobHistory, call: AttemptCall?, _ report: inout HistoryReport
    ) {
        guard history.isWatched else { return }
        func stale(_ detail: String) { report.add(.stale, history, row.scheduledAt, detail) }
        switch row.status {
        case .succeeded:
            guard let call else { return stale("succeeded, and attempt \(row.attempt) never called") }
            if call.success != true {
                stale("succeeded, and attempt \(row.attempt) \(call.success == nil ? "had no answer" : "was refused")")
            }
        case .failed where row.reason == .httpStatus:
            guard let call else { return stale("failed by an answer, and attempt \(row.attempt) never called") }
            if call.success != false {
                stale(
                    "failed by an answer, and attempt \(row.attempt) \(call.success == nil ? "had none" : "went well")")
            }
        default: break
        }
    }
}
