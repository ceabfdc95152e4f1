internal import GRDB
internal import PunctualCore
internal import Synchronization

/// Lets concurrent writes share a transaction: whoever arrives while one commits joins the next.
///
/// One thread of GRDB's writes; nothing waits on the cooperative pool. Each write gets its own outcome, and only
/// after the commit that holds it.
final class WriteLane: Sendable {
    private let pool: DatabasePool
    private let state = Mutex(State())
    /// The most writes that share one commit.
    static let batchLimit = 512

    private struct State {
        var waiting: [any WaitingWrite] = []
        var isDraining = false
    }

    init(pool: DatabasePool) { self.pool = pool }

    /// Runs the body in a transaction.
    ///
    /// The body must throw `StoreError` only before it has changed anything: the transaction is shared.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database, Tally) throws -> Value
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
                try database.inTransaction(.immediate) {
                    let tally = Tally()
                    for write in batch { try write.run(in: database, tally) }
                    try tally.flush(to: database)
                    return .commit
                }
                for write in batch { write.succeed() }
            } catch {
                let failure = StoreError(sqlite: error)
                for write in batch { write.fail(failure) }
            }
        }
    }
}

private protocol WaitingWrite: Sendable {
    /// - Throws: what spoils the whole transaction; a `StoreError` of the body is this write's own outcome.
    func run(in database: Database, _ tally: Tally) throws
    func succeed()
    func fail(_ error: StoreError)
}

/// A write and who waits for it. Only the writer's thread touches `outcome`.
private final class PendingWrite<Value: Sendable>: WaitingWrite, @unchecked Sendable {
    private let body: @Sendable (Database, Tally) throws -> Value
    private let continuation: CheckedContinuation<Result<Value, StoreError>, Never>
    private var outcome: Result<Value, StoreError>?

    init(
        body: @escaping @Sendable (Database, Tally) throws -> Value,
        continuation: CheckedContinuation<Result<Value, StoreError>, Never>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func run(in database: Database, _ tally: Tally) throws {
        do {
            outcome = .success(try body(database, tally))
        } catch let error as StoreError {
            outcome = .failure(error)
        }
    }

    func succeed() { continuation.resume(returning: outcome ?? .failure(.unavailable("the write did not run"))) }
    func fail(_ error: StoreError) { continuation.resume(returning: .failure(error)) }
}

/// Counts of rows by kind, kept so that nobody counts millions; one update a kind and commit.
final class Tally {
    private var changes: [String: Int] = [:]

    func add(_ count: Int, to name: String) { if count != 0 { changes[name, default: 0] += count } }

    func moved(from old: ExecutionStatus?, to new: ExecutionStatus?) {
        guard old != new else { return }
        if let old { add(-1, to: "execution.\(old.rawValue)") }
        if let new { add(1, to: "execution.\(new.rawValue)") }
    }

    func moved(from old: JobStatus?, to new: JobStatus?) {
        guard old != new else { return }
        if let old { add(-1, to: "job.\(old.rawValue)") }
        if let new { add(1, to: "job.\(new.rawValue)") }
    }

    func flush(to database: Database) throws {
        for (name, change) in changes where change != 0 {
            try database.cachedStatement(
                sql: """
                    INSERT INTO tallies (name, count) VALUES (?, ?)
                    ON CONFLICT (name) DO UPDATE SET count = count + excluded.count
                    """
            ).execute(arguments: [name, change])
        }
    }
}

extension StoreError {
    /// SQLite's complaint in the caller's words.
    init(sqlite error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case is CancellationError: self = .cancelled
        case let error as DatabaseError:
            let text = error.message ?? "SQLite error \(error.resultCode.rawValue)"
            switch error.resultCode {
            case .SQLITE_FULL: self = .full(text)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(text)
            case .SQLITE_INTERRUPT, .SQLITE_ABORT: self = .cancelled
            default: self = .unavailable(text)
            }
        default: self = .unavailable("\(error)")
        }
    }
}
