internal import HTTPTypes
internal import Hummingbird
internal import PunctualTracing
internal import Tracing

extension Spans {
    /// Begins the span of a request, within the trace that came with it.
    func request(_ request: Request) -> OpenSpan {
        guard isOn else { return .none }
        let headers = request.headers
        return self.request(
            method: request.method.rawValue, traceparent: headers[Self.traceparent],
            tracestate: headers[Self.tracestate])
    }

    private static let traceparent = HTTPField.Name("traceparent")!
    private static let tracestate = HTTPField.Name("tracestate")!
}

extension OpenSpan {
    private static let methods: Set = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "QUERY",
    ]

    /// Tells how a request was answered, by OpenTelemetry's names for servers.
    func answered(_ response: Response, to request: Request, _ context: APIContext) {
        guard isRecording else { return }
        let method = request.method.rawValue
        let known = Self.methods.contains(method) ? method : "_OTHER"
        let status = response.status.code
        var attributes: SpanAttributes = [
            "http.request.method": .string(known), "url.path": .string(String(request.uri.path.prefix(1024))),
            "url.scheme": .string(request.head.scheme ?? "http"),
            "http.response.status_code": .int64(Int64(status)), "punctual.request.id": .string(context.requestID),
        ]
        if known != method { attributes["http.request.method_original"] = method }
        if let route = context.endpointPath {
            attributes["http.route"] = route
            rename("\(known) \(route)")
        }
        if let authority = request.head.authority {
            // An IPv6 address stands in brackets, with colons of its own.
            let port = authority.lastIndex(of: ":").flatMap { Int64(authority[authority.index(after: $0)...]) }
            let host = port == nil ? authority[...] : authority[..<(authority.lastIndex(of: ":") ?? authority.endIndex)]
            attributes["server.address"] = String(host)
            if let port { attributes["server.port"] = port }
        }
        if let agent = request.headers[.userAgent] { attributes["user_agent.original"] = agent }
        if let peer = context.peer { attributes["network.peer.address"] = "\(peer)" }
        set(attributes)
        if status >= 500 { fail("\(status)") }
    }
}
