package import PunctualCore

/// What a browser's session cookie holds, `ps_<family>_<secret><checksum>`; a session is a family that is never rotated.
package struct SessionSecret: Sendable {
    private static let prefix = "ps"
    private static let use = "session"
    private static let crossSiteUse = "cross-site"
    /// The client of such families; no refresh token is ever one of theirs.
    package static let client = "session"
    /// How long a session lasts, in use or not.
    package static let lifetime = Duration.seconds(12 * 3600)

    package let family: Identifier
    package let text: Redacted<String>

    /// Reads a cookie's value; nil when it is of another form or its checksum is wrong.
    package init?(_ text: String) {
        guard let family = SecretText.id(in: text, prefix: SessionSecret.prefix) else { return nil }
        self.family = family
        self.text = Redacted(text)
    }

    /// A new secret for the family of that id.
    package init(family: Identifier, using generator: inout some RandomNumberGenerator) {
        self.family = family
        let secret = SecretText.random(using: &generator)
        text = Redacted(SecretText.compose(prefix: SessionSecret.prefix, id: family, secret: secret))
    }

    /// What is stored in its place.
    package func hash(_ pepper: Pepper) -> KeyedHash { pepper.hash(text.reveal(), use: SessionSecret.use) }

    /// Whether it is the secret of that family.
    package func matches(_ family: RefreshFamily, _ pepper: Pepper) -> Bool {
        family.id == self.family && family.client == SessionSecret.client
            && pepper.isHash(family.current, of: text.reveal(), use: SessionSecret.use)
    }

    /// What a page shows with each request that changes something; another site's page cannot know it.
    package func crossSiteToken(_ pepper: Pepper) -> String {
        Base64URL.encode(pepper.hash(text.reveal(), use: SessionSecret.crossSiteUse).bytes)
    }

    /// Whether a request's token is this session's.
    package func isCrossSiteToken(_ token: String, _ pepper: Pepper) -> Bool {
        pepper.marks(of: text.reveal(), use: SessionSecret.crossSiteUse).contains { mark in
            areEqual(Array(Base64URL.encode(mark).utf8), Array(token.utf8))
        }
    }
}
