import NIOCore
import NIOPosix
import Synchronization

/// A server on a loopback address that reads requests and answers as it is told; each connection and request is kept.
final class LoopbackServer: Sendable {
    enum Answer: Sendable {
        case text(String)
        case bytes([UInt8])
        /// The head, then this text over and over for as long as the other side listens.
        case endless(head: String, chunk: String)
        /// The head, then a byte of the body every few milliseconds.
        case drip(head: String)
        /// The text, then the end of the connection.
        case hangUp(String)
        case silence
    }

    private let channel: any Channel
    private let kept: Kept

    private final class Kept: Sendable {
        let requests = Mutex<[[UInt8]]>([])
        let connections = Mutex<[any Channel]>([])
        let received = Mutex<[UInt8]>([])
    }

    /// What came in, a text for each whole request.
    var requests: [String] { kept.requests.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
    /// How many connections were taken, also those that sent nothing.
    var connections: Int { kept.connections.withLock(\.count) }
    /// How many connections are open still.
    var openConnections: Int { kept.connections.withLock { $0.count(where: \.isActive) } }
    /// Everything that came in, whatever it was.
    var received: [UInt8] { kept.received.withLock { $0 } }
    var port: Int { channel.localAddress?.port ?? 0 }

    /// - Parameter port: 0 for any that is free.
    init(_ answer: Answer, host: String = "127.0.0.1", port: Int = 0) async throws {
        let kept = Kept()
        self.kept = kept
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 512)
            .childChannelInitializer { channel in
                kept.connections.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Conversation(answer, kept))
                }
            }
            .bind(host: host, port: port).get()
    }

    /// Stops listening and closes what is open.
    func stop() async {
        // Channels that are closed already are what we want.
        try? await channel.close()
        for connection in kept.connections.withLock({ $0 }) { try? await connection.close() }
    }

    private final class Conversation: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: Answer
        private let kept: Kept
        private var bytes: [UInt8] = []

        init(_ answer: Answer, _ kept: Kept) {
            self.answer = answer
            self.kept = kept
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let new = unwrapInboundIn(data).readableBytesView
            kept.received.withLock { $0 += new }
            bytes += new
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
            let length =
                String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased().split(separator: "\r\n")
                .first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) } ?? 0
            guard bytes.count - end.upperBound >= length else { return }
            kept.requests.withLock { $0.append(bytes) }
            bytes = []
            switch answer {
            case .silence: break
            case .text(let answer): send(context, Array(answer.utf8))
            case .bytes(let answer): send(context, answer)
            case .endless(let head, let chunk):
                send(context, Array(head.utf8))
                talk(context, ByteBuffer(string: chunk))
            case .drip(let head):
                send(context, Array(head.utf8))
                drip(context)
            case .hangUp(let text):
                send(context, Array(text.utf8))
                context.close(promise: nil)
            }
        }

        private func send(_ context: ChannelHandlerContext, _ bytes: [UInt8]) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        }

        private func drip(_ context: ChannelHandlerContext) {
            guard context.channel.isActive else { return }
            send(context, Array("x".utf8))
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(5)) { self.drip(context) }
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
