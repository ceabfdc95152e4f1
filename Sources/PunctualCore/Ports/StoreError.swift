/// Why a store did not do what it was asked, in the caller's words.
public enum StoreError: Error, Hashable, Sendable {
    /// There is no such job, execution or queue.
    case notFound
    /// The row has moved on; `current` is its version now.
    case versionConflict(current: Int)
    /// Another job of the service has that name.
    case nameTaken
    /// Nobody would be left who can sign in and let others in; nothing was changed.
    case lastAdministrator
    /// The service has all that it may have; nothing was added for it.
    case quotaExceeded(ServiceQuota)
    /// The row's state does not allow it; the text says which state and what would.
    case conflict(String)
    /// The store cannot be reached or is overloaded; the same call may work later.
    case unavailable(String)
    /// The disk is full; nothing was written.
    case full(String)
    /// What is stored cannot be read; the text names the row and what to do.
    case corrupt(String)
    /// The database itself is damaged, so that no call can be trusted; the text names it and what to do.
    case damaged(String)
    /// The calling task was cancelled; whether the call took effect is unknown.
    case cancelled
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .conflict(let text), .unavailable(let text), .full(let text), .corrupt(let text), .damaged(let text): text
        case .notFound: "there is no such thing"
        case .versionConflict(let current): "it has moved on, to version \(current)"
        case .nameTaken: "the name is taken"
        case .lastAdministrator: "nobody would be left who can let others in"
        case .quotaExceeded(.jobs(let service, let limit)):
            "the service \(service) has \(limit) jobs, which is all it may have"
        case .quotaExceeded(.waiting(let service, let queue, let limit)):
            "\(limit) executions of the service \(service) wait in the queue \(queue), which is all it may have"
        case .cancelled: "it was cancelled"
        }
    }
}

/// What a service may have no more of.
public enum ServiceQuota: Hashable, Sendable {
    /// Jobs; `limit` is how many it may have.
    case jobs(of: String, limit: Int)
    /// Executions that wait in one queue; `limit` is how many it may have there.
    case waiting(of: String, queue: String, limit: Int)
}
