internal import CRabbitMQ
internal import PunctualCore

/// Why RabbitMQ, or the way to it, did not do what it was asked.
struct AMQPFault: Error, Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// No host can be reached; nothing was sent.
        case noConnection
        /// The connection ended; whether what was on its way arrived is unknown.
        case lost
        /// The server refused, with AMQP's reply code: 403 no right, 404 no such thing, 406 other arguments, 530 no such
        /// vhost.
        case refused(Int)
        /// The certificate, or a file that was named, is not in order.
        case settings
    }

    let kind: Kind
    /// What was wrong and what to do, in one line.
    let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// What the library says of a status below zero.
    static func text(_ status: Int32) -> String { oneLine(String(cString: amqp_error_string2(status))) }

    /// Whether somebody must do something before the same call can work.
    var needsSomebody: Bool {
        switch kind {
        case .noConnection, .lost: false
        case .refused, .settings: true
        }
    }

    /// For a message or a queue that was asked about; while connecting nothing was said of any, and all are `.unavailable`.
    var error: BrokerError {
        switch kind {
        case .noConnection, .lost, .settings: .unavailable(message)
        case .refused(403), .refused(404), .refused(530): .barred(message)
        case .refused: .refused(message)
        }
    }

    /// The server's own words of an exception, with what to do.
    /// - Parameter code: AMQP's reply code.
    static func exception(_ code: Int, _ text: String) -> AMQPFault {
        let said = oneLine(text)
        switch code {
        case 403 where said.contains("Login was refused"):
            return AMQPFault(.refused(code), "RabbitMQ: \(said); check user and password in the URL")
        case 403:
            return AMQPFault(
                .refused(code),
                "RabbitMQ: \(said); grant the right with rabbitmqctl set_permissions, or use another user")
        case 404: return AMQPFault(.refused(code), "RabbitMQ: \(said); create it, or name another")
        case 406: return AMQPFault(.refused(code), "RabbitMQ: \(said)")
        case 530:
            return AMQPFault(
                .refused(code), "RabbitMQ: \(said); create the vhost and give the user its rights, or name another")
        default: return AMQPFault(.lost, "RabbitMQ closed the connection: \(said) (\(code)); see its log")
        }
    }

    /// What went wrong while connecting.
    /// - Parameter isOpen: whether there was a connection, and it ended before the login.
    static func connecting(
        _ status: Int32, isOpen: Bool, to host: RabbitMQSettings.Host, _ settings: RabbitMQSettings
    ) -> AMQPFault {
        let (said, place) = (text(status), host.text)
        switch status {
        case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED.rawValue:
            return AMQPFault(
                .noConnection, "RabbitMQ at \(place): its name is not known; check the host in the URL")
        case AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue, AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue:
            return AMQPFault(
                .settings,
                "RabbitMQ at \(place): its certificate is not for that name, or of no authority in "
                    + "\(settings.tls?.authorities ?? ""); check the host and cacertfile in the URL")
        case AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue, AMQP_STATUS_SSL_ERROR.rawValue:
            return AMQPFault(
                .noConnection,
                "RabbitMQ at \(place): no TLS (\(said)); check that the port takes amqps, and cacertfile in the URL")
        case AMQP_STATUS_TIMEOUT.rawValue:
            return AMQPFault(
                .noConnection, "RabbitMQ at \(place): no answer in time; check host and port, and the network between")
        case _ where isOpen:
            return AMQPFault(
                .noConnection,
                "RabbitMQ at \(place): it ended the connection before the login (\(said)); check that the port takes \(settings.scheme), and its log"
            )
        default:
            return AMQPFault(
                .noConnection, "RabbitMQ at \(place): \(said); check host and port in the URL, and that the server runs"
            )
        }
    }
}

extension RabbitMQSettings {
    var scheme: String { tls == nil ? "amqp" : "amqps" }
}

/// A text without its line ends.
func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
}
