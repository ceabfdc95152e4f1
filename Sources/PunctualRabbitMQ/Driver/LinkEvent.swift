internal import CRabbitMQ

/// Something that the server said of its own accord.
enum LinkEvent: Hashable, Sendable {
    case delivered(IncomingMessage)
    /// The message could not be routed; its confirmation follows all the same.
    case returned(IncomingMessage, reason: String)
    /// Messages are safe: that one, or all up to it.
    case confirmed(UInt64, isMultiple: Bool)
    /// The server did not take messages.
    case unconfirmed(UInt64, isMultiple: Bool)
    /// The queue with that name is gone.
    case cancelled(String)
    /// The server takes nothing for now.
    case blocked(String)
    case unblocked
    case channelClosed(Int, String)
    case closed(Int, String)
}

/// A message that came.
struct IncomingMessage: Hashable, Sendable {
    /// For a delivery, of its channel.
    var tag: UInt64 = 0
    /// The queue's name, as the consumer was told.
    var consumer = ""
    var isRedelivered = false
    var exchange = ""
    var routingKey = ""
    /// Empty when it has none.
    var id = ""
    /// nil when it was longer than we read.
    var body: [UInt8]? = []
}

extension LinkEvent {
    /// nil for a method that begins a message, and for one that says nothing to us.
    init?(_ method: amqp_method_t) {
        guard let decoded = method.decoded else { return nil }
        func fields<Value>(_ type: Value.Type) -> Value { decoded.load(as: type) }
        switch method.id {
        case amqp_method_number_t(AMQP_BASIC_ACK_METHOD):
            let ack = fields(amqp_basic_ack_t.self)
            self = .confirmed(ack.delivery_tag, isMultiple: ack.multiple != 0)
        case amqp_method_number_t(AMQP_BASIC_NACK_METHOD):
            let nack = fields(amqp_basic_nack_t.self)
            self = .unconfirmed(nack.delivery_tag, isMultiple: nack.multiple != 0)
        case amqp_method_number_t(AMQP_BASIC_CANCEL_METHOD):
            self = .cancelled(String(fields(amqp_basic_cancel_t.self).consumer_tag))
        case amqp_method_number_t(AMQP_CONNECTION_BLOCKED_METHOD):
            self = .blocked(oneLine(String(fields(amqp_connection_blocked_t.self).reason)))
        case amqp_method_number_t(AMQP_CONNECTION_UNBLOCKED_METHOD):
            self = .unblocked
        case amqp_method_number_t(AMQP_CHANNEL_CLOSE_METHOD):
            let close = fields(amqp_channel_close_t.self)
            self = .channelClosed(Int(close.reply_code), String(close.reply_text))
        case amqp_method_number_t(AMQP_CONNECTION_CLOSE_METHOD):
            let close = fields(amqp_connection_close_t.self)
            self = .closed(Int(close.reply_code), String(close.reply_text))
        default: return nil
        }
    }
}

/// A message whose content is on its way, frame by frame.
struct PartialMessage {
    /// Longer messages are none of ours; they are counted and not kept.
    static let limit = 64 * 1024

    private var message = IncomingMessage()
    /// nil for a delivery.
    private let returnReason: String?
    /// Bytes that are to come; nil before the header.
    private var left: UInt64?

    /// nil unless the method begins a message.
    init?(_ method: amqp_method_t) {
        guard let decoded = method.decoded else { return nil }
        switch method.id {
        case amqp_method_number_t(AMQP_BASIC_DELIVER_METHOD):
            let deliver = decoded.load(as: amqp_basic_deliver_t.self)
            message.tag = deliver.delivery_tag
            message.consumer = String(deliver.consumer_tag)
            message.isRedelivered = deliver.redelivered != 0
            message.exchange = String(deliver.exchange)
            message.routingKey = String(deliver.routing_key)
            returnReason = nil
        case amqp_method_number_t(AMQP_BASIC_RETURN_METHOD):
            let returned = decoded.load(as: amqp_basic_return_t.self)
            message.exchange = String(returned.exchange)
            message.routingKey = String(returned.routing_key)
            returnReason = oneLine(String(returned.reply_text))
        default: return nil
        }
    }

    mutating func begin(_ frame: amqp_frame_t) {
        let header = frame.payload.properties
        left = header.body_size
        if header.body_size > PartialMessage.limit { message.body = nil }
        guard let decoded = header.decoded, header.class_id == AMQP_BASIC_CLASS else { return }
        let properties = decoded.load(as: amqp_basic_properties_t.self)
        if properties._flags & amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG) != 0 {
            message.id = String(properties.message_id)
        }
    }

    mutating func append(_ frame: amqp_frame_t) {
        let part = frame.payload.body_fragment
        left = left.map { $0 - min($0, UInt64(part.len)) }
        message.body?.append(contentsOf: UnsafeRawBufferPointer(start: part.bytes, count: part.len))
    }

    var isWhole: Bool { left == 0 }

    var event: LinkEvent {
        if let returnReason { .returned(message, reason: returnReason) } else { .delivered(message) }
    }
}
