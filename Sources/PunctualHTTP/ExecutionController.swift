internal import Hummingbird
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/executions`
struct ExecutionController {
    let services: APIServices

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        var query = ExecutionQuery()
        query.service = fields.word("service")
        query.queue = fields.word("queue")
        query.jobID = fields.identifier("job_id")
        query.visible = services.visible(context)
        let page = try self.page(&query, &fields)
        return try await services.answer(
            .page(page, of: "executions", KeptGroups.executions, visible: query.visible), .moment, for: request
        ) { [services, query] _ async throws(StoreError) in
            (KeptAnswer(try await services.store.executions(query), scope: page.scope), nil)
        }
    }

    func listOfJob(_ request: Request, _ context: APIContext) async throws -> Response {
        guard let id = context.parameters.get("job_id").flatMap({ Identifier($0) }) else {
            throw Problem.noJob
        }
        var query = ExecutionQuery()
        query.jobID = id
        query.visible = services.visible(context)
        var fields = QueryFields(request)
        let page = try self.page(&query, &fields, path: id.description)
        let key = CacheKey.page(page, of: "executions/\(id)", KeptGroups.executions, visible: query.visible)
        let found = try await services.kept(key, .moment, for: request) {
            [services, query] _ async throws(StoreError) in
            var answer = KeptAnswer(try await services.store.executions(query), scope: page.scope)
            // A deleted job's history is still to be read; of a job that never was there is nothing to say.
            if let job = try await services.store.job(id) {
                answer.owner = KeptAnswer.Owner(service: job.draft.service, labels: job.draft.labels)
            } else {
                var any = ExecutionQuery()
                any.jobID = id
                any.limit = 1
                any.visible = query.visible
                if try await services.store.executions(any).items.isEmpty { return nil }
            }
            return (answer, nil)
        }
        guard let found else { throw Problem.noJob }
        if let owner = found.answer.owner {
            try await services.doorkeeper.require(
                service: owner.service, labels: owner.labels, context, orMissing: .noJob)
        }
        return found.answer.response().telling(found.status)
    }

    /// Reads what all lists of executions are asked.
    private func page(
        _ query: inout ExecutionQuery, _ fields: inout QueryFields, path: String = ""
    ) throws -> PageRequest {
        if let status: ExecutionStatus = fields.choice("status") { query.statuses = [status] }
        query.reason = fields.choice("reason")
        query.from = fields.instant("from")
        query.to = fields.instant("to")
        query.text = fields.text("q")
        query.isBrief = fields.flag("brief")
        let page = try fields.page(of: "executions/\(path)")
        (query.limit, query.after) = (page.limit, page.after)
        return page
    }

    func get(_ request: Request, _ context: APIContext) async throws -> Response {
        let (job, id) = try context.namedExecution()
        let found = try await services.kept(.execution(id, of: job), .list, for: request) {
            [services] _ async throws(StoreError) in
            guard let execution = try await services.store.execution(id, of: job) else { return nil }
            var answer = KeptAnswer { execution.write(to: &$0) }
            answer.owner = KeptAnswer.Owner(service: execution.service, labels: [:])
            // One that is open is asked for to see it end.
            return (answer, execution.status.isFinal ? nil : .zero)
        }
        guard let found, let owner = found.answer.owner else { throw Problem.noExecution }
        try await services.require(executionOf: job, service: owner.service, context)
        return found.answer.response().telling(found.status)
    }

    func cancel(_ request: Request, _ context: APIContext) async throws -> Response {
        try await request.requireEmpty()
        let (job, id) = try context.namedExecution()
        _ = try await services.execution(id, of: job, context)
        let execution = try await services.store.cancel(id, of: job)
        if execution.cancelRequested { services.cancelled(id) }
        services.bell.workWaiting()
        services.events.publish(.executionUpdated, execution)
        context.note(execution)
        return Answer.accepted(execution)
    }

    func retry(_ request: Request, _ context: APIContext) async throws -> Response {
        var wanted: Identifier?
        if let json = try await request.json() {
            let list = FaultList()
            var fields = Fields(json, into: list)
            if let text = fields.string("execution_id", lengths: 1...64) {
                wanted = Identifier(text)
                if wanted == nil { fields.fault("execution_id", "must be a UUID") }
            }
            fields.finish()
            try list.throwIfAny()
        }
        let job = try await services.job(context.parameters.get("job_id"), context)
        if wanted == nil { wanted = try await lastFailed(of: job.id, since: context.origin?.instant, context) }
        guard let wanted else { throw Problem(.conflict, "The job has no failed execution.") }
        let found = try await services.execution(wanted, of: job.id, context)
        if let origin = context.origin, found.wasReopened(since: origin.instant) { return Answer.accepted(found) }
        let execution = try await services.store.retry(wanted, of: job.id)
        services.bell.workWaiting()
        services.events.publish(.executionUpdated, execution)
        context.note(execution)
        return Answer.accepted(execution)
    }

    /// The job's newest failed execution; one that was opened again since an instant had failed at that instant.
    private func lastFailed(
        of job: Identifier, since instant: Timestamp?, _ context: APIContext
    ) async throws -> Identifier? {
        var query = ExecutionQuery()
        query.visible = services.visible(context)
        query.jobID = job
        if let instant {
            query.limit = 200
            let reopened = try await services.store.executions(query).items.first { $0.wasReopened(since: instant) }
            if let reopened { return reopened.id }
        }
        query.statuses = [.failed]
        query.limit = 1
        return try await services.store.executions(query).items.first?.id
    }
}

extension APIContext {
    /// The execution that the path names, and whose job it is to be.
    func namedExecution() throws -> (job: Identifier, execution: Identifier) {
        guard let job = parameters.get("job_id").flatMap({ Identifier($0) }),
            let id = parameters.get("id").flatMap({ Identifier($0) })
        else { throw Problem.noExecution }
        return (job, id)
    }
}

extension KeptAnswer {
    fileprivate init(_ page: Page<Execution>, scope: String) {
        self.init { page.write(to: &$0, scope: scope) { $0.write(to: &$1) } }
    }
}

extension Execution {
    /// What an earlier try of the same retry has done already.
    fileprivate func wasReopened(since instant: Timestamp) -> Bool {
        trigger == .retry && availableAt >= instant
    }
}
