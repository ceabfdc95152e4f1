package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] {
        var outcomes = [TickOutcome?](repeating: nil, count: plans.count)
        // A job that is planned twice in a call is a matter for the slower way.
        var seen: Set<Identifier> = []
        let plain = plans.indices.filter { plans[$0].isPlain && seen.insert(plans[$0].jobID).inserted }
        if !plain.isEmpty {
            let given = plain.map { plans[$0] }
            for place in try await applyPlainly(given) {
                outcomes[plain[place]] = .applied(given[place].executions)
            }
        }
        let rest = plans.indices.filter { outcomes[$0] == nil }
        if !rest.isEmpty {
            for (index, outcome) in zip(rest, try await applySlowly(rest.map { plans[$0] })) {
                outcomes[index] = outcome
            }
        }
        let hasWork = outcomes.contains { outcome in
            if case .applied(let rows) = outcome { rows.contains { $0.status == .pending } } else { false }
        }
        if hasWork { bell.workWaiting() }
        return outcomes.map { $0 ?? .lostRace }
    }

    /// Applies those plans that still stand, whose execution is new, and that the overlap policy has nothing to say of, with
    /// one statement behind the one that locks the jobs. What is out of the ordinary is left as it is.
    /// - Parameter plans: plain ones.
    /// - Returns: the places of those that were applied.
    private func applyPlainly(_ plans: [TickPlan]) async throws(StoreError) -> [Int] {
        let rows = plans.compactMap(\.executions.first)
        let calls = [
            PostgresStore.lockPlanned(plans.map(\.jobID)),
            PostgresStore.plainPlans(
                plans.map(\.jobID), plans.map(\.expected), plans.map(\.version), plans.map(\.next),
                plans.map(\.status.rawValue), plans.map(\.overlap.looksAtOthers), rows.map(\.id),
                rows.map(\.jobName), rows.map(\.service), rows.map(\.queue), rows.map(\.priority),
                rows.map(\.scheduledAt),
                rows.map(\.availableAt), rows.map(\.trigger.rawValue), rows.map(\.maxAttempts), rows.map(\.createdAt),
                given),
        ]
        let applied = try await run(calls)[1].map { (place: $0.int() - 1, lane: $0.int16(), now: $0.instant()) }
        for (lane, applied) in Dictionary(grouping: applied, by: \.lane) {
            heads[lane].added(applied.map { rows[$0.place] })
        }
        if let now = applied.first?.now { dueHead.added(applied.map { plans[$0.place].next }, at: now) }
        return applied.map(\.place)
    }

    private static let lockPlanned = Transaction.locking(jobs: "SELECT unnest($1::uuid[]) AS id")

    /// A second statement: it sees what others did to these jobs before the locks were had.
    private static let plainPlans = Statement(
        """
        WITH given AS MATERIALIZED (
            SELECT * FROM unnest(
                $1::uuid[], $2::int8[], $3::int8[], $4::int8[], $5::text[], $6::bool[], $7::uuid[], $8::text[], $9::text[],
                $10::text[], $11::int8[], $12::int8[], $13::int8[], $14::text[], $15::int8[], $16::int8[]
            ) WITH ORDINALITY AS g (
                job_id, expected, version, next, status, must_be_alone, id, job_name, service,
                queue, priority, scheduled_at, available_at, trigger, max_attempts, created_at, place)
        ), moment AS MATERIALIZED (
            SELECT coalesce($17::int8, punctual_now()) AS now
        ), plain AS MATERIALIZED (
            SELECT g.*, k.row, k.lane, k.task FROM given g CROSS JOIN LATERAL (
                SELECT p.ctid AS row, p.lane, p.task FROM job_progress p
                WHERE p.id = g.job_id AND p.next_run_at = g.expected AND p.version = g.version AND p.status = 'active'
                    AND NOT p.waits_for_end OFFSET 0
            ) k
            WHERE (NOT g.must_be_alone OR (SELECT 1 FROM open_executions o WHERE o.job_id = g.job_id LIMIT 1) IS NULL)
                AND (SELECT 1 FROM open_executions o WHERE o.id = g.id) IS NULL
                AND (SELECT 1 FROM ended_executions o WHERE o.id = g.id) IS NULL
        ), moved AS (
            UPDATE job_progress p SET next_run_at = g.next, status = g.status, run_count = p.run_count + 1,
                last_run_at = greatest(p.last_run_at, g.scheduled_at)
            FROM plain g WHERE p.ctid = g.row
        ), added AS (
            INSERT INTO open_executions (\(StoredExecution.columns))
            SELECT id, job_id, job_name, service, queue, priority, lane, task, scheduled_at, available_at, trigger, 'pending',
                NULL, 0, max_attempts, NULL, NULL, false, created_at, NULL, NULL, NULL, NULL, NULL, NULL
            FROM plain
        ), tallied AS (
            INSERT INTO tallies (pending, active, completed)
            SELECT count(*), -count(*) FILTER (WHERE status = 'completed'), count(*) FILTER (WHERE status = 'completed')
            FROM plain HAVING count(*) > 0
        )
        SELECT place, lane, moment.now FROM plain, moment
        """)

    private func applySlowly(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] {
        // Where nothing asks for the others, they are not counted.
        let countsOpen = plans.contains(where: \.overlap.looksAtOthers)
        return try await transact(.init(jobs: plans.map(\.jobID), countsOpen: countsOpen)) {
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
        if row.status == .pending, overlap.looksAtOthers {
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

extension TickPlan {
    /// Whether it brings one execution that is to run, of a job that goes on or is done with it.
    fileprivate var isPlain: Bool {
        executions.count == 1 && executions[0].status == .pending && status != .paused
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
