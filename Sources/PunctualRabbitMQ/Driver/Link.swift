internal import CRabbitMQ
internal import Glibc
internal import PunctualCore
internal import PunctualSchedule

/// One connection to RabbitMQ with two channels: one for messages, one for questions, whose refusals close it.
///
/// Not `Sendable`: it belongs to the thread that opened it, and its calls block that thread, each within a limit.
final class Link {
    /// For what is published and delivered.
    static let messages: amqp_channel_t = 1
    /// For declarations.
    static let questions: amqp_channel_t = 2

    let host: RabbitMQSettings.Host
    let socket: Int32
    private let state: amqp_connection_state_t
    private let settings: RabbitMQSettings
    private var hasQuestions = false
    /// A message whose content has not come whole.
    private var partial: PartialMessage?

    /// Connects to the host, logs in and opens the channel for messages.
    /// - Parameter opened: told the socket as soon as there is one.
    init(
        _ settings: RabbitMQSettings, host: RabbitMQSettings.Host, opened: (Int32) -> Void
    ) throws(AMQPFault) {
        guard let state = amqp_new_connection() else { throw AMQPFault(.noConnection, "out of memory") }
        do throws(AMQPFault) {
            let socket = try Link.newSocket(state, settings)
            var limit = timeval(settings.connectTimeout)
            let status = amqp_socket_open_noblock(socket, host.name, Int32(host.port), &limit)
            guard status == 0 else { throw AMQPFault.connecting(status, isOpen: false, to: host, settings) }
            self.socket = amqp_get_sockfd(state)
        } catch {
            amqp_destroy_connection(state)
            throw error
        }
        self.state = state
        self.host = host
        self.settings = settings
        opened(socket)
        // A network that swallows packets is noticed within seconds; where it is not supported the heartbeat does it.
        var milliseconds = UInt32(clamping: (settings.heartbeat * 2).wholeMilliseconds)
        setsockopt(
            socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<UInt32>.size))
        try logIn()
        try open(Link.messages)
    }

    deinit { amqp_destroy_connection(state) }

    /// Sets up what a connection needs before it is made: the files of certificates.
    static func check(_ settings: RabbitMQSettings) throws(AMQPFault) {
        guard settings.tls != nil, let state = amqp_new_connection() else { return }
        defer { amqp_destroy_connection(state) }
        _ = try newSocket(state, settings)
    }

    private static func newSocket(
        _ state: amqp_connection_state_t, _ settings: RabbitMQSettings
    ) throws(AMQPFault) -> OpaquePointer {
        guard let tls = settings.tls else {
            guard let socket = amqp_tcp_socket_new(state) else { throw AMQPFault(.noConnection, "out of memory") }
            return socket
        }
        guard let socket = amqp_ssl_socket_new(state) else {
            throw AMQPFault(.settings, "OpenSSL cannot be set up; install libssl")
        }
        amqp_ssl_socket_set_verify_peer(socket, tls.isVerified ? 1 : 0)
        amqp_ssl_socket_set_verify_hostname(socket, tls.isVerified ? 1 : 0)
        guard amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) == 0 else {
            throw AMQPFault(.settings, "this OpenSSL has no TLS 1.2; install a newer one")
        }
        if tls.isVerified, amqp_ssl_socket_set_cacert(socket, tls.authorities) != 0 {
            throw AMQPFault(
                .settings, "the authorities in \(tls.authorities) cannot be read; check cacertfile in the RabbitMQ URL")
        }
        if let certificate = tls.certificate {
            guard amqp_ssl_socket_set_key(socket, certificate, tls.key ?? certificate) == 0 else {
                throw AMQPFault(
                    .settings,
                    "the certificate \(certificate) and its key cannot be read or do not belong together; check certfile "
                        + "and keyfile in the RabbitMQ URL")
            }
        }
        return socket
    }

    private func logIn() throws(AMQPFault) {
        var limit = timeval(settings.connectTimeout)
        amqp_set_handshake_timeout(state, &limit)
        limit = timeval(settings.answerTimeout)
        amqp_set_rpc_timeout(state, &limit)
        let arena = Arena()
        var properties = arena.table([
            Field("product", .text("punctual")), Field("connection_name", .text("punctual")),
            Field(
                "capabilities",
                .table(
                    ["connection.blocked", "consumer_cancel_notify", "publisher_confirms", "basic.nack"]
                        .map { Field($0, .bool(true)) })),
        ])
        let reply = punctual_amqp_login(
            state, settings.vhost, Int32(settings.heartbeat / .seconds(1)), &properties, settings.user,
            settings.password)
        withExtendedLifetime(arena) {}
        if reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION {
            throw AMQPFault.connecting(reply.library_error, isOpen: true, to: host, settings)
        }
        try check(reply, on: 0)
    }

    private func open(_ channel: amqp_channel_t) throws(AMQPFault) {
        amqp_channel_open(state, channel)
        try check(amqp_get_rpc_reply(state), on: channel)
    }

    // MARK: Questions

    /// Declares what is there, or makes it.
    /// - Throws: `.refused` when it is there with other arguments, or the right is missing; the link stays usable.
    func declare(_ queue: QueueDeclaration) throws(AMQPFault) {
        do throws(AMQPFault) {
            try ask { channel, arena in
                amqp_queue_declare(
                    state, channel, arena.bytes(queue.name), 0, 1, 0, 0, arena.table(queue.arguments))
            }
        } catch {
            switch error.kind {
            case .refused(406):
                throw AMQPFault(
                    error.kind,
                    "the queue \(queue.name) in vhost \(settings.vhost) exists with other arguments (\(error.message)); "
                        + "delete it with `rabbitmqctl delete_queue --vhost \(settings.vhost) \(queue.name)`, its hints are "
                        + "told again")
            case .refused(403):
                // Somebody else may have made it for a user that may make none.
                try? ask { channel, arena in  // The first refusal says more.
                    amqp_queue_declare(state, channel, arena.bytes(queue.name), 1, 1, 0, 0, amqp_table_t())
                }
                if !hasQuestions { throw error }
            default: throw error
            }
        }
    }

    /// Declares a durable exchange, or only looks whether it is there.
    func declare(exchange: String, type: String, isPassive: Bool) throws(AMQPFault) {
        try ask { channel, arena in
            amqp_exchange_declare(
                state, channel, arena.bytes(exchange), arena.bytes(type), isPassive ? 1 : 0, 1, 0, 0, amqp_table_t())
        }
    }

    func bind(_ queue: String, to exchange: String) throws(AMQPFault) {
        try ask { channel, arena in
            amqp_queue_bind(
                state, channel, arena.bytes(queue), arena.bytes(exchange), amqp_bytes_t(), amqp_table_t())
        }
    }

    private func ask(_ question: (amqp_channel_t, Arena) -> some Any) throws(AMQPFault) {
        if !hasQuestions {
            try open(Link.questions)
            hasQuestions = true
        }
        let arena = Arena()
        _ = question(Link.questions, arena)
        withExtendedLifetime(arena) {}
        try check(amqp_get_rpc_reply(state), on: Link.questions)
    }

    // MARK: Messages

    /// Asks for a confirmation of each message from now on; they are numbered from 1.
    func selectConfirms() throws(AMQPFault) {
        amqp_confirm_select(state, Link.messages)
        try check(amqp_get_rpc_reply(state), on: Link.messages)
    }

    /// Opens the channel for messages again after the server closed it.
    func reopen() throws(AMQPFault) {
        partial = nil
        try open(Link.messages)
    }

    /// Sends one message, persistent and mandatory. It may block until the socket takes it.
    func send(_ message: OutgoingMessage) throws(AMQPFault) {
        let arena = Arena()
        var properties = amqp_basic_properties_t()
        var flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG
        properties.delivery_mode = 2
        properties.content_type = arena.bytes(message.contentType)
        properties.message_id = arena.bytes(message.id)
        if let priority = message.priority {
            flags |= AMQP_BASIC_PRIORITY_FLAG
            properties.priority = priority
        }
        if let type = message.type {
            flags |= AMQP_BASIC_TYPE_FLAG
            properties.type = arena.bytes(type)
        }
        if !message.headers.isEmpty {
            flags |= AMQP_BASIC_HEADERS_FLAG
            properties.headers = arena.table(message.headers)
        }
        properties._flags = amqp_flags_t(flags)
        let status = amqp_basic_publish(
            state, Link.messages, arena.bytes(message.exchange), arena.bytes(message.routingKey), 1, 0, &properties,
            arena.bytes(message.body))
        withExtendedLifetime(arena) {}
        try check(status)
    }

    /// Bounds what is delivered and not settled, over all consumers of the channel.
    func limit(to prefetch: Int) throws(AMQPFault) {
        amqp_basic_qos(state, Link.messages, 0, UInt16(clamping: prefetch), 1)
        try check(amqp_get_rpc_reply(state), on: Link.messages)
    }

    /// Begins to take from the queue; deliveries and cancellations carry the queue's name as tag.
    func consume(_ queue: String) throws(AMQPFault) {
        let arena = Arena()
        amqp_basic_consume(
            state, Link.messages, arena.bytes(queue), arena.bytes(queue), 0, 0, 0, amqp_table_t())
        withExtendedLifetime(arena) {}
        try check(amqp_get_rpc_reply(state), on: Link.messages)
    }

    /// Takes from the queue no more.
    func cancel(_ queue: String) throws(AMQPFault) {
        let arena = Arena()
        amqp_basic_cancel(state, Link.messages, arena.bytes(queue))
        withExtendedLifetime(arena) {}
        try check(amqp_get_rpc_reply(state), on: Link.messages)
    }

    /// - Parameter isMultiple: whether all before it are meant, too.
    func acknowledge(_ tag: UInt64, isMultiple: Bool) throws(AMQPFault) {
        try check(amqp_basic_ack(state, Link.messages, tag, isMultiple ? 1 : 0))
    }

    /// - Parameter isRequeued: false sends it to the dead letters.
    func refuse(_ tag: UInt64, isRequeued: Bool) throws(AMQPFault) {
        try check(amqp_basic_nack(state, Link.messages, tag, 0, isRequeued ? 1 : 0))
    }

    // MARK: What comes

    /// The next thing that has come; nil when nothing has. Sends heartbeats when they are due.
    /// - Throws: `.lost` at the end of the connection.
    func next() throws(AMQPFault) -> LinkEvent? {
        while true {
            amqp_maybe_release_buffers(state)
            var frame = amqp_frame_t()
            var none = timeval()
            let status = amqp_simple_wait_frame_noblock(state, &frame, &none)
            if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
            try check(status)
            if let event = try event(of: frame) { return event }
        }
    }

    private func event(of frame: amqp_frame_t) throws(AMQPFault) -> LinkEvent? {
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            let method = frame.payload.method
            if let begun = PartialMessage(method) {
                partial = begun
                return nil
            }
            let event = LinkEvent(method)
            switch event {
            case .closed(let code, let text):
                var answer = amqp_connection_close_ok_t()
                amqp_send_method(state, 0, amqp_method_number_t(AMQP_CONNECTION_CLOSE_OK_METHOD), &answer)
                throw AMQPFault.exception(code, text)
            case .channelClosed:
                partial = nil
                var answer = amqp_channel_close_ok_t()
                amqp_send_method(state, frame.channel, amqp_method_number_t(AMQP_CHANNEL_CLOSE_OK_METHOD), &answer)
                return event
            default: return event
            }
        case AMQP_FRAME_HEADER:
            partial?.begin(frame)
        case AMQP_FRAME_BODY:
            partial?.append(frame)
        default: return nil
        }
        guard let message = partial, message.isWhole else { return nil }
        partial = nil
        return message.event
    }

    // MARK: Ends

    /// Says good-bye, so that the server closes the connection in order and what was sent before is done.
    func close() {
        // When it is not answered the connection has ended all the same.
        _ = amqp_connection_close(state, AMQP_REPLY_SUCCESS)
    }

    private func check(_ status: Int32) throws(AMQPFault) {
        if status < 0 {
            throw AMQPFault(.lost, "the connection to RabbitMQ at \(host.text) ended: \(AMQPFault.text(status))")
        }
    }

    private func check(_ reply: amqp_rpc_reply_t, on channel: amqp_channel_t) throws(AMQPFault) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            guard let event = LinkEvent(reply.reply) else {
                throw AMQPFault(.lost, "RabbitMQ at \(host.text) answered what was not asked; see its log")
            }
            if case .channelClosed(let code, let text) = event {
                var answer = amqp_channel_close_ok_t()
                amqp_send_method(state, channel, amqp_method_number_t(AMQP_CHANNEL_CLOSE_OK_METHOD), &answer)
                if channel == Link.questions { hasQuestions = false }
                throw AMQPFault.exception(code, text)
            }
            if case .closed(let code, let text) = event {
                var answer = amqp_connection_close_ok_t()
                amqp_send_method(state, 0, amqp_method_number_t(AMQP_CONNECTION_CLOSE_OK_METHOD), &answer)
                throw AMQPFault.exception(code, text)
            }
            throw AMQPFault(.lost, "RabbitMQ at \(host.text) answered what was not asked; see its log")
        default:
            throw AMQPFault(
                .lost, "the connection to RabbitMQ at \(host.text) ended: \(AMQPFault.text(reply.library_error))")
        }
    }
}

extension timeval {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
