internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// Health, metrics and documents, outside `/api/v1`.
struct SystemController {
    let services: APIServices
    /// As it is now: one query at a time, however many ask.
    private let readiness: SharedAnswer<Void>

    init(services: APIServices) {
        self.services = services
        let store = services.store
        readiness = SharedAnswer(age: .zero) {
            _ = try await Deadline.within(.seconds(1)) { try await store.job(Identifier(high: 0, low: 0)) }
        }
    }

    func live(_ request: Request, _ context: APIContext) async throws -> Response {
        Answer.json { $0.value(["status": "live"]) }
    }

    func ready(_ request: Request, _ context: APIContext) async throws -> Response {
        guard services.isAccepting() else {
            var problem = Problem(.unavailable, "The node is draining.")
            problem.headers[.retryAfter] = "5"
            throw problem
        }
        if let fault = services.writeFault() { throw fault }
        do {
            try await readiness.value()
        } catch is Deadline.Passed {
            throw StoreError.unavailable("the database has not answered within a second")
        }
        return Answer.json { $0.value(["status": "ready"]) }
    }

    func metrics(_ request: Request, _ context: APIContext) async throws -> Response {
        let isOpen = Self.wantsOpenMetrics(request.headers[values: .accept].joined(separator: ","))
        let text = await services.metricsText(isOpen)
        let type =
            isOpen
            ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8"
        return Response(
            status: .ok, headers: [.contentType: type, .vary: "Accept"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// Whether a reader wants OpenMetrics at least as much as Prometheus' older text (RFC 9110 §12.5.1).
    static func wantsOpenMetrics(_ accept: String) -> Bool {
        var weights: [String: Double] = [:]
        for item in accept.lowercased().split(separator: ",") {
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " } }
            let quality = parts.first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            let name = parts.first ?? ""
            // Versions to come may be written otherwise.
            let version = parts.first { $0.hasPrefix("version=") }?.dropFirst("version=".count) ?? "1.0.0"
            if name == "application/openmetrics-text", !version.hasPrefix("1.0"), version != "0.0.1" { continue }
            weights[name] = max(weights[name] ?? 0, quality)
        }
        guard let open = weights["application/openmetrics-text"], open > 0 else { return false }
        return open >= weights["text/plain"] ?? 0
    }

    /// One of the embedded documents.
    static func document(_ file: EmbeddedResources.File) -> @Sendable (Request, APIContext) async throws -> Response {
        { request, _ in
            var headers: HTTPFields = [
                .contentType: file.contentType, .eTag: "\(file.etag)", .cacheControl: "no-cache",
            ]
            headers[.contentSecurityPolicy] =
                "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
            if request.headers[.ifNoneMatch] == headers[.eTag] {
                return Response(status: .notModified, headers: headers)
            }
            return Response(
                status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
        }
    }
}
