import NIOCore
import NIOPosix
import Synchronization

/// A server on 127.0.0.1 that reads one request and answers as it is told; each connection and request is kept.
final class LoopbackServer: Sendable {
    enum Answer: Sendable {
        case text(String)
        /// The head, then this text over and over for as long as the other side listens.
        case endless(head: String, chunk: String)
        case silence
    }

    private let channel: any Channel
    private let kept: Kept

    final class Kept: Sendable {
        let requests = Mutex<[String]>([])
    }

    /// What came in, a text for each request; an empty one for a connection that sent nothing yet.
    var requests: [String] { kept.requests.withLock { $0 } }
    var port: Int { channel.localAddress?.port ?? 0 }

    init(_ answer: Answer) async throws {
        let kept = Kept()
        self.kept = kept
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 64)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Conversation(answer, kept))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func stop() async {
        // A channel that is closed already is what we want.
        try? await channel.close()
    }

    private final class Conversation: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: Answer
        private let kept: Kept
        private var text = ""

        init(_ answer: Answer, _ kept: Kept) {
            self.answer = answer
            self.kept = kept
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard let end = text.range(of: "\r\n\r\n") else { return }
            let length =
                text.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) } ?? 0
            guard text[end.upperBound...].utf8.count >= length else { return }
            kept.requests.withLock { $0.append(text) }
            text = ""
            switch answer {
            case .silence: break
            case .text(let answer):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            case .endless(let head, let chunk):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
                talk(context, ByteBuffer(string: chunk))
            }
        }

        private func talk(_ context: ChannelHandlerContext, _ chunk: ByteBuffer) {
            let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(chunk)).whenSuccess {
                let (conversation, context) = loopBound.value
                conversation.talk(context, chunk)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<String.Index>? { firstRange(of: text) }
}
