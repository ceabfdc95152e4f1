public import PunctualSchedule

/// A person who may sign in.
public struct User: Hashable, Sendable {
    public var id: Identifier
    /// Unique, in lower case.
    public var name: String
    /// A disabled user's sign-ins, keys and tokens are refused.
    public var isDisabled: Bool
    /// nil means the installation's.
    public var tier: CallerTier?
    /// The password as a PHC string of Argon2id; nil when the user signs in through a provider only.
    public var passwordHash: String?
    /// nil without a second factor.
    public var secondFactor: SecondFactor?
    /// Wrong passwords and codes since the last sign-in.
    public var failedSignIns: Int
    /// Until when no sign-in is looked at; nil when none failed.
    public var heldUntil: Timestamp?
    /// Sessions and tokens from before this instant are void; nil when the user never signed out everywhere.
    public var signedOutAt: Timestamp?
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    /// 1 at first; each change raises it.
    public var version: Int

    public init(
        id: Identifier, name: String, isDisabled: Bool = false, tier: CallerTier? = nil, passwordHash: String? = nil,
        secondFactor: SecondFactor? = nil, failedSignIns: Int = 0, heldUntil: Timestamp? = nil,
        signedOutAt: Timestamp? = nil, createdAt: Timestamp, updatedAt: Timestamp? = nil, version: Int = 1
    ) {
        self.id = id
        self.name = name
        self.isDisabled = isDisabled
        self.tier = tier
        self.passwordHash = passwordHash
        self.secondFactor = secondFactor
        self.failedSignIns = failedSignIns
        self.heldUntil = heldUntil
        self.signedOutAt = signedOutAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
        self.version = version
    }

    /// Whether he comes in by a password, without a provider, which may be gone tomorrow.
    public var signsInHere: Bool { !isDisabled && passwordHash != nil && !id.isOutside }
}

extension Identifier {
    /// The lowest id of users whom an outside provider knows. They stand behind all others: no UUIDv7 begins like that before the
    /// year 10,889.
    public static let firstOutside = Identifier(high: 0xFF00_0000_0000_0000, low: 0)

    /// Whether it is the id of a user whom an outside provider knows.
    public var isOutside: Bool { self >= .firstOutside }
}

/// A user's one-time passwords (RFC 6238) and the codes for when they are lost.
public struct SecondFactor: Hashable, Sendable {
    /// The shared secret.
    public var secret: SealedBytes
    /// False until the user has shown a first code.
    public var isConfirmed: Bool
    /// The last step that was accepted, so that none is accepted twice; nil before the first.
    public var lastStep: Int64?
    /// Those that are not used up.
    public var recoveryCodes: [KeyedHash]

    public init(
        secret: SealedBytes, isConfirmed: Bool = false, lastStep: Int64? = nil, recoveryCodes: [KeyedHash] = []
    ) {
        self.secret = secret
        self.isConfirmed = isConfirmed
        self.lastStep = lastStep
        self.recoveryCodes = recoveryCodes
    }
}
