package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

/// Makes our own access tokens (RFC 9068): short, for one installation, worth nothing once their family or subject is revoked.
package struct AccessTokens: Sendable {
    /// How long a token holds.
    package static let lifetime = Duration.seconds(600)
    static let type = "at+jwt"

    package let issuer: String
    package let audience: String

    package init(issuer: String, audience: String) {
        self.issuer = issuer
        self.audience = audience
    }

    /// A token for the subject.
    /// - Parameters:
    ///   - family: the refresh family it came from, so that it ends with it; nil for client credentials.
    ///   - scopes: what it may do of what the subject may; nil means all of it.
    ///   - id: a new one, `jti`.
    package func mint(
        for subject: Subject, client: String, family: Identifier?, scopes: [Permission]?, id: Identifier,
        key: SigningKey, at now: Timestamp
    ) -> Redacted<String> {
        var claims: JSONValue = [
            "iss": .string(issuer), "sub": .string(subject.text), "aud": .string(audience),
            "exp": .int((now + AccessTokens.lifetime).seconds), "iat": .int(now.seconds), "nbf": .int(now.seconds),
            "jti": .string(id.description), "client_id": .string(client),
        ]
        if let family { claims = claims.merging(["sid": .string(family.description)]) }
        if let scopes { claims = claims.merging(["permissions": .array(scopes.map(\.json))]) }
        return Redacted(key.sign(claims, type: AccessTokens.type))
    }

    /// What one of our own tokens says, after `TokenVerifier` has taken it.
    package struct Content: Hashable, Sendable {
        package let subject: Subject
        package let client: String
        package let family: Identifier?
        package let scopes: [Permission]?
    }

    /// Reads a token that was verified as our own; nil when it is not of the form that `mint` gives.
    package static func content(of token: TokenVerifier.Token) -> Content? {
        guard let subject = Subject(token.subject), let client = token.claims["client_id"]?.string else { return nil }
        var family: Identifier?
        if let sid = token.claims["sid"] {
            guard let id = sid.string.flatMap({ Identifier($0) }) else { return nil }
            family = id
        }
        var scopes: [Permission]?
        if let given = token.claims["permissions"] {
            guard let list = given.array else { return nil }
            let read = list.compactMap { Permission(json: $0) }
            guard read.count == list.count else { return nil }
            scopes = read
        }
        return Content(subject: subject, client: client, family: family, scopes: scopes)
    }
}
