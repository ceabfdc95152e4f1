internal import Crypto
internal import PunctualJSON
package import PunctualSchedule

/// The token that tells who has signed in at a provider (OpenID Connect Core 1.0, section 3.1.3.7).
package enum IDToken {
    /// Why one is refused beside what is wrong with it as a token.
    package enum Fault: Error, Hashable, Sendable {
        case token(TokenFault)
        /// It answers another sign-in.
        case nonce
        /// It was made for another client.
        case authorizedParty
        /// It came with another access token.
        case accessToken
    }

    /// - Parameters:
    ///   - nonce: that of the sign-in.
    ///   - accessToken: what came along with it; nil when nothing did.
    package static func verify(
        _ text: String, of provider: Provider, keys: [String: TokenKey], nonce: String, accessToken: String?,
        at now: Timestamp
    ) throws(Fault) -> TokenVerifier.Token {
        // Whatever else the API takes, this one must be for us.
        let issuer = TokenIssuer(
            name: provider.issuer, audiences: [provider.clientID], types: ["jwt", nil], keys: keys,
            requiredClaims: ["iat", "nonce"], mostLifetime: .seconds(24 * 3600))
        let token: TokenVerifier.Token
        do throws(TokenFault) {
            token = try TokenVerifier(issuers: [issuer]).verify(text, at: now)
        } catch {
            throw .token(error)
        }
        guard let shown = token.claims["nonce"]?.string, areEqual(Array(shown.utf8), Array(nonce.utf8)) else {
            throw .nonce
        }
        let isForSeveral = (token.claims["aud"]?.array?.count ?? 1) > 1
        if let party = token.claims["azp"] {
            guard party.string == provider.clientID else { throw .authorizedParty }
        } else if isForSeveral {
            throw .authorizedParty
        }
        if let hash = token.claims["at_hash"] {
            guard let accessToken, hash.string == self.hash(of: accessToken, token.algorithm) else {
                throw .accessToken
            }
        }
        return token
    }

    /// The left half of the access token's hash, by the hash of the token's algorithm (section 3.1.3.6).
    static func hash(of accessToken: String, _ algorithm: TokenAlgorithm) -> String {
        let bytes = Array(accessToken.utf8)
        switch algorithm {
        // Ed25519 hashes with SHA-512.
        case .edDSA: return Base64URL.encode(SHA512.hash(data: bytes).prefix(32))
        case .es256, .ps256, .rs256: return Base64URL.encode(SHA256.hash(data: bytes).prefix(16))
        }
    }
}
