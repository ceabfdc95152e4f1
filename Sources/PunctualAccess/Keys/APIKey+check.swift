package import PunctualCore
package import PunctualSchedule

/// Why a credential is refused: for the audit log and the metrics. Strangers get one answer for all of them.
package enum CredentialFault: String, Error, Hashable, Sendable, CaseIterable {
    case unknown
    case wrongSecret = "wrong_secret"
    case revoked
    case expired
    case addressNotAllowed = "address_not_allowed"
}

extension APIKey {
    /// How long the old secret holds beside the new one unless told.
    package static let standardOverlap = Duration.seconds(24 * 3600)

    /// Whether the key may be used with this secret now, from there.
    /// - Parameter address: the client's; nil, when it is not known, fits no list of addresses.
    /// - Returns: from when on it may not be used with this secret; nil means that it has no end.
    @discardableResult
    package func check(
        _ presented: APIKeySecret, pepper: Pepper, address: IPAddress?, at now: Timestamp
    ) throws(CredentialFault) -> Timestamp? {
        // The secret first: who does not know it learns nothing of the rest.
        let matching = secrets.filter { presented.matches($0.hash, pepper) }
        guard presented.id == id, let secret = matching.first else { throw .wrongSecret }
        if let end = secret.expiresAt, end <= now, revokedAt == nil { throw .expired }
        try check(address: address, at: now)
        return [secret.expiresAt, expiresAt].compactMap { $0 }.min()
    }

    /// Whether the key may be used now, from there, by who knows its secret.
    package func check(address: IPAddress?, at now: Timestamp) throws(CredentialFault) {
        if revokedAt != nil { throw .revoked }
        if let expiresAt, expiresAt <= now { throw .expired }
        guard addresses.isEmpty || addresses.contains(address) else { throw .addressNotAllowed }
    }

    private static let clientPrefix = "key:"

    /// The `client_id` of the tokens that are had for the key.
    package var client: String { APIKey.clientPrefix + id.description }

    /// The key that a token's `client_id` names; nil for another client.
    package static func id(ofClient client: String) -> Identifier? {
        guard client.hasPrefix(clientPrefix) else { return nil }
        return Identifier(client.dropFirst(clientPrefix.count))
    }

    /// The key with a new secret; the newest of the old ones holds for `overlap` yet, all others no more.
    package func rotated(to hash: KeyedHash, overlap: Duration = APIKey.standardOverlap, at now: Timestamp) -> APIKey {
        var key = self
        let old = secrets.first.map { newest in
            let end = min(newest.expiresAt ?? .latest, now + overlap)
            return Secret(hash: newest.hash, createdAt: newest.createdAt, expiresAt: end)
        }
        key.secrets = [Secret(hash: hash, createdAt: now)] + [old].compactMap { $0 }.filter { $0.expiresAt! > now }
        return key
    }

    /// Until when an old secret holds beside the new one; nil when there is none.
    package func overlapEnd(at now: Timestamp) -> Timestamp? {
        secrets.dropFirst().compactMap(\.expiresAt).filter { $0 > now }.max()
    }

    /// The key, void from now on; once revoked it stays so.
    package func revoked(at now: Timestamp) -> APIKey {
        var key = self
        key.revokedAt = revokedAt ?? now
        return key
    }

    /// Whether this use is worth a note: the last one is a minute old, so that a busy key costs one write a minute.
    package func isWorthNoting(at now: Timestamp) -> Bool {
        lastUsedAt.map { now - $0 >= .seconds(60) } ?? true
    }
}

extension [IPRange] {
    /// Whether an address is in one of the ranges; an IPv4 address in IPv6 clothes counts as what it is.
    package func contains(_ address: IPAddress?) -> Bool {
        guard let address else { return false }
        let plain = address.mapped ?? address
        return contains { $0.contains(plain) || $0.contains(address) }
    }
}
