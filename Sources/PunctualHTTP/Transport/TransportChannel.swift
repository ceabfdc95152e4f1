internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import Logging
internal import NIOCore
internal import NIOHTTP2
internal import NIOHTTPTypesHTTP1
internal import NIOSSL
internal import NIOTLS

/// A connection as the API serves it: HTTP/1.1, and over TLS whatever the handshake settles on, HTTP/1.1 or HTTP/2.
struct TransportChannel: ServerChildChannel {
    enum Spoken: Sendable {
        case http1(HTTP1Channel.Value)
        case http2(HTTP2Channel.Value)
    }

    struct Value: ServerChildChannelValue {
        let spoken: EventLoopFuture<Spoken>
        let channel: any Channel
    }

    private let http1: HTTP1Channel
    private let http2: HTTP2Channel
    private let limits: TransportLimits
    private let certificate: ServerCertificate?
    private let connections: ConnectionCount

    /// - Parameter certificate: nil serves without TLS.
    init(
        responder: @escaping HTTPChannelHandler.Responder, limits: TransportLimits, certificate: ServerCertificate?,
        connections: ConnectionCount
    ) {
        self.connections = connections
        self.limits = limits
        self.certificate = certificate
        http1 = HTTP1Channel(
            responder: responder,
            configuration: .init(
                additionalChannelHandlers: [RequestPace(limits: limits), RefusalBody()], idleTimeout: limits.idle,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerFieldBytes, maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: limits.headerFields)))
        http2 = HTTP2Channel(
            responder: responder,
            configuration: .init(
                idleTimeout: .nanoseconds(limits.idle.nanoseconds),
                gracefulCloseTimeout: .nanoseconds(limits.lingering.nanoseconds),
                streamConfiguration: .init(additionalChannelHandlers: [RequestPace(limits: limits)])))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        guard let certificate else {
            return setupHTTP1(channel, logger).map { spoken in
                Value(spoken: channel.eventLoop.makeSucceededFuture(spoken), channel: channel)
            }
        }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate.context))
            let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Spoken> { result in
                switch result {
                case .negotiated("h2"): setupHTTP2(channel, logger)
                default: setupHTTP1(channel, logger)
                }
            }
            try channel.pipeline.syncOperations.addHandler(negotiation)
            let spoken = negotiation.protocolNegotiationResult
            let deadline = channel.eventLoop.scheduleTask(in: limits.handshake) { channel.close(promise: nil) }
            spoken.whenComplete { _ in deadline.cancel() }
            return Value(spoken: spoken, channel: channel)
        }
    }

    private func setupHTTP1(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Spoken> {
        http1.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            try pipeline.addHandler(RequestFraming(), position: .before(codec))
            return .http1(value)
        }
    }

    private func setupHTTP2(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Spoken> {
        http2.setup(channel: channel, logger: logger).flatMapThrowing { value in
            try channel.pipeline.syncOperations.addHandler(IdleStreams(limits: limits))
            return .http2(value)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await connections.holding { await serve(value, logger) }
    }

    private func serve(_ value: Value, _ logger: Logger) async {
        do {
            switch try await value.spoken.get() {
            case .http1(let connection): await http1.handle(value: connection, logger: logger)
            case .http2(let connection): await http2.handle(value: connection, logger: logger)
            }
        } catch {
            // Whoever scans ports ends here, many times a second.
            logger.debug("a TLS handshake failed", metadata: ["error": "\(error)"])
        }
    }
}
