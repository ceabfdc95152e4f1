internal import Foundation
package import Logging

/// One line an event on standard error: JSON with the names of Elastic Common Schema for machines, or text for people.
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let output: LogOutput
    private let cell: LogLevels.Cell
    /// Set for this logger alone.
    private var own: Logger.Level?

    package init(label: String, to output: LogOutput) {
        self.label = label
        self.output = output
        cell = output.levels.cell(label)
    }

    package var logLevel: Logger.Level {
        get { own ?? output.levels.level(cell) }
        set { own = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata.mapValues { "\($0)" }
        // What the code is about, unless the line says it itself.
        for (name, value) in output.scope() { fields[name] = value }
        if let provided = metadataProvider?.get() { fields.merge(provided.mapValues { "\($0)" }) { _, new in new } }
        if let error = event.error {
            fields["error"] = "\(error)"
            fields["error_type"] = "\(type(of: error))"
        }
        if let said = event.metadata { fields.merge(said.mapValues { "\($0)" }) { _, new in new } }
        // The web framework's own beside `request_id`.
        fields["hb.request.id"] = nil
        let clean = fields.sorted { $0.key < $1.key }.map { ($0, output.redaction.value($1, of: $0)) }
        let message = output.redaction.text("\(event.message)")
        if event.level >= .error, let report = output.report {
            report(LogOutput.Event(logger: label, level: event.level, message: message, fields: clean))
        }
        if let repeats = output.repeats {
            // Each line of an execution is a fact of its own.
            let isCounted = event.level >= .error && fields["execution_id"] == nil
            let kind = LogRepeats.Kind(
                logger: label, level: event.level, message: message,
                error: clean.first { $0.0 == "error" }?.1 ?? "")
            let (isWritten, left) = repeats.take(isCounted ? kind : nil)
            for left in left { output.write(Self.repeated(left, to: output)) }
            guard isWritten else { return }
        }
        output.write(
            Self.line(
                isJSON: output.isJSON, label: label, level: event.level, message: message, fields: clean,
                source: output.source, now: Date()))
    }

    /// A line that says how often another was left out.
    package static func repeated(_ left: LogRepeats.Left, to output: LogOutput) -> String {
        var fields = [("left_out", "\(left.count)")]
        if !left.kind.error.isEmpty { fields.insert(("error", left.kind.error), at: 0) }
        return line(
            isJSON: output.isJSON, label: left.kind.logger, level: left.kind.level,
            message: "lines that say the same were left out: \(left.kind.message)", fields: fields,
            source: output.source, now: Date())
    }

    /// A line that says that lines are missing.
    package static func complaint(_ dropped: Int, isJSON: Bool, source: LogOutput.Source?) -> String {
        line(
            isJSON: isJSON, label: "punctual", level: .warning,
            message: "log lines were dropped, since nobody took them", fields: [("dropped", "\(dropped)")],
            source: source, now: Date())
    }

    /// - Parameter fields: by the names of a logger's metadata, in their order, without secrets.
    static func line(
        isJSON: Bool, label: String, level: Logger.Level, message: String, fields: [(String, String)],
        source: LogOutput.Source?, now: Date
    ) -> String {
        let (day, clock) = LogTime.text(now)
        if isJSON {
            // The order of ECS' own writers: what people look for first.
            var text = "{\"@timestamp\":\"\(day)T\(clock)Z\",\"log.level\":\"\(level)\""
            text += ",\"message\":\(JSONText.quoted(message))"
            text += ",\"ecs.version\":\"\(LogFields.ecsVersion)\",\"log.logger\":\(JSONText.quoted(label))"
            var fields = fields
            if let source {
                text += ",\"service.name\":\(JSONText.quoted(source.service))"
                text += ",\"service.version\":\(JSONText.quoted(source.version))"
                text += ",\"service.node.name\":\(JSONText.quoted(source.node))"
                fields.removeAll { $0.0 == "node_id" }
            }
            for field in LogFields.fields(fields) { text += ",\(JSONText.quoted(field.name)):\(field.json)" }
            return text + "}\n"
        }
        let tail = fields.map { " \(tame($0.0))=\(isPlain($0.1) ? $0.1 : JSONText.quoted($0.1))" }.joined()
        return "\(clock) \(level) \(tame(message))\(tail)\n"
    }

    /// Text for people without what would end the line or move the terminal's cursor.
    private static func tame(_ text: String) -> String {
        let inner = String(JSONText.quoted(text).dropFirst().dropLast())
        return inner.replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0 != " " && $0 != "\"" && $0 != "=" && !JSONText.isUnsafe($0) }
    }
}

/// Instants as lines write them, in UTC.
enum LogTime {
    static func text(_ now: Date) -> (day: String, clock: String) {
        let milliseconds = Int64((now.timeIntervalSince1970 * 1000).rounded(.down))
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ value: Int, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let day =
            "\(digits(Int(parts.tm_year) + 1900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
        let clock =
            "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))."
            + digits(Int(milliseconds % 1000), 3)
        return (day, clock)
    }
}
