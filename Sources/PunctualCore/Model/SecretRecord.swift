public import PunctualSchedule

/// One version of a secret that jobs may refer to, encrypted.
public struct SecretRecord: Hashable, Sendable {
    /// Whose jobs may refer to it.
    public var service: String
    /// Unique within the service.
    public var name: String
    /// From 1; the highest is current.
    public var version: Int
    public var sealed: SealedBytes
    public var createdAt: Timestamp
    /// Who wrote it, as `Subject.text`.
    public var createdBy: String
    /// Until when this version holds beside a newer one; nil while it is current.
    public var expiresAt: Timestamp?

    public init(
        service: String, name: String, version: Int, sealed: SealedBytes, createdAt: Timestamp, createdBy: String,
        expiresAt: Timestamp? = nil
    ) {
        self.service = service
        self.name = name
        self.version = version
        self.sealed = sealed
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
    }
}
