extension JSONValue {
    /// This value after a JSON merge patch (RFC 7396): null removes a member, objects merge, anything else replaces.
    public func merging(_ patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = object ?? JSONObject()
        for change in changes.members {
            result[change.name] = change.value.isNull ? nil : (result[change.name] ?? .null).merging(change.value)
        }
        return .object(result)
    }
}

/// Where a value stands in a JSON text (RFC 6901), built from the outside in: `/schedule/expression`.
public struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// The whole text: the empty pointer.
    public static let root = JSONPointer(description: "")

    /// The pointer to a member of what this one points to, `~` and `/` escaped.
    public func appending(_ name: String) -> JSONPointer {
        var escaped = ""
        for character in name.unicodeScalars {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return JSONPointer(description: "\(description)/\(escaped)")
    }

    /// The pointer to an element of what this one points to.
    public func appending(_ index: Int) -> JSONPointer {
        JSONPointer(description: "\(description)/\(index)")
    }
}
