/// The `event` field of a server-sent event on `/events` (WHATWG HTML §9.2).
public enum EventKind: String, Sendable, CaseIterable {
    case jobCreated = "job.created"
    case jobUpdated = "job.updated"
    case jobDeleted = "job.deleted"
    case executionUpdated = "execution.updated"
    /// The reader's place is gone: what it knows may be stale, and it has to list anew.
    case reset
}
