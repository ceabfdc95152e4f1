import Foundation
import Metrics
import Synchronization
import TestPeers
import Testing
import Tracing

@testable import PunctualObservability

@Suite("The exporter of spans", .timeLimit(.minutes(5)))
struct SpanExportTests {
    /// A call that the listener has decoded.
    private struct Call: Decodable {
        struct Span: Decodable {
            struct Link: Decodable {
                let trace: String
                let span: String
                let flags: Int
            }
            let trace: String
            let span: String
            let parent: String
            let state: String
            let flags: Int
            let name: String
            let kind: String
            let began: UInt64
            let ended: UInt64
            let links: [Link]
            let dropped: [Int]
            let status: String
            let message: String
        }
        let status: Int
        let fields: [String: String]
        let at: Double
        let spans: [Span]?
        let resources: [[String: String]]?
        let scopes: [[String]]?
        let fault: String?
    }

    private func calls(_ listener: TelemetryListener) throws -> [Call] {
        try listener.lines().map { try JSONDecoder().decode(Call.self, from: Data($0.utf8)) }
    }

    private func poster(
        _ listener: TelemetryListener, packs: Bool = false, scheme: String = "http", host: String = "127.0.0.1",
        authorities: String? = nil
    ) throws -> Poster {
        try Poster(
            url: "\(scheme)://\(host):\(listener.port)/v1/traces", fields: [("x-scope-orgid", "7")],
            timeout: .seconds(20),
            packs: packs, authorities: authorities)
    }

    private func sender(_ poster: Poster) -> OTLPSender {
        var pauses = OTLPSender.Pauses()
        pauses.first = .milliseconds(50)
        return OTLPSender(
            poster, resource: [("service.name", "punctual"), ("service.instance.id", "n1")], version: "1.2",
            pauses: pauses, random: { 0.5 })
    }

    /// Spans of a tracer that keeps all of them.
    private func spans(_ body: (SpanTracer) -> Void) -> [EndedSpan] {
        let kept = Kept()
        body(SpanTracer(ended: { kept.take($0) }))
        return kept.all
    }

    @Test("OpenTelemetry's own reader finds every field where it belongs", arguments: [false, true])
    func fields(_ packs: Bool) async throws {
        let listener = try await blocking { try TelemetryListener() }
        let poster = try poster(listener, packs: packs)
        let sent = spans { tracer in
            var caller = ServiceContext.topLevel
            tracer.extract(
                ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03", "tracestate": "a=1,b=2"],
                into: &caller, using: Reader())
            let outer = tracer.startSpan("outer", context: caller, ofKind: .server)
            let inner = tracer.startSpan("inner \u{1F600}", context: outer.context, ofKind: .client)
            inner.updateAttributes { attributes in
                attributes["text"] = "é\u{0}\n"
                attributes["empty"] = ""
                attributes["zero"] = 0
                attributes["negative"] = -7
                attributes["large"] = Int64.max
                attributes["no"] = false
                attributes["half"] = 0.5
                attributes["list"] = ["a", "b"]
                attributes["numbers"] = [Int64(1), Int64(-1)]
            }
            inner.addEvent(SpanEvent(name: "told", attributes: ["n": 1]))
            inner.recordError(CancellationError())
            inner.setStatus(SpanStatus(code: .error, message: "in vain"))
            inner.addLink(SpanLink(context: caller, attributes: ["why": "because"]))
            inner.end()
            inner.updateAttributes { $0["late"] = "said in vain" }
            inner.end()
            outer.setStatus(SpanStatus(code: .ok))
            outer.end()
        }
        #expect(await sender(poster).send(sent, within: .seconds(20)) == .taken)
        await poster.shutdown()
        let call = try #require(try calls(listener).first)
        #expect(call.fault == nil && call.fields["content-type"] == "application/x-protobuf")
        #expect(call.fields["content-encoding"] == (packs ? "gzip" : nil) && call.fields["x-scope-orgid"] == "7")
        #expect(call.fields["traceparent"] == nil, "the export itself is traced by nobody")
        #expect(call.resources == [["service.name": "punctual", "service.instance.id": "n1"]])
        #expect(call.scopes == [["punctual", "1.2"]])
        let spans = try #require(call.spans)
        #expect(spans.map(\.name) == ["inner \u{1F600}", "outer"])
        let (inner, outer) = (spans[0], spans[1])
        #expect(
            Set(spans.map(\.trace)) == ["0af7651916cd43dd8448eb211c80319c"] && Set(spans.map(\.state)) == ["a=1,b=2"])
        #expect(outer.parent == "b7ad6b7169203331" && inner.parent == outer.span && inner.span != outer.span)
        #expect(outer.kind == "SPAN_KIND_SERVER" && inner.kind == "SPAN_KIND_CLIENT")
        #expect(outer.flags == 0x303 && inner.flags == 0x103, "the parent of the first is remote")
        #expect(outer.began <= inner.began && inner.ended <= outer.ended && inner.began <= inner.ended)
        #expect(outer.status == "STATUS_CODE_OK" && inner.status == "STATUS_CODE_ERROR" && inner.message == "in vain")
        #expect(inner.links.map(\.span) == ["b7ad6b7169203331"] && inner.links.map(\.flags) == [0x303])
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(listener.lines()[0].utf8)) as? [String: Any])
        let raw = try #require((object["spans"] as? [[String: Any]])?.first)
        let attributes = try #require(raw["attributes"] as? NSDictionary)
        #expect(
            attributes == [
                "text": "é\u{0}\n", "empty": "", "zero": 0, "negative": -7, "large": Int64.max, "no": false,
                "half": 0.5, "list": ["a", "b"], "numbers": [1, -1],
            ])
        let events = try #require(raw["events"] as? [[String: Any]])
        #expect(events.map { $0["name"] as? String } == ["told", "exception"])
    }

    @Test("what the collector cannot take now is brought again, as late as it asks")
    func again() async throws {
        let listener = try await blocking { try TelemetryListener(answers: ["503", "429:1", "502", "200"]) }
        let poster = try poster(listener)
        let sent = spans { $0.startSpan("x", context: .topLevel).end() }
        #expect(await sender(poster).send(sent, within: .seconds(30)) == .taken)
        await poster.shutdown()
        let calls = try calls(listener)
        #expect(calls.map(\.status) == [503, 429, 502, 200])
        #expect(calls[2].at - calls[1].at >= 0.99, "Retry-After: 1")
        #expect(Set(calls.compactMap { $0.spans?.first?.span }).count == 1)
    }

    @Test("what it refuses for good is not brought again", arguments: ["400", "401", "404", "413", "500", "301"])
    func refused(_ status: String) async throws {
        let listener = try await blocking { try TelemetryListener(answers: [status]) }
        let poster = try poster(listener)
        let sent = spans { $0.startSpan("x", context: .topLevel).end() }
        #expect(await sender(poster).send(sent, within: .seconds(30)) == .refused("status \(status)"))
        await poster.shutdown()
        #expect(try calls(listener).count == 1)
    }

    @Test("the time limit ends the tries, also when the collector asks for more of it")
    func limit() async throws {
        let listener = try await blocking { try TelemetryListener(answers: ["503:60"]) }
        let poster = try poster(listener)
        let sent = spans { $0.startSpan("x", context: .topLevel).end() }
        let began = ContinuousClock.now
        #expect(await sender(poster).send(sent, within: .seconds(5)) == .refused("status 503"))
        #expect(ContinuousClock.now - began < .seconds(30))
        await poster.shutdown()
    }

    @Test("TLS holds the collector to the certificates that are named")
    func tls() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "punctual-otlp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Left-overs harm nobody.
        defer { try? FileManager.default.removeItem(at: folder) }
        let made = try await blocking { try Certificates(in: folder) }
        let listener = try await blocking {
            try TelemetryListener(tls: (made.certificate.path(), made.key.path()))
        }
        let sent = spans { $0.startSpan("x", context: .topLevel).end() }
        let good = try poster(listener, scheme: "https", host: "localhost", authorities: made.authority.path())
        #expect(await sender(good).send(sent, within: .seconds(20)) == .taken)
        await good.shutdown()
        let stranger = try poster(listener, scheme: "https", host: "localhost")
        guard case .refused = await sender(stranger).send(sent, within: .milliseconds(500)) else {
            Issue.record("a stranger was trusted")
            return
        }
        await stranger.shutdown()
        #expect(throws: Poster.Fault.self) { try poster(listener, authorities: "/none.pem") }
    }

    @Test("a full batch goes at once, the rest in its time, and what is left at the end")
    func batches() async throws {
        let sink = Sink()
        var options = SpanExport.Options()
        options.delay = .seconds(3600)
        options.batch = 3
        let export = SpanExport(options, sink: sink) { _ in }
        // Awaited below.
        let running = Task { await export.run() }
        let tracer = SpanTracer(ended: { export.take($0) })
        for number in 1...7 { tracer.startSpan("\(number)", context: .topLevel).end() }
        await sink.sent(atLeast: 6)
        #expect(sink.batches.map(\.count) == [3, 3], "the last one waits for its time")
        running.cancel()
        await running.value
        await export.flush(within: .seconds(20))
        #expect(sink.batches.flatMap { $0 } == (1...7).map(String.init))
    }

    @Test("what does not fit is dropped, and whoever ends a span never waits")
    func full() async throws {
        let sink = Sink()
        var options = SpanExport.Options()
        options.queue = 10
        options.batch = 10
        let export = SpanExport(options, sink: sink) { _ in }
        let tracer = SpanTracer(ended: { export.take($0) })
        for number in 1...25 { tracer.startSpan("\(number)", context: .topLevel).end() }
        await export.flush(within: .seconds(20))
        #expect(sink.batches == [(1...10).map(String.init)])
    }

    @Test("the end is not kept waiting for a collector that does not answer")
    func bounded() async throws {
        let export = SpanExport(SpanExport.Options(), sink: Silent()) { _ in }
        let tracer = SpanTracer(ended: { export.take($0) })
        tracer.startSpan("x", context: .topLevel).end()
        let began = ContinuousClock.now
        await export.flush(within: .milliseconds(200))
        #expect(ContinuousClock.now - began < .seconds(20))
    }

    @Test("that spans cannot go is told once, and once that they can again")
    func told() async throws {
        let sink = Sink()
        let words = Mutex<[String?]>([])
        let export = SpanExport(SpanExport.Options(), sink: sink) { word in words.withLock { $0.append(word) } }
        let tracer = SpanTracer(ended: { export.take($0) })
        for outcome in [SendOutcome.refused("a"), .refused("b"), .taken, .taken, .partly(rejected: 1, "c")] {
            sink.answer(with: outcome)
            tracer.startSpan("x", context: .topLevel).end()
            await export.flush(within: .seconds(20))
        }
        #expect(words.withLock { $0 } == ["a", nil, "1 spans were not taken: c"])
    }

    @Test("limits bound what one span keeps, and what was left out is counted")
    func limits() throws {
        var limits = SpanLimits()
        (limits.attributes, limits.events, limits.links) = (2, 1, 1)
        let kept = Kept()
        let tracer = SpanTracer(limits: limits, ended: { kept.take($0) })
        let other = tracer.startSpan("other", context: .topLevel)
        let span = tracer.startSpan("x", context: .topLevel)
        span.attributes = ["a": 1, "b": 2, "c": 3]
        for _ in 0..<3 {
            span.addEvent("e")
            span.addLink(other)
        }
        span.end()
        let ended = try #require(kept.all.first)
        #expect(ended.attributes == ["a": 1, "b": 2] && ended.droppedAttributes == 1)
        #expect(
            ended.events.count == 1 && ended.droppedEvents == 2 && ended.links.count == 1 && ended.droppedLinks == 2)
    }

    @Test("of what nobody keeps, nothing is kept; the trace goes on all the same")
    func unsampled() {
        let kept = Kept()
        let tracer = SpanTracer(sampler: Sampler(root: .never), ended: { kept.take($0) })
        let outer = tracer.startSpan("outer", context: .topLevel)
        let inner = tracer.startSpan("inner", context: outer.context)
        #expect(!outer.isRecording && !inner.isRecording)
        #expect(inner.identity.traceID == outer.identity.traceID && inner.identity.span != outer.identity.span)
        inner.end()
        outer.end()
        #expect(kept.all.isEmpty)
    }
}

/// Spans that a tracer has ended.
private final class Kept: Sendable {
    private let spans = Mutex<[EndedSpan]>([])
    var all: [EndedSpan] { spans.withLock { $0 } }
    func take(_ span: EndedSpan) { spans.withLock { $0.append(span) } }
}

private struct Reader: Extractor {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
}

/// Takes what is sent, and tells who waits for it.
private final class Sink: SpanSink {
    private struct State {
        var batches: [[String]] = []
        var outcome = SendOutcome.taken
    }

    private let state = Mutex(State())
    private let news = AsyncStream<Int>.makeStream()

    var batches: [[String]] { state.withLock { $0.batches } }
    func answer(with outcome: SendOutcome) { state.withLock { $0.outcome = outcome } }

    func send(_ spans: [EndedSpan], within limit: Duration) async -> SendOutcome {
        let (outcome, count) = state.withLock { state in
            state.batches.append(spans.map(\.name))
            return (state.outcome, state.batches.joined().count)
        }
        news.continuation.yield(count)
        return outcome
    }

    func sent(atLeast wanted: Int) async { for await count in news.stream where count >= wanted { return } }
}

/// Never answers, until it is cancelled.
private struct Silent: SpanSink {
    func send(_ spans: [EndedSpan], within limit: Duration) async -> SendOutcome {
        for await _ in AsyncStream<Void>.makeStream().stream {}
        return .refused("cancelled")
    }
}
