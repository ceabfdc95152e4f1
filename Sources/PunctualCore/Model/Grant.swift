public import PunctualSchedule

/// A permission that somebody was given.
public struct Grant: Hashable, Sendable {
    public var id: Identifier
    public var subject: Subject
    public var permission: Permission
    /// From when on it is void; nil means never.
    public var expiresAt: Timestamp?
    public var createdAt: Timestamp
    /// Who gave it, as `Subject.text`.
    public var createdBy: String

    public init(
        id: Identifier, subject: Subject, permission: Permission, expiresAt: Timestamp? = nil, createdAt: Timestamp,
        createdBy: String
    ) {
        self.id = id
        self.subject = subject
        self.permission = permission
        self.expiresAt = expiresAt
        self.createdAt = createdAt
        self.createdBy = createdBy
    }

    /// Whether it lets its holder decide about everybody for good: one that ends by itself would leave nobody.
    public var makesAdministrator: Bool { permission.isGlobal && permission.role == .admin && expiresAt == nil }
}
