internal import PunctualJSON

/// JSON values as YAML in block style, members in their order.
enum YAMLText {
    static func text(of value: JSONValue) -> String { lines(of: value, margin: "").joined(separator: "\n") }

    private static func lines(of value: JSONValue, margin: String) -> [String] {
        switch value {
        case .object(let object) where !object.isEmpty:
            return object.members.flatMap { member -> [String] in
                let name = scalar(.string(member.name))
                if isScalar(member.value) { return ["\(margin)\(name): \(scalar(member.value))"] }
                return ["\(margin)\(name):"] + lines(of: member.value, margin: margin + "  ")
            }
        case .array(let elements) where !elements.isEmpty:
            return elements.flatMap { element -> [String] in
                if isScalar(element) { return ["\(margin)- \(scalar(element))"] }
                var inner = lines(of: element, margin: margin + "  ")
                inner[0] = margin + "- " + inner[0].dropFirst(margin.count + 2)
                return inner
            }
        default: return [margin + scalar(value)]
        }
    }

    private static func isScalar(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let object): object.isEmpty
        case .array(let elements): elements.isEmpty
        default: true
        }
    }

    /// Strings that YAML could read as something else are written as JSON strings, which YAML reads the same.
    private static func scalar(_ value: JSONValue) -> String {
        guard case .string(let text) = value else { return value.description }
        let isPlain =
            text.utf8.allSatisfy { byte in
                (byte | 32) >= 97 && (byte | 32) <= 122 || byte >= 48 && byte <= 57 || "._-/ ".utf8.contains(byte)
            } && text.utf8.first.map { ($0 | 32) >= 97 && ($0 | 32) <= 122 } ?? false && text.last != " "
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return isPlain && !words.contains(text.lowercased()) ? text : value.description
    }
}
