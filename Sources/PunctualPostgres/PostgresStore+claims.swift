package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        guard request.limit > 0, !request.visible.isNothing else { return [] }
        if let executions = request.executions { return try await claim(executions, request) }
        let heads = heads[request.lane.rawValue]
        // Awaited where nothing is known without it; otherwise it is for the claims to come.
        let looking = heads.beginLook().map { token in Task { await self.look(request.lane, token) } }
        if !heads.hasLooked { try await looking?.value.get() }
        let claimed = try await claimKnown(request)
        guard claimed.isEmpty, let looking else { return claimed }
        try await looking.value.get()
        return try await claimKnown(request)
    }

    /// Lets the claims of this node know of executions that it has written.
    func noteWaiting(_ rows: [StoredExecution]) {
        for (lane, rows) in Dictionary(grouping: rows.filter { $0.row.status == .pending }, by: \.lane) {
            heads[lane].added(rows.map(\.row))
        }
    }

    /// Looks for what waits from the beginning of each line.
    func look(_ lane: Lane, _ token: LaneHeads.Token) async -> Result<Void, StoreError> {
        let heads = heads[lane.rawValue]
        do throws(StoreError) {
            let rows = try await run([PostgresStore.look(lane.rawValue)])[0]
            heads.endLook(
                token,
                found: rows.map { columns in
                    (
                        LaneHeads.Line(queue: columns.text(), priority: columns.int16()),
                        LaneHeads.Head(availableAt: columns.instant(), id: columns.identifier())
                    )
                })
            return .success(())
        } catch {
            heads.endLook(token, found: nil)
            return .failure(error)
        }
    }

    private static let look = Statement(
        "WITH RECURSIVE \(lines(lane: "$1")) SELECT queue, priority, available_at, id FROM lines")

    /// Claims from the lines that are known, each from its known head on.
    private func claimKnown(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        let heads = heads[request.lane.rawValue]
        let (lines, token) = heads.known()
        if lines.isEmpty { return [] }
        let queues = request.queues?.filter { $0.value > 0 }
        let number = Int64.random(in: .min ... .max)
        var call = (request.tasks == nil ? PostgresStore.claim : PostgresStore.claimOfTasks)(
            given, request.lane.rawValue, queues.map { Array($0.keys) }, queues.map { Array($0.values) }, request.limit,
            request.worker, request.lease.wholeMilliseconds, request.tasks.map { $0.sorted() } ?? [],
            lines.map(\.line.queue), lines.map(\.line.priority), lines.map(\.head.availableAt), lines.map(\.head.id),
            number)
        let isForAll = request.visible.isEverything
        if !isForAll {
            var parameters = call.parameters
            parameters.append(request.visible.services)
            parameters.append(request.visible.labelled.text)
            call = Call(
                statement: request.tasks == nil ? PostgresStore.claimOfVisible : PostgresStore.claimOfVisibleTasks,
                parameters: parameters)
        }
        let taken = try await claim(call, request.worker, number).map { columns in
            (stored: StoredExecution(&columns), definition: columns.optionalText())
        }
        // Those of other tasks, and those that were not to be seen, were passed over, and still wait behind.
        if request.tasks == nil, isForAll {
            heads.claimed(taken.map(\.stored.row), token)
        }
        return try await hand(over: taken)
    }

    /// Reads what a claim has taken; what cannot run is ended.
    func hand(
        over taken: [(stored: StoredExecution, definition: String?)]
    ) async throws(StoreError) -> [ClaimedExecution] {
        var claimed: [ClaimedExecution] = []
        claimed.reserveCapacity(taken.count)
        var unfit: [(id: Identifier, complaint: String?)] = []
        for (stored, definition) in taken {
            // Without its job nothing says any more what to run.
            guard let definition else {
                unfit.append((stored.row.id, nil))
                continue
            }
            let draft: JobDraft
            do throws(StoreError) {
                if let complaint = stored.complaint { throw .corrupt(complaint) }
                draft = try definitions.draft(of: stored.row.jobID, definition)
            } catch {
                if case .corrupt(let text) = error { unfit.append((stored.row.id, text)) }
                continue
            }
            claimed.append(
                ClaimedExecution(execution: stored.row, of: draft))
        }
        if !unfit.isEmpty { try await discard(unfit) }
        return claimed
    }

    /// Makes the claim. When its answer was lost and it is made again, what the first one took is the answer: else it would
    /// wait for its lease to run out, since nobody knows of it.
    func claim(_ call: Call, _ worker: String, _ number: Int64) async throws(StoreError) -> Rows {
        do throws(PostgresFault) {
            return try await pool.lend { connection, isRepetition throws(PostgresFault) in
                if isRepetition {
                    let taken = try await connection.run([PostgresStore.taken(worker, number)])[0]
                    if taken.count > 0 { return taken }
                }
                return try await connection.run([call])[0]
            }
        } catch { throw StoreError(error) }
    }

    private static let taken = Statement(
        """
        SELECT \(StoredExecution.columns(of: "t")), j.definition FROM open_executions t LEFT JOIN jobs j ON j.id = t.job_id
        WHERE t.status = 'running' AND t.worker = $1 AND t.claim = $2 ORDER BY t.priority DESC, t.available_at, t.id
        """)

    /// Ends claimed executions that cannot run, so that they keep no others waiting: those that cannot be read as failed,
    /// those whose job is gone as cancelled.
    private func discard(_ unfit: [(id: Identifier, complaint: String?)]) async throws(StoreError) {
        try await transact(.init(executions: unfit.map(\.id))) { [definitions] transaction, _ in
            for (id, complaint) in unfit {
                guard let stored = transaction.executions[id], stored.row.status == .running else { continue }
                var row = stored.row
                row.status = complaint == nil ? .cancelled : .failed
                row.reason = complaint == nil ? .cancelled : nil
                row.error = complaint
                // It never began.
                row.attempt -= 1
                (row.worker, row.startedAt, row.leaseExpiresAt) = (nil, nil, nil)
                row.finishedAt = transaction.now
                transaction.change(row)
                transaction.follow(row)
                if let job = transaction.jobs[row.jobID], let text = job.job(definitions).complaint {
                    transaction.also(
                        PostgresStore.asideOfClaim(job.id, StoredJob.pauseReason(text)), from: job.status, to: .paused)
                }
            }
        }
    }

    private static let asideOfClaim = Statement(
        """
        UPDATE job_progress SET status = 'paused', pause_reason = $2, next_run_at = NULL, version = version + 1
        WHERE id = $1
        """)

    private static let (ofAllTasks, ofTasks) = ("AND cardinality($8::text[]) = 0", "AND o.task = ANY ($8::text[])")
    private static let visible = " AND \(ServiceFilter.condition(services: "$14", clauses: "$15"))"
    private static let claim = claim(filter: ofAllTasks)
    private static let claimOfTasks = claim(filter: ofTasks)
    private static let claimOfVisible = claim(filter: ofAllTasks + visible)
    private static let claimOfVisibleTasks = claim(filter: ofTasks + visible)

    /// One index seek a line, that is a queue's executions of one priority, however many wait in them. How many each line
    /// gives is decided without locks; then they are locked, past those that others have locked.
    private static func claim(filter: String) -> Statement {
        let updated = StoredExecution.columns(of: "t")
        return Statement(
            """
            WITH moment AS MATERIALIZED (
                SELECT coalesce($1::int8, punctual_now()) AS now
            ), \(knownLines(lane: "$2", from: 9)), fit AS MATERIALIZED (
                SELECT l.queue, l.priority, l.available_at AS head, l.id AS head_id, coalesce(r.room, $5::int8) AS room
                FROM lines l LEFT JOIN unnest($3::text[], $4::int8[]) AS r (queue, room) ON r.queue = l.queue
                WHERE l.available_at <= (SELECT now FROM moment) AND ($3::text[] IS NULL OR r.room IS NOT NULL)
                    AND NOT EXISTS (SELECT 1 FROM queues q WHERE q.name = l.queue AND q.paused)
            ), several AS MATERIALIZED (
                SELECT * FROM fit WHERE (SELECT count(*) FROM fit) > 1
            ), heads AS (
                SELECT f.queue, f.priority, f.room, f.head, f.head_id, h.available_at, h.id,
                    row_number() OVER (PARTITION BY f.queue ORDER BY f.priority DESC, h.available_at, h.id) AS place
                FROM several f CROSS JOIN LATERAL (
                    SELECT o.available_at, o.id FROM open_executions o
                    WHERE \(waits("o")) AND o.lane = $2::int8 AND o.queue = f.queue AND o.priority = f.priority
                        AND (o.available_at, o.id) >= (f.head, f.head_id)
                        AND o.available_at <= (SELECT now FROM moment) \(filter)
                    ORDER BY o.available_at, o.id LIMIT least(f.room, $5::int8)
                ) h
            ), shares AS MATERIALIZED (
                SELECT queue, priority, head, head_id, count(*) AS share FROM (
                    SELECT queue, priority, head, head_id FROM heads WHERE place <= room
                    ORDER BY priority DESC, available_at, id LIMIT $5::int8
                ) s GROUP BY queue, priority, head, head_id
                UNION ALL
                -- One line gives what it has.
                SELECT queue, priority, head, head_id, least(room, $5::int8) FROM fit WHERE (SELECT count(*) FROM fit) = 1
            ), picked AS MATERIALIZED (
                SELECT h.place FROM shares s CROSS JOIN LATERAL (
                    SELECT o.ctid AS place FROM open_executions o
                    WHERE \(waits("o")) AND o.lane = $2::int8 AND o.queue = s.queue AND o.priority = s.priority
                        AND (o.available_at, o.id) >= (s.head, s.head_id)
                        AND o.available_at <= (SELECT now FROM moment) \(filter)
                    ORDER BY o.available_at, o.id LIMIT s.share FOR UPDATE SKIP LOCKED
                ) h
            ), taken AS (
                UPDATE open_executions o SET status = 'running', reason = NULL, error = NULL, attempt = o.attempt + 1,
                    worker = $6, lease_expires_at = moment.now + $7::int8, started_at = moment.now, finished_at = NULL, claim = $13
                FROM picked p, moment WHERE o.ctid = p.place
                RETURNING o.*
            ), tallied AS (
                INSERT INTO tallies (pending, running) SELECT -count(*), count(*) FROM taken HAVING count(*) > 0
            )
            SELECT \(updated), j.definition FROM taken t LEFT JOIN jobs j ON j.id = t.job_id
            ORDER BY t.priority DESC, t.available_at, t.id
            """)
    }

    /// That a row of `open_executions` waits, as the index of what waits has it (`Schema.lines`).
    static func waits(_ table: String) -> String { "(\(table).status = 'pending') IS TRUE" }

    /// The lines of a lane as `lines`, each with its first execution, sought from the beginning.
    static func lines(lane: String) -> String {
        """
        lines AS (
            (
                SELECT queue, priority, available_at, id FROM open_executions
                WHERE \(waits("open_executions")) AND lane = \(lane)::int8 ORDER BY queue, priority, available_at, id LIMIT 1
            )
            UNION ALL
            SELECT n.queue, n.priority, n.available_at, n.id FROM lines l CROSS JOIN LATERAL (
                SELECT o.queue, o.priority, o.available_at, o.id FROM open_executions o
                WHERE \(waits("o")) AND o.lane = \(lane)::int8 AND (o.queue, o.priority) > (l.queue, l.priority)
                ORDER BY o.queue, o.priority, o.available_at, o.id LIMIT 1
            ) n
        )
        """
    }

    /// The lines that are known as `lines`, each with its first execution from the known head on.
    /// - Parameter first: the number of the first of four parameters: queues, priorities, instants and ids of the heads.
    static func knownLines(lane: String, from first: Int) -> String {
        """
        lines AS MATERIALIZED (
            SELECT k.queue, k.priority, h.available_at, h.id
            FROM unnest($\(first)::text[], $\(first + 1)::int8[], $\(first + 2)::int8[], $\(first + 3)::uuid[])
                AS k (queue, priority, head, head_id)
            CROSS JOIN LATERAL (
                SELECT o.available_at, o.id FROM open_executions o
                WHERE \(waits("o")) AND o.lane = \(lane)::int8 AND o.queue = k.queue AND o.priority = k.priority
                    AND (o.available_at, o.id) >= (k.head, k.head_id)
                ORDER BY o.available_at, o.id LIMIT 1
            ) h
        )
        """
    }
}
