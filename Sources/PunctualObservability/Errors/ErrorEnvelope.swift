internal import Foundation
internal import Logging

/// An event in an envelope, as Sentry's protocol writes it: a line for the envelope, one for the item, and the item.
enum ErrorEnvelope {
    /// - Parameters:
    ///   - id: 32 hexadecimal digits.
    ///   - environment: such as `production`; nil names none.
    static func bytes(
        _ event: LogOutput.Event, id: String, source: LogOutput.Source, environment: String?, now: Date
    ) -> [UInt8] {
        let (day, clock) = LogTime.text(now)
        let instant = "\(day)T\(clock)Z"
        let fields = Dictionary(event.fields, uniquingKeysWith: { first, _ in first })
        var members = [
            "\"event_id\":\(JSONText.quoted(id))", "\"timestamp\":\(JSONText.quoted(instant))",
            "\"platform\":\"other\"",
            "\"level\":\"\(event.level == .critical ? "fatal" : "error")\"",
            "\"logger\":\(JSONText.quoted(event.logger))",
            "\"logentry\":\(JSONText.object([("formatted", event.message)]))",
            "\"server_name\":\(JSONText.quoted(source.node))",
            "\"release\":\(JSONText.quoted("\(source.service)@\(source.version)"))",
            // One issue for one message, whatever it is about.
            "\"fingerprint\":[\(JSONText.quoted(event.logger)),\(JSONText.quoted(event.message))]",
        ]
        if let environment { members.append("\"environment\":\(JSONText.quoted(environment))") }
        if let error = fields["error"] {
            let type = fields["error_type"] ?? event.message
            members.append("\"exception\":{\"values\":[\(JSONText.object([("type", type), ("value", error)]))]}")
        }
        if let trace = fields["trace_id"] {
            // A span is a part of the protocol's trace, and must be there.
            members.append(
                "\"contexts\":{\"trace\":"
                    + JSONText.object([("trace_id", trace), ("span_id", fields["span_id"] ?? String(trace.prefix(16)))])
                    + "}")
        }
        let tags = ["job_id", "execution_id", "loop", "request_id", "call", "provider"].compactMap { name in
            fields[name].map { (name, String($0.prefix(200))) }
        }
        members.append("\"tags\":\(JSONText.object(tags))")
        members.append("\"extra\":\(JSONText.object(event.fields.map { ($0, String($1.prefix(4096))) }))")
        let payload = "{\(members.joined(separator: ","))}"
        let head = JSONText.object([("event_id", id), ("sent_at", instant)])
        let item = "{\"type\":\"event\",\"length\":\(payload.utf8.count),\"content_type\":\"application/json\"}"
        return Array("\(head)\n\(item)\n\(payload)\n".utf8)
    }
}
