public import PunctualSchedule

/// The answers to requests that carried an `Idempotency-Key`.
public protocol IdempotencyStore: Sendable {
    /// Takes the key for a request, or tells what became of the earlier one.
    /// - Parameters:
    ///   - fingerprint: of method, path and body.
    ///   - staleAfter: an unfinished entry older than this is taken over: its server died.
    func begin(
        key: String, fingerprint: String, staleAfter: Duration
    ) async throws(StoreError) -> IdempotencyState

    /// Keeps the answer, the first one for good. Without one the key is given up: the next request takes it at once, and if
    /// it is the same request it learns when the first one came, for that may have taken effect.
    func finish(key: String, answer: StoredAnswer?) async throws(StoreError)

    /// Forgets keys taken before `instant`; the count removed.
    func pruneKeys(before instant: Timestamp) async throws(StoreError) -> Int
}

public enum IdempotencyState: Hashable, Sendable {
    /// The key is taken; run the request and call `finish`.
    /// - Parameter since: when the key was first taken for this very request, by the store's clock. Earlier than now in a
    ///   repetition, when nobody knows whether what came before took effect.
    case fresh(since: Timestamp)
    case inProgress
    /// The key was used for another request.
    case mismatch
    case replay(StoredAnswer)
}

public struct StoredAnswer: Hashable, Sendable {
    public var status: Int
    public var headers: [String: String]
    public var body: [UInt8]

    public init(status: Int, headers: [String: String], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Everything that one driver stores.
public typealias Store = JobStore & ExecutionStore & HistoryStore & LeaseStore & IdempotencyStore & OutputStore
    & LimitStore
