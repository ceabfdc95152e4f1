internal import NIOCore

/// Which server is asked for what.
protocol Topology: Sendable {
    /// Begins to follow what changes; called once.
    func start()
    /// - Parameter key: nil means that any will do.
    /// - Throws: `.unavailable` when none is known now.
    func server(for key: String?, isRead: Bool) throws(RedisError) -> RedisServer
    /// Where a redirection points; nil when it cannot be read.
    func server(redirected error: RedisError, by host: RedisHost) -> RedisServer?
    /// Something was not as it was known: look again soon.
    func doubt()
    /// Whether another server may stand in for one that is away.
    var hasOthers: Bool { get }
    /// The servers that are known now.
    var servers: [RedisServer] { get }
    /// Why no server can be chosen; nil when one can.
    var fault: RedisError? { get }
    func close() async
}

/// One server, whatever it says.
final class SingleTopology: Topology {
    private let server: RedisServer

    init(_ server: RedisServer) { self.server = server }

    func start() { server.wake() }
    func server(for key: String?, isRead: Bool) throws(RedisError) -> RedisServer { server }
    func server(redirected error: RedisError, by host: RedisHost) -> RedisServer? { nil }
    func doubt() {}
    var hasOthers: Bool { false }
    var servers: [RedisServer] { [server] }
    var fault: RedisError? { nil }
    func close() async { await server.close() }
}
