internal import PunctualCore

/// What a claim asks beside the lines that it names.
struct ClaimForm: Hashable {
    /// Whether it names tasks.
    var hasTasks: Bool
    /// Whether labels decide what it may see.
    var isFiltered: Bool
    /// Whether it passes over the executions of some jobs.
    var passesJobs: Bool

    fileprivate static let all = [false, true].flatMap { hasTasks in
        [false, true].flatMap { isFiltered in
            [false, true].map { ClaimForm(hasTasks: hasTasks, isFiltered: isFiltered, passesJobs: $0) }
        }
    }

    /// Behind the fourteen parameters that each form has come those of the filter, then the jobs.
    fileprivate var filter: String {
        var parts = [hasTasks ? "AND o.task = ANY ($6::text[])" : "AND cardinality($6::text[]) = 0"]
        if isFiltered { parts.append("AND \(ServiceFilter.condition(services: "$15", clauses: "$16"))") }
        if passesJobs { parts.append("AND o.job_id <> ALL ($\(isFiltered ? 17 : 15)::uuid[])") }
        return parts.joined(separator: " ")
    }
}

/// One statement a form, so that each is prepared once.
struct ClaimStatements: Sendable {
    private let statements: [ClaimForm: Statement]

    fileprivate init(_ claim: (String) -> Statement) {
        statements = Dictionary(uniqueKeysWithValues: ClaimForm.all.map { ($0, claim($0.filter)) })
    }

    subscript(form: ClaimForm) -> Statement {
        guard let statement = statements[form] else { preconditionFailure("each form has its statement") }
        return statement
    }
}

// What a claim asks of the database.
extension PostgresStore {
    static let claims = ClaimStatements(claim(filter:))

    /// Executions that one claim compares, about: lines of one priority give fewer each when they are many.
    private static let compared = 4096

    /// One index seek a line, that is a service's executions of one queue and priority, however many wait in them. How many
    /// each line gives is decided without locks, by the turns of services; then they are locked, past those that others have
    /// locked.
    ///
    /// Of a line that had more than was compared of it, nothing of lower priorities is taken before the rest (`cut`).
    private static func claim(filter: String) -> Statement {
        let updated = StoredExecution.columns(of: "t")
        return Statement(
            """
            WITH moment AS MATERIALIZED (
                SELECT coalesce($1::int8, punctual_now()) AS now
            ), \(knownLines(lane: "$2", from: 8, with: ["turn", "room"])), fit AS MATERIALIZED (
                SELECT l.queue, l.priority, l.service, l.turn, l.available_at AS head, l.id AS head_id,
                    least(l.room, $3::int8) AS room, count(*) OVER () AS lines
                FROM lines l WHERE l.available_at <= (SELECT now FROM moment)
                    AND NOT EXISTS (SELECT 1 FROM queues q WHERE q.name = l.queue AND q.paused)
                    -- Those go under their limits.
                    AND NOT EXISTS (SELECT 1 FROM work_limits w WHERE w.kind = 'queues' AND w.name = l.queue)
                    AND NOT EXISTS (SELECT 1 FROM work_limits w WHERE w.kind = 'services' AND w.name = l.service)
            ), heads AS MATERIALIZED (
                SELECT *, row_number() OVER (
                    PARTITION BY queue ORDER BY priority DESC, turn, available_at, id
                ) AS place
                FROM (
                    SELECT f.queue, f.priority, f.service, f.head, f.head_id, f.room, f.most, h.available_at, h.id,
                        f.turn + row_number() OVER (
                            PARTITION BY f.priority, f.service ORDER BY h.available_at, h.id
                        ) AS turn
                    FROM (
                        SELECT *, least(room, greatest(16, \(compared) / lines)) AS most FROM fit WHERE lines > 1
                    ) f CROSS JOIN LATERAL (
                        SELECT o.available_at, o.id FROM open_executions o
                        WHERE \(waits("o")) AND o.lane = $2::int8 AND o.queue = f.queue AND o.priority = f.priority
                            AND o.service = f.service AND (o.available_at, o.id) >= (f.head, f.head_id)
                            AND o.available_at <= (SELECT now FROM moment) \(filter)
                        ORDER BY o.available_at, o.id LIMIT f.most
                    ) h
                ) t
            ), cut AS MATERIALIZED (
                SELECT max(priority) AS priority FROM (
                    SELECT priority FROM heads WHERE most < room
                    GROUP BY queue, priority, service, most HAVING count(*) >= most
                ) c
            ), shares AS MATERIALIZED (
                SELECT queue, priority, service, head, head_id, count(*) AS share FROM (
                    SELECT queue, priority, service, head, head_id FROM heads
                    WHERE place <= room AND priority >= coalesce((SELECT priority FROM cut), priority)
                    ORDER BY priority DESC, turn, available_at, id LIMIT $3::int8
                ) s GROUP BY queue, priority, service, head, head_id
                UNION ALL
                -- One line gives what it has.
                SELECT queue, priority, service, head, head_id, room FROM fit WHERE lines = 1
            ), picked AS MATERIALIZED (
                SELECT h.place FROM shares s CROSS JOIN LATERAL (
                    SELECT o.ctid AS place FROM open_executions o
                    WHERE \(waits("o")) AND o.lane = $2::int8 AND o.queue = s.queue AND o.priority = s.priority
                        AND o.service = s.service AND (o.available_at, o.id) >= (s.head, s.head_id)
                        AND o.available_at <= (SELECT now FROM moment) \(filter)
                    ORDER BY o.available_at, o.id LIMIT s.share FOR UPDATE SKIP LOCKED
                ) h
            ), \(takenOfPicked(worker: "$4", lease: "$5", claim: "$7"))
            SELECT \(updated), j.definition, (SELECT priority FROM cut) IS NOT NULL
            FROM taken t LEFT JOIN jobs j ON j.id = t.job_id
            ORDER BY t.priority DESC, t.available_at, t.id
            """)
    }

    /// The rows that `picked` names by their places become the worker's, as `taken`, and the tallies know of it.
    static func takenOfPicked(worker: String, lease: String, claim: String) -> String {
        taken(
            from: "picked p, moment WHERE o.ctid = p.place", now: "moment.now", worker: worker, lease: lease,
            claim: claim)
    }

    /// - Parameters:
    ///   - source: what stands behind `FROM`, with the condition that chooses rows of `o`.
    ///   - now: the claim's instant; the others are the numbers of parameters.
    static func taken(from source: String, now: String, worker: String, lease: String, claim: String) -> String {
        """
        taken AS (
            UPDATE open_executions o SET status = 'running', reason = NULL, error = NULL, attempt = o.attempt + 1,
                worker = \(worker), lease_expires_at = \(now) + \(lease)::int8, started_at = \(now), finished_at = NULL,
                claim = \(claim)::int8
            FROM \(source)
            RETURNING o.*
        ), tallied AS (
            INSERT INTO tallies (pending, running) SELECT -count(*), count(*) FROM taken HAVING count(*) > 0
        )
        """
    }

    /// That a row of `open_executions` waits, as the index of what waits has it (`Schema.lines`).
    static func waits(_ table: String) -> String { "(\(table).status = 'pending') IS TRUE" }

    /// The lines of a lane as `lines`, each with its first execution, sought from the beginning.
    static func lines(lane: String) -> String {
        """
        lines AS (
            (
                SELECT queue, priority, service, available_at, id FROM open_executions
                WHERE \(waits("open_executions")) AND lane = \(lane)::int8
                ORDER BY queue, priority, service, available_at, id LIMIT 1
            )
            UNION ALL
            SELECT n.queue, n.priority, n.service, n.available_at, n.id FROM lines l CROSS JOIN LATERAL (
                SELECT o.queue, o.priority, o.service, o.available_at, o.id FROM open_executions o
                WHERE \(waits("o")) AND o.lane = \(lane)::int8
                    AND (o.queue, o.priority, o.service) > (l.queue, l.priority, l.service)
                ORDER BY o.queue, o.priority, o.service, o.available_at, o.id LIMIT 1
            ) n
        )
        """
    }

    /// The lines that are known as `lines`, each with its first execution from the known head on.
    /// - Parameters:
    ///   - first: the number of the first of five parameters: queues, priorities, services, instants and ids of the heads.
    ///   - others: numbers of the lines to carry along, a parameter each behind those.
    static func knownLines(lane: String, from first: Int, with others: [String] = []) -> String {
        let more = others.map { ", \($0)" }.joined()
        let arrays = others.indices.map { ", $\(first + 5 + $0)::int8[]" }.joined()
        return """
            lines AS MATERIALIZED (
                SELECT k.queue, k.priority, k.service\(others.map { ", k.\($0)" }.joined()), h.available_at, h.id
                FROM unnest($\(first)::text[], $\(first + 1)::int8[], $\(first + 2)::text[], $\(first + 3)::int8[],
                    $\(first + 4)::uuid[]\(arrays)) AS k (queue, priority, service, head, head_id\(more))
                CROSS JOIN LATERAL (
                    SELECT o.available_at, o.id FROM open_executions o
                    WHERE \(waits("o")) AND o.lane = \(lane)::int8 AND o.queue = k.queue AND o.priority = k.priority
                        AND o.service = k.service AND (o.available_at, o.id) >= (k.head, k.head_id)
                    ORDER BY o.available_at, o.id LIMIT 1
                ) h
            )
            """
    }
}
