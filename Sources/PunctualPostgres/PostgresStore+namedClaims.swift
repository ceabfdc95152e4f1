internal import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    /// Claims executions by their ids. What is known of the heads of lines stays, since what waits before them still does.
    func claim(
        _ executions: Set<Identifier>, _ request: ClaimRequest
    ) async throws(StoreError) -> [ClaimedExecution] {
        if executions.isEmpty { return [] }
        let queues = request.queues?.filter { $0.value > 0 }
        let heads = heads[request.lane.rawValue]
        let number = Int64.random(in: .min ... .max)
        let isForAll = request.visible.isEverything
        let statements =
            request.tasks == nil
            ? (PostgresStore.claimNamed, PostgresStore.claimNamedOfVisible)
            : (PostgresStore.claimNamedOfTasks, PostgresStore.claimNamedOfVisibleTasks)
        var call = (isForAll ? statements.0 : statements.1)(
            given, request.lane.rawValue, queues.map { Array($0.keys) }, queues.map { Array($0.values) }, request.limit,
            request.worker, request.lease.wholeMilliseconds, request.tasks.map { $0.sorted() } ?? [],
            executions.sorted(), number, request.services.map { $0.sorted() }, request.leastPriority)
        if !isForAll {
            var parameters = call.parameters
            parameters.append(request.visible.services)
            parameters.append(request.visible.labelled.text)
            call = Call(statement: call.statement, parameters: parameters)
        }
        let taken = try await claim(call, request.worker, number).map { columns in
            (stored: StoredExecution(&columns), definition: columns.optionalText())
        }
        heads.gave(taken.map(\.stored.row))
        return try await hand(over: taken)
    }

    private static let (ofAllTasks, ofTasks) = ("AND cardinality($8::text[]) = 0", "AND o.task = ANY ($8::text[])")
    private static let visible = " AND \(ServiceFilter.condition(services: "$13", clauses: "$14"))"
    private static let claimNamed = claimNamed(filter: ofAllTasks)
    private static let claimNamedOfTasks = claimNamed(filter: ofTasks)
    private static let claimNamedOfVisible = claimNamed(filter: ofAllTasks + visible)
    private static let claimNamedOfVisibleTasks = claimNamed(filter: ofTasks + visible)

    /// One seek of the primary key each. Which are taken is decided without locks; then they are locked, past those that
    /// others have locked.
    private static func claimNamed(filter: String) -> Statement {
        Statement(
            """
            WITH moment AS MATERIALIZED (
                SELECT coalesce($1::int8, punctual_now()) AS now
            ), fit AS MATERIALIZED (
                SELECT o.id, o.priority, o.available_at, coalesce(r.room, $5::int8) AS room,
                    row_number() OVER (PARTITION BY o.queue ORDER BY o.priority DESC, o.available_at, o.id) AS place
                FROM unnest($9::uuid[]) AS w (id) CROSS JOIN LATERAL (
                    SELECT * FROM open_executions e WHERE e.id = w.id
                ) o LEFT JOIN unnest($3::text[], $4::int8[]) AS r (queue, room) ON r.queue = o.queue
                WHERE \(waits("o")) AND o.lane = $2::int8 AND o.available_at <= (SELECT now FROM moment)
                    AND ($3::text[] IS NULL OR r.room IS NOT NULL)
                    AND ($11::text[] IS NULL OR o.service = ANY ($11::text[])) AND o.priority >= $12::int8
                    AND NOT EXISTS (SELECT 1 FROM queues q WHERE q.name = o.queue AND q.paused)
                    -- What is limited is left to claims that name nothing.
                    AND NOT EXISTS (
                        SELECT 1 FROM work_limits w WHERE (w.kind, w.name) IN (
                            ('queues', o.queue), ('services', o.service), ('jobs', o.job_id::text)
                        )
                    ) \(filter)
            ), chosen AS MATERIALIZED (
                SELECT id FROM fit WHERE place <= room ORDER BY priority DESC, available_at, id LIMIT $5::int8
            ), picked AS MATERIALIZED (
                SELECT h.place FROM chosen c CROSS JOIN LATERAL (
                    SELECT o.ctid AS place FROM open_executions o
                    WHERE o.id = c.id AND \(waits("o")) AND o.lane = $2::int8
                        AND o.available_at <= (SELECT now FROM moment)
                    FOR UPDATE SKIP LOCKED
                ) h
            ), \(takenOfPicked(worker: "$6", lease: "$7", claim: "$10"))
            SELECT \(StoredExecution.columns(of: "t")), j.definition FROM taken t LEFT JOIN jobs j ON j.id = t.job_id
            ORDER BY t.priority DESC, t.available_at, t.id
            """)
    }
}
