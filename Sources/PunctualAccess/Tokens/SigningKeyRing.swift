package import PunctualJSON
package import PunctualSchedule

/// The signing keys through their lives: published, then signing, then kept until their last token has ended.
package struct SigningKeyRing: Sendable {
    /// The oldest first.
    package let keys: [SigningKey]
    /// How long a key is published before it signs: others may hold an older set for so long.
    package static let lead = Duration.seconds(600)
    /// At which age a key is followed by another.
    package static let rotation = Duration.seconds(30 * 24 * 3600)

    package init(_ keys: [SigningKey]) { self.keys = keys.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) } }

    /// The key that signs now: the newest that has been published long enough, or the first of all; nil when there is none.
    package func signer(at now: Timestamp) -> SigningKey? {
        keys.last { $0.createdAt + SigningKeyRing.lead <= now } ?? keys.first
    }

    /// The keys whose tokens are taken: none that has been followed for longer than a token lives.
    package func published(at now: Timestamp) -> [SigningKey] {
        let kept = SigningKeyRing.lead + AccessTokens.lifetime + TokenVerifier.leeway
        let followed = keys.lastIndex { $0.createdAt + kept <= now } ?? 0
        return Array(keys[min(followed, keys.count)...])
    }

    /// The set for `/.well-known/jwks.json` (RFC 7517).
    package func jwks(at now: Timestamp) -> JSONValue { ["keys": .array(published(at: now).map(\.jwk))] }

    /// Whether it is time for a new key.
    package func needsNewKey(at now: Timestamp) -> Bool {
        keys.last.map { $0.createdAt + SigningKeyRing.rotation <= now } ?? true
    }
}
