package import Hummingbird
internal import NIOCore

extension ApplicationRequestContextSource {
    /// The address at the other end of the connection, a proxy's perhaps, as text; nil for a connection that has none.
    package var peerAddress: String? { channel.remoteAddress?.ipAddress }
}
