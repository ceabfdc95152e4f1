internal import NIOCore
internal import NIOHTTP1

/// Refuses requests of HTTP/1 whose end, host or version a proxy could read in another way than this server (RFC 9112 §3.2,
/// §6, §11.2), and says goodbye to clients in the way that their version asks for.
///
/// The parser below refuses most of them; what it lets pass ends here.
final class RequestFraming: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case reading
        /// The connection ends with the request under way; what follows it is dropped.
        case last
        /// All that comes is dropped.
        case over
    }

    private var state = State.reading
    private var unanswered = 0
    /// The client speaks HTTP/1.0, which knows no chunks.
    private var isOld = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else {
            if state != .over { context.fireChannelRead(data) }
            return
        }
        guard state == .reading else {
            state = .over
            return
        }
        guard Self.isClear(head) else {
            state = .over
            return context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
        }
        isOld = head.version == .http1_0
        let asked = head.headers[canonicalForm: "Connection"].map { $0.lowercased() }
        // The parser below reads nothing behind a request that wants another protocol.
        if isOld || asked.contains("close") || asked.contains("upgrade") {
            state = .last
            // The one spelling that the server above looks for.
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        }
        unanswered += 1
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The parser reads no further.
        state = .over
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where state != .reading && unanswered <= 1:
            if isOld { head.version = .http1_0 }
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            unanswered -= 1
            context.write(data, promise: promise)
        default: context.write(data, promise: promise)
        }
    }

    private static func isClear(_ head: HTTPRequestHead) -> Bool {
        let hosts = head.headers["Host"].count
        let codings = head.headers["Transfer-Encoding"]
        switch head.version {
        case .http1_1: guard hosts == 1 else { return false }
        case .http1_0: guard hosts <= 1, codings.isEmpty else { return false }
        default: return false
        }
        guard head.method != .CONNECT else { return false }
        if !codings.isEmpty {
            // One coding, said once: this server knows no other.
            return codings.count == 1 && codings[0].lowercased() == "chunked"
                && !head.headers.contains(name: "Content-Length")
        }
        return head.headers["Content-Length"].count <= 1
    }
}
