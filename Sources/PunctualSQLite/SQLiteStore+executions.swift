internal import GRDB
package import PunctualCore
internal import PunctualSchedule

extension SQLiteStore {
    package func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        let now = clock.now()
        return try await lane.write { database, tally in
            var taken: [ClaimedExecution] = []
            for execution in try request.waiting(in: database, now: now) {
                guard let job = try Job.find(execution.jobID, in: database) else {
                    // Its job was deleted while it was being added; nothing says any more what to run.
                    try execution.cancelling(at: now)?.update(in: database, from: execution, tally)
                    continue
                }
                let claimed = execution.claimed(by: request.worker, at: now, lease: request.lease)
                try claimed.update(in: database, from: execution, tally)
                taken.append(
                    ClaimedExecution(
                        execution: claimed, target: job.draft.target, timeout: job.draft.timeout,
                        retryPolicy: job.draft.retryPolicy))
            }
            return taken
        }
    }

    package func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [RenewOutcome] {
        let now = clock.now()
        return try await lane.write { database, _ in
            try leases.map { lease in
                try database.cachedStatement(
                    sql: """
                        UPDATE executions SET lease_expires_at = ?
                        WHERE id = ? AND attempt = ? AND worker = ? AND status = 'running'
                        """
                ).execute(arguments: [
                    (now + duration).milliseconds, lease.executionID.data, lease.attempt, lease.worker,
                ])
                guard database.changesCount > 0 else { return .lost }
                let asked = try Bool.fetchOne(
                    database.cachedStatement(sql: "SELECT cancel_requested FROM executions WHERE id = ?"),
                    arguments: [lease.executionID.data])
                return .renewed(until: now + duration, cancelRequested: asked ?? false)
            }
        }
    }

    package func finish(_ completion: Completion) async throws(StoreError) -> FinishOutcome {
        let now = clock.now()
        return try await lane.write { database, tally in
            let lease = completion.lease
            guard let execution = try Execution.find(lease.executionID, in: database), execution.status == .running,
                execution.attempt == lease.attempt, execution.worker == lease.worker
            else { return .leaseLost }
            return .finished(
                try execution.end(with: completion, in: database, now: now, tally))
        }
    }

    package func reclaimExpired(limit: Int, random: Double) async throws(StoreError) -> [Execution] {
        let now = clock.now()
        return try await lane.write { database, tally in
            let expired = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT \(Execution.columns) FROM executions
                        WHERE status = 'running' AND lease_expires_at <= ? ORDER BY lease_expires_at LIMIT ?
                        """), arguments: [now.milliseconds, limit]
            ).map(Execution.init(row:))
            return try expired.map { execution in
                let lease = Lease(
                    executionID: execution.id, attempt: execution.attempt, worker: execution.worker ?? "")
                let policy = try Job.find(execution.jobID, in: database)?.draft.retryPolicy
                var completion = AttemptResult.leaseExpired.completion(
                    of: lease, maxAttempts: execution.maxAttempts, policy: policy ?? RetryPolicy(), random: random)
                // Without its job nothing says what to run again.
                if policy == nil { completion.outcome = .failed }
                return try execution.end(with: completion, in: database, now: now, tally)
            }
        }
    }

    package func cancel(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        let now = clock.now()
        return try await lane.write { database, tally in
            guard let execution = try Execution.find(id, in: database), execution.jobID == job else {
                throw StoreError.notFound
            }
            guard let next = execution.cancelling(at: now) else {
                throw StoreError.conflict("the execution has ended as \(execution.status.rawValue)")
            }
            try next.update(in: database, from: execution, tally)
            if next.status.isFinal { try next.follow(in: database, now: now, tally) }
            return next
        }
    }

    package func retry(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        let now = clock.now()
        return try await lane.write { database, tally in
            guard let execution = try Execution.find(id, in: database), execution.jobID == job,
                let owner = try Job.find(job, in: database)
            else { throw StoreError.notFound }
            guard let next = execution.reopened(at: now, policy: owner.draft.retryPolicy) else {
                throw StoreError.conflict(
                    "the execution is \(execution.status.rawValue); only one that failed, was cancelled, skipped or missed "
                        + "can be retried")
            }
            try next.update(in: database, from: execution, tally)
            return next
        }
    }

    package func queues() async throws(StoreError) -> [QueueSummary] {
        let now = clock.now()
        return try await read { database in
            let names = try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM queues UNION SELECT DISTINCT queue FROM jobs
                    UNION SELECT DISTINCT queue FROM executions WHERE status = 'pending'
                    UNION SELECT DISTINCT queue FROM executions WHERE status = 'running' ORDER BY 1 LIMIT 1000
                    """)
            return try names.map { try QueueSummary(name: $0, in: database, now: now) }
        }
    }

    package func setQueue(_ name: String, paused: Bool) async throws(StoreError) -> QueueSummary {
        let now = clock.now()
        return try await lane.write { database, _ in
            try database.cachedStatement(
                sql: """
                    INSERT INTO queues (name, paused) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET paused = excluded.paused
                    """
            ).execute(arguments: [name, paused])
            return try QueueSummary(name: name, in: database, now: now)
        }
    }

    package func nextAvailable(lane: Lane) async throws(StoreError) -> Duration? {
        let now = clock.now()
        return try await read { database in
            try Int64.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT available_at FROM executions
                        WHERE status = 'pending' AND lane = ? AND queue NOT IN (SELECT name FROM queues WHERE paused)
                        ORDER BY available_at LIMIT 1
                        """), arguments: [lane.rawValue]
            ).map { Timestamp(milliseconds: $0) - now }
        }
    }
}

extension QueueSummary {
    fileprivate init(name: String, in database: Database, now: Timestamp) throws {
        let paused = try Bool.fetchOne(database, sql: "SELECT paused FROM queues WHERE name = ?", arguments: [name])
        var depth = 0
        var oldest: Int64?
        for lane in Lane.allCases {
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT count(*), min(available_at) FROM executions
                    WHERE status = 'pending' AND lane = ? AND queue = ? AND available_at <= ?
                    """, arguments: [lane.rawValue, name, now.milliseconds])
            depth += row?[0] ?? 0
            if let instant = row?[1] as Int64? { oldest = min(oldest ?? instant, instant) }
        }
        let running = try Row.fetchOne(
            database,
            sql: "SELECT count(*), count(DISTINCT worker) FROM executions WHERE status = 'running' AND queue = ?",
            arguments: [name])
        self.init(
            name: name, paused: paused ?? false, depth: depth, running: running?[0] ?? 0,
            oldestAge: oldest.map { now - Timestamp(milliseconds: $0) }, workers: running?[1] ?? 0)
    }
}

extension ClaimRequest {
    /// What may be taken now, best first: one index seek for each queue and priority.
    fileprivate func waiting(in database: Database, now: Timestamp) throws -> [Execution] {
        guard limit > 0 else { return [] }
        let open = try String.fetchAll(
            database.cachedStatement(sql: Self.waitingQueues), arguments: [lane.rawValue, lane.rawValue])
        let allowed = open.filter { queues?[$0, default: 0] ?? limit > 0 }
        let filter = tasks.map { " AND task IN (\($0.map { _ in "?" }.joined(separator: ",")))" } ?? ""
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(Execution.columns) FROM executions
                WHERE status = 'pending' AND lane = ? AND queue = ? AND priority = ? AND available_at <= ?\(filter)
                ORDER BY available_at, id LIMIT ?
                """)
        var taken: [Execution] = []
        var left = Dictionary(uniqueKeysWithValues: allowed.map { ($0, min(limit, queues?[$0] ?? limit)) })
        for priority in stride(from: 9, through: 0, by: -1) {
            var level: [Execution] = []
            for queue in allowed {
                let room = min(left[queue] ?? 0, limit - taken.count)
                guard room > 0 else { continue }
                var arguments: StatementArguments = [lane.rawValue, queue, priority, now.milliseconds]
                if let tasks { arguments += StatementArguments(tasks.sorted()) }
                arguments += [room]
                level += try Row.fetchAll(statement, arguments: arguments).map(Execution.init(row:))
            }
            // Queues of one priority share by age.
            if allowed.count > 1 { level.sort { ($0.availableAt, $0.id) < ($1.availableAt, $1.id) } }
            for execution in level.prefix(limit - taken.count) {
                taken.append(execution)
                left[execution.queue, default: 0] -= 1
            }
            if taken.count == limit { break }
        }
        return taken
    }

    /// The names of queues with waiting rows, one index seek a name, those that are paused left out.
    private static let waitingQueues = """
        WITH RECURSIVE names (queue) AS (
            SELECT (SELECT min(queue) FROM executions WHERE status = 'pending' AND lane = ?)
            UNION ALL
            SELECT (SELECT min(queue) FROM executions WHERE status = 'pending' AND lane = ? AND queue > names.queue)
            FROM names WHERE names.queue IS NOT NULL
        )
        SELECT queue FROM names WHERE queue IS NOT NULL AND queue NOT IN (SELECT name FROM queues WHERE paused)
        """
}

extension Execution {
    /// Ends the running attempt and does what follows from it.
    fileprivate func end(
        with completion: Completion, in database: Database, now: Timestamp, _ tally: Tally
    ) throws -> Execution {
        let next = finishing(completion, at: now)
        try next.update(in: database, from: self, tally)
        if next.status.isFinal { try next.follow(in: database, now: now, tally) }
        return next
    }

    /// What an end brings with it: the job's figures, a buffered execution's turn, a fixed delay's next instant.
    fileprivate func follow(in database: Database, now: Timestamp, _ tally: Tally) throws {
        guard var job = try Job.find(jobID, in: database) else { return }
        if attempt > 0 {
            job.lastStatus = status
            if status == .failed { job.failureCount += 1 }
        }
        let open = try Execution.openCounts(of: jobID, in: database)
        if open["pending"] == nil, open["running"] == nil {
            if open["buffered"] != nil {
                let waiting = try Row.fetchOne(
                    database.cachedStatement(
                        sql: """
                            SELECT \(Execution.columns) FROM executions
                            WHERE job_id = ? AND status = 'buffered' ORDER BY scheduled_at, id LIMIT 1
                            """), arguments: [jobID.data]
                ).map(Execution.init(row:))
                if let waiting {
                    var turn = waiting
                    turn.status = .pending
                    turn.availableAt = max(now, turn.availableAt)
                    try turn.update(in: database, from: waiting, tally)
                }
            } else if let instant = job.nextRun(afterEndAt: now) {
                job.nextRunAt = instant
            }
        }
        try job.updateProgress(in: database)
    }
}
