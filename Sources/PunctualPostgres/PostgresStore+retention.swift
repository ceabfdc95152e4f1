package import PunctualCore
package import PunctualSchedule

extension PostgresStore {
    package func prune(
        before instant: Timestamp, limit: Int, from place: PrunePlace
    ) async throws(StoreError) -> Pruned {
        let rules = try await historyRules()
        // What is archived leaves with its month, and not row by row before.
        let leavesWithMonth = rules.archives ? rules.keptFor : nil
        let now = try await now()
        var instant = instant
        if let keptFor = rules.keptFor {
            let most = rules.archives ? JobDraft.longestRetention : keptFor
            instant = min(instant, now - most - PostgresStore.monthsTurn)
        }
        switch place {
        case .ownRetention(let retention, let id):
            let page = try await run([
                PostgresStore.pruneOwn(
                    retention.wholeMilliseconds, id, limit, given, leavesWithMonth?.wholeMilliseconds),
                PostgresStore.removeOutput(),
            ])[0].first {
                (removed: $0.int(), jobs: $0.int(), last: Duration.milliseconds($0.int64()), $0.identifier())
            }
            guard let page else { return Pruned(removed: 0, next: .others(behind: nil)) }
            // Where the limit was met there may be more of the same jobs.
            if page.removed == limit { return Pruned(removed: limit, next: place) }
            let next = PrunePlace.ownRetention(behind: page.last, page.3)
            return Pruned(removed: page.removed, next: page.jobs == limit ? next : .others(behind: nil))
        case .others(let row):
            let page = try await run([
                PostgresStore.pruneOthers(
                    Identifier.first(at: instant), instant, limit, row?.id ?? Identifier(high: 0, low: 0)),
                PostgresStore.removeOutput(),
            ])[0].first { (removed: $0.int(), seen: $0.int(), last: $0.optionalIdentifier()) }
            guard let page, page.seen == limit, let last = page.last else {
                return Pruned(removed: page?.removed ?? 0, next: nil)
            }
            return Pruned(removed: page.removed, next: .others(behind: PageKey(value: nil, id: last)))
        }
    }

    /// How much longer than they are to be kept rows stay for their month to leave whole.
    private static let monthsTurn = Duration.seconds(32 * 86_400)

    /// Of each job in turn: what ended before its time and was to run before it, but for what was cancelled ahead of its
    /// instant; that goes when its instant is over.
    private static let pruneOwn = Statement(
        """
        WITH moment AS MATERIALIZED (
            SELECT coalesce($4::int8, punctual_now()) AS now
        ), page AS MATERIALIZED (
            SELECT id, retention, moment.now - retention AS until,
                (lpad(to_hex(greatest(moment.now - retention, 0) << 16), 16, '0') || repeat('0', 16))::uuid AS first_id
            FROM jobs, moment WHERE retention IS NOT NULL AND (retention, id) > ($1::int8, $2::uuid)
                AND retention < coalesce($5::int8, 9223372036854775807)
            ORDER BY retention, id LIMIT $3::int8
        ), old AS MATERIALIZED (
            SELECT e.id FROM page p CROSS JOIN LATERAL (
                SELECT o.id FROM ended_executions o
                WHERE o.job_id = p.id AND o.id < p.first_id AND o.finished_at < p.until ORDER BY o.id LIMIT $3::int8
            ) e LIMIT $3::int8
        ), \(gone(""))
        SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM page), retention, id, \(keepingRemoved("gone"))
        FROM page ORDER BY retention DESC, id DESC LIMIT 1
        """)

    /// The same for all other jobs, and those that are gone, in the order of ids.
    private static let pruneOthers = Statement(
        """
        WITH old AS MATERIALIZED (
            SELECT id, job_id FROM ended_executions WHERE id > $4 AND id < $1 AND finished_at < $2
            ORDER BY id LIMIT $3::int8
        ), \(gone("AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = old.job_id AND j.retention IS NOT NULL)"))
        SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM old), (SELECT id FROM old ORDER BY id DESC LIMIT 1),
            \(keepingRemoved("gone"))
        """)

    private static func gone(_ condition: String) -> String {
        """
        gone AS (
            DELETE FROM ended_executions e USING old WHERE e.id = old.id \(condition) RETURNING e.id, e.status
        ), tallied AS (
            INSERT INTO tallies (succeeded, failed, cancelled, skipped, missed)
            SELECT -count(*) FILTER (WHERE status = 'succeeded'), -count(*) FILTER (WHERE status = 'failed'),
                -count(*) FILTER (WHERE status = 'cancelled'), -count(*) FILTER (WHERE status = 'skipped'),
                -count(*) FILTER (WHERE status = 'missed')
            FROM gone HAVING count(*) > 0
        )
        """
    }

    /// The longest retention that any job has of its own; zero when none has.
    func longestRetention() async throws(StoreError) -> Duration {
        let longest = try await run([PostgresStore.longest()])[0].first { $0.optionalInt64() }
        return .milliseconds((longest ?? nil) ?? 0)
    }

    private static let longest = Statement("SELECT max(retention) FROM jobs WHERE retention IS NOT NULL")
}
