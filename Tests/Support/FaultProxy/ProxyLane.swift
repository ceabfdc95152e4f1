internal import NIOCore
internal import NIOPosix

/// One direction of a connection: reads one side and writes the other, at once or later or never.
final class ProxyLane: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Past that much in waiting, the side that sends is not read any more.
    private static let waitingAtMost = 1 << 20

    private let state: ProxyState
    private let pair: ProxyPair
    private let isAnswer: Bool
    private let other: (any Channel)?
    private var waiting: [(due: NIODeadline, bytes: ByteBuffer)] = []
    private var waitingBytes = 0
    private var isTimed = false
    private var end: CloseMode?

    private init(_ state: ProxyState, _ pair: ProxyPair, isAnswer: Bool, other: (any Channel)?) {
        self.state = state
        self.pair = pair
        self.isAnswer = isAnswer
        self.other = other
    }

    /// Connects a client that was just accepted to the server, unless the mode says otherwise.
    static func join(_ client: any Channel, to target: Int, _ state: ProxyState) {
        let pair = ProxyPair(client: client)
        if state.mode == .refuse {
            state.count { $0.refused += 1 }
            return ProxyPair.reset(client)
        }
        state.count { $0.accepted += 1 }
        state.add(pair)
        if state.mode == .blackHole {
            pair.isSwallowed = true
            client.closeFuture.whenComplete { _ in state.remove(pair) }
            return begin(client, ProxyLane(state, pair, isAnswer: false, other: nil))
        }
        ClientBootstrap(group: client.eventLoop)
            .channelOption(.autoRead, value: false).channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: target).assumeIsolated().whenComplete { result in
                guard case .success(let server) = result else {
                    state.remove(pair)
                    return ProxyPair.reset(client)
                }
                pair.server = server
                client.closeFuture.and(server.closeFuture).whenComplete { _ in state.remove(pair) }
                begin(server, ProxyLane(state, pair, isAnswer: true, other: client))
                begin(client, ProxyLane(state, pair, isAnswer: false, other: server))
            }
    }

    private static func begin(_ channel: any Channel, _ lane: ProxyLane) {
        do { try channel.pipeline.syncOperations.addHandler(lane) } catch { return ProxyPair.reset(channel) }
        channel.setOption(.autoRead, value: true).whenComplete { _ in channel.read() }
    }

    // MARK: What arrives

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        let mode = state.mode
        if mode == .blackHole { pair.isSwallowed = true }
        if pair.isSwallowed { return state.count { $0.bytesSwallowed += bytes.readableBytes } }
        if isAnswer, pair.cutsNextAnswer {
            state.count { $0.answersCut += 1 }
            return pair.reset()
        }
        if !isAnswer, state.isArmed(for: bytes) { pair.cutsNextAnswer = true }
        let now = NIODeadline.now()
        let last = waiting.last?.due ?? now
        switch mode {
        case .delay(let delay): add(bytes, due: max(last, now + TimeAmount(delay)))
        case .throttle(let rate):
            var due = last
            while let part = bytes.readSlice(length: min(bytes.readableBytes, max(1, rate / 20))),
                part.readableBytes > 0
            {
                due = due + .nanoseconds(Int64(part.readableBytes) * 1_000_000_000 / Int64(max(1, rate)))
                add(part, due: due)
            }
        case .pass, .refuse, .blackHole: add(bytes, due: last)
        }
        deliver(context: context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent { finish(.output, context: context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) { finish(.all, context: context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: What leaves

    private func add(_ bytes: ByteBuffer, due: NIODeadline) {
        waiting.append((due, bytes))
        waitingBytes += bytes.readableBytes
    }

    /// Writes what is due and sets a timer for the rest.
    private func deliver(context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        var sent = 0
        while let first = waiting.first, first.due <= now {
            waiting.removeFirst()
            sent += first.bytes.readableBytes
            other?.write(first.bytes, promise: nil)
        }
        if sent > 0 {
            other?.flush()
            waitingBytes -= sent
            state.count { if isAnswer { $0.bytesDown += sent } else { $0.bytesUp += sent } }
        }
        let isRead = waitingBytes < ProxyLane.waitingAtMost
        // A channel that is closing takes no options and needs none.
        try? context.channel.syncOptions?.setOption(.autoRead, value: isRead)
        if let first = waiting.first {
            guard !isTimed else { return }
            isTimed = true
            context.eventLoop.assumeIsolated().scheduleTask(deadline: first.due) {
                self.isTimed = false
                self.deliver(context: context)
            }
        } else if let end {
            other?.close(mode: end, promise: nil)
        }
    }

    /// The side that is read has ended; the other hears of it behind all that is in waiting, or never.
    private func finish(_ mode: CloseMode, context: ChannelHandlerContext) {
        if state.mode == .blackHole {
            pair.isAbandoned = true
            return
        }
        if pair.isSwallowed { return pair.reset() }
        end = mode
        if waiting.isEmpty { other?.close(mode: mode, promise: nil) }
    }
}

/// Begins when an accepted client is active: a channel that is read before that stays silent.
final class ProxyEntrance: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let target: Int
    private let state: ProxyState

    init(to target: Int, _ state: ProxyState) {
        self.target = target
        self.state = state
    }

    func channelActive(context: ChannelHandlerContext) { ProxyLane.join(context.channel, to: target, state) }
}
