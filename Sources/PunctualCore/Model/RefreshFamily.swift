public import PunctualSchedule

/// All refresh tokens that came from one sign-in; at most one of them is current.
public struct RefreshFamily: Hashable, Sendable {
    /// Part of each of its tokens.
    public var id: Identifier
    /// Whom its access tokens are for.
    public var subject: Subject
    /// The client that signed in; another one's requests are refused.
    public var client: String
    /// What the sign-in allows of what the subject may; nil means all of it.
    public var scopes: [Permission]?
    /// Groups that an outside provider named at the sign-in; empty for our own users.
    public var groups: [String]
    /// What the provider's claims allowed at the sign-in, beside what the subject was granted; empty for our own users.
    public var granted: [Permission]
    /// Counts the rotations, from 1.
    public var generation: Int
    public var current: KeyedHash
    public var rotatedAt: Timestamp
    /// The token that was current before the last rotation; nil before the first.
    public var previous: KeyedHash?
    public var createdAt: Timestamp
    /// From when on no token of the family is valid, however often it is rotated.
    public var expiresAt: Timestamp
    /// nil while the family lives.
    public var revokedAt: Timestamp?
    /// 1 at first; each change raises it.
    public var version: Int

    public init(
        id: Identifier, subject: Subject, client: String, scopes: [Permission]? = nil, groups: [String] = [],
        granted: [Permission] = [], generation: Int = 1,
        current: KeyedHash, rotatedAt: Timestamp, previous: KeyedHash? = nil, createdAt: Timestamp,
        expiresAt: Timestamp, revokedAt: Timestamp? = nil, version: Int = 1
    ) {
        self.id = id
        self.subject = subject
        self.client = client
        self.scopes = scopes
        self.groups = groups
        self.granted = granted
        self.generation = generation
        self.current = current
        self.rotatedAt = rotatedAt
        self.previous = previous
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.version = version
    }
}
