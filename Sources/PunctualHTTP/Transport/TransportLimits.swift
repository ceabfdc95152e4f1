package import NIOCore

/// How much of the server one connection may hold, and for how long.
///
/// The defaults are close to those of nginx and Apache; tests shorten them.
package struct TransportLimits: Sendable {
    /// From the connection to the end of the TLS handshake.
    package var handshake = TimeAmount.seconds(10)
    /// From the connection, or its handshake, to the end of the first request's head.
    package var firstHead = TimeAmount.seconds(20)
    /// Between two requests of a connection, the head of the second included.
    package var idle = TimeAmount.seconds(75)
    /// From the head of a request to the end of its body.
    package var body = TimeAmount.seconds(60)
    /// For a client that takes nothing of an answer; beyond it, `slowestReading` counts.
    package var stalled = TimeAmount.seconds(30)
    /// A client that takes fewer bytes a second than this is cut off.
    package var slowestReading = 4096
    /// For a client to close its side after the server has closed its own.
    package var lingering = TimeAmount.seconds(5)
    /// Of one header field, and of the request line.
    package var headerFieldBytes = 16_384
    /// Of all header fields of a request together.
    package var headerBytes = 32_768
    package var headerFields = 100

    package init() {}
}
