import NIOCore
import NIOPosix
import NIOSSL

/// A connection whose bytes a test writes itself.
struct Wire {
    typealias Channel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// How a connection is secured.
    struct TLS {
        /// The PEM file of the authority that is trusted.
        var authority: String
        var protocols: [String] = []
    }

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    /// What has come and was not taken yet.
    private(set) var received = ByteBuffer()
    /// The other side has closed.
    private(set) var isOver = false

    /// Runs the body with a connection, which is closed at its end.
    /// - Parameter address: of this side, one of loopback.
    static func open<Value: Sendable>(
        _ port: Int, from address: String = "127.0.0.1", tls: TLS? = nil, _ body: (inout Wire) async throws -> Value
    ) async throws -> Value {
        let context = try tls.map { tls in
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(tls.authority)
            configuration.applicationProtocols = tls.protocols
            return try NIOSSLContext(configuration: configuration)
        }
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(to: SocketAddress(ipAddress: address, port: 0))
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    }
                    return try Channel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: tls == nil))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var wire = Wire(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&wire)
        }
    }

    private init(
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    /// - Returns: false when the other side has closed.
    @discardableResult
    func send(_ bytes: some Sequence<UInt8> & Sendable) async -> Bool {
        // That the other side takes no more is an answer too.
        do { try await outbound.write(ByteBuffer(bytes: bytes)) } catch { return false }
        return true
    }

    @discardableResult
    func send(_ text: String) async -> Bool { await send(Array(text.utf8)) }

    /// Says that nothing more comes from this side.
    func finish() { outbound.finish() }

    /// Waits for more.
    /// - Returns: false when the other side has closed.
    @discardableResult
    mutating func more() async -> Bool {
        // A reset is an end as well.
        do {
            if let part = try await inbound.next() {
                received.writeImmutableBuffer(part)
                return true
            }
        } catch {}
        isOver = true
        return false
    }

    /// Reads until the text has come; whether it did before the other side closed.
    mutating func read(until text: String) async -> Bool {
        while !String(buffer: received).contains(text) { guard await more() else { return false } }
        return true
    }

    /// All that comes until the other side closes.
    mutating func rest() async -> String {
        while await more() {}
        return String(buffer: received)
    }

    mutating func take() -> ByteBuffer {
        let taken = received
        received.clear()
        return taken
    }
}
