import ArgumentParser
import Foundation
import PunctualJSON
import Testing

@testable import punctual

/// What a person sees, kept in `Golden/`; set `PUNCTUAL_WRITE_GOLDEN=1` to write the files anew, and read the change.
@Suite("Golden files")
struct GoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    private func check(_ text: String, _ name: String) throws {
        let file = GoldenTests.folder.appending(path: name)
        if ProcessInfo.processInfo.environment["PUNCTUAL_WRITE_GOLDEN"] == "1" {
            try (text + "\n").write(to: file, atomically: true, encoding: .utf8)
        }
        let known = try String(contentsOf: file, encoding: .utf8)
        #expect(text + "\n" == known, "\(name) differs; PUNCTUAL_WRITE_GOLDEN=1 writes it anew")
    }

    @Test(
        "help begins with examples",
        arguments: [
            [], ["job"], ["job", "list"], ["job", "apply"], ["job", "create"], ["job", "trigger"],
            ["execution", "list"], ["execution", "get"], ["execution", "redrive"], ["dead-letter"],
            ["dead-letter", "list"], ["dead-letter", "redrive"], ["calendar"], ["schedule", "preview"],
            ["import", "crontab"], ["status"],
            ["setup"], ["login"],
            ["rescue"], ["password"], ["second-factor"], ["second-factor", "enable"], ["second-factor", "confirm"],
            ["key", "create"], ["role", "grant"], ["secret", "set"], ["audit", "list"], ["audit", "verify"],
            ["notification"], ["notification", "set"], ["notification", "apply"],
        ] as [[String]])
    func help(_ path: [String]) throws {
        let error = #expect(throws: (any Error).self) {
            var command = try PunctualCommand.parseAsRoot(path + ["--help"])
            try command.run()
        }
        let message = PunctualCommand.fullMessage(for: try #require(error), columns: 80)
        #expect(message.contains("EXAMPLES\n"))
        try check(message, (["help"] + path).joined(separator: "-") + ".txt")
    }

    private let jobs: [JSONValue] = [
        [
            "id": "0197c5a0-0000-7000-8000-000000000001", "name": "nightly-report", "service": "default",
            "status": "active", "queue": "default", "run_count": 12, "failure_count": 1, "last_status": "succeeded",
            "next_run_at": "2026-03-29T01:30:00.000Z",
            "schedule": ["type": "cron", "expression": "30 2 * * *", "timezone": "Europe/Berlin"],
        ],
        [
            "id": "0197c5a0-0000-7000-8000-000000000002", "name": "每日备份", "service": "ops", "status": "paused",
            "queue": "slow", "run_count": 0, "failure_count": 0, "last_status": .null, "next_run_at": .null,
            "schedule": ["type": "interval", "every": "10s"],
        ],
    ]

    @Test("jobs as tables, JSON, lines and YAML", arguments: OutputFormat.allCases)
    func list(_ format: OutputFormat) throws {
        var options = try OutputOptions.parse([])
        options.output = format
        let now = RelativeTime.now
        try check(options.text(jobs, as: .jobs, now: now, terminal: false), "jobs.\(format.rawValue)")
        options.quiet = true
        let ids = options.text(jobs, as: .jobs, now: now, terminal: false)
        #expect(ids.split(separator: "\n").map(String.init) == jobs.compactMap { $0["id"]?.string })
    }

    @Test("the status page")
    func status() throws {
        let whole: JSONValue = [
            "schedule": [
                "lag_ms": 12, "due": 3, "queued": 1,
                "nodes": [
                    ["node_id": "a-1", "roles": ["api", "worker"], "version": "0.1.0", "address": "127.0.0.1:8640"]
                ],
                "shards": [["shard": 0, "holder": "a-1", "term": 4, "expires_at": "2026-03-29T01:30:00.000Z"]],
            ],
            "queues": [
                ["name": "default", "paused": false, "depth": 1, "running": 2, "oldest_age_ms": 90_500, "workers": 1]
            ],
            "stats": ["jobs": ["active": 2, "paused": 1], "executions": ["pending": 1, "succeeded": 40]],
        ]
        try check(StatusCommand.text(of: whole, now: nil), "status.table")
    }
}
