package import PunctualCore
internal import PunctualSchedule

extension SQLiteStore: OutboxStore {
    package func waitingLines(of lane: Lane, evenPaused: Bool) async throws(StoreError) -> [WaitingLine] {
        try await read { transaction in
            try transaction.lines(WorkChoice(lane: lane), evenPaused: evenPaused).map {
                WaitingLine(lane: lane, queue: $0.queue, priority: $0.priority, service: $0.service)
            }
        }
    }

    package func waiting(
        in line: WaitingLine, after place: WaitingPlace?, limit: Int
    ) async throws(StoreError) -> [WaitingExecution] {
        guard limit > 0 else { return [] }
        let after = place ?? WaitingPlace(availableAt: Timestamp(milliseconds: .min), id: Identifier(high: 0, low: 0))
        return try await read { transaction in
            try transaction.database.rows(
                """
                SELECT job_id, available_at, id, task FROM executions
                WHERE status = 'pending' AND lane = ? AND queue = ? AND priority = ? AND service = ?
                    AND available_at <= ? AND available_at >= ? AND (available_at, id) > (?, ?)
                ORDER BY available_at, id LIMIT ?
                """, line.lane.rawValue, line.queue, line.priority, line.service, transaction.now,
                after.availableAt, after.availableAt, after.id, limit
            ) { columns in
                let job = try columns.identifier()
                let place = WaitingPlace(availableAt: columns.instant(), id: try columns.identifier())
                return WaitingExecution(jobID: job, place: place, line: line, task: columns.optionalText())
            }
        }
    }
}
