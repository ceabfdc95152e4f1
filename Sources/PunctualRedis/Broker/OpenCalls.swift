internal import Synchronization

/// Counts messages that have no outcome yet, so that a close can wait for them.
final class OpenCalls: Sendable {
    private struct State {
        var messages = 0
        var isClosed = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var unconfirmed: Int { state.withLock { $0.messages } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// - Returns: false after `close`; `end` is for those that were begun.
    func begin(_ messages: Int) -> Bool {
        state.withLock { state in
            if !state.isClosed { state.messages += messages }
            return !state.isClosed
        }
    }

    func end(_ messages: Int) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.messages -= messages
            guard state.messages == 0 else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Lets no more begin, and waits until all have ended.
    func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.messages > 0 { state.waiters.append(continuation) }
                return state.messages == 0
            }
            if isIdle { continuation.resume() }
        }
    }
}
