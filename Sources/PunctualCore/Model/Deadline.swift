internal import PunctualSchedule
internal import Synchronization

/// The limit of time of a question of which nobody knows when its answer comes.
package enum Deadline {
    package struct Passed: Error, CustomStringConvertible {
        package let limit: Duration
        package var description: String { "no answer within \(limit.text)" }
    }

    /// What the question is answered, if that is within the limit. It is cancelled then, and not waited for: who hears of no
    /// cancellation must not keep anybody waiting.
    /// - Throws: `Passed`, or what the question throws.
    package static func within<Value: Sendable>(
        _ limit: Duration, _ ask: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let race = Race<Value>()
        return try await withCheckedThrowingContinuation { continuation in
            race.begin(continuation)
            // Awaited through the race; who is late finds it over.
            let asking = Task { await race.end(with: Result.catching(ask)) }
            race.watch(
                Task {  // Awaited by nobody: it ends with the limit, or is cancelled by the answer.
                    guard (try? await Task.sleep(for: limit)) != nil else { return }  // Cancelled, it was answered.
                    asking.cancel()
                    race.end(with: .failure(Passed(limit: limit)))
                })
        }
    }

    private final class Race<Value: Sendable>: Sendable {
        private struct State {
            var continuation: CheckedContinuation<Value, any Error>?
            var watcher: Task<Void, Never>?
            var isOver = false
        }

        private let state = Mutex(State())

        func begin(_ continuation: CheckedContinuation<Value, any Error>) {
            state.withLock { $0.continuation = continuation }
        }

        func watch(_ watcher: Task<Void, Never>) {
            let isOver = state.withLock { state in
                state.watcher = watcher
                return state.isOver
            }
            if isOver { watcher.cancel() }
        }

        func end(with result: Result<Value, any Error>) {
            let (continuation, watcher) = state.withLock { state in
                defer { (state.continuation, state.isOver) = (nil, true) }
                return (state.continuation, state.watcher)
            }
            continuation?.resume(with: result)
            watcher?.cancel()
        }
    }
}

extension Result where Failure == any Error {
    fileprivate static func catching(_ body: () async throws -> Success) async -> Result {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
