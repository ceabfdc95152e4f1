package import Hummingbird
package import HummingbirdCore
package import Logging
internal import NIOCore

extension HTTPServerBuilder {
    /// The server of the API: HTTP/1.1, and with a certificate TLS, where HTTP/2 is spoken with whoever asks for it.
    /// - Parameters:
    ///   - certificate: nil serves without TLS.
    ///   - connections: counts those that are open.
    package static func punctual(
        certificate: ServerCertificate? = nil, limits: TransportLimits = TransportLimits(),
        connections: ConnectionCount = ConnectionCount()
    ) -> HTTPServerBuilder {
        HTTPServerBuilder {
            TransportChannel(responder: $0, limits: limits, certificate: certificate, connections: connections)
        }
    }
}

extension ApplicationConfiguration {
    /// Where the API listens.
    /// - Parameter connections: how many it holds at once; further ones wait in the kernel.
    package static func punctual(host: String, port: Int, connections: Int, logger: Logger) -> ApplicationConfiguration
    {
        ApplicationConfiguration(
            address: .hostname(host, port: port), serverName: "punctual", backlog: 1024,
            availableConnectionsDelegate: .maximum(connections, logger: logger))
    }
}
