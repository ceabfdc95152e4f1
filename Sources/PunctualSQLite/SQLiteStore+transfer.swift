internal import GRDB
package import PunctualCore

extension SQLiteStore: TransferStore {
    package func exportJobs(after id: Identifier?, limit: Int) async throws(StoreError) -> [Job] {
        try await read { transaction in
            try transaction.database.rows(
                "SELECT \(Transaction.jobColumns) FROM jobs WHERE id > ? ORDER BY id LIMIT ?", id ?? .lowest, limit
            ) { columns in
                let row = try transaction.jobRow(from: &columns)
                if let complaint = row.complaint { throw StoreError.corrupt("job \(row.job.id): \(complaint)") }
                return row.job
            }
        }
    }

    package func exportExecutions(
        after id: Identifier?, limit: Int
    ) async throws(StoreError) -> [TransferredExecution] {
        try await read { transaction in
            try transaction.database.rows(
                "SELECT lane, task, \(Execution.columns) FROM executions WHERE id > ? ORDER BY id LIMIT ?",
                id ?? .lowest, limit
            ) { columns in
                let (lane, task) = (Lane(rawValue: columns.int()), columns.optionalText())
                var complaint: String?
                let execution = try Execution.read(&columns, complaint: &complaint)
                if let complaint { throw StoreError.corrupt("execution \(execution.id): \(complaint)") }
                return TransferredExecution(execution: execution, lane: lane ?? .builtIn, task: task)
            }
        }
    }

    package func importJobs(_ jobs: [Job]) async throws(StoreError) {
        try await lane.write { transaction in
            let database = transaction.database
            // All leave before any comes, since two of them may have exchanged their names.
            for job in jobs {
                let old = try database.first("SELECT status FROM jobs WHERE id = ?", job.id) { $0.text() }
                guard let old else { continue }
                try database.run("DELETE FROM jobs WHERE id = ?", job.id)
                transaction.tally.moved(from: JobStatus(rawValue: old), to: nil)
            }
            for job in jobs where try !transaction.insert(job) { throw StoreError.nameTaken }
        }
    }

    package func importExecutions(_ executions: [TransferredExecution]) async throws(StoreError) {
        try await lane.write { transaction in
            let database = transaction.database
            for item in executions {
                let id = item.execution.id
                if let old = try database.first("SELECT status FROM executions WHERE id = ?", id, read: { $0.text() }) {
                    try database.run("DELETE FROM executions WHERE id = ?", id)
                    transaction.tally.moved(from: ExecutionStatus(rawValue: old), to: nil)
                }
                _ = try transaction.insert(item.execution, lane: item.lane, task: item.task)
            }
        }
    }
}

extension Identifier {
    /// Below every id that is made: no UUID is all zeros.
    static var lowest: Identifier { Identifier(high: 0, low: 0) }
}
