internal import Hummingbird
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `GET /api/v1/dead-letters`: executions that have spent their attempts, grouped by what broke.
struct DeadLetterController {
    let services: APIServices

    /// How many failed executions one answer looks at.
    static let depth = 2000

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        var query = ExecutionQuery()
        (query.statuses, query.isBrief) = ([.failed], true)
        query.service = fields.word("service")
        query.queue = fields.word("queue")
        query.jobID = fields.identifier("job_id")
        query.reason = fields.choice("reason")
        query.from = fields.instant("from")
        query.to = fields.instant("to")
        query.visible = services.visible(context)
        let page = try fields.page(of: "dead-letters", limits: 1...Self.depth, standard: Self.depth)
        (query.limit, query.after) = (page.limit, page.after)
        return try await services.answer(
            .page(page, of: "dead-letters", KeptGroups.executions, visible: query.visible), .moment, for: request
        ) { [services, query] _ async throws(StoreError) in
            let found = try await services.store.executions(query)
            let groups = DeadLetterGroup.groups(of: found.items)
            let answer = KeptAnswer { writer in
                writer.beginObject()
                writer.name("items")
                writer.beginArray()
                for group in groups { group.write(to: &writer) }
                writer.endArray()
                writer.name("looked_at")
                writer.int(found.items.count)
                writer.name("oldest_scheduled_at")
                writer.instant(found.items.last?.scheduledAt)
                writer.name("next_cursor")
                writer.string(found.next.map { Cursor.text(of: $0, scope: page.scope) })
                writer.endObject()
            }
            return (answer, nil)
        }
    }
}

extension DeadLetterGroup {
    fileprivate func write(to writer: inout JSONWriter) {
        let newest = executions[0]
        writer.beginObject()
        writer.name("key")
        writer.string(key)
        writer.name("job_id")
        writer.identifier(newest.jobID)
        writer.name("job_name")
        writer.string(newest.jobName)
        writer.name("service")
        writer.string(newest.service)
        writer.name("queue")
        writer.string(newest.queue)
        writer.name("reason")
        writer.string(newest.reason?.rawValue)
        writer.name("error")
        writer.string(newest.error)
        writer.name("count")
        writer.int(executions.count)
        writer.name("newest_scheduled_at")
        writer.instant(newest.scheduledAt)
        writer.name("oldest_scheduled_at")
        writer.instant(executions.last?.scheduledAt)
        writer.name("execution_ids")
        writer.beginArray()
        for execution in executions { writer.identifier(execution.id) }
        writer.endArray()
        writer.endObject()
    }
}
