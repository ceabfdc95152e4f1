package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func limits() async throws(StoreError) -> [WorkLimit] {
        try await run([PostgresStore.allLimits()])[0].map { LimitState(&$0) }.compactMap { $0?.limit }
    }

    package func limitsInUse() async throws(StoreError) -> [WorkLimit.Key: LimitUse] {
        let rows = try await run([PostgresStore.limitsInUse(given)])[0].map { columns in
            (state: LimitState(&columns), running: columns.int(), now: columns.instant())
        }
        var uses: [WorkLimit.Key: LimitUse] = [:]
        for row in rows {
            guard let state = row.state else { continue }
            uses[state.limit.key] = state.use(running: row.running, at: row.now)
        }
        return uses
    }

    /// Of those that run now, by the index of leases, which holds nothing else.
    private static let limitsInUse = Statement(
        """
        WITH r AS MATERIALIZED (
            SELECT o.queue, o.service, o.job_id::text AS job, count(*) AS count FROM open_executions o
            WHERE (o.status = 'running') IS TRUE AND o.lease_expires_at >= 0 GROUP BY o.queue, o.service, o.job_id
        )
        SELECT w.kind, w.name, w.concurrency, w.rate_count, w.rate_per, w.arrival, coalesce(sum(k.count), 0)::int8,
            coalesce($1::int8, punctual_now())
        FROM work_limits w LEFT JOIN (
            SELECT 'queues' AS kind, queue AS name, count FROM r
            UNION ALL SELECT 'services', service, count FROM r
            UNION ALL SELECT 'jobs', job, count FROM r
        ) k ON k.kind = w.kind AND k.name = w.name
        GROUP BY w.kind, w.name
        """)

    package func limit(_ key: WorkLimit.Key) async throws(StoreError) -> WorkLimit? {
        try await limits().first { $0.key == key }
    }

    package func hasLimits() async throws(StoreError) -> Bool {
        try await refreshLimits()
        return !limitCopy.isEmpty
    }

    package func setLimit(_ limit: WorkLimit) async throws(StoreError) {
        _ = try await run([
            PostgresStore.setLimit(
                limit.key.kind.rawValue, limit.key.name, limit.concurrency, limit.rate?.count,
                limit.rate?.per.wholeMilliseconds)
        ])
        limitCopy.changed(limit.key, to: limit)
        bell.workWaiting()
    }

    package func removeLimit(_ key: WorkLimit.Key) async throws(StoreError) -> Bool {
        let removed = try await run([PostgresStore.removeLimit(key.kind.rawValue, key.name)])[0].count > 0
        limitCopy.changed(key, to: nil)
        // What a limit has kept waiting may have moved no head.
        bell.workWaiting()
        return removed
    }

    /// Reads the limits again when they were read long enough ago.
    func refreshLimits() async throws(StoreError) {
        guard limitCopy.beginReading() else { return }
        do throws(StoreError) {
            limitCopy.read(try await limits())
        } catch {
            limitCopy.readInVain()
            throw error
        }
    }

    private static let columns = "kind, name, concurrency, rate_count, rate_per, arrival"
    private static let allLimits = Statement("SELECT \(columns) FROM work_limits ORDER BY kind, name")
    private static let setLimit = Statement(
        """
        INSERT INTO work_limits (kind, name, concurrency, rate_count, rate_per) VALUES ($1, $2, $3::int8, $4::int8, $5::int8)
        ON CONFLICT (kind, name) DO UPDATE SET concurrency = excluded.concurrency, rate_count = excluded.rate_count,
            rate_per = excluded.rate_per
        """)
    static let removeLimit = Statement("DELETE FROM work_limits WHERE kind = $1 AND name = $2 RETURNING 1::int8")
    /// One after the other, by kind and name: two that want the same wait for each other in one direction alone.
    static let lockLimits = Statement(
        """
        SELECT \(columns) FROM work_limits w
        WHERE EXISTS (SELECT 1 FROM unnest($1::text[], $2::text[]) AS k (kind, name) WHERE k.kind = w.kind AND k.name = w.name)
        ORDER BY kind, name FOR UPDATE
        """)
}

extension LimitState {
    /// Reads a row; nil when it is of a kind that is not known.
    init?(_ columns: inout Columns) {
        let (kind, name) = (WorkLimit.Kind(rawValue: columns.text()), columns.text())
        let (concurrency, count) = (columns.optionalInt64(), columns.optionalInt64())
        let (per, arrival) = (columns.optionalInt64(), columns.optionalInt64())
        guard let kind else { return nil }
        var limit = WorkLimit(.init(kind, name), concurrency: concurrency.map { Int($0) })
        if let count, let per { limit.rate = .init(count: Int(count), per: .milliseconds(per)) }
        self.init(limit, arrival: arrival)
    }
}
