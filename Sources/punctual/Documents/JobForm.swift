internal import PunctualJSON
internal import PunctualSchedule

/// A job's own fields with defaults filled in and lengths of time in one spelling, so that two can be compared.
enum JobForm {
    private static let defaults: JSONObject = object([
        "description": "", "service": "default", "labels": .object(JSONObject()), "queue": "default", "priority": 5,
        "jitter": "0s", "timeout": "5m",
        "retry_policy": [
            "maximum_attempts": 3, "initial_interval": "1s", "backoff_coefficient": 2, "maximum_interval": "100s",
            "jitter": .number("0.1"),
        ],
        "misfire_policy": "fire_once", "misfire_threshold": "60s", "catchup_window": "24h", "max_catchup": 100,
        "overlap_policy": "skip",
    ])
    private static let parts: [String: JSONObject] = [
        "cron": object([
            "timezone": "UTC", "dialect": "ocps", "dst": ["gap": "next_valid", "overlap": "first"],
        ]),
        "rrule": object(["timezone": "UTC"]),
        "http": object(["method": "POST", "headers": .object(JSONObject()), "expect_status": "200-299"]),
        "command": object(["env": .object(JSONObject())]),
    ]
    private static let lengths: Set<String> = [
        "jitter", "timeout", "misfire_threshold", "catchup_window", "initial_interval", "maximum_interval", "every",
    ]
    private static let instants: Set<String> = ["starts_at", "ends_at", "anchor", "at"]
    private static let localTimes: Set<String> = ["start", "local"]

    private static func object(_ value: JSONValue) -> JSONObject { value.object ?? JSONObject() }

    static func normal(_ job: JSONObject) -> JSONObject {
        var result = filled(job, with: defaults)
        for field in JobDocuments.serverFields { result[field] = nil }
        for name in ["schedule", "target"] {
            guard let part = result[name]?.object, let type = part["type"]?.string, let known = parts[type]
            else { continue }
            result[name] = .object(filled(part, with: known))
        }
        return object(spelled(.object(result)))
    }

    private static func filled(_ object: JSONObject, with defaults: JSONObject) -> JSONObject {
        var result = object
        for member in defaults.members {
            switch (result[member.name], member.value.object) {
            case (nil, _), (.null?, _): result[member.name] = member.value
            case (.object(let inner)?, let known?): result[member.name] = .object(filled(inner, with: known))
            default: break
            }
        }
        return result
    }

    /// Bodies, payloads, headers and variables are the owner's own words and stay as they are.
    private static func spelled(_ value: JSONValue) -> JSONValue {
        guard let object = value.object else { return value }
        var result = JSONObject()
        for member in object.members where !member.value.isNull {
            switch member.value {
            case .string(let text) where lengths.contains(member.name):
                result[member.name] = .string(Duration(text: text)?.text ?? text)
            case .string(let text) where instants.contains(member.name):
                result[member.name] = .string(Timestamp(rfc3339: text).map { "\($0)" } ?? text)
            case .string(let text) where localTimes.contains(member.name):
                result[member.name] = .string(LocalDateTime(iso8601: text).map { "\($0)" } ?? text)
            case .object where ["schedule", "target", "retry_policy"].contains(member.name):
                result[member.name] = spelled(member.value)
            default: result[member.name] = member.value
            }
        }
        return .object(result)
    }
}
