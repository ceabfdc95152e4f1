import PunctualCore
import PunctualHTTP
import Synchronization

/// Counts the pages of jobs that are read, and can stop them or let them fail.
final class ListGate: Sendable {
    private struct State {
        var lists = 0
        var most = Int.max
        var fails = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// How many wait for `goOn()`.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// How many were read.
    var lists: Int { state.withLock { $0.lists } }

    /// After so many the next one waits for `goOn()`.
    func stop(after lists: Int) { state.withLock { $0.most = lists } }

    func goOn() {
        let waiting = state.withLock { state in
            defer { (state.waiting, state.most) = ([], .max) }
            return state.waiting
        }
        for one in waiting { one.resume() }
    }

    func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

    func pass() async throws(StoreError) {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.lists >= state.most {
                    state.waiting.append(continuation)
                    return false
                }
                state.lists += 1
                return true
            }
            if goesOn { continuation.resume() }
        }
        if state.withLock({ $0.fails }) { throw .unavailable("it fails") }
    }
}

extension APIScene {
    /// The same with a gate before lists of jobs.
    init(gate: ListGate) {
        self.init()
        var gated = AmbiguousStore(inner: store, fault: AmbiguousStore.Fault())
        gated.gate = gate
        services.store = gated
    }
}
