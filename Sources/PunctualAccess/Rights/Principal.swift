package import PunctualCore
package import PunctualSchedule

/// Who asks, as far as the credential proved it, and what that allows.
package struct Principal: Hashable, Sendable {
    /// nil for somebody whom only an outside provider knows, and for a stranger.
    package var subject: Subject?
    /// For the audit log: `Subject.text`, `external:ISSUER SUB`, or `anonymous`.
    package var name: String
    /// Groups that the provider's token names.
    package var groups: Set<String>
    /// Which credential was used, `key:ID`, `token:ID`, `session:ID`; nil for a stranger.
    package var credential: String?
    /// The session or token family that the credential belongs to; nil for a key or a provider's token.
    package var family: Identifier?
    /// The client's address; nil when it is not known.
    package var address: IPAddress?
    /// How much he may ask for in an hour; nil when nothing is said of him.
    package var tier: CallerTier?
    /// What may be done: grants of subject and groups, cut down by the credential's scopes.
    package var permissions: [Permission]
    /// What the credential is for, whatever its owner may; nil when it is for all that he may.
    package let scopes: [Permission]?
    /// From when on the credential is void; nil means never, and for the tokens and session of a sign-in, which stand for the
    /// person.
    package let end: Timestamp?
    /// From where alone the credential is good; empty means from anywhere.
    package let places: [IPRange]
    /// Whether the credential is for less than its owner may do.
    package let isNarrowed: Bool

    private init(
        subject: Subject?, name: String, groups: Set<String>, credential: String?, address: IPAddress?,
        permissions held: [Permission], scopes: [Permission]? = nil, end: Timestamp? = nil, places: [IPRange] = []
    ) {
        self.subject = subject
        self.name = name
        self.groups = groups
        self.credential = credential
        self.address = address
        let permissions = held.limited(to: scopes)
        self.permissions = permissions
        self.scopes = scopes
        self.end = end
        self.places = places
        isNarrowed = !held.allSatisfy(permissions.cover)
    }

    /// Somebody without a credential.
    package static func stranger(from address: IPAddress?) -> Principal {
        Principal(
            subject: nil, name: "anonymous", groups: [], credential: nil, address: address, permissions: [])
    }

    /// Whoever asks an installation without access control: he may do everything.
    package static func anybody(from address: IPAddress?) -> Principal {
        Principal(
            subject: nil, name: "anonymous", groups: [], credential: open, address: address,
            permissions: [Permission(.admin, service: nil)])
    }

    /// Somebody who is known here.
    /// - Parameters:
    ///   - grants: those of the subject and of its groups; void ones are passed over.
    ///   - granted: what the claims of an outside provider gave beside them.
    ///   - scopes: what the credential allows of them; nil means all of them, none means nothing.
    ///   - end: from when on the credential is void; nil means never.
    ///   - places: from where alone it is good; empty means from anywhere.
    package init(
        _ subject: Subject, groups: Set<String> = [], credential: String, address: IPAddress?, grants: [Grant],
        granted: [Permission] = [], scopes: [Permission]?, end: Timestamp? = nil, places: [IPRange] = [],
        at now: Timestamp
    ) {
        let subjects = Set(groups.map(Subject.group)).union([subject])
        let held = grants.filter { subjects.contains($0.subject) && ($0.expiresAt.map { $0 > now } ?? true) }
        self.init(
            subject: subject, name: subject.text, groups: groups, credential: credential, address: address,
            permissions: held.map(\.permission) + granted, scopes: scopes, end: end, places: places)
    }

    /// Somebody with the token of an outside provider.
    /// - Parameter grants: those of the groups; void ones are passed over.
    package init(
        _ token: TokenVerifier.Token, mapping: ClaimMapping, address: IPAddress?, grants: [Grant], at now: Timestamp
    ) {
        let groups = mapping.groups(of: token.claims)
        let subjects = Set(groups.map(Subject.group))
        let granted = grants.filter { subjects.contains($0.subject) && ($0.expiresAt.map { $0 > now } ?? true) }
        self.init(
            subject: nil, name: "external:\(token.issuer) \(token.subject)", groups: groups,
            credential: "token:\(token.id ?? "")", address: address,
            permissions: granted.map(\.permission) + mapping.permissions(of: token.claims))
    }

    /// Whether the credential ends, or is for some places alone: it makes none that does not.
    package var isBound: Bool { end != nil || !places.isEmpty }

    package var isStranger: Bool { credential == nil }

    /// Whether it is whoever asks an installation without access control.
    package var isAnybody: Bool { credential == Principal.open }

    private static let open = "open"
}

extension [Permission] {
    /// Whether one of them allows all that the permission does.
    package func cover(_ permission: Permission) -> Bool {
        contains { $0.intersection(permission) == permission }
    }

    /// What both lists allow; all of it when `scopes` is nil.
    package func limited(to scopes: [Permission]?) -> [Permission] {
        guard let scopes else { return self }
        return flatMap { granted in scopes.compactMap { granted.intersection($0) } }
    }
}
