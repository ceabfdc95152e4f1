package import PunctualCore
package import PunctualSchedule

extension PostgresStore {
    package func queues() async throws(StoreError) -> [QueueSummary] {
        var calls = [PostgresStore.named(), PostgresStore.running()]
        calls += Lane.allCases.map { PostgresStore.depths(given, $0.rawValue) }
        let rows = try await run(calls)
        var summaries: [String: QueueSummary] = [:]
        func change(_ name: String, _ body: (inout QueueSummary) -> Void) {
            let none = QueueSummary(name: name, paused: false, depth: 0, running: 0, oldestAge: nil, workers: 0)
            body(&summaries[name, default: none])
        }
        for (name, isPaused, since) in rows[0].map({ ($0.text(), $0.bool(), $0.optionalInstant()) }) {
            change(name) { ($0.paused, $0.pausedAt) = (isPaused, isPaused ? since : nil) }
        }
        for (name, count, workers) in rows[1].map({ ($0.text(), $0.int(), $0.int()) }) {
            change(name) { ($0.running, $0.workers) = (count, workers) }
        }
        for line in rows.dropFirst(2).flatMap({ $0.map { (queue: $0.text(), depth: $0.int(), age: $0.int64()) } }) {
            change(line.queue) { summary in
                summary.depth = min(summary.depth + line.depth, PostgresStore.countLimit)
                if line.age >= 0 { summary.oldestAge = max(summary.oldestAge ?? .zero, .milliseconds(line.age)) }
            }
        }
        // By bytes, as the database sorts names.
        return summaries.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Where the count of waiting executions stops.
    private static let countLimit = 100_000

    /// Paused or let go, and those that jobs name, one index seek each.
    private static let named = Statement(
        """
        WITH RECURSIVE names (queue) AS (
            SELECT (SELECT min(queue) FROM jobs)
            UNION ALL
            SELECT (SELECT min(queue) FROM jobs WHERE queue > names.queue) FROM names WHERE names.queue IS NOT NULL
        )
        SELECT n.queue, coalesce(q.paused, false), q.paused_at
        FROM (SELECT queue FROM names WHERE queue IS NOT NULL LIMIT 1000) n LEFT JOIN queues q ON q.name = n.queue
        UNION SELECT name, paused, paused_at FROM queues
        """)
    private static let running = Statement(
        """
        SELECT queue, count(*), count(DISTINCT worker) FROM open_executions WHERE status = 'running' GROUP BY queue
        """)
    private static let depths = Statement(
        """
        WITH RECURSIVE moment AS MATERIALIZED (SELECT coalesce($1::int8, punctual_now()) AS now), \(lines(lane: "$2"))
        SELECT l.queue, (
            SELECT count(*) FROM (
                SELECT 1 FROM open_executions o
                WHERE \(waits("o")) AND o.lane = $2::int8 AND o.queue = l.queue AND o.priority = l.priority
                    AND o.service = l.service AND o.available_at <= (SELECT now FROM moment) LIMIT \(countLimit)
            ) c
        ), (SELECT now FROM moment) - l.available_at
        FROM lines l
        """)

    package func setQueue(
        _ name: String, paused: Bool, since instant: Timestamp?
    ) async throws(StoreError) -> QueueSummary {
        _ = try await run([PostgresStore.setQueue(name, paused, instant, given)])
        if !paused {
            for lane in heads { lane.resumed(name) }
            bell.workWaiting()
        }
        return try await queues().first { $0.name == name }
            ?? QueueSummary(name: name, paused: paused, depth: 0, running: 0, oldestAge: nil, workers: 0)
    }

    private static let setQueue = Statement(
        """
        INSERT INTO queues (name, paused, paused_at)
        VALUES ($1, $2, CASE WHEN $2 THEN coalesce($3::int8, $4::int8, punctual_now()) END)
        ON CONFLICT (name) DO UPDATE SET paused = excluded.paused,
            paused_at = CASE WHEN queues.paused AND excluded.paused THEN queues.paused_at ELSE excluded.paused_at END
        """)

    package func nextAvailable(for work: WorkChoice) async throws(StoreError) -> Duration? {
        let heads = heads[work.lane.rawValue]
        if let token = heads.beginLook() { try await look(work.lane, token).get() }
        let lines = heads.known().lines.filter {
            work.takes(queue: $0.line.queue, service: $0.line.service, priority: $0.line.priority)
        }.sorted { $0.head < $1.head }
        var next = heads.pauseBeforeLook.map {
            Duration.milliseconds(Int64(($0 / .milliseconds(1)).rounded(.up)))
        }
        for start in stride(from: 0, to: lines.count, by: LaneHeads.soughtLines) {
            // No line's first execution comes before its known head.
            if let next, next <= .zero || knownTime.map({ $0 + next < lines[start].head.availableAt }) ?? false {
                break
            }
            let part = lines[start..<min(start + LaneHeads.soughtLines, lines.count)]
            let call = PostgresStore.nextAvailable(
                given, work.lane.rawValue, part.map(\.line.queue), part.map(\.line.priority),
                part.map(\.line.service), part.map(\.head.availableAt), part.map(\.head.id))
            let found = try await run([call])[0].first { $0.optionalInt64().map { Duration.milliseconds($0) } }
            if let found, let wait = found { next = min(next ?? wait, wait) }
        }
        return next
    }

    package func openJobs(among jobs: [Identifier]) async throws(StoreError) -> Set<Identifier> {
        Set(try await run([PostgresStore.openJobs(jobs)])[0].map { $0.identifier() })
    }

    /// One seek a job, however many executions it has.
    private static let openJobs = Statement(
        """
        SELECT g.id FROM unnest($1::uuid[]) AS g (id)
        CROSS JOIN LATERAL (SELECT 1 FROM open_executions o WHERE o.job_id = g.id LIMIT 1) o
        """)

    private static let nextAvailable = Statement(
        """
        WITH \(knownLines(lane: "$2", from: 3))
        SELECT min(l.available_at) - coalesce($1::int8, punctual_now()) FROM lines l
        WHERE NOT EXISTS (SELECT 1 FROM queues q WHERE q.name = l.queue AND q.paused)
        """)
}
