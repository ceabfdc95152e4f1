internal import Crypto
internal import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

/// A sign-in at a provider that was begun in one browser; nothing of it is kept here: the browser holds it, sealed.
package struct LoginAttempt: Hashable, Sendable {
    package let provider: String
    /// Comes back in the provider's answer: another browser's answer is none to this attempt (RFC 6749, section 10.12).
    package let state: String
    /// Comes back in the token.
    package let nonce: String
    /// What only whoever began can show with the code (RFC 7636).
    package let verifier: String
    /// A `ReturnPath`.
    package let returnTo: String
    package let expiresAt: Timestamp

    /// How long somebody may take to sign in.
    package static let lifetime = Duration.seconds(600)

    package init(
        provider: String, returnTo: String, at now: Timestamp, using generator: inout some RandomNumberGenerator
    ) {
        self.provider = provider
        self.returnTo = returnTo
        state = SecretText.random(using: &generator)
        nonce = SecretText.random(using: &generator)
        verifier = SecretText.random(using: &generator)
        expiresAt = now + LoginAttempt.lifetime
    }

    /// Whether the text is this attempt's state.
    package func isState(_ text: String) -> Bool { areEqual(Array(text.utf8), Array(state.utf8)) }

    /// `S256` of the verifier (RFC 7636, section 4.2).
    package var challenge: String { Base64URL.encode(SHA256.hash(data: Array(verifier.utf8))) }

    /// Where the browser is sent.
    /// - Parameter redirect: where the provider sends it back to.
    package func url(at metadata: ProviderMetadata, of provider: Provider, redirect: String) -> String {
        let query = FormText.encode([
            ("response_type", "code"), ("client_id", provider.clientID), ("redirect_uri", redirect),
            ("scope", provider.scopes.joined(separator: " ")), ("state", state), ("nonce", nonce),
            ("code_challenge", challenge), ("code_challenge_method", "S256"),
        ])
        return metadata.authorizationURL + (metadata.authorizationURL.contains("?") ? "&" : "?") + query
    }

    /// For a cookie: Base64URL with dots.
    package func sealed(_ keys: MasterKeys, using generator: inout some RandomNumberGenerator) -> String {
        let json: JSONValue = [
            "provider": .string(provider), "state": .string(state), "nonce": .string(nonce),
            "verifier": .string(verifier), "return_to": .string(returnTo), "expires_at": .int(expiresAt.milliseconds),
        ]
        let sealed = keys.seal(Redacted(Array(json.description.utf8)), for: .login, using: &generator)
        return "\(sealed.masterKeyID).\(Base64URL.encode(sealed.wrappedKey)).\(Base64URL.encode(sealed.box))"
    }

    /// Opens what `sealed` gave; nil when it was changed, is another installation's, or has ended.
    package init?(sealed text: String, _ keys: MasterKeys, at now: Timestamp) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, text.utf8.count <= 4096, let id = String(parts[0]),
            let wrapped = Base64URL.decode(parts[1]), let box = Base64URL.decode(parts[2])
        else { return nil }
        let json: JSONValue
        do {
            let sealed = SealedBytes(masterKeyID: id, wrappedKey: wrapped, box: box)
            json = try JSONValue(parsing: try keys.open(sealed, for: .login).reveal())
        } catch {
            // Whatever is wrong with it, it is no attempt of ours.
            return nil
        }
        guard let provider = json["provider"]?.string, let state = json["state"]?.string,
            let nonce = json["nonce"]?.string, let verifier = json["verifier"]?.string,
            let returnTo = json["return_to"]?.string, let end = json["expires_at"]?.int
        else { return nil }
        self.provider = provider
        self.state = state
        self.nonce = nonce
        self.verifier = verifier
        self.returnTo = returnTo
        expiresAt = Timestamp(milliseconds: end)
        if expiresAt <= now { return nil }
    }
}
