internal import PunctualCore
internal import Synchronization

/// The attempts that this worker has begun and not ended.
final class WorkInHand: Sendable {
    enum Stop { case cancelled, leaseLost, shutdown }

    struct Hand {
        let claimed: ClaimedExecution
        /// Until when the lease may be trusted, counted from before the request for it.
        var trustedUntil: ContinuousClock.Instant
        var task: Task<AttemptResult, Never>?
        var stop: Stop?
        /// Whether it only waits for the store to hear how it ended.
        var hasRun = false
    }

    /// By lease: a worker may take an execution again while its own lost attempt has not stopped yet.
    private let hands = Mutex<[Lease: Hand]>([:])

    var count: Int { hands.withLock { $0.count } }

    /// How many more may begin when so many may run at once, and as many again may wait for the store.
    func room(of concurrency: Int) -> Int {
        hands.withLock { hands in
            let running = hands.values.count { !$0.hasRun }
            return max(0, min(concurrency - running, 2 * concurrency - hands.count))
        }
    }

    /// Notes that the attempt is over but for the store.
    func ran(_ lease: Lease) { hands.withLock { $0[lease]?.hasRun = true } }

    func countByQueue() -> [String: Int] {
        hands.withLock { hands in
            hands.values.reduce(into: [:]) { $0[$1.claimed.execution.queue, default: 0] += 1 }
        }
    }

    func begin(_ claimed: ClaimedExecution, trustedUntil: ContinuousClock.Instant) {
        hands.withLock { $0[claimed.lease] = Hand(claimed: claimed, trustedUntil: trustedUntil) }
    }

    /// Ties the running task to the attempt; it is cancelled at once when the attempt was stopped meanwhile.
    func attach(_ task: Task<AttemptResult, Never>, to lease: Lease) {
        let isStopped = hands.withLock { hands in
            hands[lease]?.task = task
            return hands[lease]?.stop != nil
        }
        if isStopped { task.cancel() }
    }

    /// - Returns: whether the attempt was in hand and not stopped before.
    @discardableResult
    func stop(_ lease: Lease, because reason: Stop) -> Bool {
        let (task, isFirst) = hands.withLock { hands in
            let isFirst = hands[lease].map { $0.stop == nil } ?? false
            if isFirst { hands[lease]?.stop = reason }
            return (hands[lease]?.task, isFirst)
        }
        task?.cancel()
        return isFirst
    }

    func stopAll(because reason: Stop) {
        for lease in hands.withLock({ Array($0.keys) }) { stop(lease, because: reason) }
    }

    func stopReason(of lease: Lease) -> Stop? { hands.withLock { $0[lease]?.stop } }

    func trust(_ lease: Lease, until instant: ContinuousClock.Instant) {
        hands.withLock { $0[lease]?.trustedUntil = instant }
    }

    func isTrusted(_ lease: Lease, at now: ContinuousClock.Instant) -> Bool {
        hands.withLock { $0[lease].map { $0.trustedUntil > now } ?? false }
    }

    /// The leases to renew, and those whose trust has run out.
    func leases(at now: ContinuousClock.Instant) -> (live: [Lease], expired: [Lease]) {
        hands.withLock { hands in
            var result: (live: [Lease], expired: [Lease]) = ([], [])
            for (lease, hand) in hands {
                if hand.trustedUntil <= now { result.expired.append(lease) } else { result.live.append(lease) }
            }
            // In an order that does not change from run to run.
            result.live.sort { ($0.executionID, $0.attempt) < ($1.executionID, $1.attempt) }
            return result
        }
    }

    func leases(of execution: Identifier) -> [Lease] {
        hands.withLock { $0.keys.filter { $0.executionID == execution } }
    }

    func end(_ lease: Lease) { hands.withLock { _ = $0.removeValue(forKey: lease) } }
}
