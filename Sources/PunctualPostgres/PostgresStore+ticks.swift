package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] {
        if plans.isEmpty { return [] }
        // Where nothing asks for the others, they are not counted.
        let countsOpen = plans.contains { $0.overlap != .allowAll }
        let outcomes = try await transact(.init(jobs: plans.map(\.jobID), countsOpen: countsOpen)) {
            [definitions] transaction, _ in
            let taken = try await transaction.existing(plans.flatMap(\.executions).map(\.id))
            var outcomes: [TickOutcome] = []
            for plan in plans {
                guard var stored = transaction.jobs[plan.jobID], stored.nextRunAt == plan.expected,
                    stored.version == plan.version, let status = stored.status, status != .completed
                else {
                    outcomes.append(.lostRace)
                    continue
                }
                var added: [Execution] = []
                for execution in plan.executions where taken[execution.id] == nil {
                    if let row = try await transaction.add(execution, of: stored, overlap: plan.overlap) {
                        added.append(row)
                    }
                }
                stored.nextRunAt = plan.next
                stored.status = plan.status
                stored.countRuns(of: added)
                // What was there already may have ended: no end is to come.
                if added.count < plan.executions.count, stored.waitsForEnd {
                    let open = try await transaction.openExecutions(of: stored.id)
                    if open.isEmpty { stored.resume(at: transaction.now, definitions) }
                }
                transaction.change(stored)
                outcomes.append(.applied(added))
            }
            return outcomes
        }
        let hasWork = outcomes.contains { outcome in
            if case .applied(let rows) = outcome { rows.contains { $0.status == .pending } } else { false }
        }
        if hasWork { bell.workWaiting() }
        return outcomes
    }

    package func enqueue(
        _ executions: [Execution], of job: Identifier, overlap: OverlapPolicy, within limit: Int?
    ) async throws(StoreError) -> [EnqueueOutcome] {
        let outcomes = try await transact(.init(jobs: [job])) { [definitions] transaction, _ in
            guard var stored = transaction.jobs[job] else { throw StoreError.notFound }
            if let complaint = stored.job(definitions).complaint {
                throw StoreError.corrupt("job \(job): \(complaint)")
            }
            let taken = try await transaction.existing(executions.map(\.id))
            var added: [Execution] = []
            var outcomes: [EnqueueOutcome] = []
            for execution in executions {
                if let existing = transaction.executions[execution.id] ?? taken[execution.id] {
                    outcomes.append(.existing(existing.row))
                } else if let row = try await transaction.add(execution, of: stored, overlap: overlap) {
                    added.append(row)
                    outcomes.append(.created(row))
                } else {
                    outcomes.append(.existing(execution))
                }
            }
            if let limit, let line = outcomes.line {
                let waiting = try await transaction.waiting(line.service, line.queue)
                if waiting > limit {
                    throw StoreError.quotaExceeded(.waiting(of: line.service, queue: line.queue, limit: limit))
                }
            }
            stored.countRuns(of: added)
            transaction.change(stored)
            return outcomes
        }
        bell.workWaiting()
        return outcomes
    }
}

extension Transaction {
    /// Adds an execution after asking the overlap policy; nil when its id is there already.
    fileprivate func add(_ execution: Execution, of job: StoredJob, overlap: OverlapPolicy) async throws -> Execution? {
        if executions[execution.id] != nil { return nil }
        var row = execution
        if row.status == .pending, overlap != .allowAll {
            let open = open[row.jobID] ?? Open(running: 0, pending: 0, buffered: 0)
            let decision = overlap.decide(waiting: open.pending, running: open.running, buffered: open.buffered)
            switch decision {
            case .run: break
            case .buffer: row.status = .buffered
            case .skip(let reason):
                row.status = .skipped
                row.reason = reason
                row.finishedAt = now
            case .replace:
                // Claims take no lock of the job: what was counted as waiting may run by now.
                var isRunning = false
                for other in try await openExecutions(of: row.jobID) {
                    isRunning = isRunning || other.row.status == .running
                    if let next = other.row.cancelling(at: now, reason: .overlap) { change(next) }
                }
                if isRunning { row.status = .buffered }
            }
        }
        add(StoredExecution(row, lane: job.lane, task: job.task))
        return row
    }
}

extension StoredJob {
    /// Counts executions that were added to run.
    fileprivate mutating func countRuns(of added: [Execution]) {
        for row in added where row.status == .pending || row.status == .buffered {
            runCount += 1
            lastRunAt = max(lastRunAt ?? row.scheduledAt, row.scheduledAt)
        }
    }

    /// Goes on after the end of the last open execution, where the schedule counts from ends.
    mutating func resume(at now: Timestamp, _ definitions: DefinitionCache) {
        guard waitsForEnd, let resumed = job(definitions).job.resumed(afterEndAt: now) else { return }
        nextRunAt = resumed.nextRunAt
        status = resumed.status
    }
}
