internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes
internal import PunctualAPI
internal import PunctualJSON

/// Gives the refusals of requests that cannot be parsed the form of all others; the server below says 400 and no more.
final class RefusalBody: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), head.status == .badRequest,
            head.headerFields[.contentLength] == "0"
        else { return context.write(data, promise: promise) }
        let requestID = EdgeMiddleware.newRequestID()
        var writer = JSONWriter()
        Problem(
            .badRequest, "This is no HTTP/1.1 request that the server takes: a line is malformed, or too long."
        ).write(to: &writer, requestID: requestID)
        head.headerFields[.contentType] = "application/problem+json"
        head.headerFields[EdgeMiddleware.requestIDField] = requestID
        head.headerFields[.contentLength] = "\(writer.bytes.count)"
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: writer.bytes))), promise: promise)
    }
}
