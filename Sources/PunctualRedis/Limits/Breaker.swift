internal import Synchronization

/// Leaves alone what has just failed; after a pause one call at a time tries again.
final class Breaker: Sendable {
    private struct State {
        var failedAt: ContinuousClock.Instant?
        var isTrying = false
    }

    private let pause: Duration
    private let state = Mutex(State())

    init(pause: Duration) { self.pause = pause }

    /// Whether a call may be made; `went` must follow then.
    var lets: Bool {
        state.withLock { state in
            guard let failedAt = state.failedAt else { return true }
            guard !state.isTrying, failedAt + pause <= .now else { return false }
            state.isTrying = true
            return true
        }
    }

    func went(well: Bool) {
        state.withLock { state in
            state.isTrying = false
            state.failedAt = well ? nil : .now
        }
    }
}
