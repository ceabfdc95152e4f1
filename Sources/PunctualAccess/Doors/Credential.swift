/// What a request shows to prove who asks.
package enum Credential: Sendable {
    case key(APIKeySecret)
    /// A JSON Web Token, not looked at yet.
    case token(Redacted<String>)
    case session(SessionSecret)

    /// Reads what stands behind `Bearer `; nil when it can be none of ours nor a token.
    package init?(bearer text: some StringProtocol) {
        if text.hasPrefix("pk_") {
            guard let key = APIKeySecret(String(text)) else { return nil }
            self = .key(key)
        } else if text.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 {
            self = .token(Redacted(String(text)))
        } else {
            return nil
        }
    }
}
