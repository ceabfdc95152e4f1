package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func finish(_ completions: [Completion]) async throws(StoreError) -> [FinishOutcome] {
        try await lanes.completions.submit(completions, to: self)
    }

    /// Ends attempts with one statement; one outcome each, in order. What is out of the ordinary goes a slower way, where
    /// `Execution.finishing` decides: pauses and hand-backs, buffered executions that follow, schedules that count from
    /// ends, and leases that seem lost.
    func end(_ completions: [Completion]) async throws(StoreError) -> [FinishOutcome] {
        var outcomes = [FinishOutcome?](repeating: nil, count: completions.count)
        let plain = completions.indices.filter { completions[$0].outcome.word != nil }
        var isRepetition = false
        if !plain.isEmpty {
            let given = plain.map { completions[$0] }
            let ids = given.map(\.lease.executionID)
            let calls = [
                PostgresStore.lockJobs(ids),
                PostgresStore.ends(
                    ids, given.map(\.lease.attempt), given.map(\.lease.worker), given.map { $0.outcome.word },
                    given.map { $0.reason?.rawValue }, given.map(\.error), given.map { $0.result?.storedText },
                    self.given),
            ]
            let answer: (rows: Rows, isRepetition: Bool)
            do throws(PostgresFault) {
                answer = try await pool.lend { connection, isRepetition throws(PostgresFault) in
                    (try await connection.run(calls)[1], isRepetition)
                }
            } catch { throw StoreError(error) }
            isRepetition = answer.isRepetition
            for (place, stored) in answer.rows.map({ (place: $0.int(), stored: StoredExecution(&$0)) }) {
                outcomes[plain[place - 1]] = .finished(stored.row)
            }
        }
        let rest = completions.indices.filter { outcomes[$0] == nil }
        if !rest.isEmpty {
            let slow = try await finishSlowly(rest.map { completions[$0] }, mayBeRepeated: isRepetition)
            for (index, outcome) in zip(rest, slow) { outcomes[index] = outcome }
        }
        let ended = outcomes.compactMap { outcome -> Execution? in
            if case .finished(let row) = outcome { row } else { nil }
        }
        if limitCopy.ended(ended) { bell.workWaiting() }
        return outcomes.map { $0 ?? .leaseLost }
    }

    private static let lockJobs = Transaction.locking(
        jobs: """
            SELECT DISTINCT e.job_id AS id FROM unnest($1::uuid[]) AS g (id)
            CROSS JOIN LATERAL (SELECT o.job_id FROM open_executions o WHERE o.id = g.id OFFSET 0) e
            """)

    /// A second statement: it sees what others did to these jobs' executions before the locks were had.
    private static let ends: Statement = {
        let kept = StoredExecution.names.prefix { $0 != "status" }
        return Statement(
            """
            WITH given AS MATERIALIZED (
                -- Not as a constant below: the planner would take the index of those that run, all of them, for the key.
                SELECT *, 'running' AS running
                FROM unnest($1::uuid[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
                WITH ORDINALITY AS g (id, attempt, worker, word, reason, error, result, place)
            ), moment AS MATERIALIZED (
                SELECT coalesce($8::int8, punctual_now()) AS now
            ), found AS MATERIALIZED (
                SELECT g.*, k.row, k.job_id FROM given g
                CROSS JOIN LATERAL (SELECT o.ctid AS row, o.job_id FROM open_executions o WHERE o.id = g.id OFFSET 0) k
            ), plain AS MATERIALIZED (
                SELECT f.job_id FROM (SELECT DISTINCT job_id FROM found) f
                WHERE NOT coalesce((SELECT p.waits_for_end FROM job_progress p WHERE p.id = f.job_id), false)
                    AND (SELECT 1 FROM open_executions b WHERE b.job_id = f.job_id AND b.status = 'buffered' LIMIT 1) IS NULL
            ), gone AS (
                DELETE FROM open_executions e USING found g
                WHERE e.ctid = g.row AND e.attempt = g.attempt AND e.worker = g.worker AND e.status = g.running
                    -- By a hash; as a join it might be every one with every other.
                    AND (g.job_id IN (SELECT job_id FROM plain)) IS TRUE
                RETURNING e.*, g.word, g.reason AS new_reason, g.error AS new_error, g.result AS new_result, g.place,
                    e.cancel_requested AND g.word <> 'succeeded' OR g.word = 'cancelled' AS is_cancelled
            ), done AS MATERIALIZED (
                SELECT place, \(kept.joined(separator: ", ")),
                    CASE WHEN is_cancelled THEN 'cancelled' ELSE word END AS status,
                    CASE WHEN is_cancelled THEN CASE WHEN reason = 'overlap' THEN 'overlap' ELSE 'cancelled' END
                        WHEN word = 'succeeded' THEN NULL ELSE new_reason END AS reason,
                    attempt, max_attempts, worker, NULL::int8 AS lease_expires_at, cancel_requested, created_at, started_at,
                    moment.now AS finished_at, new_result AS result,
                    CASE WHEN word = 'succeeded' THEN NULL ELSE new_error END AS error, past_attempts,
                    progress
                FROM gone, moment
            ), kept AS (
                INSERT INTO ended_executions (\(StoredExecution.columns)) SELECT \(StoredExecution.columns) FROM done
            ), figures AS (
                -- Most ends change nothing of these.
                UPDATE job_progress p SET last_status = f.status, failure_count = p.failure_count + f.failures
                FROM (
                    SELECT job_id, (array_agg(status ORDER BY place DESC))[1] AS status,
                        count(*) FILTER (WHERE status = 'failed') AS failures
                    FROM done GROUP BY job_id
                ) f WHERE p.id = f.job_id AND (f.failures > 0 OR p.last_status IS DISTINCT FROM f.status)
            ), tallied AS (
                INSERT INTO tallies (running, succeeded, failed, cancelled)
                SELECT -count(*), count(*) FILTER (WHERE status = 'succeeded'), count(*) FILTER (WHERE status = 'failed'),
                    count(*) FILTER (WHERE status = 'cancelled')
                FROM done HAVING count(*) > 0
            )
            SELECT place, \(StoredExecution.columns) FROM done
            """)
    }()

    private func finishSlowly(
        _ completions: [Completion], mayBeRepeated: Bool
    ) async throws(StoreError) -> [FinishOutcome] {
        let outcomes = try await transact(.init(executions: completions.map(\.lease.executionID))) {
            transaction, isRepetition in
            completions.map { completion -> FinishOutcome in
                let lease = completion.lease
                guard let stored = transaction.executions[lease.executionID] else { return .leaseLost }
                let row = stored.row
                guard row.status == .running, row.attempt == lease.attempt, row.worker == lease.worker else {
                    // An earlier try of this call may have done it.
                    let isDone = (mayBeRepeated || isRepetition) && row.hasEndedAttempt(of: lease)
                    return isDone ? .finished(row) : .leaseLost
                }
                return .finished(transaction.end(row, with: completion))
            }
        }
        // What was given back, or followed, may wait.
        bell.workWaiting()
        return outcomes
    }

    package func reclaimExpired(limit: Int, random: Double) async throws(StoreError) -> [Execution] {
        let ids = try await run([PostgresStore.expired(given, limit)])[0].map { $0.identifier() }
        if ids.isEmpty { return [] }
        let ended = try await transact(.init(executions: ids)) { [definitions] transaction, _ in
            ids.compactMap { id -> Execution? in
                guard let execution = transaction.executions[id]?.row, execution.status == .running,
                    let expiry = execution.leaseExpiresAt, expiry <= transaction.now
                else { return nil }
                let job = transaction.jobs[execution.jobID]?.job(definitions)
                let draft = job?.complaint == nil ? job?.job.draft : nil
                return transaction.end(execution, with: execution.reclaiming(of: draft, random: random))
            }
        }
        _ = limitCopy.ended(ended)
        bell.workWaiting()
        return ended
    }

    private static let expired = Statement(
        """
        WITH late AS MATERIALIZED (
            -- Apart from the order, for which the planner might walk the key.
            SELECT id FROM open_executions
            WHERE (status = 'running') IS TRUE AND lease_expires_at <= coalesce($1::int8, punctual_now())
        )
        SELECT id FROM late ORDER BY id LIMIT $2::int8
        """)

    package func cancel(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        let next = try await transact(.init(executions: [id])) { transaction, isRepetition in
            guard let stored = transaction.executions[id], stored.row.jobID == job else { throw StoreError.notFound }
            guard let next = stored.row.cancelling(at: transaction.now) else {
                if isRepetition, stored.row.status == .cancelled { return stored.row }
                throw StoreError.conflict("the execution has ended as \(stored.row.status.rawValue)")
            }
            transaction.change(next)
            if next.status.isFinal { transaction.follow(next) }
            return next
        }
        if next.status == .running { bell.workCancelled() } else { bell.workWaiting() }
        return next
    }

    package func retry(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        let next = try await transact(.init(executions: [id])) { [definitions] transaction, isRepetition in
            guard let stored = transaction.executions[id], stored.row.jobID == job, let owner = transaction.jobs[job]
            else { throw StoreError.notFound }
            let row = stored.row
            let (definition, complaint) = owner.job(definitions)
            if let complaint { throw StoreError.corrupt("job \(job): \(complaint)") }
            guard let next = row.reopened(at: transaction.now, policy: definition.draft.retryPolicy) else {
                if isRepetition, row.status == .pending, row.trigger == .retry { return row }
                throw StoreError.conflict(
                    "the execution is \(row.status.rawValue); only one that failed, was cancelled, skipped or missed "
                        + "can be retried")
            }
            transaction.change(next, lane: owner.lane, task: owner.task)
            return next
        }
        bell.workWaiting()
        return next
    }

    package func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [RenewOutcome] {
        var outcomes = [RenewOutcome](repeating: .lost, count: leases.count)
        var left = Array(leases.indices)
        // Who is locked by somebody is not waited for, so that locks taken in another order do no harm; he is asked again.
        for attempt in 0..<PostgresStore.renewalAttempts where !left.isEmpty {
            if attempt > 0 {
                do { try await Task.sleep(for: .milliseconds(5 << attempt)) } catch { throw .cancelled }
            }
            let asked = left.map { leases[$0] }
            let rows = try await run([
                PostgresStore.renewal(
                    asked.map(\.executionID), asked.map(\.attempt), asked.map(\.worker), duration.wholeMilliseconds,
                    given)
            ])
            var again: Set<Int> = []
            for (place, until, asks) in rows[0].map({ ($0.int(), $0.optionalInstant(), $0.bool()) }) {
                let index = left[place - 1]
                if let until {
                    outcomes[index] = .renewed(until: until, cancelRequested: asks)
                    again.remove(index)
                } else if outcomes[index] == .lost {
                    again.insert(index)
                }
            }
            left = again.sorted()
        }
        if !left.isEmpty {
            throw .unavailable("PostgreSQL: the executions were locked for too long to renew their leases")
        }
        return outcomes
    }

    private static let renewalAttempts = 8
    private static let renewal = Statement(
        """
        WITH given AS MATERIALIZED (
            -- The word neither as a constant nor as a plain comparison below: the planner would take another index than that
            -- of the key.
            SELECT *, 'running' AS running
            FROM unnest($1::uuid[], $2::int8[], $3::text[]) WITH ORDINALITY AS g (id, attempt, worker, place)
        ), moment AS MATERIALIZED (
            SELECT coalesce($5::int8, punctual_now()) + $4::int8 AS until
        ), held AS MATERIALIZED (
            SELECT g.place, e.row FROM given g CROSS JOIN LATERAL (
                SELECT o.ctid AS row FROM open_executions o
                WHERE o.id = g.id AND o.attempt = g.attempt AND o.worker = g.worker AND (o.status = g.running) IS TRUE
                FOR UPDATE SKIP LOCKED
            ) e
        ), renewed AS (
            UPDATE open_executions e SET lease_expires_at = greatest(e.lease_expires_at, moment.until)
            FROM held, moment WHERE e.ctid = held.row
            RETURNING held.place, e.lease_expires_at, e.cancel_requested
        )
        SELECT place, lease_expires_at, cancel_requested FROM renewed
        UNION ALL
        -- All that are held, also those that are locked.
        SELECT g.place, NULL, false FROM given g CROSS JOIN LATERAL (
            SELECT 1 FROM open_executions o
            WHERE o.id = g.id AND o.attempt = g.attempt AND o.worker = g.worker AND (o.status = g.running) IS TRUE OFFSET 0
        ) e
        """)
}

extension AttemptOutcome {
    /// The status as which an attempt ends for good; nil when it does not.
    fileprivate var word: String? {
        switch self {
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .retry, .handedBack: nil
        }
    }
}

extension Execution {
    /// Whether that very attempt is over, whatever came after it.
    fileprivate func hasEndedAttempt(of lease: Lease) -> Bool {
        attempts.contains { $0.number == lease.attempt && $0.worker == lease.worker && $0.status != .running }
    }
}

extension Transaction {
    /// Ends the running attempt and does what follows from it.
    func end(_ execution: Execution, with completion: Completion) -> Execution {
        let next = execution.finishing(completion, at: now)
        change(next)
        if next.status.isFinal { follow(next) }
        return next
    }

    /// What an end brings with it: a buffered execution's turn, a fixed delay's next instant, the job's figures.
    func follow(_ ended: Execution) {
        let open = open[ended.jobID] ?? Open(running: 0, pending: 0, buffered: 0)
        var job = jobs[ended.jobID]
        if open.running + open.pending == 0, let waiting = firstBuffered(of: ended.jobID) {
            var turn = waiting.row
            turn.status = .pending
            turn.availableAt = max(now, turn.availableAt)
            change(turn)
        } else if open.isEmpty {
            job?.resume(at: now, definitions)
        }
        if ended.attempt > 0 {
            job?.lastStatus = ended.status
            if ended.status == .failed { job?.failureCount += 1 }
        }
        if let job { change(job) }
    }
}
