internal import Synchronization

/// What a worker holds.
final class Hand: Sendable {
    enum Standing { case held, stopped, lost }

    private struct State {
        var held: [String: (work: Work, task: Task<String?, any Error>, standing: Standing)] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.held.count } }
    var works: [Work] { state.withLock { $0.held.values.map(\.work) } }

    func add(_ work: Work, _ task: Task<String?, any Error>) {
        state.withLock { $0.held[work.id] = (work, task, .held) }
    }

    func state(of work: Work) -> Standing { state.withLock { $0.held[work.id]?.standing ?? .lost } }

    func remove(_ work: Work) { wake { $0.held[work.id] = nil } }

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

    /// Somebody asked for it; how it ends is told.
    func cancel(_ work: Work) { state.withLock { $0.held[work.id]?.task }?.cancel() }

    /// Another attempt owns it; nothing is told.
    func lose(_ work: Work) {
        state.withLock { state in
            state.held[work.id]?.standing = .lost
            return state.held[work.id]?.task
        }?.cancel()
    }

    /// What still runs is to go back.
    func stopAll() {
        let tasks = state.withLock { state in
            for (id, one) in state.held where one.standing == .held { state.held[id]?.standing = .stopped }
            return state.held.values.map(\.task)
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
