internal import PunctualJSON
internal import Yams

/// Why a file holds nothing usable, and where.
struct DocumentError: Error, Equatable, CustomStringConvertible {
    let description: String
}

/// Reads YAML 1.2 as JSON values: `on`, `no` and `0755` are strings, keys are strings and unique.
struct YAMLReader {
    /// Aliases may repeat much; past so many values the text is refused.
    static let mostValues = 100_000
    static let deepest = 64

    private var values = 0

    static func documents(_ text: String) throws(DocumentError) -> [JSONValue] {
        try refuseAliasKeys(text)
        var reader = YAMLReader()
        var result: [JSONValue] = []
        do {
            var nodes = try Yams.compose_all(yaml: text)
            while let node = nodes.next() { result.append(try reader.value(node, depth: 0)) }
            if let error = nodes.error { throw error }
        } catch let error as DocumentError {
            throw error
        } catch let error as YamlError {
            throw DocumentError(description: "is no YAML: \(error)")
        } catch {
            throw DocumentError(description: "is no YAML: \(error)")
        }
        return result
    }

    /// Keys that are aliases or collections are compared whole, which a few lines could make endless.
    private static func refuseAliasKeys(_ text: String) throws(DocumentError) {
        for line in text.split(whereSeparator: \.isNewline) {
            let start = line.drop { $0 == " " || $0 == "-" || $0 == "\t" || $0 == "{" || $0 == "," || $0 == "[" }
            if start.hasPrefix("? ") || start.hasPrefix("*") && start.contains(":") {
                throw DocumentError(
                    description: "keys must be plain strings, not \(DisplayWidth.cut(String(start), to: 20))")
            }
        }
    }

    private mutating func value(_ node: Node, depth: Int) throws(DocumentError) -> JSONValue {
        values += 1
        if values > YAMLReader.mostValues {
            throw DocumentError(description: "holds more than \(YAMLReader.mostValues) values, aliases repeated")
        }
        if depth > YAMLReader.deepest {
            throw DocumentError(description: "is nested deeper than \(YAMLReader.deepest) levels")
        }
        switch node {
        case .scalar(let scalar): return YAMLReader.scalar(scalar)
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for element in sequence { elements.append(try value(element, depth: depth + 1)) }
            return .array(elements)
        case .mapping(let mapping): return try object(mapping, depth: depth)
        case .alias: throw DocumentError(description: "has an alias without its anchor")
        }
    }

    private mutating func object(_ mapping: Node.Mapping, depth: Int) throws(DocumentError) -> JSONValue {
        var object = JSONObject()
        var merged: [JSONValue] = []
        for (key, member) in mapping {
            let line = key.mark.map { " (line \($0.line))" } ?? ""
            guard case .scalar(let scalar) = key, case .string(let name) = YAMLReader.scalar(scalar) else {
                throw DocumentError(description: "has a key that is no string\(line); put it in quotes")
            }
            let value = try value(member, depth: depth + 1)
            if name == "<<", scalar.style == .plain {
                merged += value.array ?? [value]
            } else if object[name] != nil {
                throw DocumentError(description: "has the key \(name) twice\(line)")
            } else {
                object[name] = value
            }
        }
        for source in merged {
            for member in source.object?.members ?? [] where object[member.name] == nil {
                object[member.name] = member.value
            }
        }
        return .object(object)
    }

    private static func scalar(_ scalar: Node.Scalar) -> JSONValue {
        let text = scalar.string
        guard scalar.style == .plain else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default:
            guard let first = text.utf8.first, (48...57).contains(first) || first == 45 else { return .string(text) }
            let number = try? JSONValue(parsing: text)  // None in JSON's form, such as a date or 0755, is text.
            return number ?? .string(text)
        }
    }
}
