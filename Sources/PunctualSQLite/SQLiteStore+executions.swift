package import PunctualCore
internal import PunctualSchedule

extension SQLiteStore {
    package func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        if request.visible.isNothing { return [] }
        return try await lane.write { transaction in
            var taken: [ClaimedExecution] = []
            for (execution, complaint) in try transaction.waiting(for: request) {
                let now = transaction.now
                guard let row = try transaction.jobRow(execution.jobID) else {
                    // Its job was deleted while it was being added; nothing says any more what to run.
                    if let next = execution.cancelling(at: now) { try transaction.update(next, from: execution) }
                    continue
                }
                if let complaint = complaint ?? row.complaint {
                    // One that cannot be read keeps no others waiting, and is seen as failed.
                    var failed = execution
                    failed.status = .failed
                    failed.finishedAt = now
                    failed.error = complaint
                    try transaction.update(failed, from: execution)
                    try transaction.follow(failed)
                    if row.complaint != nil { try transaction.setAside(row) }
                    continue
                }
                let claimed = execution.claimed(by: request.worker, at: now, lease: request.lease)
                try transaction.take(claimed)
                taken.append(ClaimedExecution(execution: claimed, of: row.job.draft))
            }
            return taken
        }
    }

    package func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [RenewOutcome] {
        try await lane.write { transaction in
            let (database, until) = (transaction.database, transaction.now + duration)
            return try leases.map { lease in
                let renewed = try database.run(
                    """
                    UPDATE executions SET lease_expires_at = max(lease_expires_at, ?)
                    WHERE id = ? AND attempt = ? AND worker = ? AND status = 'running'
                    """, until, lease.executionID, lease.attempt, lease.worker)
                guard renewed > 0 else { return .lost }
                let outcome = try database.first(
                    "SELECT lease_expires_at, cancel_requested FROM executions WHERE id = ?", lease.executionID
                ) { RenewOutcome.renewed(until: $0.instant(), cancelRequested: $0.bool()) }
                return outcome ?? .lost
            }
        }
    }

    package func finish(_ completions: [Completion]) async throws(StoreError) -> [FinishOutcome] {
        try await lane.write { transaction in
            try completions.map { completion in
                let lease = completion.lease
                guard let execution = try transaction.execution(lease.executionID), execution.status == .running,
                    execution.attempt == lease.attempt, execution.worker == lease.worker
                else { return .leaseLost }
                return .finished(try transaction.end(execution, with: completion))
            }
        }
    }

    package func reclaimExpired(limit: Int, random: Double) async throws(StoreError) -> [Execution] {
        try await lane.write { transaction in
            let expired = try transaction.database.rows(
                """
                SELECT \(Execution.columns) FROM executions WHERE status = 'running' AND lease_expires_at <= ?
                ORDER BY id LIMIT ?
                """, transaction.now, limit, read: Execution.init)
            return try expired.map { execution in
                let lease = Lease(
                    executionID: execution.id, attempt: execution.attempt, worker: execution.worker ?? "")
                // Without its job, or with one that cannot be read, nothing says what to run again.
                let row = try transaction.jobRow(execution.jobID)
                let policy = row?.complaint == nil ? row?.job.draft.retryPolicy : nil
                var completion = AttemptResult.leaseExpired.completion(
                    of: lease, maxAttempts: execution.maxAttempts, policy: policy ?? RetryPolicy(), random: random)
                if policy == nil { completion.outcome = .failed }
                return try transaction.end(execution, with: completion)
            }
        }
    }

    package func cancel(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await lane.write { transaction in
            guard let execution = try transaction.execution(id), execution.jobID == job else {
                throw StoreError.notFound
            }
            guard let next = execution.cancelling(at: transaction.now) else {
                throw StoreError.conflict("the execution has ended as \(execution.status.rawValue)")
            }
            try transaction.update(next, from: execution)
            if next.status.isFinal { try transaction.follow(next) }
            return next
        }
    }

    package func retry(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        try await lane.write { transaction in
            guard let execution = try transaction.execution(id), execution.jobID == job,
                let owner = try transaction.job(job)
            else { throw StoreError.notFound }
            guard let next = execution.reopened(at: transaction.now, policy: owner.draft.retryPolicy) else {
                throw StoreError.conflict(
                    "the execution is \(execution.status.rawValue); only one that failed, was cancelled, skipped or missed "
                        + "can be retried")
            }
            try transaction.move(id, to: owner.draft.target)
            try transaction.update(next, from: execution)
            return next
        }
    }
}

extension Transaction {
    /// What may be taken now, best first, and what of it cannot be read: one index seek a line, and the rows taken.
    fileprivate func waiting(for request: ClaimRequest) throws -> [(execution: Execution, complaint: String?)] {
        guard request.limit > 0 else { return [] }
        if let executions = request.executions { return try waiting(among: executions, for: request) }
        let open = try lines(of: request.lane, paused: pausedQueues()).filter {
            $0.availableAt <= now && request.queues?[$0.queue, default: 0] ?? request.limit > 0
        }
        let (filter, rest) = filter(of: request)
        let sql = """
            SELECT \(Execution.columns) FROM executions
            WHERE status = 'pending' AND lane = ? AND queue = ? AND priority = ? AND available_at <= ?\(filter)
            ORDER BY available_at, id LIMIT ?
            """
        var taken: [(execution: Execution, complaint: String?)] = []
        var left = request.queues ?? [:]
        for (_, level) in Dictionary(grouping: open, by: \.priority).sorted(by: { $0.key > $1.key }) {
            var found: [(execution: Execution, complaint: String?)] = []
            for line in level {
                let room = min(left[line.queue] ?? request.limit, request.limit - taken.count)
                guard room > 0 else { continue }
                if filter.isEmpty {
                    found += try database.rows(
                        sql, request.lane.rawValue, line.queue, line.priority, now, room, read: Transaction.read)
                } else {
                    let values: [any Bindable] = [request.lane.rawValue, line.queue, line.priority, now]
                    found += try database.rows(composed: sql, values + rest + [room], read: Transaction.read)
                }
            }
            // Queues of one priority share by age.
            if level.count > 1 {
                found.sort {
                    ($0.execution.availableAt, $0.execution.id) < ($1.execution.availableAt, $1.execution.id)
                }
            }
            for row in found.prefix(request.limit - taken.count) {
                taken.append(row)
                left[row.execution.queue]? -= 1
            }
            if taken.count == request.limit { break }
        }
        return taken
    }

    /// Those of the executions that may be taken now, best first: one seek each.
    private func waiting(
        among executions: Set<Identifier>, for request: ClaimRequest
    ) throws -> [(execution: Execution, complaint: String?)] {
        let (filter, rest) = filter(of: request)
        let sql = """
            SELECT \(Execution.columns) FROM executions
            WHERE id = ? AND status = 'pending' AND lane = ? AND available_at <= ?
                AND NOT EXISTS (SELECT 1 FROM queues WHERE name = executions.queue AND paused)\(filter)
            """
        var found = try executions.flatMap { id in
            filter.isEmpty
                ? try database.rows(sql, id, request.lane.rawValue, now, read: Transaction.read)
                : try database.rows(composed: sql, [id, request.lane.rawValue, now] + rest, read: Transaction.read)
        }
        found.sort { left, right in
            let (left, right) = (left.execution, right.execution)
            return (-left.priority, left.availableAt, left.id) < (-right.priority, right.availableAt, right.id)
        }
        var left = request.queues
        var taken: [(execution: Execution, complaint: String?)] = []
        for row in found where taken.count < request.limit {
            if left != nil, left?[row.execution.queue, default: 0] ?? 0 <= 0 { continue }
            left?[row.execution.queue]? -= 1
            taken.append(row)
        }
        return taken
    }

    /// What a claim asks of tasks and of who may see them, behind the conditions that each claim has.
    private func filter(of request: ClaimRequest) -> (sql: String, values: [any Bindable]) {
        var filter = ""
        var rest: [any Bindable] = []
        if let tasks = request.tasks {
            filter += " AND task IN (\(marks(tasks.count)))"
            rest += tasks.sorted()
        }
        if !request.visible.isEverything {
            let condition = request.visible.condition(ofExecutions: true)
            filter += " AND \(condition.sql)"
            rest += condition.values
        }
        return (filter, rest)
    }

    private static func read(_ columns: inout Columns) throws -> (execution: Execution, complaint: String?) {
        var complaint: String?
        let execution = try Execution.read(&columns, complaint: &complaint)
        return (execution: execution, complaint: complaint)
    }
}
