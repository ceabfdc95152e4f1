public import PunctualSchedule

/// A program that calls the API; its API keys are its client secrets.
public struct ServiceAccount: Hashable, Sendable {
    public var id: Identifier
    /// Unique among service accounts.
    public var name: String
    public var description: String
    /// A disabled account's keys and tokens are refused.
    public var isDisabled: Bool
    /// nil means the installation's.
    public var tier: CallerTier?
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    /// 1 at first; each change raises it.
    public var version: Int

    public init(
        id: Identifier, name: String, description: String = "", isDisabled: Bool = false, tier: CallerTier? = nil,
        createdAt: Timestamp, updatedAt: Timestamp? = nil, version: Int = 1
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.isDisabled = isDisabled
        self.tier = tier
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
        self.version = version
    }
}
