package import PunctualCore
internal import PunctualSchedule

extension SQLiteStore {
    package func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        if request.visible.isNothing { return [] }
        return try await lane.write { [turns] transaction in
            var taken: [ClaimedExecution] = []
            for (execution, complaint) in try transaction.waiting(for: request, turns[request.lane.rawValue]) {
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
                let row = try transaction.jobRow(execution.jobID)
                let draft = row?.complaint == nil ? row?.job.draft : nil
                return try transaction.end(execution, with: execution.reclaiming(of: draft, random: random))
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
