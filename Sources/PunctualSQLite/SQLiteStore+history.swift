package import PunctualCore
package import PunctualSchedule

extension SQLiteStore {
    package func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution? {
        try await reads.read { transaction in
            guard let execution = try transaction.execution(id), job == nil || execution.jobID == job else {
                return nil
            }
            return execution
        }
    }

    package func counts() async throws(StoreError) -> Counts {
        try await read { transaction in
            let (now, database) = (transaction.now, transaction.database)
            var jobs: [JobStatus: Int] = [:]
            var executions: [ExecutionStatus: Int] = [:]
            for (name, count) in try database.rows("SELECT name, count FROM tallies", read: { ($0.text(), $0.int()) }) {
                let parts = name.split(separator: ".")
                guard let kind = parts.first, let word = parts.last.map(String.init) else { continue }
                if kind == "job", let status = JobStatus(rawValue: word) { jobs[status] = count }
                if kind == "execution", let status = ExecutionStatus(rawValue: word) { executions[status] = count }
            }
            let due = try database.first(
                """
                SELECT count(*), min(next_run_at) FROM (
                    SELECT next_run_at FROM jobs WHERE next_run_at <= ? AND status <> 'completed'
                    ORDER BY next_run_at LIMIT 100000
                )
                """, now
            ) { (count: $0.int(), oldest: $0.optionalInstant()) }
            return Counts(
                jobs: jobs, executions: executions, due: due?.count ?? 0,
                lag: due?.oldest.map { now - $0 } ?? .zero)
        }
    }

    package func prune(
        before instant: Timestamp, limit: Int, from place: PrunePlace
    ) async throws(StoreError) -> Pruned {
        try await lane.write { transaction in
            switch place {
            case .ownRetention(let retention, let id):
                try transaction.pruneOwn(limit, behind: retention, id)
            case .others(let row): try transaction.pruneOthers(before: instant, limit, behind: row)
            }
        }
    }
}

extension Transaction {
    /// Goes through the next jobs with a retention of their own.
    fileprivate func pruneOwn(_ limit: Int, behind retention: Duration, _ id: Identifier) throws -> Pruned {
        let jobs = try database.rows(
            """
            SELECT id, retention FROM jobs WHERE retention IS NOT NULL AND (retention, id) > (?, ?)
            ORDER BY retention, id LIMIT ?
            """, retention.wholeMilliseconds, id, limit
        ) { (id: try $0.identifier(), retention: Duration.milliseconds($0.int())) }
        var removed = 0
        for job in jobs where removed < limit {
            let end = now - job.retention
            // An id begins with its instant. The end is no index's: that of all ends would be walked for each job.
            let old = try database.rows(
                "SELECT id, status FROM executions WHERE job_id = ? AND id < ? AND +finished_at < ? LIMIT ?", job.id,
                Identifier.first(at: end), end, limit - removed
            ) { (id: try $0.identifier(), status: $0.text()) }
            for row in old { try remove(row.id, row.status) }
            removed += old.count
        }
        if removed == limit { return Pruned(removed: removed, next: .ownRetention(behind: retention, id)) }
        guard jobs.count == limit, let last = jobs.last else {
            return Pruned(removed: removed, next: .others(behind: nil))
        }
        return Pruned(removed: removed, next: .ownRetention(behind: last.retention, last.id))
    }

    /// Goes through what ended next; the value of its place is the instant of the end.
    fileprivate func pruneOthers(before instant: Timestamp, _ limit: Int, behind row: PageKey?) throws -> Pruned {
        let old = try database.rows(
            """
            SELECT id, status, finished_at, EXISTS (
                SELECT 1 FROM jobs j WHERE j.id = e.job_id AND j.retention IS NOT NULL
            ) FROM executions e WHERE finished_at < ? AND (finished_at, id) > (?, ?) ORDER BY finished_at, id LIMIT ?
            """, instant, row?.value.flatMap { Int64($0) } ?? .min, row?.id ?? Identifier(high: 0, low: 0), limit
        ) { (id: try $0.identifier(), status: $0.text(), end: $0.instant(), isOwn: $0.bool()) }
        let theirs = old.filter { !$0.isOwn }
        for row in theirs { try remove(row.id, row.status) }
        let last = old.count == limit ? old.last : nil
        return Pruned(
            removed: theirs.count,
            next: last.map { .others(behind: PageKey(value: String($0.end.milliseconds), id: $0.id)) })
    }

    private func remove(_ id: Identifier, _ status: String) throws {
        try database.run("DELETE FROM executions WHERE id = ?", id)
        try database.run("DELETE FROM output_pieces WHERE execution_id = ?", id)
        tally.moved(from: ExecutionStatus(rawValue: status), to: nil)
    }
}

extension Identifier {
    /// Not after any id of an execution at that instant or later.
    static func first(at instant: Timestamp) -> Identifier {
        Identifier(high: UInt64(clamping: instant.milliseconds) << 16, low: 0)
    }
}
