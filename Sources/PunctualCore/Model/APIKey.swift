public import PunctualSchedule

/// What is kept of an API key; the key itself is shown once and never stored.
public struct APIKey: Hashable, Sendable {
    /// Part of the key's text.
    public var id: Identifier
    public var name: String
    /// The user or service account that it acts for.
    public var owner: Subject
    /// The newest first; two while one replaces another.
    public var secrets: [Secret]
    /// What it may do of what its owner may; nil means all of it, now and later, empty means nothing.
    public var scopes: [Permission]?
    /// From where it may be used; empty means from anywhere.
    public var addresses: [IPRange]
    /// From when on it is void; nil means never.
    public var expiresAt: Timestamp?
    /// nil while it is valid.
    public var revokedAt: Timestamp?
    /// Kept to about a minute; nil before the first use.
    public var lastUsedAt: Timestamp?
    public var createdAt: Timestamp
    /// Who made it, as `Subject.text`.
    public var createdBy: String
    /// 1 at first; each change but of `lastUsedAt` raises it.
    public var version: Int

    /// One of the secrets that the key is valid with.
    public struct Secret: Hashable, Sendable {
        public var hash: KeyedHash
        public var createdAt: Timestamp
        /// From when on this secret is void; nil means as long as the key.
        public var expiresAt: Timestamp?

        public init(hash: KeyedHash, createdAt: Timestamp, expiresAt: Timestamp? = nil) {
            self.hash = hash
            self.createdAt = createdAt
            self.expiresAt = expiresAt
        }
    }

    public init(
        id: Identifier, name: String, owner: Subject, secrets: [Secret], scopes: [Permission]?,
        addresses: [IPRange] = [], expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil,
        lastUsedAt: Timestamp? = nil, createdAt: Timestamp, createdBy: String, version: Int = 1
    ) {
        self.id = id
        self.name = name
        self.owner = owner
        self.secrets = secrets
        self.scopes = scopes
        self.addresses = addresses
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.version = version
    }
}
