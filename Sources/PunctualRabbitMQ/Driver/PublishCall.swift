internal import PunctualCore
internal import Synchronization

/// Messages that somebody published together and waits for.
final class PublishCall: Sendable {
    private struct State {
        var outcomes: [HintOutcome?]
        var left: Int
        var continuation: CheckedContinuation<Void, Never>?
    }

    let messages: [OutgoingMessage]
    let deadline: ContinuousClock.Instant
    private let state: Mutex<State>

    init(_ messages: [OutgoingMessage], deadline: ContinuousClock.Instant) {
        self.messages = messages
        self.deadline = deadline
        state = Mutex(State(outcomes: Array(repeating: nil, count: messages.count), left: messages.count))
    }

    /// Whether every message has its outcome.
    var isOver: Bool { state.withLock { $0.left == 0 } }

    /// Settles one message; the first outcome counts.
    func settle(_ index: Int, _ outcome: HintOutcome) {
        finish { state in
            guard state.outcomes[index] == nil else { return }
            state.outcomes[index] = outcome
            state.left -= 1
        }
    }

    /// Settles all that have no outcome.
    func settleRest(_ error: BrokerError) {
        finish { state in
            state.outcomes = state.outcomes.map { $0 ?? .failed(error) }
            state.left = 0
        }
    }

    private func finish(_ change: (inout State) -> Void) {
        let continuation: CheckedContinuation<Void, Never>? = state.withLock { state in
            change(&state)
            guard state.left == 0 else { return nil }
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume()
    }

    /// Waits for every outcome. Cancelling the task ends the wait; what became of the rest is unknown then.
    func outcomes() async -> [HintOutcome] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.left > 0 { state.continuation = continuation }
                    return state.left == 0
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            settleRest(.unavailable("publishing was cancelled before RabbitMQ confirmed it"))
        }
        return state.withLock { $0.outcomes.map { $0 ?? .failed(.closed) } }
    }
}
