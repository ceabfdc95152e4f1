package import PunctualCore
package import PunctualSchedule
package import Tracing

/// All spans of the program and their names, in one file; the attributes are OpenTelemetry's where it has them.
package struct Spans: Sendable {
    /// nil when nobody traces.
    private let tracer: (any Tracer)?
    private let keeps: @Sendable (Identifier) -> Bool
    /// Whether anybody traces.
    package let isOn: Bool

    /// Nobody traces.
    package static let off = Spans(nil)

    /// - Parameter keeps: whether the trace of an execution is kept; of one that is not, most spans need not even be begun.
    package init(_ tracer: (any Tracer)?, keeps: @escaping @Sendable (Identifier) -> Bool = { _ in true }) {
        self.tracer = tracer
        self.keeps = keeps
        isOn = tracer != nil
    }

    private func start(
        _ name: @autoclosure () -> String, _ kind: SpanKind, in context: ServiceContext,
        since instant: DefaultTracerClock.Instant? = nil
    ) -> OpenSpan {
        guard let tracer else { return OpenSpan(nil) }
        return OpenSpan(
            tracer.startSpan(name(), context: context, ofKind: kind, at: instant ?? DefaultTracerClock.now))
    }

    private func start(
        _ name: @autoclosure () -> String, _ kind: SpanKind, at place: ExecutionPlace,
        since instant: DefaultTracerClock.Instant? = nil
    ) -> OpenSpan {
        guard isOn else { return OpenSpan(nil) }
        var context = ServiceContext.topLevel
        context.executionPlace = place
        return start(name(), kind, in: context, since: instant)
    }

    // MARK: Requests

    /// A request to the API, as a part of the caller's trace if it comes with one (W3C Trace Context).
    /// - Parameter tracestate: looked at only beside a `traceparent`.
    package func request(
        method: String, traceparent: String?, tracestate: @autoclosure () -> String?
    ) -> OpenSpan {
        guard let tracer else { return OpenSpan(nil) }
        guard let traceparent else {
            let span = start(method, .server, in: .topLevel)
            // A trace that begins and ends here, of which nobody will ever hear.
            return span.isRecording ? span : .none
        }
        var context = ServiceContext.topLevel
        tracer.extract(
            Fields(traceparent: traceparent, tracestate: tracestate()), into: &context, using: FieldReader())
        return start(method, .server, in: context)
    }

    // MARK: The life of an execution

    /// A look for due jobs that found some.
    package func tick(jobs: Int, since began: ContinuousClock.Instant) -> OpenSpan {
        let span = start("tick", .internal, in: .topLevel, since: Self.wall(began))
        span.set(["punctual.jobs.due": .int64(Int64(jobs))])
        return span
    }

    /// Executions that were made, each the beginning of its own trace, tied to whatever made it.
    /// - Parameter since: when that began.
    package func fired(_ executions: [Execution], since began: DefaultTracerClock.Instant) {
        guard isOn else { return }
        let maker = ServiceContext.current
        for execution in executions where keeps(execution.id) {
            let span = start("fire \(execution.queue)", .producer, at: .root(execution.id), since: began)
            guard span.isRecording else { continue }
            span.set(Self.attributes(of: execution, doing: "fire", "create"))
            span.link(maker)
            tie(maker, to: span, execution)
            span.end()
        }
    }

    /// An ended execution that somebody opened again.
    package func reopened(_ execution: Execution, since began: DefaultTracerClock.Instant) {
        guard isOn, keeps(execution.id) else { return }
        let span = start("retry \(execution.queue)", .producer, at: .within(execution.id), since: began)
        guard span.isRecording else { return }
        span.set(Self.attributes(of: execution, doing: "retry", "create"))
        span.link(.current)
        tie(.current, to: span, execution)
        span.end()
    }

    /// The other end of the link, for whoever stands in the maker's trace and looks ahead.
    private func tie(_ maker: ServiceContext?, to span: OpenSpan, _ execution: Execution) {
        guard let tracer, let maker, let making = tracer.activeSpan(identifiedBy: maker), let context = span.context
        else { return }
        making.addLink(SpanLink(context: context, attributes: ["punctual.execution.id": .string("\(execution.id)")]))
    }

    /// A worker took an execution off its queue.
    package func claimed(_ execution: Execution, since began: DefaultTracerClock.Instant) {
        guard isOn, keeps(execution.id) else { return }
        let span = start("claim \(execution.queue)", .client, at: .within(execution.id), since: began)
        guard span.isRecording else { return }
        span.set(Self.attributes(of: execution, doing: "claim", "receive"))
        span.link(.current)
        span.end()
    }

    /// An attempt, under the id that every node gives it. Of one that is not kept there is no span, nor are there any below it:
    /// what it tells whom it calls follows from its id, and so does what its log lines say.
    /// - Parameter since: when it began, if that was not now.
    package func attempt(_ execution: Execution, target: String, since startedAt: Timestamp? = nil) -> OpenSpan {
        guard isOn, keeps(execution.id) else { return .none }
        let span = start(
            "attempt \(execution.queue)", .consumer, at: .attempt(execution.id, execution.attempt),
            since: startedAt.map {
                DefaultTracerClock.Instant(nanosecondsSinceEpoch: UInt64(max(0, $0.milliseconds)) * 1_000_000)
            })
        guard span.isRecording else { return span }
        var attributes = Self.attributes(of: execution, doing: "attempt", "process")
        attributes["punctual.target.type"] = target
        if let startedAt = execution.startedAt {
            attributes["punctual.lateness_ms"] = max(0, (startedAt - execution.availableAt).wholeMilliseconds)
        }
        span.set(attributes)
        return span
    }

    /// The `traceparent` of an attempt that somebody outside makes; its span is made when it has ended.
    package func traceparent(of execution: Execution) -> String? {
        let span = start("attempt", .consumer, at: .attempt(execution.id, execution.attempt))
        return carried(by: span.context).first { $0.name == "traceparent" }?.value
    }

    /// An attempt that somebody outside has made; of what was given back unfinished there is none.
    /// - Parameter execution: as the end of the attempt has left it.
    package func attempted(_ execution: Execution, _ completion: Completion, target: String) {
        guard isOn, keeps(execution.id),
            let attempt = execution.attempts.last(where: { $0.number == completion.lease.attempt })
        else { return }
        var execution = execution
        (execution.attempt, execution.startedAt) = (attempt.number, attempt.startedAt)
        // By now it is that of the next attempt.
        if case .retry = completion.outcome { execution.startedAt = nil }
        let verdict: AttemptResult.Verdict =
            switch completion.outcome {
            case .succeeded: .succeeded
            case .cancelled, .handedBack: .cancelled
            case .failed, .retry:
                .failed(reason: attempt.reason, error: attempt.error ?? "", isRetryable: true, retryAfter: nil)
            }
        self.attempt(execution, target: target, since: attempt.startedAt)
            .end(with: AttemptResult(verdict, result: completion.result ?? ExecutionResult()))
    }

    /// An HTTP call of an attempt.
    /// - Parameter url: without what nobody should see.
    package func call(
        _ method: String, url: @autoclosure () -> String, host: String, attempt: Int
    ) -> OpenSpan {
        guard isOn, let context = ServiceContext.current else { return OpenSpan(nil) }
        let span = start(method, .client, in: context)
        guard span.isRecording else { return span }
        let url = url()
        let scheme = String(url.prefix { $0 != ":" })
        let place = url.dropFirst(scheme.count + 3).prefix { $0 != "/" }
        let port = place.split(separator: ":").last.flatMap { Int64($0) } ?? (scheme == "https" ? 443 : 80)
        var attributes: SpanAttributes = [
            "http.request.method": .string(method), "url.full": .string(url), "url.scheme": .string(scheme),
            "server.address": .string(host), "server.port": .int64(port),
        ]
        if attempt > 1 { attributes["http.request.resend_count"] = attempt - 1 }
        span.set(attributes)
        return span
    }

    // MARK: The store

    /// A call of the store, as a part of what is under way; of what nobody keeps there is none.
    package func store(_ operation: String, system: String) -> OpenSpan {
        guard let tracer, let context = ServiceContext.current,
            tracer.activeSpan(identifiedBy: context)?.isRecording == true
        else { return OpenSpan(nil) }
        let span = start("store.\(operation)", .client, in: context)
        span.set(["db.system.name": .string(system), "db.operation.name": .string(operation)])
        return span
    }

    // MARK: Passing on

    /// The `traceparent` and `tracestate` of a context, by their names; none when nobody traces.
    package func carried(by context: ServiceContext?) -> [(name: String, value: String)] {
        guard let tracer, let context else { return [] }
        var pairs: [(name: String, value: String)] = []
        tracer.inject(context, into: &pairs, using: PairWriter())
        return pairs
    }

    private static func attributes(
        of execution: Execution, doing name: String, _ type: String
    ) -> SpanAttributes {
        var attributes: SpanAttributes = [
            "messaging.system": "punctual", "messaging.operation.name": .string(name),
            "messaging.operation.type": .string(type), "messaging.destination.name": .string(execution.queue),
            "messaging.message.id": .string("\(execution.id)"),
            "punctual.execution.id": .string("\(execution.id)"), "punctual.job.id": .string("\(execution.jobID)"),
            "punctual.job.name": .string(execution.jobName), "punctual.service": .string(execution.service),
            "punctual.trigger": .string(execution.trigger.rawValue),
            "punctual.scheduled_at": .string("\(execution.scheduledAt)"),
            "punctual.status": .string(execution.status.rawValue),
        ]
        if execution.attempt > 0 { attributes["punctual.attempt"] = execution.attempt }
        if let reason = execution.reason { attributes["punctual.reason"] = reason.rawValue }
        return attributes
    }

    /// The instant of the wall clock that was then.
    private static func wall(_ instant: ContinuousClock.Instant) -> DefaultTracerClock.Instant {
        let ago = max(.zero, ContinuousClock.now - instant)
        return DefaultTracerClock.Instant(
            nanosecondsSinceEpoch: DefaultTracerClock.now.nanosecondsSinceEpoch - UInt64(ago / .nanoseconds(1)))
    }
}

/// What came along, as the fields of a header.
private struct Fields: Sendable {
    let traceparent: String
    let tracestate: String?
}

private struct FieldReader: Extractor {
    func extract(key: String, from carrier: Fields) -> String? {
        switch key {
        case "traceparent": carrier.traceparent
        case "tracestate": carrier.tracestate
        default: nil
        }
    }
}

private struct PairWriter: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout [(name: String, value: String)]) {
        carrier.append((key, value))
    }
}
