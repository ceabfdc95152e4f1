internal import Dispatch
internal import GRDB
internal import PunctualCore
internal import Synchronization

/// Reads of one statement each, served in turn by one thread: whoever asks while others are served is served in the same
/// go, so that under load a thread is woken for many reads and not for each.
final class ReadLane: Sendable {
    private let pool: DatabasePool
    private let clock: any WallClock
    private let definitions: DefinitionCache
    private let complaints: Complaints
    private let queue = DispatchQueue(label: "punctual.reads")
    private let state = Mutex(State())

    private struct State {
        var waiting: [@Sendable (Result<Transaction, any Error>) -> Void] = []
        var isDraining = false
    }

    init(pool: DatabasePool, clock: any WallClock, definitions: DefinitionCache, complaints: Complaints) {
        self.pool = pool
        self.complaints = complaints
        self.clock = clock
        self.definitions = definitions
    }

    /// Runs the body, which sees one state only within a single statement.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let answer: @Sendable (Result<Transaction, any Error>) -> Void = { [complaints] transaction in
                let outcome = Result { try body(transaction.get()) }
                continuation.resume(returning: outcome.mapError(complaints.storeError))
            }
            let mustStart = state.withLock { state in
                state.waiting.append(answer)
                defer { state.isDraining = true }
                return !state.isDraining
            }
            if mustStart { queue.async { self.drain() } }
        }
        return try result.get()
    }

    private func drain() {
        while true {
            let batch = state.withLock { state in
                defer { state.waiting = [] }
                state.isDraining = !state.waiting.isEmpty
                return state.waiting
            }
            if batch.isEmpty { return }
            do {
                try pool.unsafeRead { database in
                    let transaction = Transaction(database: database, now: clock.now(), definitions: definitions)
                    for answer in batch { answer(.success(transaction)) }
                }
            } catch {
                // No reader could be had, so nobody was answered.
                for answer in batch { answer(.failure(error)) }
            }
        }
    }
}
