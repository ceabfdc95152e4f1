import PunctualJSON
import Testing

@testable import punctual

@Suite("Differences between jobs")
struct DifferenceTests {
    private let current: JSONObject = {
        let json: JSONValue = [
            "id": "x", "name": "a", "description": "", "service": "default", "labels": ["team": "core"],
            "queue": "default", "priority": 5,
            "schedule": [
                "type": "cron", "expression": "0 2 * * *", "timezone": "UTC", "dialect": "ocps",
                "dst": ["gap": "next_valid", "overlap": "first"],
            ],
            "starts_at": .null, "jitter": "0s", "target": ["type": "noop"], "timeout": "5m",
            "retry_policy": [
                "maximum_attempts": 3, "initial_interval": "1s", "backoff_coefficient": 2, "maximum_interval": "1m40s",
                "jitter": .number("0.1"),
            ],
            "misfire_policy": "fire_once", "misfire_threshold": "1m", "catchup_window": "24h", "max_catchup": 100,
            "overlap_policy": "skip", "status": "active", "version": 4,
        ]
        return json.object ?? JSONObject()
    }()

    private func difference(_ wanted: JSONValue) -> JobDifference {
        JobDifference(from: current, to: wanted.object ?? JSONObject())
    }

    @Test("a short file means the same as the stored job with its defaults, however lengths of time are spelled")
    func unchanged() {
        #expect(
            difference([
                "name": "a", "labels": ["team": "core"], "schedule": ["type": "cron", "expression": "0 2 * * *"],
                "target": ["type": "noop"], "timeout": "300s", "misfire_threshold": "PT1M",
                "retry_policy": ["backoff_coefficient": .number("2.0")],
            ]).changes.isEmpty)
    }

    @Test("changes are shown field by field, old and new")
    func changed() {
        let text = difference([
            "name": "a", "schedule": ["type": "cron", "expression": "0 3 * * *"], "target": ["type": "noop"],
            "priority": 7, "ends_at": "2030-01-01T00:00:00Z",
        ]).text()
        #expect(
            text == """
                  labels.team: "core" → (none)
                  priority: 5 → 7
                  schedule.expression: "0 2 * * *" → "0 3 * * *"
                  ends_at: (none) → "2030-01-01T00:00:00.000Z"
                """)
    }

    @Test("a hostile value can't move the terminal's cursor")
    func hostile() {
        let text = difference(["name": "a\u{1B}[2J\u{202E}"]).text()
        #expect(!text.unicodeScalars.contains("\u{1B}"))
        #expect(!text.unicodeScalars.contains("\u{202E}"))
    }
}
