internal import PunctualCore
internal import Synchronization

/// The bell within one process.
package final class SignalBell: Bell {
    package let scheduler = Doorbell()
    package let workers = Doorbell()
    /// Workers that publish messages.
    package let publishers = Doorbell()
    /// Whoever tells a broker of what waits.
    package let dispatch = Doorbell()
    /// Outside workers that wait for a claim.
    package let outside = Doorbell()

    /// Schedulers: a node has given its shards up.
    package let shards = Doorbell()

    /// Workers in hand of something that may have been asked to stop.
    package let heartbeats = Doorbell()

    package init() {}

    package func workCancelled() { heartbeats.ring() }
    package func jobsChanged() { scheduler.ring() }
    package func shardsFreed() { shards.ring() }
    package func workWaiting() {
        workers.ring()
        publishers.ring()
        dispatch.ring()
        outside.ring()
    }
}

/// Wakes whoever waits; a ring that nobody hears is kept for the next one. Many rings are one.
package final class Doorbell: Sendable {
    fileprivate struct State {
        var isRung = false
        var rings = 0
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func ring() {
        let waiters = state.withLock { state in
            let waiters = state.waiters
            state.waiters = [:]
            state.rings += 1
            if waiters.isEmpty { state.isRung = true }
            return waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// How often it has rung.
    package var rings: Int { state.withLock { $0.rings } }

    /// Returns after a ring or when the time is up.
    /// - Parameter behind: returns at once when it has rung more often than that, however many others have heard it; nil
    ///   takes the ring that nobody has heard.
    /// - Throws: `CancellationError`.
    package func wait(behind: Int? = nil, atMost limit: Duration) async throws {
        try Task.checkCancellation()
        if limit <= .zero || state.withLock({ $0.takeRing(behind) }) { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.ringing(behind) }
            group.addTask { try? await Task.sleep(for: limit, tolerance: .zero) }  // Cancelled, it ends the wait, too.
            await group.next()
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    private func ringing(_ behind: Int?) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.takeRing(behind) || Task.isCancelled { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }
}

extension Doorbell.State {
    fileprivate mutating func takeRing(_ behind: Int?) -> Bool {
        if let behind { return rings > behind }
        defer { isRung = false }
        return isRung
    }
}
