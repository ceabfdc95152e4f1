internal import PunctualCore
internal import PunctualSchedule

extension SimulationWitness {
    /// Holds the rows that are there at the end against what was recorded, and that against the schedule.
    /// - Parameters:
    ///   - job: as it was created.
    ///   - now: the job as it stands; nil when it is gone.
    mutating func checkRows(_ executions: [Execution], of job: Job, now: Job?) {
        let name = job.draft.name
        guard let ledger = ledgers[job.id] else { return violate("\(name) is unknown") }
        if (now == nil) != ledger.isDeleted {
            violate("\(name) is \(now == nil ? "gone" : "there after it was deleted")")
        }
        if let next = now?.nextRunAt { violate("\(name) still waits for \(next)") }
        if let now, now.status != .completed { violate("\(name) has nothing to come and is \(now.status.rawValue)") }
        for execution in executions { checkEnd(of: execution, name) }
        let rows = Dictionary(executions.map { ($0.id, $0) }) { first, _ in first }
        if rows.count != executions.count { violate("\(name) has two rows of one id") }
        if Set(rows.keys) != ledger.rows {
            violate("\(name) has \(rows.count) rows where \(ledger.rows.count) were recorded")
        }
        for id in ledger.waiting where rows[id]?.status != .cancelled {
            violate("\(id) waited when \(name) was deleted and is \(rows[id]?.status.rawValue ?? "gone")")
        }
        for execution in executions.sorted(by: { ($0.scheduledAt, $0.id) < ($1.scheduledAt, $1.id) }) {
            trace(execution.id.low, UInt64(bitPattern: execution.scheduledAt.milliseconds), UInt64(execution.attempt))
        }
        if !ledger.isRescheduled { checkInstants(ledger.planned, of: job, isDeleted: ledger.isDeleted) }
    }

    /// Holds one row against what the store said while it was worked on.
    private mutating func checkEnd(of row: Execution, _ name: String) {
        let title = "\(name) at \(row.scheduledAt)"
        let known = ended[row.id]
        if !row.status.isFinal { violate("\(title) is still \(row.status.rawValue): it did not drain") }
        if row.attempt != newest[row.id] ?? 0 {
            violate("\(title) has attempt \(row.attempt), and \(newest[row.id] ?? 0) was given out last")
        }
        if row.attempt == 0, [.succeeded, .failed].contains(row.status) {
            violate("\(title) is \(row.status.rawValue) and was never attempted")
        }
        // What never runs, and what a later occurrence takes the place of, ends without an end of its own.
        let isSilent = [.skipped, .missed].contains(row.status) || row.reason == .overlap
        if known != row.status, known != nil || !isSilent {
            violate("\(title) is \(row.status.rawValue) and ended as \(known?.rawValue ?? "nothing")")
        }
    }

    /// Holds the instants of a job whose schedule never changed against a walk of its own.
    private mutating func checkInstants(_ planned: [Timestamp], of job: Job, isDeleted: Bool) {
        let name = job.draft.name
        if case .fixedDelay(let every) = job.draft.schedule {
            for (first, second) in zip(planned, planned.dropFirst()) where second - first < every {
                violate("\(name) ran at \(first) and again at \(second), sooner than its delay")
            }
            if planned.isEmpty, !isDeleted { violate("\(name) has no row") }
            return
        }
        let due = due(job)
        if isDeleted ? !due.starts(with: planned) : planned != due {
            violate("\(name) was recorded at \(planned.count) instants where its schedule has \(due.count)")
        }
    }

    /// Every instant of the schedule from the job's first to its end.
    private func due(_ job: Job) -> [Timestamp] {
        guard let schedule = SimulatedJobs.compiled(job), let end = job.draft.endsAt else { return [] }
        var due: [Timestamp] = []
        var next = job.nextRunAt
        while let instant = next, instant <= end {
            due.append(instant)
            next = schedule.next(after: instant)
        }
        return due
    }
}
