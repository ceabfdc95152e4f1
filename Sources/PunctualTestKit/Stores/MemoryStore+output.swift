public import PunctualCore
internal import PunctualSchedule

extension MemoryStore: OutputStore {
    public func keep(_ reports: [AttemptReport]) async throws(StoreError) -> [ReportOutcome] {
        let now = clock.now()
        return reports.map { report in
            let id = report.lease.executionID
            guard held(report.lease) != nil || twin == .keepingStaleReports else { return .leaseLost }
            var report = report
            if twin == .doublingReports { report.from = nil }
            var kept = output[id] ?? (OutputTail(), [])
            if twin == .keepingAllLines { (kept.tail.bytes, kept.tail.isFull) = (0, false) }
            if let piece = kept.tail.take(report, at: now) { kept.lines += piece.lines }
            output[id] = kept
            let progress = report.progress(at: now)
            if let progress { executions[id]?.row.progress = progress }
            return .kept(progress: progress)
        }
    }

    public func lines(
        of execution: Identifier, after number: Int, limit: Int
    ) async throws(StoreError) -> [OutputLine] {
        output[execution]?.lines.page(after: number, limit: limit) ?? []
    }
}
