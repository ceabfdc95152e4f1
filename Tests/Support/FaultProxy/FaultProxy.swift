internal import NIOCore
internal import NIOPosix

/// A TCP proxy on loopback that breaks what passes through it, when told to.
///
/// It stands between a client and a server that do not know of it; every fault can be switched at run time.
package final class FaultProxy: Sendable {
    /// What becomes of connections, those that are open and those to come.
    package enum Mode: Sendable, Hashable {
        case pass
        /// Everything arrives that much later, in both directions.
        case delay(Duration)
        /// Each direction of each connection carries at most that many bytes a second.
        case throttle(bytesPerSecond: Int)
        /// Everything is accepted and read, and nothing ever arrives; a connection that lost bytes so stays dead after
        /// the mode has changed, until one side gives it up.
        case blackHole
        /// New connections are reset at once; those that are open go on.
        case refuse
    }

    /// What the proxy did since it was started.
    package struct Counts: Sendable, Hashable {
        package var accepted = 0
        package var refused = 0
        /// Connections that are open now.
        package var open = 0
        /// Connections that were reset by `cut`, `refuse` left aside.
        package var cut = 0
        package var answersCut = 0
        /// Bytes that arrived at the server, and at clients.
        package var bytesUp = 0
        package var bytesDown = 0
        /// Bytes that were read and never delivered.
        package var bytesSwallowed = 0
    }

    private let state: ProxyState
    private let listener: any Channel

    /// The port on loopback to connect to instead of the server's.
    package let port: Int

    /// Listens on a free port of loopback, or on `port`.
    /// - Parameter target: the server's port on loopback.
    package init(to target: Int, port: Int = 0) async throws {
        let state = ProxyState()
        self.state = state
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ProxyEntrance(to: target, state))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        self.port = listener.localAddress?.port ?? port
    }

    /// Ends every connection and listens no more.
    package func stop() async throws {
        try await listener.close().get()
        await resetAll(state.pairs())
    }

    package var counts: Counts { state.counts }

    package var mode: Mode { state.mode }

    package func set(_ mode: Mode) {
        // Whoever still waits on a connection whose other side has given it up hears of that now.
        for pair in state.set(mode) { pair.reset() }
    }

    /// Resets every open connection now; new ones pass.
    /// - Returns: how many there were.
    @discardableResult
    package func cut() async -> Int {
        let pairs = state.pairs()
        state.count { $0.cut += pairs.count }
        await resetAll(pairs)
        return pairs.count
    }

    /// Tells every client that no more answers will come, and goes on to carry what clients send.
    package func halfClose() async {
        for pair in state.pairs() { await pair.closeAnswers() }
    }

    /// Resets the connection instead of passing on the answer to the next request in which the bytes occur: the server
    /// has done what it was asked, and the client never hears of it. Called again before that, it replaces the first.
    package func cutAnswer(toRequestWith bytes: [UInt8]) { state.arm(bytes) }

    /// As `cutAnswer(toRequestWith:)`, for a text in UTF-8; an empty text means whatever request is next.
    package func cutAnswer(toRequestWith text: String = "") { cutAnswer(toRequestWith: Array(text.utf8)) }

    private func resetAll(_ pairs: [ProxyPair]) async {
        for pair in pairs { await pair.resetAndWait() }
    }
}
