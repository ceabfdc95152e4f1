/// Tells workers that executions wait for them.
///
/// A broker carries hints, never the truth. A hint is an execution's id and what a worker needs to choose it; the claim in
/// the store decides who runs what. So every fault of a broker is harmless by design:
/// - a hint that is lost costs time: the execution waits in the store, is told of again, and workers look there besides;
/// - a hint that comes twice, late or out of order costs one vain claim: the execution has another owner or has ended;
/// - a broker that is wiped has forgotten nothing that the store does not know.
///
/// A driver reconnects by itself, without end, with growing and random pauses. It is right when `BrokerCheck.all` passes.
public protocol ExecutionBroker: Sendable {
    /// Hands hints to the broker and waits until it has confirmed or refused each, or the driver's limit of time is over.
    ///
    /// What is confirmed survives a crash of the broker, if the broker keeps anything, and is delivered at least once.
    /// What is not may have arrived nevertheless; publishing it again is harmless. May be called by many at once.
    /// - Returns: one outcome each, in order.
    func publish(_ hints: [ExecutionHint]) async -> [HintOutcome]

    /// Begins to take hints of these lines. While the broker cannot be reached, nothing comes; it goes on by itself.
    /// - Parameters:
    ///   - lines: may be empty, and changed later.
    ///   - prefetch: how many hints may be out to this consumer and not settled, over all lines; at least 1.
    func consume(_ lines: Set<HintLine>, prefetch: Int) async -> any HintConsumer

    /// How the broker is, as far as the driver has seen; asks nobody and never waits for the broker.
    func health() async -> BrokerHealth

    /// Ends every consumer, waits until what is being published has its outcomes, and lets go of the broker. What comes
    /// later ends as `.closed`. Repeating it changes nothing.
    func close() async
}

/// Takes hints until it is closed.
public protocol HintConsumer: Sendable {
    /// What the broker brings. Never more than `prefetch` hints are out at once, so a consumer that settles nothing is
    /// brought nothing more. Ends when the consumer or the broker is closed.
    var deliveries: HintDeliveries { get }

    /// Says what became of hints. A settlement that is lost on the way, or of a connection that has ended since, is passed
    /// over: the hint comes again. Settling twice changes nothing.
    func settle(_ settlements: [HintSettlement]) async

    /// Takes hints of these lines from now on, in the place of those before; what is out may be settled all the same.
    func change(to lines: Set<HintLine>) async

    /// Ends the deliveries; what was out and not settled goes to other consumers. Repeating it changes nothing.
    func close() async
}

/// That an execution waits, and for whom.
public struct ExecutionHint: Hashable, Sendable {
    public var executionID: Identifier
    public var lane: Lane
    public var queue: String
    /// 0 to 9; a line brings higher ones first.
    public var priority: Int
    /// What an outside worker must be able to do; nil for other lanes.
    public var task: String?

    public init(executionID: Identifier, lane: Lane, queue: String, priority: Int, task: String? = nil) {
        self.executionID = executionID
        self.lane = lane
        self.queue = queue
        self.priority = min(max(priority, 0), 9)
        self.task = task
    }

    public var line: HintLine { HintLine(lane: lane, queue: queue) }
}

/// Where hints wait: one line for each lane of each queue, apart from all others.
public struct HintLine: Hashable, Sendable {
    public var lane: Lane
    public var queue: String

    public init(lane: Lane, queue: String) {
        self.lane = lane
        self.queue = queue
    }
}

/// What became of one hint that was published.
public enum HintOutcome: Hashable, Sendable {
    /// The broker has it.
    case confirmed
    /// The broker may have it, or not; the error says what to do.
    case failed(BrokerError)

    public var isConfirmed: Bool { self == .confirmed }
}

/// A hint that was brought, to be settled.
public struct HintDelivery: Hashable, Sendable {
    public var hint: ExecutionHint
    /// Names this delivery to its consumer.
    public var tag: UInt64
    /// Whether the broker has brought the hint before, as far as it knows.
    public var isRepeated: Bool

    public init(hint: ExecutionHint, tag: UInt64, isRepeated: Bool) {
        self.hint = hint
        self.tag = tag
        self.isRepeated = isRepeated
    }

    /// Done with: the broker forgets the hint. Also when the claim brought nothing, since then another worker has the
    /// execution, it has ended, or it is told of again.
    public var done: HintSettlement { HintSettlement(tag: tag, isDone: true) }

    /// Not done with: the broker brings the hint again, to anybody. Not for an execution that cannot run now: it would
    /// come again at once.
    public var again: HintSettlement { HintSettlement(tag: tag, isDone: false) }
}

/// What became of a delivery.
public struct HintSettlement: Hashable, Sendable {
    public var tag: UInt64
    /// False brings the hint again.
    public var isDone: Bool

    public init(tag: UInt64, isDone: Bool) {
        self.tag = tag
        self.isDone = isDone
    }
}

public struct BrokerHealth: Hashable, Sendable {
    public enum State: Hashable, Sendable {
        case up
        /// Reached, but takes nothing for now, or some line cannot be used; the text says why and what to do.
        case impaired(String)
        /// Not reached; the text says why and what to do.
        case down(String)
    }

    public var state: State
    /// Messages handed over that have no outcome yet.
    public var unconfirmed: Int

    public init(state: State, unconfirmed: Int) {
        self.state = state
        self.unconfirmed = unconfirmed
    }
}

/// Why a broker did not do what it was asked, in the caller's words.
public enum BrokerError: Error, Hashable, Sendable {
    /// It cannot be reached, or did not confirm in time. Whether the message arrived is unknown; the same call may work later.
    case unavailable(String)
    /// It takes nothing for now: an alarm, or a full queue. The same call may work later.
    case full(String)
    /// It is reached, and the place is not there, or this node may not use it. The same call may work once somebody has
    /// made the place or granted the right; nothing about the message is wrong.
    case barred(String)
    /// It refused the message itself, which will not be taken as it is; the text says what to do.
    case refused(String)
    /// The driver was closed before.
    case closed

    /// Whether the same call may work later without anybody's doing.
    public var isRetryable: Bool {
        switch self {
        case .unavailable, .full, .barred: true
        case .refused, .closed: false
        }
    }

    /// What was wrong and what to do, in one line.
    public var text: String {
        switch self {
        case .unavailable(let text), .full(let text), .barred(let text), .refused(let text): text
        case .closed: "the broker was closed by this process"
        }
    }
}
