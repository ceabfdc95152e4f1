import NIOCore
import NIOPosix
import Synchronization

/// A server on loopback that answers each request with given bytes, whatever was asked, and keeps what it heard.
final class RawServer: Sendable {
    private let channel: any Channel
    private let heard: Heard

    private final class Heard: Sendable {
        let text = Mutex("")
    }

    /// - Parameters:
    ///   - answer: the raw bytes; nil never answers.
    ///   - closes: whether the connection is closed after them.
    init(_ answer: String?, closes: Bool = false) async throws {
        let heard = Heard()
        self.heard = heard
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Answering(answer: answer, closes: closes, heard: heard))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var address: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    /// All bytes that clients have sent.
    var requests: String { heard.text.withLock { $0 } }

    func close() async throws { try await channel.close() }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: String?
        private let closes: Bool
        private let heard: Heard

        init(answer: String?, closes: Bool, heard: Heard) {
            self.answer = answer
            self.closes = closes
            self.heard = heard
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            heard.text.withLock { $0 += text }
            guard text.contains("\r\n\r\n"), let answer else { return }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            if closes { context.close(promise: nil) }
        }
    }
}
