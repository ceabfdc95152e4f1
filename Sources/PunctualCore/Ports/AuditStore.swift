public import PunctualSchedule

/// The audit log: it grows, and nothing else.
///
/// A driver keeps the JSON of `before` and `after` to the byte, since the chain is over them.
public protocol AuditStore: Sendable {
    /// Chains the drafts to the log's end, in order, by `AuditEntry.init(_:after:)` under a lock; all or none.
    /// - Returns: the entries.
    func append(_ drafts: [AuditDraft]) async throws(StoreError) -> [AuditEntry]

    /// The log's end as it is stored.
    func auditHead() async throws(StoreError) -> AuditHead

    /// Entries from the sequence number on, oldest first, at most `limit`: for export and verification.
    func auditEntries(from sequence: Int64, limit: Int) async throws(StoreError) -> [AuditEntry]

    /// One page of entries, newest first: by number, or by time (`AuditQuery.isByTime`), and by number where that is equal.
    func auditEntries(_ query: AuditQuery) async throws(StoreError) -> [AuditEntry]
}

public struct AuditQuery: Hashable, Sendable {
    public var principal: String?
    public var operation: String?
    public var resource: String?
    public var service: String?
    /// `at` not before.
    public var from: Timestamp?
    /// `at` before.
    public var to: Timestamp?
    /// 1 to 200.
    public var limit = 50
    /// Only entries behind the one of this sequence number; nil on the first page.
    public var before: Int64?

    /// Whether entries come in the order of their times, which an index has; else in that of their numbers. The two differ
    /// where clocks do, and where something was told late.
    public var isByTime: Bool {
        (from != nil || to != nil) && [principal, operation, resource, service].allSatisfy { $0 == nil }
    }

    public init() {}
}
