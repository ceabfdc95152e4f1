internal import HTTPTypes
package import Hummingbird
internal import PunctualAPI
package import PunctualAccess
internal import PunctualCore

/// One call of the API.
package struct Route: Hashable, Sendable {
    package let method: String
    /// With `{name}` for parameters, as the OpenAPI document writes it.
    package let path: String
    package let operation: APIOperation
}

/// The router, and the list of what it routes.
/// - Returns: with the API's routes, and those of the pages that browsers are shown.
package func buildRouter(
    _ services: APIServices
) -> (
    router: Router<APIContext>, routes: [Route], pages: [Route]
) {
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    let edge = EdgeMiddleware(
        doorkeeper: services.doorkeeper, hasReplicas: services.hasReplicas,
        security: SecurityFields(isSecure: services.isSecure),
        crossOrigin: services.crossOrigin, spans: services.spans)
    router.add(middleware: edge)
    var table = RouteTable(router: router, services: services)
    let system = SystemController(services: services)
    if !services.isSystemAlone { table.addCalls() }
    table.on(.get, "/health", .health, isUnbounded: true, HealthController(services: services).health)
    table.on(.get, "/health/live", .live, isUnbounded: true, system.live)
    table.on(.get, "/health/ready", .ready, isUnbounded: true, system.ready)
    table.on(.get, "/metrics", .metrics, system.metrics)
    if !services.isSystemAlone { table.addDashboard() }
    edge.methods.learn(table.routes + table.pages)
    return (router, table.routes, table.pages)
}

/// Adds routes and remembers them.
struct RouteTable {
    let router: Router<APIContext>
    let services: APIServices
    private(set) var routes: [Route] = []
    /// What browsers are shown besides: pages and what they send. Not part of the API.
    private(set) var pages: [Route] = []
    /// The way to each call from inside, with all that stands before it.
    private(set) var doors: [APIOperation: InnerDoor] = [:]

    init(router: Router<APIContext>, services: APIServices) {
        self.router = router
        self.services = services
    }

    typealias Handler = @Sendable (Request, APIContext) async throws -> Response

    /// A call that creates or triggers: `Idempotency-Key` makes it safe to repeat.
    mutating func once(_ path: String, _ operation: APIOperation, _ handler: @escaping Handler) {
        let idempotency = Idempotency(store: services.store)
        // What is replayed has been told of; what is repeated is told of again.
        let audited = audited(operation, handler)
        add(.post, path, operation, isUnbounded: false) { request, context in
            try await idempotency.answer(request, context, audited)
        }
    }

    private func audited(_ operation: APIOperation, _ handler: @escaping Handler) -> Handler {
        operation.isAudited ? Auditing(services: services, handler: handler).answer : handler
    }

    /// - Parameter isUnbounded: not counted among the requests under way: it waits under a bound of its own, or must be
    ///   answered however busy the node is.
    mutating func on(
        _ method: HTTPRequest.Method, _ path: String, _ operation: APIOperation, isUnbounded: Bool = false,
        _ handler: @escaping Handler
    ) {
        add(method, path, operation, isUnbounded: isUnbounded, audited(operation, handler))
    }

    private mutating func add(
        _ method: HTTPRequest.Method, _ path: String, _ operation: APIOperation, isUnbounded: Bool,
        _ handler: @escaping Handler
    ) {
        let bound = services.bounds.requests
        let door = Door(services: services, operation: operation, handler: handler)
        router.on(RouterPath(path), method: method) { request, context in
            if isUnbounded { return try await door.answer(request, context) }
            return try await bound.hold { try await door.answer(request, context) }
        }
        let route = Route(method: method.rawValue, path: path, operation: operation)
        routes.append(route)
        doors[operation] = InnerDoor(route: route, answer: door.answer)
    }

    /// A page, or what one sends; the handler stands behind the same door as calls do.
    mutating func show(
        _ method: HTTPRequest.Method, _ path: String, _ operation: APIOperation,
        _ answer:
            @escaping @Sendable (Request, APIContext, @escaping (@escaping Handler) -> Handler) async throws ->
            Response
    ) {
        let bound = services.bounds.requests
        let services = services
        router.on(RouterPath(path), method: method) { request, context in
            try await bound.hold {
                try await answer(request, context) { handler in
                    Door(services: services, operation: operation, handler: handler).answer
                }
            }
        }
        pages.append(Route(method: method.rawValue, path: path, operation: operation))
    }
}

extension ResponseBody {
    /// The same, with a place that is given back when it has been written, or never will be.
    fileprivate func holding(_ place: TenantSlots.Place) -> ResponseBody {
        map { piece in withExtendedLifetime(place) { piece } }
    }
}

/// One call with the doorkeeper before it.
private struct Door: Sendable {
    let services: APIServices
    let operation: APIOperation
    let handler: RouteTable.Handler

    func answer(_ request: Request, _ context: APIContext) async throws -> Response {
        let (context, refusal) = try await services.doorkeeper.admit(
            request, context, to: operation, at: services.store.now)
        var response: Response
        do {
            if let refusal {
                try await services.tellRefusal(context)
                throw refusal
            }
            let place = try services.doorkeeper.place(context)
            response = try await handled(request, context)
            // One without a length is written for as long as somebody reads it.
            if let place, response.body.contentLength == nil { response.body = response.body.holding(place) }
            withExtendedLifetime(place) {}
        } catch {
            guard let allowance = context.allowance else { throw error }
            var problem = Problem(mapping: error)
            allowance.write(to: &problem.headers)
            throw problem
        }
        context.allowance?.write(to: &response.headers)
        return response
    }

    /// What the handler answers. Of what is no change, only a refusal is told to the audit log.
    private func handled(_ request: Request, _ context: APIContext) async throws -> Response {
        if operation.isAudited { return try await handler(request, context) }
        do {
            return try await handler(request, context)
        } catch {
            let problem = Problem(mapping: error)
            if problem.kind == .forbidden { try await services.tellRefusal(context, service: problem.service) }
            throw error
        }
    }
}

extension RouteTable {
    /// What a node with the role `api` answers besides health and metrics.
    fileprivate mutating func addCalls() {
        let jobs = JobController(services: services)
        let executions = ExecutionController(services: services)
        let lines = LineController(services: services)
        let schedule = ScheduleController(services: services)
        let queues = QueueController(services: services)
        let work = WorkController(services: services)
        let events = EventController(services: services)
        let api = APIPath.prefix
        on(.get, "\(api)/jobs", .listJobs, jobs.list)
        once("\(api)/jobs", .createJob, jobs.create)
        once("\(api)/jobs/bulk", .createJobs, jobs.createBulk)
        on(.get, "\(api)/jobs/{id}", .getJob, jobs.get)
        on(.put, "\(api)/jobs/{id}", .replaceJob, jobs.replace)
        on(.patch, "\(api)/jobs/{id}", .patchJob, jobs.patch)
        on(.delete, "\(api)/jobs/{id}", .deleteJob, jobs.delete)
        on(.post, "\(api)/jobs/{id}/pause", .pauseJob, jobs.pause)
        on(.post, "\(api)/jobs/{id}/resume", .resumeJob, jobs.resume)
        once("\(api)/jobs/{id}/trigger", .triggerJob, jobs.trigger)
        once("\(api)/jobs/{id}/backfill", .backfillJob, jobs.backfill)
        on(.get, "\(api)/jobs/{id}/next", .nextOccurrences, jobs.next)
        on(.get, "\(api)/jobs/{id}/explain", .explainJob, jobs.explain)
        on(.post, "\(api)/schedules/preview", .previewSchedule, schedule.preview)
        on(.get, "\(api)/schedule/status", .scheduleStatus, schedule.status)
        let calendar = CalendarController(services: services)
        on(.get, "\(api)/calendar", .calendar, calendar.show)
        on(.get, "\(api)/calendar/jobs", .calendarJobs, calendar.jobs)
        on(.post, "\(api)/schedule/{job_id}", .putOnSchedule, jobs.resume)
        on(.delete, "\(api)/schedule/{job_id}", .takeOffSchedule, jobs.takeOff)
        on(.get, "\(api)/executions", .listExecutions, executions.list)
        on(.get, "\(api)/executions/{job_id}", .listJobExecutions, executions.listOfJob)
        once("\(api)/executions/{job_id}/retry", .retryExecution, executions.retry)
        on(.get, "\(api)/executions/{job_id}/{id}", .getExecution, executions.get)
        on(.get, "\(api)/executions/{job_id}/{id}/lines", .readLines, isUnbounded: true, lines.read)
        on(.post, "\(api)/executions/{job_id}/{id}/cancel", .cancelExecution, executions.cancel)
        on(.get, "\(api)/dead-letters", .listDeadLetters, DeadLetterController(services: services).list)
        on(.get, "\(api)/queues", .listQueues, queues.list)
        on(.post, "\(api)/queues/{name}/pause", .pauseQueue, queues.pause)
        on(.post, "\(api)/queues/{name}/resume", .resumeQueue, queues.resume)
        let limits = LimitController(services: services)
        on(.get, "\(api)/limits", .listLimits, limits.list)
        on(.get, "\(api)/limits/queues/{name}", .getQueueLimit, limits.get(.queues))
        on(.put, "\(api)/limits/queues/{name}", .putQueueLimit, limits.put(.queues))
        on(.delete, "\(api)/limits/queues/{name}", .deleteQueueLimit, limits.delete(.queues))
        on(.get, "\(api)/limits/services/{service}", .getServiceLimit, limits.get(.services))
        on(.put, "\(api)/limits/services/{service}", .putServiceLimit, limits.put(.services))
        on(.delete, "\(api)/limits/services/{service}", .deleteServiceLimit, limits.delete(.services))
        on(.get, "\(api)/limits/jobs/{id}", .getJobLimit, limits.get(.jobs))
        on(.put, "\(api)/limits/jobs/{id}", .putJobLimit, limits.put(.jobs))
        on(.delete, "\(api)/limits/jobs/{id}", .deleteJobLimit, limits.delete(.jobs))
        let levels = LogLevelController(services: services)
        on(.get, "\(api)/log-levels", .listLogLevels, levels.list)
        on(.put, "\(api)/log-levels/{label}", .putLogLevel, levels.put)
        on(.delete, "\(api)/log-levels/{label}", .deleteLogLevel, levels.delete)

        let notifications = NotificationController(services: services)
        on(.get, "\(api)/notifications", .listNotifications, notifications.list)
        on(.get, "\(api)/notifications/{name}", .getNotification, notifications.get)
        on(.put, "\(api)/notifications/{name}", .putNotification, notifications.put)
        on(.delete, "\(api)/notifications/{name}", .deleteNotification, notifications.delete)
        on(.post, "\(api)/notifications/{name}/test", .testNotification, notifications.test)
        on(.get, "\(api)/stats", .stats, queues.stats)
        on(.get, "\(api)/stats/minutes", .statsByMinute, queues.minutes)
        on(.post, "\(api)/work/claim", .claimWork, isUnbounded: true, work.claim)
        on(.post, "\(api)/work/heartbeat", .heartbeatWork, work.heartbeat)
        on(.post, "\(api)/work/heartbeat/bulk", .heartbeatWorks, work.heartbeatMany)
        on(.post, "\(api)/work/complete", .completeWork, work.complete)
        on(.post, "\(api)/work/complete/bulk", .completeWorks, work.completeMany)
        on(.get, "\(api)/events", .events, isUnbounded: true, events.stream)
        addAccess(api)
        on(.get, "/openapi.json", .openapi, SystemController.document(EmbeddedResources.openAPI))
        on(.get, "/docs", .docs, SystemController.document(EmbeddedResources.docsHTML))
        on(.get, "/docs/docs.css", .docs, SystemController.document(EmbeddedResources.docsCSS))
        on(.get, "/docs/docs.js", .docs, SystemController.document(EmbeddedResources.docsJS))
        on(.get, "/docs/problems", .docs, SystemController.document(EmbeddedResources.problemsHTML))
        on(.get, "/setup", .setupPage, SystemController.document(EmbeddedResources.setupHTML))
        on(.get, "/docs/setup.js", .docs, SystemController.document(EmbeddedResources.setupJS))
    }
}
