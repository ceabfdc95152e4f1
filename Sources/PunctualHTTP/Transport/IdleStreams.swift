internal import NIOCore
internal import NIOHTTP2

/// Closes a connection of HTTP/2 that has had no stream for a while.
///
/// The server's own goodbye waits for the client's word, which a dead or hostile one never says.
final class IdleStreams: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTP2Frame

    private let limits: TransportLimits
    private var streams = 0
    private var isStopping = false
    private var closing: Scheduled<Void>?

    init(limits: TransportLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        wait(context, limits.firstHead)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        closing?.cancel()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is NIOHTTP2StreamCreatedEvent:
            streams += 1
            closing?.cancel()
        case is StreamClosedEvent:
            streams -= 1
            if streams == 0 { wait(context, isStopping ? limits.lingering : limits.idle + limits.lingering) }
        case is ChannelShouldQuiesceEvent:
            isStopping = true
            if streams == 0 { wait(context, limits.lingering) }
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func wait(_ context: ChannelHandlerContext, _ time: TimeAmount) {
        closing?.cancel()
        closing = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }
}
