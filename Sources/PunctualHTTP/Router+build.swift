internal import HTTPTypes
package import Hummingbird

/// One call of the API.
package struct Route: Hashable, Sendable {
    package let method: String
    /// With `{name}` for parameters, as the OpenAPI document writes it.
    package let path: String
}

/// The router, and the list of what it routes.
package func buildRouter(_ services: APIServices) -> (router: Router<APIContext>, routes: [Route]) {
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: EdgeMiddleware())
    var table = RouteTable(router: router)
    let jobs = JobController(services: services)
    let executions = ExecutionController(services: services)
    let schedule = ScheduleController(services: services)
    let queues = QueueController(services: services)
    let system = SystemController(services: services)
    let api = "/api/v1"
    table.on(.get, "\(api)/jobs", jobs.list)
    table.on(.post, "\(api)/jobs", jobs.create)
    table.on(.post, "\(api)/jobs/bulk", jobs.createBulk)
    table.on(.get, "\(api)/jobs/{id}", jobs.get)
    table.on(.put, "\(api)/jobs/{id}", jobs.replace)
    table.on(.patch, "\(api)/jobs/{id}", jobs.patch)
    table.on(.delete, "\(api)/jobs/{id}", jobs.delete)
    table.on(.post, "\(api)/jobs/{id}/pause", jobs.pause)
    table.on(.post, "\(api)/jobs/{id}/resume", jobs.resume)
    table.on(.post, "\(api)/jobs/{id}/trigger", jobs.trigger)
    table.on(.post, "\(api)/jobs/{id}/backfill", jobs.backfill)
    table.on(.get, "\(api)/jobs/{id}/next", jobs.next)
    table.on(.get, "\(api)/jobs/{id}/explain", jobs.explain)
    table.on(.post, "\(api)/schedules/preview", schedule.preview)
    table.on(.get, "\(api)/schedule/status", schedule.status)
    table.on(.post, "\(api)/schedule/{job_id}", jobs.resume)
    table.on(.delete, "\(api)/schedule/{job_id}", jobs.takeOff)
    table.on(.get, "\(api)/executions", executions.list)
    table.on(.get, "\(api)/executions/{job_id}", executions.listOfJob)
    table.on(.post, "\(api)/executions/{job_id}/retry", executions.retry)
    table.on(.get, "\(api)/executions/{job_id}/{id}", executions.get)
    table.on(.post, "\(api)/executions/{job_id}/{id}/cancel", executions.cancel)
    table.on(.get, "\(api)/queues", queues.list)
    table.on(.post, "\(api)/queues/{name}/pause", queues.pause)
    table.on(.post, "\(api)/queues/{name}/resume", queues.resume)
    table.on(.get, "\(api)/stats", queues.stats)
    table.on(.get, "/health", system.health)
    table.on(.get, "/health/live", system.live)
    table.on(.get, "/health/ready", system.ready)
    table.on(.get, "/metrics", system.metrics)
    table.on(.get, "/openapi.json", SystemController.document(EmbeddedResources.openAPI))
    table.on(.get, "/docs", SystemController.document(EmbeddedResources.docsHTML))
    table.on(.get, "/docs/docs.css", SystemController.document(EmbeddedResources.docsCSS))
    table.on(.get, "/docs/docs.js", SystemController.document(EmbeddedResources.docsJS))
    table.on(.get, "/docs/problems", SystemController.document(EmbeddedResources.problemsHTML))
    table.refuseOtherMethods()
    return (router, table.routes)
}

/// Adds routes and remembers which methods each path knows, so that the others are answered with 405.
private struct RouteTable {
    let router: Router<APIContext>
    private(set) var routes: [Route] = []
    private var methods: [String: [HTTPRequest.Method]] = [:]

    init(router: Router<APIContext>) { self.router = router }

    mutating func on(
        _ method: HTTPRequest.Method, _ path: String,
        _ handler: @escaping @Sendable (Request, APIContext) async throws -> Response
    ) {
        router.on(RouterPath(path), method: method) { request, context in try await handler(request, context) }
        routes.append(Route(method: method.rawValue, path: path))
        methods[path, default: []].append(method)
    }

    func refuseOtherMethods() {
        let all: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect]
        for (path, known) in methods {
            let allowed = known + (known.contains(.get) ? [.head] : [])
            let allow = allowed.map(\.rawValue).sorted().joined(separator: ", ")
            for method in all where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in
                    var problem = Problem(.methodNotAllowed, "This path knows \(allow).")
                    problem.headers[.allow] = allow
                    throw problem
                }
            }
        }
    }
}
