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
    }

    private let hands = Mutex<[Identifier: Hand]>([:])

    var count: Int { hands.withLock { $0.count } }

    func countByQueue() -> [String: Int] {
        hands.withLock { hands in
            hands.values.reduce(into: [:]) { $0[$1.claimed.execution.queue, default: 0] += 1 }
        }
    }

    func begin(_ claimed: ClaimedExecution, trustedUntil: ContinuousClock.Instant) {
        hands.withLock { $0[claimed.execution.id] = Hand(claimed: claimed, trustedUntil: trustedUntil) }
    }

    /// Ties the running task to the attempt; it is cancelled at once when the attempt was stopped meanwhile.
    func attach(_ task: Task<AttemptResult, Never>, to id: Identifier) {
        let isStopped = hands.withLock { hands in
            hands[id]?.task = task
            return hands[id]?.stop != nil
        }
        if isStopped { task.cancel() }
    }

    func stop(_ id: Identifier, because reason: Stop) {
        let task = hands.withLock { hands in
            if hands[id]?.stop == nil { hands[id]?.stop = reason }
            return hands[id]?.task
        }
        task?.cancel()
    }

    func stopAll(because reason: Stop) {
        for id in hands.withLock({ Array($0.keys) }) { stop(id, because: reason) }
    }

    func stopReason(of id: Identifier) -> Stop? { hands.withLock { $0[id]?.stop } }

    func trust(_ id: Identifier, until instant: ContinuousClock.Instant) {
        hands.withLock { $0[id]?.trustedUntil = instant }
    }

    func isTrusted(_ id: Identifier, at now: ContinuousClock.Instant) -> Bool {
        hands.withLock { $0[id].map { $0.trustedUntil > now } ?? false }
    }

    /// The leases to renew, and those whose trust has run out.
    func leases(at now: ContinuousClock.Instant) -> (live: [Lease], expired: [Identifier]) {
        hands.withLock { hands in
            var result: (live: [Lease], expired: [Identifier]) = ([], [])
            for (id, hand) in hands {
                if hand.trustedUntil <= now {
                    result.expired.append(id)
                } else {
                    result.live.append(hand.claimed.lease)
                }
            }
            return result
        }
    }

    func end(_ id: Identifier) { hands.withLock { _ = $0.removeValue(forKey: id) } }
}
