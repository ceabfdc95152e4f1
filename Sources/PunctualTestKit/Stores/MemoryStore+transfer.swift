public import PunctualCore

extension MemoryStore: TransferStore {
    public func exportJobs(after id: Identifier?, limit: Int) async throws(StoreError) -> [Job] {
        let behind = jobs.values.filter { job in id.map { job.id > $0 } ?? true }
        return Array(behind.sorted { $0.id < $1.id }.prefix(limit))
    }

    public func exportExecutions(
        after id: Identifier?, limit: Int
    ) async throws(StoreError) -> [TransferredExecution] {
        let behind = executions.values.filter { item in id.map { item.row.id > $0 } ?? true }
        return behind.sorted { $0.row.id < $1.row.id }.prefix(limit).map {
            TransferredExecution(execution: $0.row, lane: $0.lane, task: $0.task)
        }
    }

    public func importJobs(_ imported: [Job]) async throws(StoreError) {
        var result = jobs
        for job in imported { result[job.id] = nil }
        for job in imported {
            let isTaken = result.values.contains {
                $0.draft.name == job.draft.name && $0.draft.service == job.draft.service
            }
            if isTaken { throw .nameTaken }
            result[job.id] = job
        }
        jobs = result
    }

    public func importExecutions(_ imported: [TransferredExecution]) async throws(StoreError) {
        for item in imported { put(StoredExecution(row: item.execution, lane: item.lane, task: item.task)) }
    }
}
