internal import PunctualCore
internal import Synchronization

/// Publishes over one connection, on a thread of its own, and waits for confirmations in batches.
final class PublishLane: Sendable {
    enum Letter: Sendable {
        case publish(PublishCall)
        case stop
    }

    let settings: RabbitMQSettings
    let mailbox = Mailbox<Letter>()
    private let status: Mutex<LaneStatus>
    private let unconfirmed = Mutex(0)
    private let ended = Happening()

    /// Starts the thread, which lives until `close`.
    init(_ settings: RabbitMQSettings) {
        self.settings = settings
        status = Mutex(LaneStatus(state: .down("RabbitMQ at \(settings.place): not connected yet")))
        startThread { [self] in
            PublishLoop(self).run()
            ended.happen()
        }
    }

    /// Publishes the messages; one outcome each, in order. It takes at most the limit, and a second if the connection is
    /// stuck.
    func publish(_ messages: [OutgoingMessage], within limit: Duration) async -> [HintOutcome] {
        if messages.isEmpty { return [] }
        let call = PublishCall(messages, deadline: .now + limit)
        unconfirmed.withLock { $0 += messages.count }
        defer { unconfirmed.withLock { $0 -= messages.count } }
        guard mailbox.put(.publish(call)) else {
            return Array(repeating: .failed(.closed), count: messages.count)
        }
        // Cancelled five lines on; only a thread that is stuck leaves anything to it.
        let guardian = Task { [mailbox] in
            try await Task.sleep(for: limit + .seconds(1))
            call.settleRest(.unavailable("RabbitMQ takes nothing: the connection is stuck, it is given up"))
            mailbox.interrupt()
        }
        let outcomes = await call.outcomes()
        guardian.cancel()
        return outcomes
    }

    var health: BrokerHealth {
        BrokerHealth(state: status.withLock { $0.health }, unconfirmed: unconfirmed.withLock { $0 })
    }

    func setStatus(_ change: (inout LaneStatus) -> Void) { status.withLock { change(&$0) } }

    /// Waits until what was published has its outcomes, and ends the connection and the thread. A server that does not
    /// answer is left without a good-bye.
    func close() async {
        mailbox.put(.stop, isLast: true)
        // Whoever still waits for a confirmation does so for as long as it may.
        let limit = unconfirmed.withLock { $0 } == 0 ? settings.closeTimeout : settings.publishTimeout
        await ended.wait(atMost: limit) { [mailbox] in mailbox.interrupt(forGood: true) }
        setStatus { $0 = LaneStatus(state: .down("the connection to RabbitMQ was closed by this process")) }
    }
}
