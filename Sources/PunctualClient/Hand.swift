internal import Synchronization

/// What a worker holds: attempts, of one execution perhaps several, when one that has lost its lease does not end.
final class Hand: Sendable {
    enum Standing {
        case held, stopped
        /// Its lease may be over: nothing was heard of it in time.
        case late
        case lost
    }

    private struct Held {
        let work: Work
        /// Until when the lease may be trusted, counted from before the request for it.
        var trustedUntil: ContinuousClock.Instant
        var task: Task<String?, any Error>?
        var standing = Standing.held

        /// Whether its lease is worth another heartbeat.
        var isLive: Bool { standing == .held || standing == .stopped }
    }

    private struct State {
        var held: [Work.Claim: Held] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.held.count } }
    /// Those whose leases are to be renewed.
    var works: [Work] { state.withLock { $0.held.values.filter(\.isLive).map(\.work) } }

    func add(_ work: Work, trustedUntil: ContinuousClock.Instant) {
        state.withLock { $0.held[work.claim] = Held(work: work, trustedUntil: trustedUntil) }
    }

    /// Ties the running task to the attempt; it is cancelled at once when the attempt was stopped meanwhile.
    func attach(_ task: Task<String?, any Error>, to work: Work) {
        let isStopped = state.withLock { state in
            state.held[work.claim]?.task = task
            return state.held[work.claim]?.standing != .held
        }
        if isStopped { task.cancel() }
    }

    func state(of work: Work) -> Standing { state.withLock { $0.held[work.claim]?.standing ?? .lost } }

    func isLive(_ work: Work) -> Bool { state.withLock { $0.held[work.claim]?.isLive ?? false } }

    func remove(_ work: Work) { wake { $0.held[work.claim] = nil } }

    /// From now on nobody waits for room.
    func close() { wake { $0.isClosed = true } }

    private func wake(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.resume() }
    }

    /// The lease was renewed.
    func trust(_ work: Work, until instant: ContinuousClock.Instant) {
        state.withLock { state in
            guard let known = state.held[work.claim]?.trustedUntil else { return }
            state.held[work.claim]?.trustedUntil = max(known, instant)
        }
    }

    /// Stops those whose lease may not be trusted any more.
    /// - Returns: those, and when the next will be so if nothing is heard of it.
    func stopLate(at now: ContinuousClock.Instant) -> (late: [Work], next: ContinuousClock.Instant?) {
        let (late, next) = state.withLock { state in
            var late: [Held] = []
            for (claim, one) in state.held where one.isLive && one.trustedUntil <= now {
                state.held[claim]?.standing = .late
                late.append(one)
            }
            return (late, state.held.values.filter(\.isLive).map(\.trustedUntil).min())
        }
        for one in late { one.task?.cancel() }
        return (late.map(\.work), next)
    }

    /// Somebody asked for it; how it ends is told.
    func cancel(_ work: Work) { state.withLock { $0.held[work.claim]?.task }?.cancel() }

    /// Another attempt owns it; nothing is told.
    func lose(_ work: Work) {
        state.withLock { state in
            state.held[work.claim]?.standing = .lost
            return state.held[work.claim]?.task
        }?.cancel()
    }

    /// What still runs is to go back.
    func stopAll() {
        let tasks = state.withLock { state in
            for (claim, one) in state.held where one.standing == .held { state.held[claim]?.standing = .stopped }
            return state.held.values.compactMap(\.task)
        }
        for task in tasks { task.cancel() }
    }

    /// Returns once fewer are held than `limit`, one has gone since, or it was closed.
    func waitForRoom(below limit: Int) async {
        await withCheckedContinuation { continuation in
            let isRoom = state.withLock { state in
                if state.held.count < limit || state.isClosed { return true }
                state.waiting.append(continuation)
                return false
            }
            if isRoom { continuation.resume() }
        }
    }
}
