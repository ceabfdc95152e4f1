internal import Hummingbird
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/queues` and `/api/v1/stats`
struct QueueController {
    let services: APIServices

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        try await services.answer(.queues, .statistics, for: request) { [services] _ async throws(StoreError) in
            let queues = try await services.store.queues()
            let limits = try await QueueController.limits(services)
            let answer = KeptAnswer { writer in
                writer.beginObject()
                writer.name("items")
                writer.value(.array(queues.map { $0.json(limits[$0.name]) }))
                writer.endObject()
            }
            return (answer, nil)
        }
    }

    func pause(_ request: Request, _ context: APIContext) async throws -> Response {
        try await set(paused: true, request, context)
    }

    func resume(_ request: Request, _ context: APIContext) async throws -> Response {
        try await set(paused: false, request, context)
    }

    private func set(paused: Bool, _ request: Request, _ context: APIContext) async throws -> Response {
        try await request.requireEmpty()
        guard let name = context.parameters.get("name"), (1...64).contains(name.utf8.count),
            Fields.isWord(name, extra: "._-")
        else { throw Problem(.notFound, "A queue's name is 1 to 64 of A–Z a–z 0–9 . _ -") }
        let queue = try await services.store.setQueue(name, paused: paused)
        if !paused { services.bell.workWaiting() }
        context.audit?.changed("queue:\(name)", to: ["paused": .bool(paused)])
        let limit = try await Self.limits(services)[name]
        return Answer.json { $0.value(queue.json(limit)) }
    }

    /// Of queues, by their names.
    private static func limits(_ services: APIServices) async throws(StoreError) -> [String: WorkLimit] {
        let limits = try await services.store.limits().filter { $0.key.kind == .queues }
        return Dictionary(limits.map { ($0.key.name, $0) }) { first, _ in first }
    }

    func stats(_ request: Request, _ context: APIContext) async throws -> Response {
        try await services.answer(.statistics, .statistics, for: request) { [services] _ async throws(StoreError) in
            let counts = try await services.store.counts()
            return (KeptAnswer { counts.write(to: &$0) }, nil)
        }
    }

    private enum Grouping: String, CaseIterable { case queue }

    /// What ended on all nodes, minute by minute.
    func minutes(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        let grouping: Grouping? = fields.choice("by")
        try fields.finish()
        let hour = await services.minutes.hour()
        return Answer.json { hour.write(to: &$0, withQueues: grouping == .queue) }
    }
}

extension Counts {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("jobs")
        writer.beginObject()
        for status in JobStatus.allCases {
            writer.name(escaping: status.rawValue)
            writer.int(max(0, jobs[status] ?? 0))
        }
        writer.endObject()
        writer.name("executions")
        writer.beginObject()
        for status in ExecutionStatus.allCases {
            writer.name(escaping: status.rawValue)
            writer.int(max(0, executions[status] ?? 0))
        }
        writer.endObject()
        writer.endObject()
    }
}

extension QueueSummary {
    fileprivate func json(_ limit: WorkLimit?) -> JSONValue {
        [
            "name": .string(name), "paused": .bool(paused), "depth": .int(Int64(depth)),
            "running": .int(Int64(running)),
            "oldest_age_ms": oldestAge.map { .int(max(0, $0.wholeMilliseconds)) } ?? .null,
            "workers": .int(Int64(workers)), "limit": limit?.amounts ?? .null,
        ]
    }
}
