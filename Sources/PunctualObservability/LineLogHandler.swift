internal import Foundation
package import Logging

/// One line an event on standard error: JSON with ECS names for machines, or text for people.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let isJSON: Bool
    private let descriptor: Int32

    /// - Parameter descriptor: where lines go, each in one write(2).
    package init(label: String, level: Logger.Level, isJSON: Bool, descriptor: Int32 = 2) {
        self.label = label
        self.logLevel = level
        self.isJSON = isJSON
        self.descriptor = descriptor
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        let line = Self.line(
            isJSON: isJSON, label: label, level: event.level, message: "\(event.message)", metadata: fields, now: Date()
        )
        var bytes = Array(line.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            // There is nowhere to tell that a log line could not be written.
            if count < 0, errno != EINTR { return }
            bytes = bytes.dropFirst(max(0, count))
        }
    }

    /// Names whose values never reach a log.
    static let secrets = ["authorization", "cookie", "token", "secret", "password", "api_key", "apikey"]

    static func line(
        isJSON: Bool, label: String, level: Logger.Level, message: String, metadata: Logger.Metadata, now: Date
    ) -> String {
        let fields = metadata.sorted { $0.key < $1.key }.map { key, value in
            (key, secrets.contains { key.lowercased().contains($0) } ? "[redacted]" : "\(value)")
        }
        let milliseconds = Int64((now.timeIntervalSince1970 * 1000).rounded(.down))
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ value: Int, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let clock =
            "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))."
            + digits(Int(milliseconds % 1000), 3)
        if isJSON {
            let day =
                "\(digits(Int(parts.tm_year) + 1900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
            var text = "{\"@timestamp\":\"\(day)T\(clock)Z\",\"log.level\":\"\(level)\",\"log.logger\":\(quoted(label))"
            text += ",\"message\":\(quoted(message))"
            for (key, value) in fields {
                // A name twice in one object is read differently by everyone.
                text += ",\(quoted(own.contains(key) ? "metadata.\(key)" : key)):\(quoted(value))"
            }
            return text + "}\n"
        }
        let tail = fields.map { " \(tame($0.0))=\(isPlain($0.1) ? $0.1 : quoted($0.1))" }.joined()
        return "\(clock) \(level) \(tame(message))\(tail)\n"
    }

    /// The members that every line has.
    private static let own = ["@timestamp", "log.level", "log.logger", "message"]

    /// Text for people without what would end the line or move the terminal's cursor.
    private static func tame(_ text: String) -> String {
        let inner = String(quoted(text).dropFirst().dropLast())
        return inner.replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { $0 != " " && $0 != "\"" && $0 != "=" && !isUnsafe($0) }
    }

    /// Control characters, those that end lines or change the direction of writing.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func quoted(_ text: String) -> String {
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
}
