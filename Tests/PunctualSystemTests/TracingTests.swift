import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("Traces of a live server", .timeLimit(.minutes(10)))
struct TracingTests {
    private static let caller = "0af7651916cd43dd8448eb211c80319c"

    /// A span that the collector was sent.
    private struct Span: Sendable {
        let json: JSONValue
        var name: String { json["name"]?.string ?? "" }
        var trace: String { json["trace"]?.string ?? "" }
        var id: String { json["span"]?.string ?? "" }
        var parent: String { json["parent"]?.string ?? "" }
        var kind: String { json["kind"]?.string ?? "" }
        subscript(_ attribute: String) -> JSONValue? { json["attributes"]?[attribute] }
        var links: [String] {
            (json["links"]?.array ?? []).map { "\($0["trace"]?.string ?? "")/\($0["span"]?.string ?? "")" }
        }
    }

    private func spans(_ lines: [JSONValue]) -> [Span] {
        lines.flatMap { $0["spans"]?.array ?? [] }.map { Span(json: $0) }
    }

    private func one(_ spans: [Span], _ what: String, _ matches: (Span) -> Bool) throws -> Span {
        let found = spans.filter(matches)
        #expect(found.count == 1, "\(what): \(found.map(\.name)) of \(spans.map(\.name).sorted())")
        return try #require(found.first)
    }

    @Test("one can follow a job from the request over the queue to its receiver and back")
    func story() async throws {
        let collector = try await blocking { try TelemetryListener(answers: ["200"]) }
        try await withFolder { folder in
            let ended = try await withServer(
                ["dev", "--port", "0", "--log-format", "json", "--log-level", "debug"], in: folder,
                environment: [
                    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(collector.port)",
                    "OTEL_BSP_SCHEDULE_DELAY": "50",
                    "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test", "PUNCTUAL_NODE_ID": "n1",
                ]
            ) { server in
                let file = """
                    - name: call
                      schedule: {type: manual}
                      target: {type: http, method: POST, url: "http://127.0.0.1:\(collector.port)/hook?token=hunter2"}
                    - name: again
                      schedule: {type: manual}
                      target: {type: command, argv: [/bin/sh, -c, "echo $TRACEPARENT; exit 3"]}
                      retry_policy: {maximum_attempts: 2, initial_interval: 10ms}
                    - name: tick
                      schedule: {type: interval, every: 1s}
                      target: {type: noop}
                    - name: outside
                      schedule: {type: manual}
                      target: {type: worker, task: resize}
                      retry_policy: {maximum_attempts: 1}
                    """
                #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
                let id = try #require(try await server.json("job", "get", "call")["id"]?.string)
                let answer = try await server.call(
                    "/api/v1/jobs/\(id)/trigger", "--request", "POST", "--header",
                    "traceparent: 00-\(Self.caller)-b7ad6b7169203331-01", "--header", "tracestate: congo=t61rcWkgMzE")
                #expect(answer.status == 202, "\(answer.body)")
                _ = try await eventually("the call's end") {
                    try await server.executions(of: "call").first { $0["status"] == "succeeded" }
                }
                #expect(try await server.punctual("job", "trigger", "again", "--wait").status == 7)
                _ = try await eventually("a scheduled run") {
                    try await server.executions(of: "tick").first { $0["status"] == "succeeded" }
                }
                return [
                    try #require(try await server.executions(of: "call").first),
                    try #require(try await server.executions(of: "again").first),
                    try await worked(server),
                ]
            }
            #expect(ended.status == 0)
            // What the end of the server has flushed is here.
            let lines = try collector.lines().map { try JSONValue(parsing: $0) }
            let all = spans(lines)
            for line in lines where line["path"] == "/v1/traces" {
                #expect(line["fault"] == nil && line["resources"]?[0]?["service.name"] == "punctual")
                #expect(line["resources"]?[0]?["service.instance.id"] == "n1")
                #expect(line["resources"]?[0]?["deployment.environment.name"] == "test")
            }
            try checkCall(all, lines, ended.value[0], log: folder.read("server.err"))
            try checkAttempts(all, ended.value[1])
            try checkTick(all)
            try checkOutside(all, ended.value[2])
            let sent = lines.filter { $0["path"] == "/v1/traces" }.map(\.description).joined()
            #expect(!sent.contains("hunter2"), "no secret of an address reaches a trace")
        }
    }

    /// request → store, fire; linked; claim → attempt → call → receiver.
    private func checkCall(_ all: [Span], _ lines: [JSONValue], _ execution: JSONValue, log: String) throws {
        let request = try one(all, "the request") { $0.trace == Self.caller && $0.kind == "SPAN_KIND_SERVER" }
        #expect(request.name == "POST /api/v1/jobs/{id}/trigger" && request.parent == "b7ad6b7169203331")
        #expect(request.json["state"] == "congo=t61rcWkgMzE")
        #expect(request["http.route"] == "/api/v1/jobs/{id}/trigger" && request["http.request.method"] == "POST")
        #expect(request["http.response.status_code"] == 202 && request["punctual.request.id"]?.string?.isEmpty == false)
        let store = try one(all, "the store") { $0.trace == Self.caller && $0.name == "store.enqueue" }
        #expect(store.parent == request.id && store["db.system.name"] == "sqlite" && store.kind == "SPAN_KIND_CLIENT")
        let mine = all.filter { $0["punctual.execution.id"] == execution["id"] }
        let fire = try one(mine, "the fire") { $0.name == "fire default" }
        #expect(fire.parent.isEmpty && fire.kind == "SPAN_KIND_PRODUCER" && fire.trace != Self.caller)
        #expect(fire.links == ["\(request.trace)/\(request.id)"] && request.links == ["\(fire.trace)/\(fire.id)"])
        let claim = try one(mine, "the claim") { $0.name == "claim default" }
        let attempt = try one(mine, "the attempt") { $0.name == "attempt default" }
        #expect([claim, attempt].allSatisfy { $0.trace == fire.trace && $0.parent == fire.id })
        #expect(attempt.kind == "SPAN_KIND_CONSUMER" && attempt["messaging.operation.type"] == "process")
        #expect(attempt["punctual.job.name"] == "call" && attempt["punctual.outcome"] == "succeeded")
        let call = try one(all, "the call") { $0.parent == attempt.id && $0.name == "POST" }
        #expect(call.kind == "SPAN_KIND_CLIENT")
        #expect(call.trace == fire.trace && call["http.response.status_code"] == 200)
        #expect(call["server.address"] == "127.0.0.1" && call["url.full"]?.string?.hasSuffix("/hook") == true)
        let hook = try #require(lines.first { $0["path"]?.string?.hasPrefix("/hook") == true })
        #expect(hook["fields"]?["traceparent"] == .string("00-\(fire.trace)-\(call.id)-01"))
        #expect(hook["fields"]?["tracestate"] == nil, "the caller's state is no business of the receiver")
        // The log tells of the same trace.
        let line = try #require(
            try log.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
                .first { $0["url.path"]?.string?.hasSuffix("/trigger") == true && $0["message"] == "request" })
        #expect(line["trace.id"] == .string(Self.caller) && line["span.id"] == .string(request.id))
    }

    /// Both attempts stand in one trace, and the program is told which.
    private func checkAttempts(_ all: [Span], _ execution: JSONValue) throws {
        let attempts = all.filter {
            $0["punctual.execution.id"] == execution["id"] && $0.name == "attempt default"
        }.sorted { $0["punctual.attempt"]?.int ?? 0 < $1["punctual.attempt"]?.int ?? 0 }
        #expect(attempts.compactMap { $0["punctual.attempt"]?.int } == [1, 2])
        #expect(Set(attempts.map(\.trace)).count == 1 && Set(attempts.map(\.id)).count == 2)
        #expect(attempts.allSatisfy { $0.json["status"] == "STATUS_CODE_ERROR" && $0["error.type"] == "exit_code" })
        #expect(attempts.allSatisfy { $0["process.exit.code"] == 3 })
        let last = try #require(attempts.last)
        #expect(execution["result"]?["output"]?.string == "00-\(last.trace)-\(last.id)-01\n")
    }

    /// Claims an execution as a worker outside does, and tells that it failed.
    /// - Returns: what was claimed.
    private func worked(_ server: RunningServer) async throws -> JSONValue {
        #expect(try await server.punctual("job", "trigger", "outside").status == 0)
        let answer = try await server.call(
            "/api/v1/work/claim", "--json", #"{"worker": "w", "queues": ["default"], "wait": "10s"}"#)
        let claimed = try #require(try JSONValue(parsing: answer.body)["items"]?[0], "\(answer.body)")
        let end: JSONValue = [
            "id": claimed["id"] ?? .null, "attempt": claimed["attempt"] ?? .null, "worker": "w", "status": "failed",
            "error": "no such picture",
        ]
        let ended = try await server.call("/api/v1/work/complete", "--json", end.description)
        #expect(ended.status == 200, "\(ended.body)")
        return claimed
    }

    /// The attempt stands in the execution's trace under the id that its worker was told.
    private func checkOutside(_ all: [Span], _ claimed: JSONValue) throws {
        let mine = all.filter { $0["punctual.execution.id"] == claimed["id"] }
        let (fire, attempt) = (
            try one(mine, "the fire") { $0.name == "fire default" },
            try one(mine, "the attempt") { $0.name == "attempt default" }
        )
        #expect(claimed["traceparent"] == .string("00-\(fire.trace)-\(attempt.id)-01"))
        #expect(attempt.parent == fire.id && attempt["punctual.target.type"] == "worker")
        #expect(attempt["punctual.outcome"] == "failed" && attempt.json["status"] == "STATUS_CODE_ERROR")
    }

    /// tick → store, linked to the executions' own traces.
    private func checkTick(_ all: [Span]) throws {
        let fires = all.filter { $0.name == "fire default" && $0["punctual.trigger"] == "schedule" }
        #expect(!fires.isEmpty)
        let ticks = Dictionary(
            all.filter { $0.name == "tick" }.map { ("\($0.trace)/\($0.id)", $0) },
            uniquingKeysWith: { first, _ in first })
        for fire in fires {
            let tick = try #require(fire.links.first.flatMap { ticks[$0] }, "\(fire.json)")
            #expect(tick.links.contains("\(fire.trace)/\(fire.id)") && tick.parent.isEmpty)
            #expect(all.contains { $0.name == "store.apply" && $0.parent == tick.id })
        }
    }

    @Test(
        "without settings, and of a trace that nobody keeps, nothing is sent; yet all attempts of an execution share a trace with their receiver",
        arguments: [false, true])
    func off(isTraced: Bool) async throws {
        let listener = try await blocking { try TelemetryListener(answers: ["503", "200"]) }
        let tracing = [
            "PUNCTUAL_TRACING_ENDPOINT": "http://127.0.0.1:\(listener.port)", "PUNCTUAL_TRACING_RATIO": "0",
            "OTEL_BSP_SCHEDULE_DELAY": "20",
        ]
        try await withFolder { folder in
            let dev = ["dev", "--port", "0"]
            try await withServer(dev, in: folder, environment: isTraced ? tracing : [:]) { server async throws in
                let file = """
                    - name: call
                      schedule: {type: manual}
                      target: {type: http, method: POST, url: "http://127.0.0.1:\(listener.port)/hook"}
                      retry_policy: {maximum_attempts: 2, initial_interval: 10ms}
                    """
                #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
                #expect(try await server.punctual("job", "trigger", "call", "--wait").status == 0)
            }
        }
        let lines = try listener.lines().map { try JSONValue(parsing: $0) }
        #expect(lines.compactMap { $0["path"]?.string } == ["/hook", "/hook"])
        let parents = lines.compactMap { $0["fields"]?["traceparent"]?.string?.split(separator: "-") }
        #expect(parents.count == 2 && parents[0][1] == parents[1][1] && parents[0][2] != parents[1][2])
        #expect(parents.allSatisfy { $0[0] == "00" && $0[3] == "00" }, "nobody keeps it")
    }

    @Test("a collector that is away costs its spans, and nothing else")
    func away() async throws {
        try await withFolder { folder in
            let nowhere = try freePort()
            let ended = try await withServer(
                ["dev", "--port", "0"], in: folder,
                environment: [
                    "PUNCTUAL_TRACING_ENDPOINT": "http://127.0.0.1:\(nowhere)", "OTEL_BSP_SCHEDULE_DELAY": "20",
                    "OTEL_BSP_EXPORT_TIMEOUT": "100",
                ]
            ) { server in
                let file = "- {name: x, schedule: {type: manual}, target: {type: noop}}"
                #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
                #expect(try await server.punctual("job", "trigger", "x", "--wait").status == 0)
                _ = try await eventually("the count of lost spans") {
                    try await server.call("/metrics").body.split(separator: "\n").first {
                        $0.hasPrefix("punctual_trace_spans_total{result=\"failed\"}") && !$0.hasSuffix(" 0")
                    }
                }
            }
            #expect(ended.status == 0)
            let words = folder.read("server.err").split(separator: "\n")
                .filter { $0.contains("spans cannot be handed on") }
            #expect(words.count == 1, "it is told once")
        }
    }
}
