internal import PunctualCore
internal import PunctualSchedule

/// Watches what the store really did, and keeps what must never happen.
struct SimulationWitness {
    private(set) var violations: [String] = []
    /// FNV-1a over everything that was seen, in order.
    private(set) var traceHash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var racesLost = 0
    private(set) var staleCompletions = 0
    private(set) var completions = 0

    private(set) var ledgers: [Identifier: SimulationLedger] = [:]
    private(set) var acts = 0
    private var pausedQueues: Set<String> = []

    private struct Running {
        let job: Identifier
        let attempt: Int
        var leaseExpiresAt: Timestamp
    }

    /// The executions that the store said it added.
    private var rows: Set<Identifier> = []
    /// The newest attempt that the store gave out, by execution.
    private(set) var newest: [Identifier: Int] = [:]
    private var running: [Identifier: Running] = [:]
    /// How an execution ended by what the store said, until it is opened again.
    private(set) var ended: [Identifier: ExecutionStatus] = [:]

    mutating func violate(_ text: String) {
        if violations.count < 20 { violations.append(text) }
    }

    /// Folds a number into the trace.
    mutating func trace(_ values: UInt64...) {
        for value in values {
            traceHash = (traceHash ^ value) &* 0x0000_0100_0000_01B3
            traceHash ^= traceHash >> 29
        }
    }

    mutating func trace(_ text: String) {
        for byte in text.utf8 { traceHash = (traceHash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    mutating func created(_ job: Job) { ledgers[job.id] = SimulationLedger(job) }

    mutating func updated(_ job: Job, _ change: JobChange) {
        acts += 1
        trace(job.id.low, UInt64(job.version), 8)
        ledgers[job.id]?.updated(job, change)
    }

    /// - Parameter waiting: the executions that waited when the job was deleted.
    mutating func deleted(_ job: Identifier, waiting: [Identifier]) {
        acts += 1
        trace(job.low, UInt64(waiting.count), 9)
        ledgers[job]?.deleted(waiting: waiting)
        for id in waiting { ended[id] = .cancelled }
    }

    mutating func enqueued(_ outcomes: [EnqueueOutcome], of job: Identifier) {
        acts += 1
        for case .created(let execution) in outcomes {
            trace(execution.id.low, 10)
            if !rows.insert(execution.id).inserted { violate("\(execution.id) was added by hand a second time") }
            ledgers[job]?.enqueued(execution)
        }
    }

    mutating func cancelled(_ execution: Execution) {
        acts += 1
        trace(execution.id.low, 11)
        if execution.status.isFinal { ended[execution.id] = execution.status }
    }

    mutating func reopened(_ execution: Execution) {
        acts += 1
        trace(execution.id.low, 12)
        ended[execution.id] = nil
        ledgers[execution.jobID]?.mayOverlap = true
    }

    mutating func setQueue(_ name: String, paused: Bool) {
        acts += 1
        trace(name)
        if paused { pausedQueues.insert(name) } else { pausedQueues.remove(name) }
    }

    mutating func applied(_ plans: [TickPlan], _ outcomes: [TickOutcome], at now: Timestamp) {
        for (plan, outcome) in zip(plans, outcomes) {
            guard case .applied(let executions) = outcome else {
                racesLost += 1
                trace(plan.jobID.low, 0)
                continue
            }
            trace(plan.jobID.low, UInt64(executions.count), UInt64(bitPattern: plan.expected.milliseconds))
            for fault in ledgers[plan.jobID]?.applied(plan, executions) ?? ["an unknown job was planned"] {
                violate(fault)
            }
            for execution in executions where !rows.insert(execution.id).inserted {
                violate("the instant \(execution.scheduledAt) of job \(plan.jobID) was recorded twice")
            }
            for execution in plan.executions where execution.scheduledAt > now {
                violate("the instant \(execution.scheduledAt) was scheduled at \(now), before it came")
            }
        }
    }

    mutating func claimed(_ claimed: [ClaimedExecution], at now: Timestamp) {
        for execution in claimed.map(\.execution) {
            trace(execution.id.low, UInt64(execution.attempt), 1)
            if execution.attempt <= newest[execution.id] ?? 0 {
                violate("attempt \(execution.attempt) of \(execution.id) was given out after a newer one")
            }
            if execution.availableAt > now { violate("\(execution.id) was claimed before it was available") }
            if ended[execution.id] != nil { violate("\(execution.id) was claimed after it had ended") }
            if let other = running[execution.id], other.leaseExpiresAt > now {
                violate("\(execution.id) was claimed twice within one lease")
            }
            if pausedQueues.contains(execution.queue) { violate("\(execution.id) was claimed from a paused queue") }
            let ledger = ledgers[execution.jobID]
            if ledger?.isDeleted ?? true { violate("\(execution.id) was claimed after its job was deleted") }
            if ledger?.mayOverlap == false {
                for (id, other) in running where id != execution.id && other.job == execution.jobID {
                    if other.leaseExpiresAt > now { violate("two executions of \(execution.jobID) ran at once") }
                }
            }
            newest[execution.id] = execution.attempt
            running[execution.id] = Running(
                job: execution.jobID, attempt: execution.attempt,
                leaseExpiresAt: execution.leaseExpiresAt ?? .latest)
        }
    }

    mutating func renewed(_ leases: [Lease], _ outcomes: [RenewOutcome]) {
        for (lease, outcome) in zip(leases, outcomes) {
            guard case .renewed(let until, _) = outcome else {
                trace(lease.executionID.low, 2)
                continue
            }
            trace(lease.executionID.low, 3)
            if running[lease.executionID]?.attempt != lease.attempt {
                violate("the lease of stale attempt \(lease.attempt) of \(lease.executionID) was prolonged")
            }
            running[lease.executionID]?.leaseExpiresAt = until
        }
    }

    mutating func finished(_ completion: Completion, _ outcome: FinishOutcome) {
        let lease = completion.lease
        guard case .finished(let execution) = outcome else {
            staleCompletions += 1
            trace(lease.executionID.low, 4)
            return
        }
        completions += 1
        trace(lease.executionID.low, UInt64(lease.attempt), 5)
        if running[lease.executionID]?.attempt != lease.attempt || newest[lease.executionID] != lease.attempt {
            violate("the end of stale attempt \(lease.attempt) of \(lease.executionID) was accepted")
        }
        end(execution)
    }

    mutating func reclaimed(_ executions: [Execution], at now: Timestamp) {
        for execution in executions {
            trace(execution.id.low, 6)
            guard let taken = running[execution.id] else {
                violate("\(execution.id) was taken back though nobody had it")
                continue
            }
            if taken.leaseExpiresAt > now { violate("\(execution.id) was taken back while its lease held") }
            end(execution)
        }
    }

    private mutating func end(_ execution: Execution) {
        running[execution.id] = nil
        guard execution.status.isFinal else { return }
        if ended[execution.id] != nil { violate("two attempts of \(execution.id) ended it") }
        ended[execution.id] = execution.status
    }
}
