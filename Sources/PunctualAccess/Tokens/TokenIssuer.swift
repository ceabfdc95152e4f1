internal import PunctualSchedule

/// Whose tokens are taken, and which of them.
package struct TokenIssuer: Sendable {
    /// The exact text of `iss`.
    package var name: String
    /// A token must name one of these in `aud`.
    package var audiences: Set<String>
    /// The `typ` values taken, in lower case and without `application/`; nil in the set means that it may be missing.
    package var types: Set<String?>
    /// Its keys by `kid`; each is for one algorithm.
    package var keys: [String: TokenKey]
    /// Claims that must be there besides `iss`, `sub`, `aud` and `exp`.
    package var requiredClaims: Set<String>
    /// The longest time from `iat` to `exp`.
    package var mostLifetime: Duration

    package init(
        name: String, audiences: Set<String>, types: Set<String?>, keys: [String: TokenKey],
        requiredClaims: Set<String>, mostLifetime: Duration
    ) {
        self.name = name
        self.audiences = audiences
        self.types = types
        self.keys = keys
        self.requiredClaims = requiredClaims
        self.mostLifetime = mostLifetime
    }

    /// An installation's own access tokens (RFC 9068).
    package static func own(name: String, audience: String, keys: [String: TokenKey]) -> TokenIssuer {
        TokenIssuer(
            name: name, audiences: [audience], types: ["at+jwt"], keys: keys,
            requiredClaims: ["iat", "jti", "client_id"], mostLifetime: AccessTokens.lifetime)
    }

    /// The tokens of an outside OpenID provider; many still leave `typ` at `JWT` or out.
    package static func outside(name: String, audiences: Set<String>, keys: [String: TokenKey]) -> TokenIssuer {
        TokenIssuer(
            name: name, audiences: audiences, types: ["at+jwt", "jwt", nil], keys: keys, requiredClaims: ["iat"],
            mostLifetime: .seconds(24 * 3600))
    }
}

/// Why a token is refused.
package enum TokenFault: Error, Hashable, Sendable {
    /// More than 8 KiB.
    case oversized
    /// Not three parts with dots between them.
    case malformed
    /// A part is not Base64URL in its one form.
    case encoding
    /// Not one JSON object, or a name is there twice.
    case header
    /// Not one JSON object, or a name is there twice.
    case payload
    /// The header asks for something that must be understood (`crit`, `b64`, `zip`, `enc`), and is not.
    case extensions
    /// The header brings a key, or tells where to fetch one.
    case embeddedKey
    /// `none`, in any spelling.
    case unsigned
    case algorithm
    /// `typ` is none of the issuer's.
    case type
    case issuer
    /// The header names no key.
    case keyMissing
    /// The key is none of the issuer's.
    case keyUnknown
    /// The key is for another algorithm than the header says.
    case algorithmMismatch
    case signature
    case expired
    case notYetValid
    case issuedInFuture
    case lifetime
    case audience
    case subject
    /// A claim that must be there is missing, or is of the wrong kind.
    case claim(String)
}
