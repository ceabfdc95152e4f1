/// What a request shows to prove who asks.
package enum Credential: Sendable {
    case key(APIKeySecret)
    /// A JSON Web Token, not looked at yet.
    case token(Redacted<String>)
    case session(SessionSecret)

    /// What was shown.
    var text: String {
        switch self {
        case .key(let secret): secret.text.reveal()
        case .token(let text): text.reveal()
        case .session(let secret): secret.text.reveal()
        }
    }

    /// Reads what stands behind `Bearer `; nil when it can be none of ours nor a token.
    package init?(bearer part: Substring) {
        // A token has hundreds of bytes, and each request shows it: they are looked at as those of a plain string.
        let text = String(part)
        if text.hasPrefix("pk_") {
            guard let key = APIKeySecret(text) else { return nil }
            self = .key(key)
        } else if text.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 {
            self = .token(Redacted(text))
        } else {
            return nil
        }
    }
}
