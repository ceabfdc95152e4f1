package import PunctualCore
internal import PunctualSchedule

extension PostgresStore: TransferStore {
    package func exportJobs(after id: Identifier?, limit: Int) async throws(StoreError) -> [Job] {
        try await run([PostgresStore.jobsBehind(id ?? .lowest, limit)])[0].map { columns throws(StoreError) in
            let stored = StoredJob(&columns)
            let (job, complaint) = stored.job(definitions)
            if let complaint { throw .corrupt("job \(stored.id): \(complaint)") }
            return job
        }
    }

    private static let jobsBehind = Statement(
        """
        SELECT \(StoredJob.columns) FROM jobs j JOIN job_progress p ON p.id = j.id
        WHERE j.id > $1 ORDER BY j.id LIMIT $2::int8
        """)

    package func exportExecutions(
        after id: Identifier?, limit: Int
    ) async throws(StoreError) -> [TransferredExecution] {
        try await run([PostgresStore.executionsBehind(id ?? .lowest, limit)])[0].map { columns throws(StoreError) in
            let stored = StoredExecution(&columns)
            if let complaint = stored.complaint { throw .corrupt("execution \(stored.row.id): \(complaint)") }
            return TransferredExecution(
                execution: stored.row, lane: Lane(rawValue: stored.lane) ?? .builtIn, task: stored.task)
        }
    }

    private static let executionsBehind = Statement(
        """
        (SELECT \(StoredExecution.columns) FROM open_executions WHERE id > $1 ORDER BY id LIMIT $2::int8)
        UNION ALL
        (SELECT \(StoredExecution.columns) FROM ended_executions WHERE id > $1 ORDER BY id LIMIT $2::int8)
        ORDER BY id LIMIT $2::int8
        """)

    package func importJobs(_ jobs: [Job]) async throws(StoreError) {
        let ids = jobs.map(\.id)
        var tally = Tally()
        for status in try await run([PostgresStore.jobStatuses(ids)])[0].map({ JobStatus(rawValue: $0.text()) }) {
            tally.moved(from: status, to: nil)
        }
        // What comes is counted by the insertion. All leave before any comes, since two of them may have exchanged their names.
        let calls =
            [PostgresStore.removeProgress(ids), PostgresStore.removeJobs(ids)] + insertion(of: jobs)
            + [PostgresStore.requireJobs(ids, ids.count)]
        do throws(PostgresFault) {
            _ = try await pool.run(calls + [tally.call].compactMap { $0 })
        } catch {
            throw error.state == PostgresStore.divisionByZero ? .nameTaken : StoreError(error)
        }
        dueHead.added(jobs.map(\.nextRunAt), at: Timestamp(milliseconds: .max))
        bell.jobsChanged()
    }

    private static let jobStatuses = Statement("SELECT status FROM job_progress WHERE id = ANY ($1::uuid[])")
    private static let removeProgress = Statement("DELETE FROM job_progress WHERE id = ANY ($1::uuid[])")
    private static let removeJobs = Statement("DELETE FROM jobs WHERE id = ANY ($1::uuid[])")
    /// Fails, and with it the whole transaction, when not all are there: a name was taken.
    private static let requireJobs = Statement(
        "SELECT 1 / (SELECT (count(*) = $2::int8)::int FROM jobs WHERE id = ANY ($1::uuid[]))")
    private static let divisionByZero = "22012"

    package func importExecutions(_ executions: [TransferredExecution]) async throws(StoreError) {
        for month in Set(executions.map { Month(of: $0.execution.scheduledAt) }) { try await make(month) }
        let ids = executions.map(\.execution.id)
        var tally = Tally()
        for status in try await run([PostgresStore.executionStatuses(ids)])[0].map({
            ExecutionStatus(rawValue: $0.text())
        }) {
            tally.moved(from: status, to: nil)
        }
        for item in executions { tally.moved(from: nil, to: item.execution.status) }
        let rows = executions.map { StoredExecution($0.execution, lane: $0.lane.rawValue, task: $0.task) }
        let calls = [
            PostgresStore.removeOpen(ids), PostgresStore.removeEnded(ids),
            ExecutionColumns(rows.filter { !$0.row.status.isFinal }).call(PostgresStore.insertOpen),
            ExecutionColumns(rows.filter(\.row.status.isFinal)).call(PostgresStore.insertEnded),
        ]
        _ = try await run(calls + [tally.call].compactMap { $0 })
        noteWaiting(rows)
        bell.workWaiting()
    }

    private static let executionStatuses = Statement("SELECT status FROM executions WHERE id = ANY ($1::uuid[])")
    private static let removeOpen = Statement("DELETE FROM open_executions WHERE id = ANY ($1::uuid[])")
    private static let removeEnded = Statement("DELETE FROM ended_executions WHERE id = ANY ($1::uuid[])")
    private static let insertOpen = ExecutionColumns.insertion(into: "open_executions")
    private static let insertEnded = ExecutionColumns.insertion(into: "ended_executions")
}

extension Identifier {
    /// Below every id that is made: no UUID is all zeros.
    static var lowest: Identifier { Identifier(high: 0, low: 0) }
}
