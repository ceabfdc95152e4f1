internal import Foundation

/// The names of Elastic Common Schema for what this program tells of an event.
///
/// What has no name there stands below `punctual`, and what is not known here below `labels`, whose dots become underscores: each
/// name has one type in an index, whoever writes it.
enum LogFields {
    enum Form { case text, number, nanoseconds }

    static let ecsVersion = "8.17.0"

    private static let names: [String: (name: String, form: Form)] = [
        "error": ("error.message", .text), "fault": ("error.message", .text), "error_type": ("error.type", .text),
        "request_id": ("http.request.id", .text), "method": ("http.request.method", .text), "path": ("url.path", .text),
        "status_code": ("http.response.status_code", .number), "duration_ms": ("event.duration", .nanoseconds),
        "reason": ("event.reason", .text), "node_id": ("service.node.name", .text), "trace_id": ("trace.id", .text),
        "span_id": ("span.id", .text), "file": ("file.path", .text), "address": ("server.address", .text),
        "job_id": ("punctual.job.id", .text), "job": ("punctual.job.name", .text),
        "execution_id": ("punctual.execution.id", .text), "attempt": ("punctual.attempt", .number),
        "status": ("punctual.execution.status", .text), "loop": ("punctual.loop", .text),
        "call": ("punctual.call", .text), "provider": ("punctual.provider", .text),
    ]

    /// A field of a line, its value as JSON writes it.
    struct Field: Equatable {
        var name: String
        var json: String
    }

    /// The fields in the order of their names, each name once.
    static func fields(_ metadata: [(String, String)]) -> [Field] {
        var seen: Set<String> = []
        var fields: [Field] = []
        for (key, value) in metadata {
            var field: Field
            switch names[key] {
            case ("error.message", _)? where seen.contains("error.message"), nil: field = label(key, value)
            case (let name, .text)?: field = Field(name: name, json: JSONText.quoted(value))
            // What is no number would be another type under the same name.
            case (let name, .number)?:
                field = Int64(value).map { Field(name: name, json: "\($0)") } ?? label(key, value)
            case (let name, .nanoseconds)?:
                field =
                    Double(value).flatMap { Int64(exactly: ($0 * 1_000_000).rounded()) }
                    .map { Field(name: name, json: "\($0)") } ?? label(key, value)
            }
            while !seen.insert(field.name).inserted { field.name += "_" }
            fields.append(field)
        }
        return fields.sorted { $0.name < $1.name }
    }

    private static func label(_ key: String, _ value: String) -> Field {
        Field(name: "labels.\(key.replacing(".", with: "_"))", json: JSONText.quoted(value))
    }
}

/// Texts as JSON writes them.
enum JSONText {
    /// Control characters, those that end lines or change the direction of writing.
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isUnsafe(scalar):
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// An object of texts, in this order.
    static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ",") + "}"
    }
}
