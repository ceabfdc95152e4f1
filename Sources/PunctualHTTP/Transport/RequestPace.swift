internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Closes a connection of HTTP/1.1, or a stream of HTTP/2, whose client takes its time: over a head, a body, an answer, or
/// the closing of its side.
///
/// One timer at most is set at a time; deadlines are only numbers, so a request costs no timer of its own.
final class RequestPace: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: TransportLimits
    private var headDue: NIODeadline?
    private var bodyDue: NIODeadline?
    private var writesDue: NIODeadline?
    private var closeDue: NIODeadline?
    private var unfinishedWrites = 0
    private var timer: (due: NIODeadline, scheduled: Scheduled<Void>)?

    init(limits: TransportLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        headDue = .now() + limits.firstHead
        watch(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            headDue = nil
            bodyDue = .now() + limits.body
            watch(context)
        case .body: break
        case .end: bodyDue = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes: Int
        switch unwrapOutboundIn(data) {
        case .head: return context.write(data, promise: promise)
        case .body(let part): bytes = part.readableBytes
        case .end: bytes = 0
        }
        let written = promise ?? context.eventLoop.makePromise()
        unfinishedWrites += 1
        writesDue = (writesDue ?? .now() + limits.stalled) + .seconds(Int64(bytes / limits.slowestReading))
        watch(context)
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.unfinishedWrites -= 1
            self.writesDue =
                self.unfinishedWrites == 0 ? nil : max(self.writesDue ?? .now(), .now() + self.limits.stalled)
        }
        context.write(data, promise: written)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output {
            closeDue = .now() + limits.lingering
            watch(context)
        }
        context.close(mode: mode, promise: promise)
    }

    private func watch(_ context: ChannelHandlerContext) {
        guard let due = [headDue, bodyDue, writesDue, closeDue].compactMap({ $0 }).min() else { return }
        if let timer, timer.due <= due { return }
        timer?.scheduled.cancel()
        let scheduled = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) {
            self.timer = nil
            let now = NIODeadline.now()
            let isLate = [self.headDue, self.bodyDue, self.writesDue, self.closeDue].contains {
                $0.map { $0 <= now } ?? false
            }
            if isLate { context.close(promise: nil) } else { self.watch(context) }
        }
        timer = (due, scheduled)
    }

    private func stop() {
        timer?.scheduled.cancel()
        timer = nil
        (headDue, bodyDue, writesDue, closeDue) = (nil, nil, nil, nil)
    }
}
