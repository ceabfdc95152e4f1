package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution? {
        guard let execution = try await lanes.executions.submit(id, to: self), job == nil || execution.jobID == job
        else {
            return nil
        }
        return execution
    }

    /// The executions, or nil, in order.
    func executions(_ ids: [Identifier]) async throws(StoreError) -> [Execution?] {
        let rows = try await run([PostgresStore.byID(ids)])
        var found: [Identifier: Execution] = [:]
        for stored in rows[0].map({ StoredExecution(&$0) }) { found[stored.row.id] = stored.row }
        return ids.map { found[$0] }
    }

    /// One by one, so that each looks into its own month.
    private static let byID = Statement(
        """
        SELECT \(StoredExecution.columns(of: "e")) FROM unnest($1::uuid[]) AS g (id) CROSS JOIN LATERAL (
            SELECT * FROM open_executions o WHERE o.id = g.id UNION ALL SELECT * FROM ended_executions o WHERE o.id = g.id
        ) e
        """)

    package func counts() async throws(StoreError) -> Counts {
        let rows = try await run([PostgresStore.tallied(), PostgresStore.late(given)])
        let figures = rows[0].first { columns in
            (JobStatus.allCases.map { ($0, columns.int()) }, ExecutionStatus.allCases.map { ($0, columns.int()) })
        }
        let due = rows[1].first { (count: $0.int(), lag: $0.int64()) }
        return Counts(
            jobs: Dictionary(uniqueKeysWithValues: figures?.0 ?? []),
            executions: Dictionary(uniqueKeysWithValues: figures?.1 ?? []), due: due?.count ?? 0,
            lag: .milliseconds(due?.lag ?? 0))
    }

    private static let tallied: Statement = {
        let words = JobStatus.allCases.map(\.rawValue) + ExecutionStatus.allCases.map(\.rawValue)
        let sums = words.map { "coalesce(sum(\($0)), 0)::int8" }
        return Statement("SELECT \(sums.joined(separator: ", ")) FROM tallies")
    }()
    private static let late = Statement(
        """
        WITH moment AS MATERIALIZED (SELECT coalesce($1::int8, punctual_now()) AS now)
        SELECT count(*), coalesce((SELECT now FROM moment) - min(next_run_at), 0) FROM (
            SELECT next_run_at FROM job_progress
            WHERE next_run_at <= (SELECT now FROM moment) AND status <> 'completed' ORDER BY next_run_at LIMIT 100000
        ) d
        """)

}

extension Identifier {
    /// Not after any id of an execution at that instant or later.
    static func first(at instant: Timestamp) -> Identifier {
        Identifier(high: UInt64(clamping: instant.milliseconds) << 16, low: 0)
    }
}
