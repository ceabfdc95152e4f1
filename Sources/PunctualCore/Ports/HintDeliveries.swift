internal import Synchronization

/// What a broker brings a consumer: batches of all that came since the one before, never empty. Bounded by the prefetch,
/// since nothing more is brought until something is settled.
///
/// Each batch goes to one of those who iterate. A cancelled task sees the end.
public struct HintDeliveries: AsyncSequence, Sendable {
    public typealias Element = [HintDelivery]

    private let inbox: HintInbox

    /// - Parameter inbox: where the driver puts what comes.
    public init(_ inbox: HintInbox) { self.inbox = inbox }

    public func makeAsyncIterator() -> Iterator { Iterator(inbox: inbox) }

    public struct Iterator: AsyncIteratorProtocol {
        let inbox: HintInbox

        public mutating func next() async -> [HintDelivery]? { await inbox.next() }
        public mutating func next(isolation actor: isolated (any Actor)?) async -> [HintDelivery]? {
            await inbox.next()
        }
    }
}

/// Where a driver puts deliveries until the consumer takes them.
public final class HintInbox: Sendable {
    private struct State {
        var waiting: [HintDelivery] = []
        var isFinished = false
        var nextTaker = 0
        var takers: [Int: CheckedContinuation<[HintDelivery]?, Never>] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// Adds deliveries; after `finish` they are dropped, since the broker has them still.
    public func put(_ deliveries: [HintDelivery]) {
        if deliveries.isEmpty { return }
        let taker: CheckedContinuation<[HintDelivery]?, Never>? = state.withLock { state in
            if state.isFinished { return nil }
            if let key = state.takers.keys.min() { return state.takers.removeValue(forKey: key) }
            state.waiting += deliveries
            return nil
        }
        taker?.resume(returning: deliveries)
    }

    /// Forgets what nobody has taken: the connection that brought it has ended, and it comes again.
    public func discard() { state.withLock { $0.waiting = [] } }

    /// Ends the sequence; what nobody has taken is dropped. Repeating it changes nothing.
    public func finish() {
        let takers = state.withLock { state in
            state.isFinished = true
            state.waiting = []
            defer { state.takers = [:] }
            return state.takers.values.map { $0 }
        }
        for taker in takers { taker.resume(returning: nil) }
    }

    /// All that has come; waits for something. nil at the end, and for a cancelled task.
    func next() async -> [HintDelivery]? {
        let number = state.withLock { state in
            state.nextTaker += 1
            return state.nextTaker
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enum Next {
                    case wait
                    case answer([HintDelivery]?)
                }
                let next: Next = state.withLock { state in
                    if state.isFinished || Task.isCancelled { return .answer(nil) }
                    if state.waiting.isEmpty {
                        state.takers[number] = continuation
                        return .wait
                    }
                    defer { state.waiting = [] }
                    return .answer(state.waiting)
                }
                if case .answer(let deliveries) = next { continuation.resume(returning: deliveries) }
            }
        } onCancel: {
            state.withLock { $0.takers.removeValue(forKey: number) }?.resume(returning: nil)
        }
    }
}
