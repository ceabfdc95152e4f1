internal import PunctualJSON

/// URLs as the audit log may hold them: people put tokens into them, however often they are told not to.
enum PlainURL {
    /// Names of parameters that mean a secret in a URL, if nowhere else.
    private static let tellingNames: Set = ["key", "sig", "auth", "code", "pass", "pw", "access"]
    private static let mark = "(secret)"
    /// So many letters and digits are no word.
    private static let longestWord = 20

    /// The text, with marks in place of user, of the values of telling parameters, and of parts of the path that look drawn by lot, if it is a
    /// URL; else just as it is.
    static func redacted(_ text: String) -> String {
        guard let colon = text.firstRange(of: "://"), !text[..<colon.lowerBound].isEmpty,
            text[..<colon.lowerBound].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        else { return text }
        let rest = text[colon.upperBound...]
        let place = rest.prefix { !"/?#".contains($0) }
        let path = rest[place.endIndex...].prefix { !"?#".contains($0) }
        let host = place.lastIndex(of: "@").map { "\(mark)\(place[$0...])" } ?? String(place)
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map { isDrawn($0) ? mark : String($0) }
        return "\(text[..<colon.upperBound])\(host)\(parts.joined(separator: "/"))\(parameters(rest[path.endIndex...]))"
    }

    /// Query and fragment.
    private static func parameters(_ text: Substring) -> String {
        var result = ""
        var rest = text
        while let first = rest.first {
            let part = rest.dropFirst().prefix { !"?#&;".contains($0) }
            rest = rest[part.endIndex...]
            result.append(first)
            guard let equals = part.firstIndex(of: "=") else {
                result += isDrawn(part) ? mark : String(part)
                continue
            }
            let (name, value) = (part[..<equals], part[part.index(after: equals)...])
            let isSecret =
                JSONValue.isSensitive(String(name)) || tellingNames.contains(name.lowercased()) || isDrawn(value)
            result += "\(name)=\(isSecret && !value.isEmpty ? mark : String(value))"
        }
        return result
    }

    /// Whether a part is rather a token than a word, a number or a UUID: long, with letters and digits.
    private static func isDrawn(_ part: Substring) -> Bool {
        let pieces = part.split { !($0.isLetter || $0.isNumber) }
        return pieces.contains { piece in
            piece.count >= longestWord && piece.contains(where: \.isNumber) && piece.contains(where: \.isLetter)
        }
    }
}
