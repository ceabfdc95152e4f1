internal import PunctualJSON

/// States in a word and a shape, so that nobody has to tell colours apart.
enum StatusView {
    /// For the template `status`.
    static func view(_ status: String) -> View {
        [
            "statusWord": status.capitalizedWord, "statusClass": "s-\(known(status))",
            "statusIcon": "#i-\(known(status))",
        ]
    }

    static func view(_ json: JSONValue?) -> View? { json?.string.map(view) }

    /// Enums of the API are open for readers: what is new is shown like what waits.
    private static func known(_ status: String) -> String {
        let known = [
            "active", "paused", "completed", "buffered", "pending", "running", "succeeded", "failed", "cancelled",
            "skipped", "missed", "ok", "degraded", "unavailable",
        ]
        return known.contains(status) ? status : "pending"
    }
}

/// A schedule or target in few words, from its JSON.
enum BriefWording {
    static func schedule(_ json: JSONValue?) -> View {
        func text(_ name: String) -> String { json?[name]?.string ?? "" }
        switch text("type") {
        case "cron": return ["scheduleCode": text("expression"), "scheduleNote": text("timezone")]
        case "interval": return ["scheduleText": "every \(text("every"))"]
        case "fixed_delay": return ["scheduleText": "\(text("every")) after the last end"]
        case "once":
            let at = json?["at"]?.string ?? text("local")
            return ["scheduleText": "once", "scheduleNote": "\(at) \(text("timezone"))"]
        case "rrule": return ["scheduleCode": text("rule"), "scheduleNote": text("timezone")]
        case "manual": return ["scheduleText": "only by trigger"]
        case let other: return ["scheduleText": other]
        }
    }

    static func target(_ json: JSONValue?) -> String {
        func text(_ name: String) -> String { json?[name]?.string ?? "" }
        switch text("type") {
        case "http": return "\(text("method")) \(text("url"))"
        case "command": return (json?["argv"]?.array ?? []).compactMap(\.string).joined(separator: " ")
        case "worker": return "worker task \(text("task"))"
        case "publish": return "publish to \(text("broker")) \(text("destination"))"
        case let other: return other
        }
    }
}
