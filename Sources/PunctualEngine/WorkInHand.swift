internal import PunctualCore
internal import Synchronization

/// The attempts that this worker has begun and not ended.
final class WorkInHand: Sendable {
    enum Stop { case cancelled, leaseLost, shutdown }

    /// Seen under the lock alone; a class, so that a look at it copies nothing.
    private final class Hand {
        let queue: String
        /// Until when the lease may be trusted, counted from before the request for it.
        var trustedUntil: ContinuousClock.Instant
        var task: Task<AttemptResult, Never>?
        var stop: Stop?
        /// Whether it only waits for the store to hear how it ended.
        var hasRun = false

        init(queue: String, trustedUntil: ContinuousClock.Instant) {
            self.queue = queue
            self.trustedUntil = trustedUntil
        }
    }

    private struct State {
        /// By lease: a worker may take an execution again while its own lost attempt has not stopped yet.
        var hands: [Lease: Hand] = [:]
        /// How many of them have run.
        var untold = 0
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.hands.count } }

    /// How many more may begin when so many may run at once, and so many others wait for the store.
    func room(of concurrency: Int, untold: Int) -> Int {
        state.withLock { state in
            state.untold >= untold ? 0 : max(0, concurrency - (state.hands.count - state.untold))
        }
    }

    /// Notes that the attempt is over but for the store.
    func ran(_ lease: Lease) {
        state.withLock { state in
            guard let hand = state.hands[lease], !hand.hasRun else { return }
            hand.hasRun = true
            hand.task = nil
            state.untold += 1
        }
    }

    func countByQueue() -> [String: Int] {
        state.withLock { state in state.hands.values.reduce(into: [:]) { $0[$1.queue, default: 0] += 1 } }
    }

    func begin(_ claimed: ClaimedExecution, trustedUntil: ContinuousClock.Instant) {
        state.withLock {
            $0.hands[claimed.lease] = Hand(queue: claimed.execution.queue, trustedUntil: trustedUntil)
        }
    }

    /// Ties the running task to the attempt; it is cancelled at once when the attempt was stopped meanwhile.
    func attach(_ task: Task<AttemptResult, Never>, to lease: Lease) {
        let isStopped = state.withLock { state in
            state.hands[lease]?.task = task
            return state.hands[lease]?.stop != nil
        }
        if isStopped { task.cancel() }
    }

    /// - Returns: whether the attempt was in hand, had not run, and was not stopped before.
    @discardableResult
    func stop(_ lease: Lease, because reason: Stop) -> Bool {
        let (task, isFirst) = state.withLock { state -> (Task<AttemptResult, Never>?, Bool) in
            guard let hand = state.hands[lease], !hand.hasRun else { return (nil, false) }
            let isFirst = hand.stop == nil
            if isFirst { hand.stop = reason }
            return (hand.task, isFirst)
        }
        task?.cancel()
        return isFirst
    }

    func stopAll(because reason: Stop) {
        for lease in state.withLock({ Array($0.hands.keys) }) { stop(lease, because: reason) }
    }

    func stopReason(of lease: Lease) -> Stop? { state.withLock { $0.hands[lease]?.stop } }

    func trust(_ lease: Lease, until instant: ContinuousClock.Instant) {
        state.withLock { $0.hands[lease]?.trustedUntil = instant }
    }

    func isTrusted(_ lease: Lease, at now: ContinuousClock.Instant) -> Bool {
        state.withLock { $0.hands[lease].map { $0.trustedUntil > now } ?? false }
    }

    /// The leases to renew, and those whose trust has run out.
    func leases(at now: ContinuousClock.Instant) -> (live: [Lease], expired: [Lease]) {
        state.withLock { state in
            var result: (live: [Lease], expired: [Lease]) = ([], [])
            for (lease, hand) in state.hands {
                if hand.trustedUntil <= now { result.expired.append(lease) } else { result.live.append(lease) }
            }
            // In an order that does not change from run to run.
            result.live.sort { ($0.executionID, $0.attempt) < ($1.executionID, $1.attempt) }
            return result
        }
    }

    func leases(of execution: Identifier) -> [Lease] {
        state.withLock { $0.hands.keys.filter { $0.executionID == execution } }
    }

    func end(_ lease: Lease) {
        state.withLock { state in
            if state.hands.removeValue(forKey: lease)?.hasRun == true { state.untold -= 1 }
        }
    }
}
