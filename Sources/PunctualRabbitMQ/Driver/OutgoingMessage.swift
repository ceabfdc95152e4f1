/// A message to publish, persistent and mandatory.
struct OutgoingMessage: Hashable, Sendable {
    /// Empty means the default exchange, where the routing key is a queue's name.
    var exchange = ""
    var routingKey: String
    var id: String
    var contentType = "application/json"
    var type: String?
    var priority: UInt8?
    var headers: [Field] = []
    var body: [UInt8]
    /// Declared before the first message to it; nil for a queue that is somebody else's.
    var queue: QueueDeclaration?
}

/// A durable queue as it must be.
struct QueueDeclaration: Hashable, Sendable {
    var name: String
    var arguments: [Field]
    /// The exchange for what is refused, a durable fanout of that name, with a queue of the same name bound to it.
    var deadLetters: DeadLetters?
}

struct DeadLetters: Hashable, Sendable {
    var name: String
    var arguments: [Field]
}
