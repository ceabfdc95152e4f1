package import PunctualCore
internal import PunctualSchedule

extension PostgresStore: OutboxStore {
    package func waitingLines(of lane: Lane, evenPaused: Bool) async throws(StoreError) -> [WaitingLine] {
        let heads = heads[lane.rawValue]
        if let token = heads.beginLook() { try await look(lane, token).get() }
        let paused = evenPaused ? [] : Set(try await run([PostgresStore.pausedQueues()])[0].map { $0.text() })
        return heads.known().lines.map(\.line).filter { !paused.contains($0.queue) }.map {
            WaitingLine(lane: lane, queue: $0.queue, priority: $0.priority, service: $0.service)
        }
    }

    package func waiting(
        in line: WaitingLine, after place: WaitingPlace?, limit: Int
    ) async throws(StoreError) -> [WaitingExecution] {
        guard limit > 0 else { return [] }
        let after = place ?? WaitingPlace(availableAt: Timestamp(milliseconds: .min), id: Identifier(high: 0, low: 0))
        let call = PostgresStore.waiting(
            given, line.lane.rawValue, line.queue, line.priority, line.service, after.availableAt, after.id, limit)
        return try await run([call])[0].map { columns in
            let job = columns.identifier()
            return WaitingExecution(
                jobID: job, place: WaitingPlace(availableAt: columns.instant(), id: columns.identifier()), line: line,
                task: columns.optionalText())
        }
    }

    private static let pausedQueues = Statement("SELECT name FROM queues WHERE paused")
    private static let waiting = Statement(
        """
        WITH moment AS MATERIALIZED (SELECT coalesce($1::int8, punctual_now()) AS now)
        SELECT o.job_id, o.available_at, o.id, o.task FROM open_executions o
        WHERE \(waits("o")) AND o.lane = $2::int8 AND o.queue = $3 AND o.priority = $4::int8
            AND o.service = $5 AND (o.available_at, o.id) > ($6::int8, $7::uuid)
            AND o.available_at <= (SELECT now FROM moment)
        ORDER BY o.available_at, o.id LIMIT $8::int8
        """)
}
