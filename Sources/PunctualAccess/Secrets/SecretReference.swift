/// `{{secret:NAME}}` within a text.
package enum SecretReference {
    private static let opening = "{{secret:"
    private static let closing = "}}"

    /// Why a text with references cannot be used.
    package enum Fault: Error, Hashable, Sendable {
        /// A reference is not closed, its name is not of 1–128 characters A–Z a–z 0–9 . _ -, or it is where none may be.
        case malformed
        /// There is no such secret.
        case missing(String)
        /// The secret's content cannot stand there: a line break in a header, text that is no UTF-8.
        case unfit(String)
    }

    enum Piece: Hashable {
        case text(Substring)
        case reference(String)
    }

    /// Whether a name may be a secret's.
    package static func isName(_ text: some StringProtocol) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || [45, 46, 95].contains($0)
            }
    }

    /// The pieces of a text, in order.
    static func pieces(of text: String) throws(Fault) -> [Piece] {
        var (pieces, rest): ([Piece], Substring) = ([], text[...])
        while let start = rest.firstRange(of: opening) {
            if start.lowerBound > rest.startIndex { pieces.append(.text(rest[..<start.lowerBound])) }
            guard let end = rest[start.upperBound...].firstRange(of: closing) else { throw .malformed }
            let name = rest[start.upperBound..<end.lowerBound]
            guard isName(name) else { throw .malformed }
            pieces.append(.reference(String(name)))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(rest)) }
        return pieces
    }

    /// Whether a text has what somebody meant as a reference and would be sent as it stands: blanks before or after `secret`, or
    /// capitals in it.
    static func isNearlyReference(_ text: String) -> Bool {
        var rest = text[...]
        while let start = rest.firstRange(of: "{{") {
            rest = rest[start.upperBound...]
            // Of {{{ the last two open.
            if rest.first == "{" {
                rest = text[text.index(before: start.upperBound)...]
                continue
            }
            let word = rest.drop(while: \.isWhitespace)
            guard word.prefix(6).lowercased() == "secret" else { continue }
            let end = word.dropFirst(6)
            if end.drop(while: \.isWhitespace).first == ":", !rest.hasPrefix("secret:") { return true }
        }
        return false
    }

    /// The text with the secrets in place of their references. What a secret holds is not read again.
    static func resolve(_ text: String, _ secrets: [String: Redacted<String>]) throws(Fault) -> String {
        var resolved = ""
        for piece in try pieces(of: text) {
            switch piece {
            case .text(let part): resolved += part
            case .reference(let name):
                guard let secret = secrets[name] else { throw .missing(name) }
                resolved += secret.reveal()
            }
        }
        return resolved
    }
}
