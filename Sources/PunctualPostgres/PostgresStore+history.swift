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

    package func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        let (sql, parameters) = query.statement
        let rows = try await run([Call(composed: sql, parameters: parameters)])
        var found = rows[0].map { StoredExecution(&$0).row }
        let hasMore = found.count > query.limit
        if hasMore { found.removeLast() }
        return Page(
            items: found,
            next: hasMore ? found.last.map { PageKey(value: String($0.scheduledAt.milliseconds), id: $0.id) } : nil)
    }

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

extension ExecutionQuery {
    /// The page and one row more, newest first.
    ///
    /// An id begins with its instant, so the order of ids is the order of instants, and each index ends in the id.
    fileprivate var statement: (sql: String, parameters: Parameters) {
        var parameters = Parameters()
        var conditions: [String] = []
        func add(_ condition: (String) -> String, _ value: some Bindable) {
            parameters.append(value)
            conditions.append(condition("$\(parameters.types.count)"))
        }
        if let jobID { add({ "job_id = \($0)" }, jobID) }
        if let reason { add({ "reason = \($0)" }, reason.rawValue) }
        if let queue { add({ "queue = \($0)" }, queue) }
        if let service { add({ "service = \($0)" }, service) }
        if let from {
            add({ "id >= \($0)" }, Identifier.first(at: from))
            add({ "scheduled_at >= \($0)" }, from)
        }
        if let to {
            add({ "id < \($0)" }, Identifier.first(at: to))
            add({ "scheduled_at < \($0)" }, to)
        }
        if let after { add({ "id < \($0)" }, after.id) }
        func part(_ table: String, _ status: String?) -> String {
            let all = conditions + (status.map { ["status = '\($0)'"] } ?? [])
            let filter = all.isEmpty ? "" : "WHERE " + all.joined(separator: " AND ")
            // A job has few open executions: they are found first, then sorted.
            let source =
                jobID != nil && table == "open_executions"
                ? "(SELECT * FROM open_executions WHERE job_id = $1 OFFSET 0) o" : table
            return "(SELECT \(StoredExecution.columns) FROM \(source) \(filter) ORDER BY id DESC LIMIT \(limit + 1))"
        }
        // Each a range of an index, in order, and the first of them all.
        var parts = ["open_executions", "ended_executions"].map { part($0, nil) }
        if !statuses.isEmpty {
            parts = statuses.sorted { $0.rawValue < $1.rawValue }.map { status in
                part(status.isFinal ? "ended_executions" : "open_executions", status.rawValue)
            }
        }
        if parts.count == 1 { return (parts[0], parameters) }
        return (parts.joined(separator: " UNION ALL ") + " ORDER BY id DESC LIMIT \(limit + 1)", parameters)
    }
}

extension Identifier {
    /// Not after any id of an execution at that instant or later.
    static func first(at instant: Timestamp) -> Identifier {
        Identifier(high: UInt64(clamping: instant.milliseconds) << 16, low: 0)
    }
}
