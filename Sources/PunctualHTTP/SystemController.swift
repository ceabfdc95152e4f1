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
    /// At most a second old, so that many who ask for health cost the database one query a second.
    private let counts: SharedAnswer<Counts>
    /// As it is now: one query at a time, however many ask.
    private let readiness: SharedAnswer<Void>

    init(services: APIServices) {
        self.services = services
        let store = services.store
        counts = SharedAnswer(age: .seconds(1)) { try await Self.answered { try await store.counts() } }
        readiness = SharedAnswer(age: .zero) {
            _ = try await Self.answered { try await store.job(Identifier(high: 0, low: 0)) }
        }
    }

    func health(_ request: Request, _ context: APIContext) async throws -> Response {
        let fault = services.writeFault()
        let counts = fault == nil ? (try? await counts.value()) : nil  // That it is missing says it.
        let isWell = counts != nil && services.isAccepting()
        let parts = await services.parts()
        let well = parts.allSatisfy { $0.status == .ok } ? "healthy" : "degraded"
        return Answer.json(isWell ? .ok : .serviceUnavailable) { writer in
            writer.beginObject()
            writer.name("status")
            writer.string(isWell ? well : services.isAccepting() ? "unhealthy" : "draining")
            writer.name("node_id")
            writer.string(services.nodeID)
            writer.name("timestamp")
            writer.instant(services.clock.now())
            writer.name("services")
            writer.beginObject()
            for (name, status) in [("store", counts == nil ? "unavailable" : "ok")]
                + parts.map({ ($0.name, $0.status.rawValue) })
            {
                writer.name(escaping: name)
                writer.value(["status": .string(status)])
            }
            writer.endObject()
            writer.name("metrics")
            writer.value([
                "due": .int(Int64(counts?.due ?? 0)), "lag_ms": .int(max(0, counts?.lag.wholeMilliseconds ?? 0)),
                "pending": .int(Int64(max(0, counts?.executions[.pending] ?? 0))),
                "running": .int(Int64(max(0, counts?.executions[.running] ?? 0))),
            ])
            writer.name("version")
            writer.string(services.version)
            writer.endObject()
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
        try await readiness.value()
        return Answer.json { $0.value(["status": "ready"]) }
    }

    /// What the store says, if it answers within a second: who asks for health does not wait for long.
    private static func answered<Value: Sendable>(
        _ ask: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await ask() }
            group.addTask {
                try await Task.sleep(for: .seconds(1))
                throw StoreError.unavailable("the database has not answered within a second")
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    func metrics(_ request: Request, _ context: APIContext) async throws -> Response {
        let text = await services.metricsText()
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
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
