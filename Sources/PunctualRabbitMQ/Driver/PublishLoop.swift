internal import PunctualCore

/// What the thread of a `PublishLane` does.
final class PublishLoop {
    private struct Pending {
        var call: PublishCall
        var index: Int
        var tries = 0

        var message: OutgoingMessage { call.messages[index] }
        func settle(_ outcome: HintOutcome) { call.settle(index, outcome) }
    }

    /// A message is sent so often when it was not its own fault that it did not arrive.
    private static let triesAtMost = 3
    /// What the server refused is not asked again before.
    private static let refusalLasts = Duration.seconds(2)

    private let lane: PublishLane
    private var connector: Connector
    private var link: Link?
    private var calls: [PublishCall] = []
    /// Calls of which nothing or a part was sent, and how much.
    private var runs: [(call: PublishCall, next: Int)] = []
    /// Messages to be sent again, before others.
    private var again: [Pending] = []
    private var ledger = ConfirmLedger<Pending>()
    private var bytesInFlight = 0
    /// Queues and exchanges that are there, as far as this connection knows.
    private var known: Set<String> = []
    private var refusals: [String: (error: BrokerError, until: ContinuousClock.Instant)] = [:]
    /// Why the server takes nothing; nil when it does.
    private var blocked: String?
    private var isStopping = false

    init(_ lane: PublishLane) {
        self.lane = lane
        connector = Connector(lane.settings)
    }

    func run() {
        while true {
            takeLetters()
            expire()
            // What was handed over is sent yet, unless the server is known to be gone.
            if isStopping, calls.isEmpty || link == nil && connector.hasFailed { break }
            if link == nil, connector.pause <= .zero { connect() }
            do throws(AMQPFault) {
                if let link {
                    try giveUpIfStuck(link)
                    let hasSent = try send(over: link)
                    let hasRead = try read(from: link)
                    if hasSent || hasRead { continue }
                }
            } catch {
                lose(error)
                continue
            }
            lane.mailbox.wait(socket: link?.socket, atMost: pause)
        }
        for call in calls { call.settleRest(.unavailable(connector.fault.message)) }
        // A server that takes nothing answers nothing either.
        if blocked == nil { link?.close() }
        lane.mailbox.setSocket(nil)
        link = nil
    }

    private func takeLetters() {
        for letter in lane.mailbox.takeAll() {
            switch letter {
            case .publish(let call):
                calls.append(call)
                runs.append((call, 0))
            case .stop: isStopping = true
            }
        }
    }

    private var pause: Duration {
        var pause = lane.settings.heartbeat / 4
        if link == nil { pause = min(pause, connector.pause) }
        if let deadline = calls.lazy.map(\.deadline).min() { pause = min(pause, deadline - .now) }
        return pause
    }

    private func expire() {
        let now = ContinuousClock.now
        for call in calls where call.deadline <= now { call.settleRest(lateness) }
        calls.removeAll { $0.isOver }
        runs.removeAll { $0.call.isOver }
    }

    private var lateness: BrokerError {
        if let blocked { return .full(blocked) }
        if link == nil { return .unavailable(connector.fault.message) }
        return .unavailable("RabbitMQ did not confirm in time; see its load and its log")
    }

    // MARK: The connection

    private func connect() {
        let mailbox = lane.mailbox
        do throws(AMQPFault) {
            let link = try connector.connect(opened: { mailbox.setSocket($0) }, isStopping: { mailbox.isClosed })
            try link.selectConfirms()
            self.link = link
            connector.succeeded()
            lane.setStatus { $0 = LaneStatus(state: .up) }
        } catch {
            mailbox.setSocket(nil)
            connector.lost(error)
            lane.setStatus { $0 = LaneStatus(state: .down(error.message)) }
            // Waiting for the next attempt does not help: somebody must do something, and callers try again later.
            if error.needsSomebody { for call in calls { call.settleRest(.unavailable(error.message)) } }
        }
    }

    private func lose(_ fault: AMQPFault) {
        lane.mailbox.setSocket(nil)
        link = nil
        blocked = nil
        known = []
        refusals = [:]
        bytesInFlight = 0
        connector.lost(fault)
        lane.setStatus { $0 = LaneStatus(state: .down(fault.message)) }
        let text = "\(fault.message); whether the message arrived is unknown, send it again"
        for pending in ledger.removeAll() { pending.settle(.failed(.unavailable(text))) }
    }

    /// A server that confirms nothing for as long as a call may wait leaves no room for other messages.
    private func giveUpIfStuck(_ link: Link) throws(AMQPFault) {
        let isFull = ledger.count >= lane.settings.window || bytesInFlight >= lane.settings.windowBytes
        guard isFull, blocked == nil, !ledger.contains(where: { !$0.call.isOver }) else { return }
        throw AMQPFault(
            .lost, "RabbitMQ at \(link.host.text) confirms nothing; the connection is given up, see the server's log")
    }

    // MARK: Out

    /// Sends what the window leaves room for.
    /// - Returns: whether anything was sent.
    private func send(over link: Link) throws(AMQPFault) -> Bool {
        guard blocked == nil else { return false }
        var hasSent = false
        while ledger.count < lane.settings.window, let pending = nextPending() {
            let message = pending.message
            if ledger.count > 0, bytesInFlight + message.body.count > lane.settings.windowBytes {
                again.insert(pending, at: 0)
                break
            }
            if let refusal = try prepare(message, link) {
                pending.settle(.failed(refusal))
                continue
            }
            ledger.sent(pending)
            bytesInFlight += message.body.count
            try link.send(message)
            hasSent = true
        }
        return hasSent
    }

    private func nextPending() -> Pending? {
        while !again.isEmpty {
            let pending = again.removeFirst()
            if !pending.call.isOver { return pending }
        }
        while let run = runs.first {
            if run.next >= run.call.messages.count || run.call.isOver {
                runs.removeFirst()
                continue
            }
            runs[0].next += 1
            return Pending(call: run.call, index: run.next)
        }
        return nil
    }

    /// Sees to it that the message's destination is there.
    /// - Returns: why it cannot be sent; nil when it can.
    private func prepare(_ message: OutgoingMessage, _ link: Link) throws(AMQPFault) -> BrokerError? {
        let name: String
        if let queue = message.queue {
            if let refusal = refusals[PublishLoop.defaultExchange], refusal.until > .now { return refusal.error }
            name = "queue \(queue.name)"
        } else if message.exchange.isEmpty {
            return nil
        } else {
            name = "exchange \(message.exchange)"
        }
        if known.contains(name) { return nil }
        if let refusal = refusals[name], refusal.until > .now { return refusal.error }
        do throws(AMQPFault) {
            if let queue = message.queue {
                if let dead = queue.deadLetters, !known.contains("dead \(dead.name)") {
                    try link.declare(dead)
                    known.insert("dead \(dead.name)")
                }
                try link.declare(queue)
            } else {
                // A message to an exchange that is not there would end the channel, and others' messages with it.
                try link.declare(exchange: message.exchange, type: "direct", isPassive: true)
            }
        } catch {
            guard error.needsSomebody else { throw error }
            refusals[name] = (error.error, .now + PublishLoop.refusalLasts)
            if message.queue != nil { lane.setStatus { $0.refusals[name] = error.message } }
            return error.error
        }
        known.insert(name)
        refusals[name] = nil
        if message.queue != nil { lane.setStatus { $0.refusals[name] = nil } }
        return nil
    }

    // MARK: In

    /// - Returns: whether anything had come.
    private func read(from link: Link) throws(AMQPFault) -> Bool {
        var hasRead = false
        while let event = try link.next() {
            hasRead = true
            switch event {
            case .confirmed(let number, let isMultiple):
                for (pending, reason) in ledger.settle(number, isMultiple: isMultiple) { arrived(pending, reason) }
            case .unconfirmed(let number, let isMultiple):
                for (pending, _) in ledger.settle(number, isMultiple: isMultiple) {
                    bytesInFlight -= pending.message.body.count
                    pending.settle(.failed(.full(PublishLoop.unconfirmed(pending.message))))
                }
            case .returned(let message, let reason):
                ledger.markReturned(reason) { pending in
                    let sent = pending.message
                    return sent.id == message.id && sent.exchange == message.exchange
                        && sent.routingKey == message.routingKey
                }
            case .blocked(let reason):
                let text =
                    "RabbitMQ at \(link.host.text) takes nothing for now (\(reason)); free memory or disk there, see "
                    + "`rabbitmqctl status`"
                blocked = text
                lane.setStatus { $0.state = .impaired(text) }
            case .unblocked:
                blocked = nil
                lane.setStatus { $0.state = .up }
            case .channelClosed(let code, let text):
                try channelEnded(AMQPFault.exception(code, text), text, link)
            case .delivered, .cancelled, .closed: break
            }
        }
        return hasRead
    }

    private func arrived(_ pending: Pending, _ returnReason: String?) {
        bytesInFlight -= pending.message.body.count
        let message = pending.message
        guard let returnReason else {
            if message.queue != nil, refusals.removeValue(forKey: PublishLoop.defaultExchange) != nil {
                lane.setStatus { $0.refusals[PublishLoop.defaultExchange] = nil }
            }
            return pending.settle(.confirmed)
        }
        if let queue = message.queue, pending.tries + 1 < PublishLoop.triesAtMost {
            // Somebody deleted the queue: it is declared anew.
            known.remove("queue \(queue.name)")
            return sendAgain(pending)
        }
        let place = message.exchange.isEmpty ? "" : " of the exchange \(message.exchange)"
        pending.settle(
            .failed(
                .barred(
                    "RabbitMQ: no queue takes the routing key \(message.routingKey)\(place) (\(returnReason)); declare "
                        + "or bind one")))
    }

    /// The server closed the channel for one message; the others are sent again.
    private func channelEnded(_ fault: AMQPFault, _ text: String, _ link: Link) throws(AMQPFault) {
        let entries = ledger.removeAll()
        bytesInFlight = 0
        known = []
        try link.reopen()
        try link.selectConfirms()
        for pending in entries {
            let exchange = pending.message.exchange
            // The default exchange has no name of its own, but in refusals.
            let said = exchange.isEmpty ? "amq.default" : exchange
            if text.contains("exchange '\(said)'") {
                refuse(pending, fault, as: "exchange \(said)")
            } else if pending.tries + 1 < PublishLoop.triesAtMost {
                sendAgain(pending)
            } else {
                refuse(pending, fault, as: nil)
            }
        }
    }

    /// What the refusal of all hints is kept under.
    private static let defaultExchange = "exchange amq.default"

    /// - Parameter name: what was refused, and is not asked for again for a while; nil means this message alone.
    private func refuse(_ pending: Pending, _ fault: AMQPFault, as name: String?) {
        if let name { refusals[name] = (fault.error, .now + PublishLoop.refusalLasts) }
        pending.settle(.failed(fault.error))
        // Where jobs send their messages is the jobs' matter; hints are this node's.
        if pending.message.queue != nil {
            // What the next hint that is confirmed takes back.
            let name = PublishLoop.defaultExchange
            if refusals[name] == nil { refusals[name] = (fault.error, .now) }
            lane.setStatus { $0.refusals[name] = fault.message }
        }
    }

    private func sendAgain(_ pending: Pending) {
        var pending = pending
        pending.tries += 1
        again.append(pending)
    }

    private static func unconfirmed(_ message: OutgoingMessage) -> String {
        if let queue = message.queue {
            return "RabbitMQ did not take the message: the queue \(queue.name) is full; start workers to empty it"
        }
        let place = "\(message.exchange)/\(message.routingKey)"
        return "RabbitMQ did not take the message: a queue behind \(place) is full or faulty; see its log"
    }
}

extension Link {
    /// Declares the exchange for what is refused, and its queue.
    func declare(_ dead: DeadLetters) throws(AMQPFault) {
        do throws(AMQPFault) {
            try declare(exchange: dead.name, type: "fanout", isPassive: false)
            try declare(QueueDeclaration(name: dead.name, arguments: dead.arguments))
            try bind(dead.name, to: dead.name)
        } catch {
            // Without the right to make it, what is refused is dropped, or somebody else has made it.
            if error.kind != .refused(403) { throw error }
        }
    }
}
