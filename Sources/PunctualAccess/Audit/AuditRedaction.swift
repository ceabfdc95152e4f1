internal import PunctualCore
package import PunctualJSON

extension JSONValue {
    /// The value as the audit log may hold it: what a secret could be is replaced by a mark, in headers, environment and bodies too.
    package var redacted: JSONValue { redacted(isSecret: false) }

    private func redacted(isSecret: Bool) -> JSONValue {
        switch self {
        case .null: return .null
        case .array(let elements): return .array(elements.map { $0.redacted(isSecret: isSecret) })
        case .object(let object):
            var kept = object
            for member in object.members {
                kept[member.name] = member.value.redacted(isSecret: isSecret || JSONValue.isSensitive(member.name))
            }
            return .object(kept)
        // Whether there is a password is no password.
        case .bool: return self
        case .int, .number: return isSecret ? "(secret)" : self
        case .string(let text):
            if isSecret { return JSONValue.isReference(text) ? self : "(secret)" }
            return .string(PlainURL.redacted(text))
        }
    }

    /// Whether a member of that name is likely to hold a secret: the names of headers, variables and fields that people use.
    static func isSensitive(_ name: String) -> Bool {
        let plain = name.lowercased().filter { $0.isLetter }
        let words = [
            "password", "passwd", "passphrase", "secret", "token", "authorization", "cookie", "apikey", "accesskey",
            "privatekey", "credential", "signature", "recoverycode",
        ]
        return words.contains { plain.contains($0) } || plain.hasSuffix("pwd") || plain.hasPrefix("otp")
            || plain.hasPrefix("totp")
    }

    /// Whether the text only names a secret.
    private static func isReference(_ text: String) -> Bool {
        let pieces = try? SecretReference.pieces(of: text)  // A malformed reference is a text like any other.
        guard let pieces, pieces.count == 1 else { return false }
        if case .reference = pieces[0] { return true }
        return false
    }
}
