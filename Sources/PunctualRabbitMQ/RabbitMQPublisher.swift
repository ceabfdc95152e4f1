package import PunctualCore
package import PunctualJSON
internal import PunctualSchedule

/// Publishes what jobs have to say, for targets of type `publish`: persistent, mandatory, confirmed.
package final class RabbitMQPublisher: Executor {
    /// One message.
    package struct Message: Hashable, Sendable {
        /// Empty means the default exchange, where the routing key is a queue's name.
        package var exchange: String
        package var routingKey: String
        /// The same on every attempt, so that the receiver can drop repeats.
        package var executionID: Identifier
        package var headers: [String: JSONValue]
        package var contentType: String
        package var body: [UInt8]

        package init(
            exchange: String, routingKey: String, executionID: Identifier, headers: [String: JSONValue] = [:],
            contentType: String, body: [UInt8]
        ) {
            self.exchange = exchange
            self.routingKey = routingKey
            self.executionID = executionID
            self.headers = headers
            self.contentType = contentType
            self.body = body
        }
    }

    private let settings: RabbitMQSettings
    private let lane: PublishLane

    /// Begins to connect.
    package init(_ settings: RabbitMQSettings) {
        self.settings = settings
        lane = PublishLane(settings)
    }

    /// Publishes the message and waits until RabbitMQ has confirmed that a queue holds it.
    /// - Throws: why it did not; `isRetryable` says whether another try is sensible. It may have arrived nevertheless.
    package func publish(_ message: Message, within limit: Duration) async throws(BrokerError) {
        for (name, text) in [("exchange", message.exchange), ("routing key", message.routingKey)]
        where text.utf8.count > 255 {
            throw .refused("the \(name) is longer than the 255 bytes that AMQP allows; name another")
        }
        let headers = message.headers.sorted { $0.key < $1.key }.map { Field($0.key, Field.Value($0.value)) }
        let outcomes = await lane.publish(
            [
                OutgoingMessage(
                    exchange: message.exchange, routingKey: message.routingKey, id: message.executionID.description,
                    contentType: message.contentType, headers: headers, body: message.body)
            ], within: limit)
        if case .failed(let error)? = outcomes.first { throw error }
    }

    package func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        await attempt.published { publication throws(BrokerError) in
            // The first slash ends the exchange; a routing key may hold more of them.
            let destination = publication.destination
            guard let slash = destination.firstIndex(of: "/") else {
                throw .refused("the destination \"\(destination)\" has no slash; \(Self.form)")
            }
            let message = Message(
                exchange: String(destination[..<slash]),
                routingKey: String(destination[destination.index(after: slash)...]), executionID: attempt.executionID,
                headers: [
                    "punctual-job": .string(attempt.jobName), "punctual-service": .string(attempt.service),
                    "punctual-attempt": .int(Int64(attempt.attempt)),
                    "punctual-scheduled-at": .string(attempt.scheduledAt.description),
                    "traceparent": .string(attempt.carriedTrace),
                ], contentType: publication.contentType, body: publication.body)
            try await publish(message, within: min(attempt.timeout, settings.publishTimeout))
        }
    }

    private static let form = "write EXCHANGE/ROUTING-KEY, or /QUEUE"

    /// What is wrong with a destination; nil when it may exist.
    package static func complaint(about destination: String) -> String? {
        guard let slash = destination.firstIndex(of: "/") else { return "has no slash; \(form)" }
        // An exchange of type fanout needs no routing key.
        if destination == "/" { return "names neither an exchange nor a queue; \(form)" }
        if destination[..<slash].utf8.count > 255 || destination[slash...].utf8.count > 256 {
            return "names an exchange or a routing key of more than 255 bytes; AMQP allows no more"
        }
        return nil
    }

    package var health: BrokerHealth { lane.health }

    /// Waits until what is being published has its outcome, and lets go of RabbitMQ.
    package func close() async { await lane.close() }
}

extension Field.Value {
    /// What a header says in AMQP's kinds; what they lack is written as JSON.
    init(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .text(text)
        case .int(let number): self = .int(number)
        case .bool(let flag): self = .bool(flag)
        default: self = .text(value.description)
        }
    }
}
