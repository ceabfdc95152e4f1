package import PunctualCore
package import PunctualSchedule

/// What became of a refresh token that was shown.
package enum RefreshOutcome: Sendable {
    /// Store the family in place of the version that was read, and only then answer with the token.
    case rotated(RefreshFamily, RefreshToken)
    /// The token was used before: store the family, which is revoked, and refuse.
    case reused(RefreshFamily)
    /// Refuse; nothing changes.
    case refused(CredentialFault)
}

extension RefreshFamily {
    /// For how long after a rotation the token before it may be shown again, as long as its successor was not used.
    ///
    /// An answer that was lost on its way leaves an honest client with a used token. It gets another successor, and the first one
    /// ends: if it is shown after all, two parties hold tokens, and the family is revoked (RFC 9700, section 4.14.2).
    package static let grace = Duration.seconds(10)
    /// How long a family lives at most.
    package static let lifetime = Duration.seconds(30 * 24 * 3600)
    /// For how long a token may lie unused.
    package static let idle = Duration.seconds(7 * 24 * 3600)

    /// A new family with its first token.
    package static func begin(
        id: Identifier, subject: Subject, client: String, scopes: [Permission]?, pepper: Pepper, at now: Timestamp,
        using generator: inout some RandomNumberGenerator
    ) -> (family: RefreshFamily, token: RefreshToken) {
        let token = RefreshToken(family: id, pepper: pepper, using: &generator)
        let family = RefreshFamily(
            id: id, subject: subject, client: client, scopes: scopes, current: token.hash(pepper), rotatedAt: now,
            createdAt: now, expiresAt: now + lifetime)
        return (family, token)
    }

    /// Decides what the token is good for. Of two requests with the same token the store's version lets one pass; the other reads
    /// anew and is a repetition.
    package func use(
        _ token: RefreshToken, client: String, pepper: Pepper, at now: Timestamp,
        using generator: inout some RandomNumberGenerator
    ) -> RefreshOutcome {
        guard token.family == id else { return .refused(.unknown) }
        if revokedAt != nil { return .refused(.revoked) }
        if expiresAt <= now || rotatedAt + RefreshFamily.idle <= now { return .refused(.expired) }
        // Another client that holds a token of ours has stolen it.
        guard client == self.client else { return .reused(revoked(at: now)) }
        var family = self
        if token.matches(current, pepper) {
            family.generation += 1
            family.previous = current
            family.rotatedAt = now
        } else if let previous, token.matches(previous, pepper), now - rotatedAt <= RefreshFamily.grace {
            // The successor is replaced, so one token lives at a time; the grace does not begin anew.
        } else {
            return .reused(revoked(at: now))
        }
        let next = RefreshToken(family: id, pepper: pepper, using: &generator)
        family.current = next.hash(pepper)
        return .rotated(family, next)
    }

    /// The family, void from now on; once revoked it stays so.
    package func revoked(at now: Timestamp) -> RefreshFamily {
        var family = self
        family.revokedAt = revokedAt ?? now
        return family
    }
}
