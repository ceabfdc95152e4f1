public import PunctualJSON
public import PunctualSchedule

/// Who did what, from where; nothing secret is in it.
public struct AuditDraft: Hashable, Sendable {
    public var at: Timestamp
    /// Who, as `Subject.text`; `anonymous` for a refused stranger, `system` for the program itself.
    public var principal: String
    /// The credential that was used, such as `key:ID`; nil without one.
    public var credential: String?
    /// From where; nil for the program itself.
    public var address: IPAddress?
    /// The operation's name in the OpenAPI document.
    public var operation: String
    /// What it was done to, such as `job:ID`; nil when there is no such thing.
    public var resource: String?
    /// The resource's service; nil when it belongs to none.
    public var service: String?
    /// How it ended: `allowed` or `refused`.
    public var isAllowed: Bool
    /// The resource as it was; null when it was not there.
    public var before: JSONValue
    /// The resource as it is; null when it is gone.
    public var after: JSONValue
    public var requestID: String?

    public init(
        at: Timestamp, principal: String, credential: String? = nil, address: IPAddress? = nil, operation: String,
        resource: String? = nil, service: String? = nil, isAllowed: Bool = true, before: JSONValue = .null,
        after: JSONValue = .null, requestID: String? = nil
    ) {
        self.at = at
        self.principal = principal
        self.credential = credential
        self.address = address
        self.operation = operation
        self.resource = resource
        self.service = service
        self.isAllowed = isAllowed
        self.before = before
        self.after = after
        self.requestID = requestID
    }
}

/// A line of the audit log, chained to the one before it.
public struct AuditEntry: Hashable, Sendable {
    /// From 1, without gaps.
    public var sequence: Int64
    public var draft: AuditDraft
    /// The hash of the entry before; zeros for the first.
    public var previous: [UInt8]
    /// SHA-256 over sequence, `previous` and the canonical bytes of `draft`.
    public var hash: [UInt8]

    public init(sequence: Int64, draft: AuditDraft, previous: [UInt8], hash: [UInt8]) {
        self.sequence = sequence
        self.draft = draft
        self.previous = previous
        self.hash = hash
    }
}

/// Where the log ends: kept elsewhere, it shows that nothing was cut off.
public struct AuditHead: Hashable, Sendable {
    /// 0 when the log is empty.
    public var sequence: Int64
    /// The hash of the last entry; zeros when the log is empty.
    public var hash: [UInt8]

    public init(sequence: Int64, hash: [UInt8]) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Of an empty log.
    public static let empty = AuditHead(sequence: 0, hash: [UInt8](repeating: 0, count: 32))
}
