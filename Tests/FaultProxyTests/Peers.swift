import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Bytes made into lines as they come.
private struct Lines {
    private var rest: [UInt8] = []

    /// The lines that are whole now.
    mutating func add(_ buffer: ByteBuffer) -> [String] {
        var found: [String] = []
        for (index, part) in buffer.readableBytesView.split(separator: 10, omittingEmptySubsequences: false)
            .enumerated()
        {
            if index > 0 {
                found.append(String(decoding: rest, as: UTF8.self))
                rest = []
            }
            rest += part
        }
        return found
    }
}

/// A server that answers each line with `heard: ` and the line, and keeps what it heard.
final class EchoServer: Sendable {
    private let box = Box()
    private let channel: any Channel
    let port: Int

    init() async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [box] channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Handler(box)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = try #require(channel.localAddress?.port)
    }

    var lines: [String] { box.state.withLock { $0.lines } }
    /// Connections whose client has ended them.
    var ended: Int { box.state.withLock { $0.ended } }

    func stop() async throws { try await channel.close().get() }

    private final class Box: Sendable {
        let state = Mutex((lines: [String](), ended: 0))
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let box: Box
        private var lines = Lines()

        init(_ box: Box) { self.box = box }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            for line in lines.add(unwrapInboundIn(data)) {
                box.state.withLock { $0.lines.append(line) }
                context.channel.write(ByteBuffer(string: "heard: \(line)\n"), promise: nil)
            }
            context.channel.flush()
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .some(.inputClosed) = event as? ChannelEvent { context.close(promise: nil) }
        }

        func channelInactive(context: ChannelHandlerContext) { box.state.withLock { $0.ended += 1 } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// A client that reads lines until the other side ends.
struct LineClient: Sendable {
    enum Event: Equatable, Sendable {
        case line(String)
        /// The other side sends no more, in good order.
        case ended
        case reset
    }

    private let channel: any Channel
    private let events: AsyncStream<Event>

    init(_ port: Int) async throws {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        self.events = events
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    func send(_ line: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: line + "\n")).get() }

    /// What comes next.
    func next() async -> Event {
        for await event in events { return event }
        return .ended
    }

    func close() async throws { try await channel.close().get() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let events: AsyncStream<Event>.Continuation
        private var lines = Lines()

        init(_ events: AsyncStream<Event>.Continuation) { self.events = events }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            for line in lines.add(unwrapInboundIn(data)) { events.yield(.line(line)) }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .some(.inputClosed) = event as? ChannelEvent { events.yield(.ended) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            events.yield(.reset)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { events.finish() }
    }
}
