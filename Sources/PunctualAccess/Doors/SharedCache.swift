internal import Synchronization

/// Values that many requests ask for: each is loaded once, however many wait for it, and no more are kept than `capacity`.
final class SharedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let capacity: Int
    private let state = Mutex(State())

    private struct State {
        var values: [Key: Value] = [:]
        var loading: [Key: Task<Value, any Error>] = [:]
        /// Raised by `clear`: what was asked for before is not kept.
        var generation = 0
    }

    init(capacity: Int) { self.capacity = capacity }

    func value<Failure: Error>(
        _ key: Key, load: @escaping @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let (found, generation) = state.withLock { state -> (Found, Int) in
            if let value = state.values[key] { return (.value(value), state.generation) }
            if let task = state.loading[key] { return (.loading(task), state.generation) }
            // Awaited by all who want the value, so it is nobody's child; it ends with the load.
            let task = Task { try await load() }
            state.loading[key] = task
            return (.loading(task), state.generation)
        }
        let task: Task<Value, any Error>
        switch found {
        case .value(let value): return value
        case .loading(let loading): task = loading
        }
        let result = await task.result
        state.withLock { state in
            guard state.generation == generation else { return }
            state.loading[key] = nil
            guard case .success(let value) = result else { return }
            // Which one goes does not matter: what is asked for often is back at once.
            if state.values.count >= capacity, let some = state.values.keys.randomElement() { state.values[some] = nil }
            state.values[key] = value
        }
        switch result {
        case .success(let value): return value
        case .failure(let error as Failure): throw error
        case .failure: preconditionFailure("the load throws nothing else")
        }
    }

    private enum Found {
        case value(Value)
        case loading(Task<Value, any Error>)
    }

    func clear() {
        state.withLock { state in
            state.values = [:]
            state.loading = [:]
            state.generation += 1
        }
    }
}
