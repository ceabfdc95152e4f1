internal import Foundation
internal import Logging
internal import PunctualCore
internal import PunctualObservability
internal import PunctualTracing
internal import ServiceLifecycle
internal import Tracing

/// Traces as the settings want them: off, passed on, or exported.
struct OpenTracing: Sendable {
    let spans: Spans
    /// Hands spans on while the node runs; nil when nobody wants them.
    let service: (any Service)?
    private let poster: Poster?

    /// - Throws: `SettingsError` when certificates cannot be read.
    init(_ settings: Settings, nodeID: String, redaction: Redaction, logger: Logger) throws(SettingsError) {
        let tracing = settings.tracing
        guard tracing.isOn else {
            (spans, service, poster) = (.off, nil, nil)
            return
        }
        var ended: @Sendable (EndedSpan) -> Void = { _ in }
        if let endpoint = tracing.endpoint {
            let poster: Poster
            do throws(Poster.Fault) {
                poster = try Poster(
                    url: endpoint, fields: tracing.headers.map { ($0.name, $0.value) }, timeout: tracing.timeout,
                    packs: tracing.packs, authorities: tracing.certificate)
            } catch { throw SettingsError("tracing.certificate: \(error)") }
            let sender = OTLPSender(
                poster, resource: Self.resource(tracing, nodeID: nodeID), version: Node.version,
                textLimit: tracing.limits.textLength)
            let export = SpanExport(tracing.export, sink: sender) { fault in
                if let fault {
                    logger.warning("spans cannot be handed on; they are dropped", metadata: ["error": "\(fault)"])
                } else {
                    logger.notice("spans are handed on again")
                }
            }
            ended = { export.take(Self.clean($0, redaction)) }
            service = SpanService(export: export)
            self.poster = poster
        } else {
            (service, poster) = (nil, nil)
        }
        let tracer = SpanTracer(
            sampler: tracing.sampler, limits: tracing.limits, propagates: tracing.propagates,
            origin: { $0.executionPlace.map(Self.origin) }, draw: { PlainRandom.pair() }, ended: ended)
        InstrumentationSystem.bootstrap(tracer)
        let sampler = tracing.sampler
        // An execution's spans have no parent from elsewhere: the sampler judges by the trace's own id.
        spans = Spans(tracer) { sampler.keeps(traceLow: ExecutionTrace($0).low) }
    }

    /// The span without secrets in what others have worded.
    private static func clean(_ span: EndedSpan, _ redaction: Redaction) -> EndedSpan {
        var span = span
        if let status = span.status, let message = status.message {
            span.status = SpanStatus(code: status.code, message: redaction.text(message))
        }
        for name in ["url.full", "url.path", "user_agent.original"] {
            if case .string(let text)? = span.attributes.get(name) {
                span.attributes.set(name, value: .string(redaction.text(text)))
            }
        }
        return span
    }

    /// The store with its calls as spans.
    func traced(_ store: any Store & TransferStore, _ settings: Settings) -> any Store {
        guard spans.isOn else { return store }
        return TracedStore(
            store, spans: spans, system: Settings.isPostgres(settings.databaseURL) ? "postgresql" : "sqlite")
    }

    func close() async { await poster?.shutdown() }

    /// The ids of a span that begins in an execution's trace.
    static func origin(_ place: ExecutionPlace) -> SpanTracer.Origin {
        let trace = ExecutionTrace(place.execution)
        let (span, parent): (UInt64?, UInt64?) =
            switch place {
            case .root: (trace.root, nil)
            case .attempt(_, let number): (trace.span(ofAttempt: number), trace.root)
            case .within: (nil, trace.root)
            }
        return SpanTracer.Origin(traceHigh: trace.high, traceLow: trace.low, span: span, parent: parent)
    }

    /// Who sends the spans, by OpenTelemetry's names; what the settings say of it wins.
    private static func resource(_ tracing: TracingSettings, nodeID: String) -> [(String, String)] {
        var resource = [
            ("service.name", tracing.serviceName), ("service.version", Node.version),
            ("service.instance.id", nodeID), ("telemetry.sdk.name", "punctual"), ("telemetry.sdk.language", "swift"),
            ("telemetry.sdk.version", Node.version), ("host.name", ProcessInfo.processInfo.hostName),
            ("process.pid", "\(ProcessInfo.processInfo.processIdentifier)"),
        ]
        for pair in tracing.resource {
            resource.removeAll { $0.0 == pair.name }
            resource.append((pair.name, pair.value))
        }
        return resource
    }
}

/// Runs until the signal to stop, and as much longer as it takes to finish what is under way, within the limit.
func runToTheEnd(
    within limit: Duration, _ run: @escaping @Sendable () async -> Void, end: @escaping @Sendable () -> Void
) async {
    await withTaskGroup(of: Void.self) { group in
        group.addTask { await run() }
        group.addTask {
            try? await gracefulShutdown()  // Cancelled, it is over, too.
            end()
            try? await Task.sleep(for: limit)  // Ends early when all is done.
        }
        await group.next()
        group.cancelAll()
    }
}

/// Hands spans on, and at the end what is left, within a bound.
private struct SpanService: Service {
    let export: SpanExport

    private static let longestEnd = Duration.seconds(5)

    func run() async throws {
        await runToTheEnd(within: Self.longestEnd, export.run, end: export.end)
        await export.flush(within: Self.longestEnd)
    }
}
