internal import Glibc
internal import NIOCore
internal import Synchronization

/// What all connections of a proxy share.
final class ProxyState: Sendable {
    private struct Shared {
        var mode = FaultProxy.Mode.pass
        var counts = FaultProxy.Counts()
        var armed: [UInt8]?
        var pairs: [ObjectIdentifier: ProxyPair] = [:]
    }

    private let shared = Mutex(Shared())

    var mode: FaultProxy.Mode { shared.withLock { $0.mode } }

    var counts: FaultProxy.Counts {
        shared.withLock { shared in
            var counts = shared.counts
            counts.open = shared.pairs.count
            return counts
        }
    }

    /// - Returns: connections that must be reset, since one side gave them up while nothing passed.
    func set(_ mode: FaultProxy.Mode) -> [ProxyPair] {
        shared.withLock { shared in
            shared.mode = mode
            return mode == .blackHole ? [] : shared.pairs.values.filter(\.isAbandoned)
        }
    }

    func count(_ change: (inout FaultProxy.Counts) -> Void) { shared.withLock { change(&$0.counts) } }

    func arm(_ bytes: [UInt8]) { shared.withLock { $0.armed = bytes } }

    /// Whether the answer to this request is to be cut; true only once.
    func isArmed(for request: ByteBuffer) -> Bool {
        shared.withLock { shared in
            guard let armed = shared.armed else { return false }
            guard armed.isEmpty || contains(request.readableBytesView, armed) else { return false }
            shared.armed = nil
            return true
        }
    }

    func add(_ pair: ProxyPair) { shared.withLock { $0.pairs[ObjectIdentifier(pair)] = pair } }

    func remove(_ pair: ProxyPair) { shared.withLock { _ = $0.pairs.removeValue(forKey: ObjectIdentifier(pair)) } }

    func pairs() -> [ProxyPair] { shared.withLock { Array($0.pairs.values) } }

    private func contains(_ bytes: ByteBufferView, _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return bytes.indices.dropLast(part.count - 1).contains { start in
            bytes[start] == part[0] && bytes[start..<start + part.count].elementsEqual(part)
        }
    }
}

/// One connection: the client's side and the server's, both on one event loop.
final class ProxyPair: Sendable {
    let client: any Channel
    private let inner = Mutex(Inner())

    private struct Inner {
        var server: (any Channel)?
        var isSwallowed = false
        var isAbandoned = false
        var cutsNextAnswer = false
    }

    init(client: any Channel) { self.client = client }

    /// nil until the server has answered, and in a black hole.
    var server: (any Channel)? {
        get { inner.withLock { $0.server } }
        set { inner.withLock { $0.server = newValue } }
    }

    /// Whether bytes were lost on it, so that it can never be right again.
    var isSwallowed: Bool {
        get { inner.withLock { $0.isSwallowed } }
        set { inner.withLock { $0.isSwallowed = newValue } }
    }

    /// Whether one side has gone and the other was not told.
    var isAbandoned: Bool {
        get { inner.withLock { $0.isAbandoned } }
        set { inner.withLock { $0.isAbandoned = newValue } }
    }

    var cutsNextAnswer: Bool {
        get { inner.withLock { $0.cutsNextAnswer } }
        set { inner.withLock { $0.cutsNextAnswer = newValue } }
    }

    private var channels: [any Channel] { [client] + (server.map { [$0] } ?? []) }

    /// Resets both sides: whoever reads or writes next is told of it.
    func reset() {
        for channel in channels { ProxyPair.reset(channel) }
    }

    func resetAndWait() async {
        reset()
        // A side that was closed already is what was wanted.
        for channel in channels { try? await channel.closeFuture.get() }
    }

    /// Ends the answers alone; the client may still send.
    func closeAnswers() async {
        // A client that has gone hears nothing anyway.
        try? await client.close(mode: .output).get()
    }

    /// With no lingering, closing sends a reset instead of an orderly end.
    static func reset(_ channel: any Channel) {
        guard let socket = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
    }
}
