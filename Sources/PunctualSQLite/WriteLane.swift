internal import GRDB
internal import PunctualCore
internal import Synchronization

/// Lets concurrent writes share a transaction: whoever arrives while one commits joins the next.
///
/// One thread of GRDB's writes; nothing waits on the cooperative pool. Each write gets its own outcome, and only
/// after the commit that holds it.
final class WriteLane: Sendable {
    private let pool: DatabasePool
    private let clock: any WallClock
    private let definitions: DefinitionCache
    private let complaints: Complaints
    private let state = Mutex(State())
    /// The most writes that share one commit.
    static let batchLimit = 512

    private struct State {
        var waiting: [any WaitingWrite] = []
        var isDraining = false
    }

    init(pool: DatabasePool, clock: any WallClock, definitions: DefinitionCache, complaints: Complaints) {
        self.pool = pool
        self.complaints = complaints
        self.clock = clock
        self.definitions = definitions
    }

    /// Runs the body in a transaction.
    ///
    /// It may run more than once, each time from the same state: when another write spoils the shared transaction,
    /// each gets one of its own. What a body that throws has changed is undone.
    @discardableResult
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let mustStart = state.withLock { state in
                state.waiting.append(PendingWrite(body: body, continuation: continuation))
                defer { state.isDraining = true }
                return !state.isDraining
            }
            if mustStart { pool.asyncWriteWithoutTransaction { [self] database in drain(database) } }
        }
        return try result.get()
    }

    /// How many writes wait for the next commit.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    private func drain(_ database: Database) {
        while true {
            let batch: [any WaitingWrite] = state.withLock { state in
                let batch = Array(state.waiting.prefix(WriteLane.batchLimit))
                state.waiting.removeFirst(batch.count)
                if batch.isEmpty { state.isDraining = false }
                return batch
            }
            if batch.isEmpty { return }
            do {
                try commit(batch, database)
                for write in batch { write.succeed() }
            } catch {
                fail(batch, with: error, database)
            }
        }
    }

    /// - Throws: when nothing was written: SQLite's complaint, or that of a body that had changed something.
    private func commit(_ batch: [any WaitingWrite], _ database: Database) throws {
        try database.inTransaction(.immediate) {
            let transaction = Transaction(database: database, now: clock.now(), definitions: definitions)
            for write in batch {
                let changes = database.totalChangesCount
                if let refusal = try write.run(in: transaction), database.totalChangesCount != changes {
                    throw refusal
                }
            }
            try transaction.tally.flush(to: database)
            return .commit
        }
    }

    private func fail(_ batch: [any WaitingWrite], with error: any Error, _ database: Database) {
        let failure = complaints.storeError(error)
        let isOneWrites: Bool = if case .damaged = failure { true } else { error is StoreError }
        guard isOneWrites, batch.count > 1 else {
            for write in batch { write.fail(failure) }
            return
        }
        // The others have nothing to do with it.
        for write in batch {
            do {
                try commit([write], database)
                write.succeed()
            } catch {
                write.fail(complaints.storeError(error))
            }
        }
    }
}

private protocol WaitingWrite: Sendable {
    /// - Returns: the body's refusal, which is this write's own outcome; nil when it went well.
    /// - Throws: SQLite's complaint.
    func run(in transaction: Transaction) throws -> StoreError?
    func succeed()
    func fail(_ error: StoreError)
}

/// A write and who waits for it. Only the writer's thread touches `outcome`.
private final class PendingWrite<Value: Sendable>: WaitingWrite, @unchecked Sendable {
    private let body: @Sendable (Transaction) throws -> Value
    private let continuation: CheckedContinuation<Result<Value, StoreError>, Never>
    private var outcome: Result<Value, StoreError>?

    init(
        body: @escaping @Sendable (Transaction) throws -> Value,
        continuation: CheckedContinuation<Result<Value, StoreError>, Never>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func run(in transaction: Transaction) throws -> StoreError? {
        do {
            outcome = .success(try body(transaction))
            return nil
        } catch let error as StoreError {
            outcome = .failure(error)
            return error
        }
    }

    func succeed() { continuation.resume(returning: outcome ?? .failure(.unavailable("the write did not run"))) }
    func fail(_ error: StoreError) { continuation.resume(returning: .failure(error)) }
}
