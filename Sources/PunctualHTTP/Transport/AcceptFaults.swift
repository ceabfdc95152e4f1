package import Logging
package import NIOCore

/// Tells of connections that cannot be accepted, since too many files are open or the client has gone already, and lets the
/// listening go on, whatever the server below would make of such a fault.
package final class AcceptFaults: ChannelInboundHandler {
    package typealias InboundIn = any Channel

    private let logger: Logger

    private init(logger: Logger) {
        self.logger = logger
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError, context.channel.isActive else { return context.fireErrorCaught(error) }
        logger.warning("a connection could not be accepted", metadata: ["error": "\(error)"])
    }

    /// - Parameter channel: the listening one.
    package static func guardAccepting(of channel: any Channel, logger: Logger) async {
        do {
            try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.addHandler(AcceptFaults(logger: logger), position: .first)
            }.get()
        } catch {
            logger.warning("the listening socket has closed already", metadata: ["error": "\(error)"])
        }
    }
}
