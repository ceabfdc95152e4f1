package import HummingbirdCore
internal import NIOCore

extension HTTPServerBuilder {
    /// HTTP/1.1 as the API serves it. Connections that say nothing, or never end what they say, are closed.
    package static func punctual() -> HTTPServerBuilder {
        .http1(configuration: .init(additionalChannelHandlers: [RefusalBody()], idleTimeout: .seconds(75)))
    }
}
