internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import PunctualAPI
internal import PunctualCore
internal import PunctualSchedule
internal import PunctualTracing

/// What every request goes through: its id, refusals as problems, metrics, the access log.
struct EdgeMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let methods = MethodTable()
    let doorkeeper: Doorkeeper
    /// Whether some reads come from replicas, whose age is told then.
    let hasReplicas: Bool
    let security: SecurityFields
    /// nil lets no page of another origin in.
    let crossOrigin: CrossOrigin?
    let spans: Spans
    private let timers = RequestTimers()

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = Self.requestID(request.headers[Self.requestIDField])
        var scope = WorkScope()
        scope.requestID = context.requestID
        // Probes come every few seconds and tell nothing.
        let isQuiet = request.uri.path.hasPrefix("/health") || request.uri.path == "/metrics"
        let span = isQuiet ? OpenSpan.none : spans.request(request)
        defer { span.end() }
        let settled = context
        return try await scope.cover {
            try await span.cover {
                let response = try await answer(request, settled, next)
                span.answered(response, to: request, settled)
                return response
            }
        }
    }

    private func answer(
        _ request: Request, _ context: APIContext, _ next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
        var response: Response
        do {
            if let answer = crossOrigin?.preflight(request, methods: methods.methods(of: request.uri.path)) {
                response = answer
            } else {
                response = try await telling { try await next(request, context) }
            }
        } catch {
            let problem = await miss(request, context, error) ?? Problem(mapping: error)
            if problem.kind == .internal || problem.kind == .unavailable {
                context.logger.error(
                    "a request failed",
                    metadata: ["error": "\(problem.cause ?? problem)", "path": "\(request.uri.path)"])
            } else if problem.kind == .unauthorized, let cause = problem.cause {
                context.logger.debug("a credential was refused", metadata: ["reason": "\(cause)"])
            }
            // What is not there is told to people as a page, all else as a problem: pages speak for themselves.
            let isMiss = (error as? HTTPError)?.status == .notFound && problem.kind == .notFound
            response =
                isMiss && Self.isPerson(request)
                ? RefusalPage(
                    status: .notFound, title: problem.kind.title, detail: problem.detail, way: ("/", "Overview"),
                    context
                ).response : problem.response(requestID: context.requestID)
        }
        response = try await compressed(response, for: request)
        response.headers[Self.requestIDField] = context.requestID
        security.mark(&response, for: request)
        crossOrigin?.mark(&response, for: request)
        let took = began.duration(to: .now)
        timers.record(
            took, method: request.method.rawValue, route: context.endpointPath ?? "none",
            status: response.status.code)
        context.logger.debug(
            "request",
            metadata: [
                "request_id": "\(context.requestID)", "method": "\(request.method)", "path": "\(request.uri.path)",
                "status_code": "\(response.status.code)",
                "duration_ms": "\(took.wholeMilliseconds)",
            ])
        return response
    }

    private static func isPerson(_ request: Request) -> Bool {
        [.get, .head].contains(request.method) && !request.uri.path.hasPrefix("/api/")
            && request.headers[.accept]?.contains("text/html") == true
    }

    /// The answer, with the age of what was read from replicas in seconds.
    private func telling(_ answer: () async throws -> Response) async throws -> Response {
        guard hasReplicas else { return try await answer() }
        let staleness = Staleness()
        var response = try await Staleness.$current.withValue(staleness) { try await answer() }
        if let age = staleness.age {
            let milliseconds = max(0, age.wholeMilliseconds)
            let digits = String(milliseconds % 1000 + 1000).dropFirst()
            response.headers[Self.stalenessField] = "\(milliseconds / 1000).\(digits)"
        }
        return response
    }

    /// What the router takes for a missing path: it is one, or only the method is wrong, or there were too many of both.
    private func miss(_ request: Request, _ context: APIContext, _ error: any Error) async -> Problem? {
        guard let error = error as? HTTPError, error.status == .notFound else { return nil }
        do { try await doorkeeper.countMiss(request, context) } catch { return Problem(mapping: error) }
        guard let allowed = methods.methods(of: request.uri.path) else { return nil }
        let allow = allowed.joined(separator: ", ")
        var problem = Problem(.methodNotAllowed, "This path knows \(allow).")
        problem.headers[.allow] = allow
        return problem
    }

    /// The answer as gzip when it is worth it and welcome; an open-ended stream stays as it is.
    private func compressed(_ response: Response, for request: Request) async throws -> Response {
        guard let length = response.body.contentLength, Gzip.sizes.contains(length),
            response.headers[.contentEncoding] == nil, !isSecret(response, request)
        else { return response }
        var response = response
        response.headers[.vary] = response.headers[.vary].map { "\($0), Accept-Encoding" } ?? "Accept-Encoding"
        guard Gzip.isAccepted(request.headers[.acceptEncoding]),
            let smaller = Gzip.compress(try await response.body.collected()), smaller.readableBytes < length
        else { return response }
        response.headers[.contentEncoding] = "gzip"
        response.body = ResponseBody(byteBuffer: smaller)
        return response
    }

    /// Whether the answer's length could tell a listener of what else is in it, next to words of his own (BREACH): one that
    /// hands out a token, which its controller marked as such (RFC 6749 §5.1), and one to a browser that shows a cookie
    /// while it may be another site's page that asks.
    private func isSecret(_ response: Response, _ request: Request) -> Bool {
        if response.headers[.cacheControl]?.contains("no-store") == true { return true }
        if response.headers.contains(.setCookie) { return true }
        return request.headers.contains(.cookie) && !["same-origin", "none"].contains(request.headers[Self.fetchSite])
    }

    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!
    static let requestIDField = HTTPField.Name("X-Request-Id")!
    private static let stalenessField = HTTPField.Name("Punctual-Staleness")!

    /// The caller's id when it is safe to echo and log, else a new one.
    private static func requestID(_ given: String?) -> String {
        if let given, (1...128).contains(given.utf8.count), Fields.isWord(given, extra: "._-:/+=") { return given }
        return newRequestID()
    }

    static func newRequestID() -> String {
        let (high, low) = PlainRandom.pair()
        return Identifier(
            high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000, low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        ).description
    }
}
