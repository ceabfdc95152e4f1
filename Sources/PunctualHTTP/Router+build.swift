internal import HTTPTypes
package import Hummingbird
internal import PunctualAPI

/// One call of the API.
package struct Route: Hashable, Sendable {
    package let method: String
    /// With `{name}` for parameters, as the OpenAPI document writes it.
    package let path: String
}

/// The router, and the list of what it routes.
package func buildRouter(_ services: APIServices) -> (router: Router<APIContext>, routes: [Route]) {
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    let edge = EdgeMiddleware(
        hasReplicas: services.hasReplicas, security: SecurityFields(isSecure: services.isSecure),
        crossOrigin: services.crossOrigin)
    router.add(middleware: edge)
    var table = RouteTable(router: router, services: services)
    let jobs = JobController(services: services)
    let executions = ExecutionController(services: services)
    let schedule = ScheduleController(services: services)
    let queues = QueueController(services: services)
    let work = WorkController(services: services)
    let events = EventController(services: services)
    let system = SystemController(services: services)
    let api = APIPath.prefix
    table.on(.get, "\(api)/jobs", jobs.list)
    table.once("\(api)/jobs", jobs.create)
    table.once("\(api)/jobs/bulk", jobs.createBulk)
    table.on(.get, "\(api)/jobs/{id}", jobs.get)
    table.on(.put, "\(api)/jobs/{id}", jobs.replace)
    table.on(.patch, "\(api)/jobs/{id}", jobs.patch)
    table.on(.delete, "\(api)/jobs/{id}", jobs.delete)
    table.on(.post, "\(api)/jobs/{id}/pause", jobs.pause)
    table.on(.post, "\(api)/jobs/{id}/resume", jobs.resume)
    table.once("\(api)/jobs/{id}/trigger", jobs.trigger)
    table.once("\(api)/jobs/{id}/backfill", jobs.backfill)
    table.on(.get, "\(api)/jobs/{id}/next", jobs.next)
    table.on(.get, "\(api)/jobs/{id}/explain", jobs.explain)
    table.on(.post, "\(api)/schedules/preview", schedule.preview)
    table.on(.get, "\(api)/schedule/status", schedule.status)
    table.on(.post, "\(api)/schedule/{job_id}", jobs.resume)
    table.on(.delete, "\(api)/schedule/{job_id}", jobs.takeOff)
    table.on(.get, "\(api)/executions", executions.list)
    table.on(.get, "\(api)/executions/{job_id}", executions.listOfJob)
    table.once("\(api)/executions/{job_id}/retry", executions.retry)
    table.on(.get, "\(api)/executions/{job_id}/{id}", executions.get)
    table.on(.post, "\(api)/executions/{job_id}/{id}/cancel", executions.cancel)
    table.on(.get, "\(api)/queues", queues.list)
    table.on(.post, "\(api)/queues/{name}/pause", queues.pause)
    table.on(.post, "\(api)/queues/{name}/resume", queues.resume)
    table.on(.get, "\(api)/stats", queues.stats)
    table.on(.post, "\(api)/work/claim", isUnbounded: true, work.claim)
    table.on(.post, "\(api)/work/heartbeat", work.heartbeat)
    table.on(.post, "\(api)/work/complete", work.complete)
    table.on(.get, "\(api)/events", isUnbounded: true, events.stream)
    table.on(.get, "/health", isUnbounded: true, system.health)
    table.on(.get, "/health/live", isUnbounded: true, system.live)
    table.on(.get, "/health/ready", isUnbounded: true, system.ready)
    table.on(.get, "/metrics", system.metrics)
    table.on(.get, "/", SystemController.document(EmbeddedResources.docsHTML))
    table.on(.get, "/openapi.json", SystemController.document(EmbeddedResources.openAPI))
    table.on(.get, "/docs", SystemController.document(EmbeddedResources.docsHTML))
    table.on(.get, "/docs/docs.css", SystemController.document(EmbeddedResources.docsCSS))
    table.on(.get, "/docs/docs.js", SystemController.document(EmbeddedResources.docsJS))
    table.on(.get, "/docs/problems", SystemController.document(EmbeddedResources.problemsHTML))
    edge.methods.learn(table.routes)
    return (router, table.routes)
}

/// Adds routes and remembers them.
private struct RouteTable {
    let router: Router<APIContext>
    let services: APIServices
    private(set) var routes: [Route] = []

    init(router: Router<APIContext>, services: APIServices) {
        self.router = router
        self.services = services
    }

    typealias Handler = @Sendable (Request, APIContext) async throws -> Response

    /// A call that creates or triggers: `Idempotency-Key` makes it safe to repeat.
    mutating func once(_ path: String, _ handler: @escaping Handler) {
        let idempotency = Idempotency(store: services.store)
        on(.post, path) { request, context in try await idempotency.answer(request, context, handler) }
    }

    /// - Parameter isUnbounded: not counted among the requests under way: it waits under a bound of its own, or must be
    ///   answered however busy the node is.
    mutating func on(
        _ method: HTTPRequest.Method, _ path: String, isUnbounded: Bool = false, _ handler: @escaping Handler
    ) {
        let bound = services.bounds.requests
        router.on(RouterPath(path), method: method) { request, context in
            if isUnbounded { return try await handler(request, context) }
            return try await bound.hold { try await handler(request, context) }
        }
        routes.append(Route(method: method.rawValue, path: path))
    }
}
