package import PunctualCore
internal import Synchronization

/// Gives store calls a time limit that holds even for a call that never ends, so that a connection that swallows
/// everything stops no loop.
///
/// A call that was begun is not cancelled with its caller, since whether it took effect would be unknown: the caller
/// waits for it, at most until the limit.
package final class CallLimit: Sendable {
    private struct Call {
        let deadline: ContinuousClock.Instant
        let giveUp: @Sendable () -> Void
    }

    private struct State {
        /// Numbered in the order of their deadlines, since all have the same limit.
        var underWay: [Int: Call] = [:]
        var oldest = 0
        var next = 0
        var abandoned = 0
        var isWatched = false
    }

    private let name: String
    private let limit: Duration?
    private let abandonedAtMost: Int
    private let instruments: Instruments
    private let state = Mutex(State())

    /// - Parameters:
    ///   - name: of the calls, for log and metrics.
    ///   - limit: of one call; nil means none.
    ///   - abandonedAtMost: how many calls that were given up may be under way; further calls are refused then.
    package init(_ name: String, _ limit: Duration?, abandonedAtMost: Int, instruments: Instruments) {
        self.name = name
        self.limit = limit
        self.abandonedAtMost = abandonedAtMost
        self.instruments = instruments
        if limit != nil { instruments.callLimited(name) }
    }

    /// How many calls that were given up have not come back.
    package var abandoned: Int { state.withLock { $0.abandoned } }

    /// The answer of the call, which may take effect after it was given up.
    /// - Parameter late: takes what a call brings that was given up.
    /// - Throws: `.unavailable` when the time is up, or when too many earlier calls have not come back.
    package func run<Value: Sendable>(
        late: @escaping @Sendable (Value) -> Void = { _ in },
        _ call: @escaping @Sendable () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        guard let limit else { return try await call() }
        let answer = Answer<Value>()
        let lateness = StoreError.unavailable("\(name): no answer within \(limit)")
        guard let number = begin(within: limit, giveUp: { _ = answer.give(.failure(lateness), isLate: true) }) else {
            throw .unavailable("\(name): \(abandonedAtMost) earlier calls have not come back")
        }
        // Awaited through its answer until the limit. Past that nobody awaits it: it is cancelled, counted until it
        // comes back.
        let task = Task {
            do throws(StoreError) {
                let value = try await call()
                if !answer.give(.success(value)) { late(value) }
            } catch {
                _ = answer.give(.failure(error))
            }
            end(number)
        }
        return try await answer.value(of: task).get()
    }

    private func begin(within limit: Duration, giveUp: @escaping @Sendable () -> Void) -> Int? {
        let begun = state.withLock { state -> (number: Int, isWatched: Bool)? in
            guard state.abandoned < abandonedAtMost else { return nil }
            defer { state.isWatched = true }
            state.underWay[state.next] = Call(deadline: .now.advanced(by: limit), giveUp: giveUp)
            state.next += 1
            return (state.next - 1, state.isWatched)
        }
        guard let begun else { return nil }
        if !begun.isWatched { watch() }
        return begun.number
    }

    private func end(_ number: Int) {
        let wasAbandoned = state.withLock { state in
            if state.underWay.removeValue(forKey: number) != nil { return false }
            state.abandoned -= 1
            return true
        }
        if wasAbandoned { instruments.abandonedCallEnded(name) }
    }

    /// One timer for all calls: it sleeps until the oldest is late.
    private func watch() {
        // Nobody awaits it; it ends by itself when no call is under way, at most one limit after the last began.
        Task {
            while let first = giveUpLate() {
                try? await Task.sleep(until: first, clock: .continuous)  // A look too early is harmless.
            }
        }
    }

    /// Gives up what is late; the next deadline, or nil when no call is under way.
    private func giveUpLate() -> ContinuousClock.Instant? {
        let (late, first) = state.withLock { state -> ([Call], ContinuousClock.Instant?) in
            var late: [Call] = []
            while state.oldest < state.next {
                if let call = state.underWay[state.oldest] {
                    if call.deadline > .now { return (late, call.deadline) }
                    state.underWay[state.oldest] = nil
                    state.abandoned += 1
                    late.append(call)
                }
                state.oldest += 1
            }
            state.isWatched = false
            return (late, nil)
        }
        for call in late {
            instruments.callAbandoned(name)
            call.giveUp()
        }
        return first
    }
}

/// The first of two: the call's own answer, or that it is late.
private final class Answer<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, StoreError>?
        var waiter: CheckedContinuation<Result<Value, StoreError>, Never>?
        var task: Task<Void, Never>?
        var isLate = false
    }

    private let state = Mutex(State())

    /// - Returns: whether it is the first.
    func give(_ result: Result<Value, StoreError>, isLate: Bool = false) -> Bool {
        let before = state.withLock { state -> State? in
            let before = state
            guard state.result == nil else { return nil }
            state = State(result: result, isLate: isLate)
            return before
        }
        guard let before else { return false }
        before.waiter?.resume(returning: result)
        if isLate { before.task?.cancel() }
        return true
    }

    func value(of task: Task<Void, Never>) async -> Result<Value, StoreError> {
        await withCheckedContinuation { continuation in
            let (result, isLate) = state.withLock { state in
                if state.result == nil {
                    state.waiter = continuation
                    state.task = task
                }
                return (state.result, state.isLate)
            }
            if isLate { task.cancel() }
            if let result { continuation.resume(returning: result) }
        }
    }
}
