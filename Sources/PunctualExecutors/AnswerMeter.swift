internal import NIOCore

/// Closes a connection over which far more comes than any answer that is read to its cap.
///
/// The HTTP reader bounds each header field and their sum, but collects a status line for as long as it goes on.
final class AnswerMeter: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Bytes on the wire since the last that was sent: the reader's 2 MiB of header fields, the cap, and room.
    static let limit = 4 << 20
    private var count = 0

    /// What the call fails with.
    struct TooMuch: Error, CustomStringConvertible {
        var description: String { "the answer's head has no end" }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        count += unwrapInboundIn(data).readableBytes
        guard count <= Self.limit else {
            context.fireErrorCaught(TooMuch())
            context.close(promise: nil)
            return
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        count = 0
        context.write(data, promise: promise)
    }
}
