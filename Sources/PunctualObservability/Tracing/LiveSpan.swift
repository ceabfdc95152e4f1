internal import Synchronization
package import Tracing

/// What is kept of a span.
package struct EndedSpan: Sendable {
    package let identity: SpanIdentity
    /// nil for the first of its trace.
    package let parent: UInt64?
    package let hasRemoteParent: Bool
    package var name: String
    package let kind: SpanKind
    /// In nanoseconds since 1970.
    package let began: UInt64
    package var ended: UInt64 = 0
    package var attributes: SpanAttributes = [:]
    package var droppedAttributes = 0
    package var events: [SpanEvent] = []
    package var droppedEvents = 0
    package var links: [(identity: SpanIdentity, attributes: SpanAttributes)] = []
    package var droppedLinks = 0
    package var status: SpanStatus?

    init(
        identity: SpanIdentity, parent: UInt64?, hasRemoteParent: Bool, name: String, kind: SpanKind, began: UInt64
    ) {
        self.identity = identity
        self.parent = parent
        self.hasRemoteParent = hasRemoteParent
        self.name = name
        self.kind = kind
        self.began = began
    }
}

/// How much of a span is kept; OpenTelemetry's defaults.
package struct SpanLimits: Hashable, Sendable {
    package var attributes = 128
    package var events = 128
    package var links = 128
    /// Characters of a text; OpenTelemetry sets none, and a span is no place for more.
    package var textLength = 4096

    package init() {}
}

/// A span that has not ended yet; without a record, of one that nobody keeps.
///
/// A class, so that handing it on, which every request does several times, copies a reference only.
package final class LiveSpan: Tracing.Span {
    package let identity: SpanIdentity
    private let outer: ServiceContext
    private let record: Record?

    init(_ identity: SpanIdentity, _ outer: ServiceContext, _ record: Record?) {
        self.identity = identity
        self.outer = outer
        self.record = record
    }

    /// What is kept, until it ends.
    final class Record: Sendable {
        private let state: Mutex<EndedSpan?>
        private let limits: SpanLimits
        private let told: @Sendable (EndedSpan) -> Void

        init(_ span: EndedSpan, limits: SpanLimits, ended: @escaping @Sendable (EndedSpan) -> Void) {
            state = Mutex(span)
            self.limits = limits
            told = ended
        }

        func change(_ body: (inout EndedSpan, SpanLimits) -> Void) {
            state.withLock { state in
                // What is said of a span that has ended is said in vain.
                guard state != nil else { return }
                body(&state!, limits)
            }
        }

        var span: EndedSpan? { state.withLock { $0 } }

        func end(at instant: UInt64) {
            let span = state.withLock { state in
                defer { state = nil }
                return state
            }
            guard var span else { return }
            span.ended = max(span.began, instant)
            told(span)
        }
    }

    package var context: ServiceContext {
        var context = outer
        context.liveSpan = self
        return context
    }

    package var isRecording: Bool { record != nil }

    package var operationName: String {
        get { record?.span?.name ?? "" }
        set { record?.change { span, _ in span.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { record?.span?.attributes ?? [:] }
        set {
            record?.change { span, limits in
                span.attributes = newValue
                guard newValue.count > limits.attributes else { return }
                var names: [String] = []
                // No sequence, though it has the method.
                // swift-format-ignore: ReplaceForEachWithForLoop
                newValue.forEach { name, _ in names.append(name) }
                let surplus = names.sorted().dropFirst(limits.attributes)
                for name in surplus { span.attributes.set(name, value: nil) }
                span.droppedAttributes += surplus.count
            }
        }
    }

    package func setStatus(_ status: SpanStatus) { record?.change { span, _ in span.status = status } }

    package func addEvent(_ event: SpanEvent) {
        record?.change { span, limits in
            if span.events.count < limits.events { span.events.append(event) } else { span.droppedEvents += 1 }
        }
    }

    package func addLink(_ link: SpanLink) {
        guard let identity = link.context.spanIdentity else { return }
        record?.change { span, limits in
            if span.links.count < limits.links {
                span.links.append((identity, link.attributes))
            } else {
                span.droppedLinks += 1
            }
        }
    }

    package func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        guard isRecording else { return }
        var attributes = attributes
        attributes["exception.type"] = "\(type(of: error))"
        attributes["exception.message"] = "\(error)"
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard let record else { return }
        record.end(at: instant().nanosecondsSinceEpoch)
    }
}
