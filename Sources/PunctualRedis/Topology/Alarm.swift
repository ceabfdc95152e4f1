internal import Synchronization

/// Wakes one loop before its pause is over.
final class Alarm: Sendable {
    private struct State {
        var isRung = false
        var sleeper: Task<Void, Never>?
    }

    private let state = Mutex(State())

    func ring() {
        state.withLock { state in
            state.isRung = true
            state.sleeper?.cancel()
        }
    }

    /// Waits, or less when it rings, or rang since the last wait.
    func wait(_ pause: Duration) async {
        let sleeper = state.withLock { state -> Task<Void, Never>? in
            if state.isRung {
                state.isRung = false
                return nil
            }
            let sleeper = Task<Void, Never> { try? await Task.sleep(for: pause) }  // Awaited below; a ring ends it
            state.sleeper = sleeper
            return sleeper
        }
        await withTaskCancellationHandler {
            await sleeper?.value
        } onCancel: {
            sleeper?.cancel()
        }
        state.withLock { state in
            state.sleeper = nil
            state.isRung = false
        }
    }
}
