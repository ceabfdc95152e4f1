internal import Synchronization

/// What many ask for at once: one question is under way at a time, and all who come meanwhile share its answer.
package final class SharedAnswer<Value: Sendable>: Sendable {
    private let age: Duration
    private let ask: @Sendable () async throws -> Value
    private let state = Mutex(State())

    private struct State {
        var kept: (value: Value, asked: ContinuousClock.Instant)?
        var flight: Task<Value, any Error>?
    }

    /// - Parameter age: how long an answer is good for, from the moment on at which it was asked for; failures are not kept.
    package init(age: Duration, _ ask: @escaping @Sendable () async throws -> Value) {
        self.age = age
        self.ask = ask
    }

    package func value() async throws -> Value {
        let now = ContinuousClock.now
        let (kept, flight): (Value?, Task<Value, any Error>?) = state.withLock { state in
            if let kept = state.kept, kept.asked.duration(to: now) < age { return (kept.value, nil) }
            if let flight = state.flight { return (nil, flight) }
            // Awaited by each who shares it; who goes away meanwhile does not end it for the others.
            let flight = Task { try await self.question(at: now) }
            state.flight = flight
            return (nil, flight)
        }
        if let kept { return kept }
        guard let flight else { throw CancellationError() }
        return try await flight.value
    }

    private func question(at asked: ContinuousClock.Instant) async throws -> Value {
        do {
            let value = try await ask()
            state.withLock { $0 = State(kept: (value, asked), flight: nil) }
            return value
        } catch {
            state.withLock { $0 = State() }
            throw error
        }
    }
}
