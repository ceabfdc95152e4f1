package import PunctualCore
internal import Synchronization

/// Hints over RabbitMQ: a durable queue with priorities for each line, publisher confirms, manual acknowledgements.
///
/// Everything that is published goes over one connection, and each consumer has one of its own: an alarm of the server
/// stops those that publish, and consumers go on.
package final class RabbitMQBroker: ExecutionBroker {
    private struct State {
        var consumers: [ConsumeLane] = []
        var isClosed = false
    }

    private let settings: RabbitMQSettings
    private let topology: HintTopology
    private let publisher: PublishLane
    private let state = Mutex(State())

    /// Begins to connect; `health` tells how that goes.
    /// - Parameters:
    ///   - prefix: begins the names of queues and exchanges, so that several clusters may share a vhost.
    ///   - lineLimit: hints that a line holds at most. What comes then is not confirmed, and told again later.
    package init(_ settings: RabbitMQSettings, prefix: BrokerPrefix = .standard, lineLimit: Int = 100_000) {
        self.settings = settings
        topology = HintTopology(prefix: prefix.text, lineLimit: max(1, lineLimit))
        publisher = PublishLane(settings)
    }

    package func publish(_ hints: [ExecutionHint]) async -> [HintOutcome] {
        var queues: [HintLine: QueueDeclaration] = [:]
        let messages = hints.map { hint in
            let queue = queues[hint.line] ?? topology.queue(for: hint.line)
            queues[hint.line] = queue
            return OutgoingMessage(
                routingKey: queue.name, id: hint.executionID.description, type: "punctual.hint",
                priority: UInt8(hint.priority), body: hint.message, queue: queue)
        }
        return await publisher.publish(messages, within: settings.publishTimeout)
    }

    package func consume(_ lines: Set<HintLine>, prefetch: Int) async -> any HintConsumer {
        state.withLock { state in
            if state.isClosed { return ConsumeLane.ended(settings, topology) }
            state.consumers.removeAll { $0.hasEnded }
            let consumer = ConsumeLane(settings, topology, lines: lines, prefetch: prefetch)
            state.consumers.append(consumer)
            return consumer
        }
    }

    package func health() async -> BrokerHealth {
        var health = publisher.health
        guard case .up = health.state else { return health }
        for consumer in state.withLock({ $0.consumers }) where !consumer.hasEnded {
            switch consumer.health {
            case .up: continue
            case .impaired(let text), .down(let text): health.state = .impaired(text)
            }
        }
        return health
    }

    package func close() async {
        let consumers = state.withLock { state in
            state.isClosed = true
            return state.consumers
        }
        // All at once: a server that is silent delays each.
        await withTaskGroup(of: Void.self) { group in
            for consumer in consumers { group.addTask { await consumer.close() } }
            group.addTask { await self.publisher.close() }
        }
    }
}
