internal import PunctualCore

/// What the thread of a `ConsumeLane` does.
final class ConsumeLoop {
    /// A line that cannot be used is tried again after that.
    private static let refusalLasts = Duration.seconds(5)
    /// Bits of a delivery's tag that are the server's; those above count connections.
    private static let tagBits: UInt64 = 40

    private let lane: ConsumeLane
    private var connector: Connector
    private var link: Link?
    /// Raised with each connection, so that a settlement of an earlier one is known.
    private var generation: UInt64 = 0
    /// The server's tags of what was brought and not settled.
    private var unsettled: Set<UInt64> = []
    /// What the lines are called at the server.
    private var wanted: [String: HintLine]
    private var consumed: Set<String> = []
    private var refusals: [String: ContinuousClock.Instant] = [:]
    private var hasDeadLetters = false
    private var waiting: [Happening] = []
    private var isStopping = false

    init(_ lane: ConsumeLane, lines: Set<HintLine>) {
        self.lane = lane
        connector = Connector(lane.settings)
        wanted = [:]
        want(lines)
    }

    private func want(_ lines: Set<HintLine>) {
        wanted = Dictionary(uniqueKeysWithValues: lines.map { (lane.topology.name(of: $0), $0) })
    }

    func run() {
        while !isStopping {
            do throws(AMQPFault) {
                try takeLetters()
                if isStopping { break }
                if link == nil, connector.pause <= .zero { try connect() }
                try subscribe()
                answerWaiting()
                if let link, try read(from: link) { continue }
            } catch {
                lose(error)
                answerWaiting()
            }
            lane.mailbox.wait(socket: link?.socket, atMost: pause)
        }
        answerWaiting()
        link?.close()
        lane.mailbox.setSocket(nil)
        link = nil
    }

    private var pause: Duration {
        var pause = lane.settings.heartbeat / 4
        if link == nil { pause = min(pause, connector.pause) }
        if let soonest = refusals.values.min() { pause = min(pause, soonest - .now) }
        return pause
    }

    /// Whoever changed the lines hears of it once the server has, or when there is none to hear.
    private func answerWaiting() {
        for happening in waiting { happening.happen() }
        waiting = []
    }

    private func takeLetters() throws(AMQPFault) {
        for letter in lane.mailbox.takeAll() {
            switch letter {
            case .settle(let settlements): try settle(settlements)
            case .change(let lines, let done):
                want(lines)
                waiting.append(done)
            case .stop: isStopping = true
            }
        }
    }

    // MARK: The connection

    private func connect() throws(AMQPFault) {
        let mailbox = lane.mailbox
        let link = try connector.connect(opened: { mailbox.setSocket($0) }, isStopping: { mailbox.isClosed })
        try link.limit(to: lane.prefetch)
        self.link = link
        connector.succeeded()
        lane.setStatus { $0.state = .up }
    }

    private func lose(_ fault: AMQPFault) {
        lane.mailbox.setSocket(nil)
        link = nil
        connector.lost(fault)
        lane.setStatus { $0.state = .down(fault.message) }
        generation += 1
        unsettled = []
        consumed = []
        hasDeadLetters = false
        // They come again.
        lane.inbox.discard()
    }

    /// Takes from the queues of the lines that are wanted, and from no others.
    private func subscribe() throws(AMQPFault) {
        guard let link else { return }
        for name in consumed where wanted[name] == nil {
            consumed.remove(name)
            try link.cancel(name)
        }
        let now = ContinuousClock.now
        for (name, instant) in refusals where instant <= now || wanted[name] == nil {
            refusals[name] = nil
            lane.setStatus { $0.refusals[name] = nil }
        }
        for (name, line) in wanted where !consumed.contains(name) && refusals[name] == nil {
            do throws(AMQPFault) {
                let queue = lane.topology.queue(for: line)
                if let dead = queue.deadLetters, !hasDeadLetters {
                    try link.declare(dead)
                    hasDeadLetters = true
                }
                try link.declare(queue)
            } catch {
                guard error.needsSomebody else { throw error }
                refuse(name, error)
                continue
            }
            do throws(AMQPFault) {
                try link.consume(name)
                consumed.insert(name)
            } catch {
                // It ended the channel, too; the next connection leaves the line out for a while.
                if error.needsSomebody { refuse(name, error) }
                throw AMQPFault(.lost, error.message)
            }
        }
    }

    private func refuse(_ name: String, _ fault: AMQPFault) {
        refusals[name] = .now + ConsumeLoop.refusalLasts
        lane.setStatus { $0.refusals[name] = fault.message }
    }

    // MARK: What comes

    /// - Returns: whether anything had come.
    private func read(from link: Link) throws(AMQPFault) -> Bool {
        var hasRead = false
        var batch: [HintDelivery] = []
        // What came before the end of a connection comes again.
        while batch.count < lane.prefetch, let event = try link.next() {
            hasRead = true
            switch event {
            case .delivered(let message):
                if let delivery = delivery(of: message) {
                    unsettled.insert(message.tag)
                    batch.append(delivery)
                } else {
                    // No hint of ours; whoever looks at the dead letters sees what it is.
                    try link.refuse(message.tag, isRequeued: false)
                }
            case .cancelled(let name):
                // Somebody deleted the queue: it is declared anew.
                consumed.remove(name)
            case .channelClosed(let code, let text):
                throw AMQPFault(.lost, AMQPFault.exception(code, text).message)
            case .confirmed, .unconfirmed, .returned, .blocked, .unblocked, .closed: break
            }
        }
        lane.inbox.put(batch)
        return hasRead
    }

    private func delivery(of message: IncomingMessage) -> HintDelivery? {
        guard let body = message.body, let hint = ExecutionHint(message: body),
            lane.topology.name(of: hint.line) == message.consumer
        else { return nil }
        return HintDelivery(
            hint: hint, tag: generation << ConsumeLoop.tagBits | message.tag, isRepeated: message.isRedelivered)
    }

    private func settle(_ settlements: [HintSettlement]) throws(AMQPFault) {
        guard let link else { return }
        var done: [UInt64] = []
        for settlement in settlements where settlement.tag >> ConsumeLoop.tagBits == generation {
            let tag = settlement.tag & (1 << ConsumeLoop.tagBits - 1)
            guard unsettled.remove(tag) != nil else { continue }
            if settlement.isDone { done.append(tag) } else { try link.refuse(tag, isRequeued: true) }
        }
        done.sort()
        // One acknowledgement for all those that nothing unsettled stands before.
        let limit = unsettled.min() ?? .max
        if let last = done.last(where: { $0 < limit }) {
            try link.acknowledge(last, isMultiple: true)
            done.removeAll { $0 <= last }
        }
        for tag in done { try link.acknowledge(tag, isMultiple: false) }
    }
}
