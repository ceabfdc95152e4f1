internal import PunctualCore
internal import Synchronization

/// Takes hints over one connection, on a thread of its own.
final class ConsumeLane: HintConsumer {
    enum Letter: Sendable {
        case settle([HintSettlement])
        case change(Set<HintLine>, Happening)
        case stop
    }

    let settings: RabbitMQSettings
    let topology: HintTopology
    let prefetch: Int
    let inbox = HintInbox()
    let mailbox = Mailbox<Letter>()
    private let status: Mutex<LaneStatus>
    private let ended = Happening()

    /// Starts the thread, which lives until `close`.
    init(_ settings: RabbitMQSettings, _ topology: HintTopology, lines: Set<HintLine>, prefetch: Int) {
        self.settings = settings
        self.topology = topology
        self.prefetch = min(max(prefetch, 1), Int(UInt16.max))
        status = Mutex(LaneStatus(state: .down("RabbitMQ at \(settings.place): not connected yet")))
        startThread { [self] in
            ConsumeLoop(self, lines: lines).run()
            inbox.finish()
            ended.happen()
        }
    }

    /// A consumer that has ended.
    static func ended(_ settings: RabbitMQSettings, _ topology: HintTopology) -> ConsumeLane {
        ConsumeLane(endedWith: settings, topology)
    }

    private init(endedWith settings: RabbitMQSettings, _ topology: HintTopology) {
        self.settings = settings
        self.topology = topology
        prefetch = 1
        status = Mutex(LaneStatus(state: .down("the consumer was closed by this process")))
        mailbox.put(.stop, isLast: true)
        inbox.finish()
        ended.happen()
    }

    var deliveries: HintDeliveries { HintDeliveries(inbox) }
    var hasEnded: Bool { ended.hasHappened }
    var health: BrokerHealth.State { status.withLock { $0.health } }
    func setStatus(_ change: (inout LaneStatus) -> Void) { status.withLock { change(&$0) } }

    func settle(_ settlements: [HintSettlement]) async {
        if !settlements.isEmpty { mailbox.put(.settle(settlements)) }
    }

    func change(to lines: Set<HintLine>) async {
        let done = Happening()
        guard mailbox.put(.change(lines, done)) else { return }
        // Who is told to stop does not wait for a server that is silent; the change is made all the same.
        await withTaskCancellationHandler {
            await done.wait()
        } onCancel: {
            done.happen()
        }
    }

    func close() async {
        mailbox.put(.stop, isLast: true)
        await ended.wait(atMost: settings.closeTimeout) { [mailbox] in mailbox.interrupt(forGood: true) }
        inbox.finish()
    }
}
