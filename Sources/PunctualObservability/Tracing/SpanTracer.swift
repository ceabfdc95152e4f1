package import Tracing

/// The tracer of this process: W3C context in and out, samples, and hands spans that ended to whoever exports them.
package struct SpanTracer: Sendable {
    /// The ids of a span that has no parent in this process, where they are not to be random.
    package struct Origin: Hashable, Sendable {
        package var traceHigh: UInt64
        package var traceLow: UInt64
        /// nil for a random one.
        package var span: UInt64?
        /// nil for the first span of its trace.
        package var parent: UInt64?

        package init(traceHigh: UInt64, traceLow: UInt64, span: UInt64?, parent: UInt64?) {
            self.traceHigh = traceHigh
            self.traceLow = traceLow
            self.span = span
            self.parent = parent
        }
    }

    private let sampler: Sampler
    private let limits: SpanLimits
    private let propagates: Bool
    private let origin: @Sendable (ServiceContext) -> Origin?
    private let draw: @Sendable () -> (high: UInt64, low: UInt64)
    private let ended: @Sendable (EndedSpan) -> Void

    /// - Parameters:
    ///   - propagates: whether traces go on beyond this process.
    ///   - origin: where a span belongs that has no parent; nil begins a trace of its own.
    ///   - draw: what ids are made of, evenly spread; the system's generator takes longer than the rest of a span.
    ///   - ended: told of every span that is kept; never waits.
    package init(
        sampler: Sampler = Sampler(), limits: SpanLimits = SpanLimits(), propagates: Bool = true,
        origin: @escaping @Sendable (ServiceContext) -> Origin? = { _ in nil },
        draw: @escaping @Sendable () -> (high: UInt64, low: UInt64) = {
            (.random(in: .min ... .max), .random(in: .min ... .max))
        },
        ended: @escaping @Sendable (EndedSpan) -> Void
    ) {
        self.sampler = sampler
        self.limits = limits
        self.propagates = propagates
        self.origin = origin
        self.draw = draw
        self.ended = ended
    }
}

extension SpanTracer: Tracer {
    package func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> LiveSpan {
        let context = context()
        var identity: SpanIdentity
        var parent: UInt64?
        if let above = context.spanIdentity {
            identity = above
            identity.isRemote = false
            identity.span = spanID()
            parent = above.span
            let isKept = sampler.keeps(above, traceLow: above.traceLow)
            identity.flags = above.flags & 2 | (isKept ? 1 : 0)
        } else if let origin = origin(context) {
            // What is derived is not random; whoever samples by its bits is not to be told that it is.
            identity = SpanIdentity(
                traceHigh: origin.traceHigh, traceLow: origin.traceLow, span: origin.span ?? spanID(),
                flags: sampler.keeps(traceLow: origin.traceLow) ? 1 : 0)
            parent = origin.parent
        } else {
            let (high, low) = draw()
            identity = SpanIdentity(
                traceHigh: high, traceLow: max(1, low), span: spanID(),
                flags: sampler.keeps(traceLow: low) ? 3 : 2)
        }
        guard identity.isSampled else { return LiveSpan(identity, context, nil) }
        let record = EndedSpan(
            identity: identity, parent: parent, hasRemoteParent: context.spanIdentity?.isRemote ?? (parent != nil),
            name: operationName, kind: kind, began: instant().nanosecondsSinceEpoch)
        return LiveSpan(identity, context, LiveSpan.Record(record, limits: limits, ended: ended))
    }

    /// Never zero, which stands for none.
    private func spanID() -> UInt64 { max(1, draw().low) }

    package func activeSpan(identifiedBy context: ServiceContext) -> LiveSpan? { context.liveSpan }

    package func forceFlush() {}

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard propagates, let parent = extractor.extract(key: "traceparent", from: carrier),
            let identity = SpanIdentity(
                traceparent: parent, tracestate: extractor.extract(key: "tracestate", from: carrier))
        else { return }
        context.remoteSpan = identity
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard propagates, let identity = context.spanIdentity else { return }
        injector.inject(identity.traceparent, forKey: "traceparent", into: &carrier)
        if !identity.state.isEmpty { injector.inject(identity.state, forKey: "tracestate", into: &carrier) }
    }
}

extension ServiceContext {
    private enum LiveKey: ServiceContextKey {
        typealias Value = LiveSpan
        static var nameOverride: String? { "punctual.span" }
    }

    private enum RemoteKey: ServiceContextKey {
        typealias Value = SpanIdentity
        static var nameOverride: String? { "punctual.remote-span" }
    }

    /// The span of this process that the context is about.
    var liveSpan: LiveSpan? {
        get { self[LiveKey.self] }
        set { self[LiveKey.self] = newValue }
    }

    /// What came along from another process.
    package var remoteSpan: SpanIdentity? {
        get { self[RemoteKey.self] }
        set { self[RemoteKey.self] = newValue }
    }

    /// The span that the context is about; nil when it is about none.
    package var spanIdentity: SpanIdentity? { liveSpan?.identity ?? remoteSpan }
}
