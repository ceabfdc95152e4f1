public import PunctualCore

extension MemoryStore: OutboxStore {
    public func waitingLines(of lane: Lane, evenPaused: Bool) async throws(StoreError) -> [WaitingLine] {
        let lines = open.filter { stored in
            stored.row.status == .pending && stored.lane == lane
                && (evenPaused || pausedQueues[stored.row.queue] != true)
        }.map {
            WaitingLine(lane: lane, queue: $0.row.queue, priority: $0.row.priority, service: $0.row.service)
        }
        return Array(Set(lines))
    }

    public func waiting(
        in line: WaitingLine, after place: WaitingPlace?, limit: Int
    ) async throws(StoreError) -> [WaitingExecution] {
        let now = clock.now()
        let found = open.filter { stored in
            stored.row.status == .pending && stored.lane == line.lane && stored.row.queue == line.queue
                && stored.row.priority == line.priority && stored.row.service == line.service
                && stored.row.availableAt <= now
        }.map { stored in
            WaitingExecution(
                jobID: stored.row.jobID,
                place: WaitingPlace(availableAt: stored.row.availableAt, id: stored.row.id), line: line,
                task: stored.task)
        }.sorted { $0.place < $1.place }
        return Array(found.filter { waiting in place.map { waiting.place > $0 } ?? true }.prefix(max(0, limit)))
    }
}
