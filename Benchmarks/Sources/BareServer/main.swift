// What Hummingbird gives when nothing is done: the same routes and bodies of the same size as Punctual's, coded by
// Codable, nothing checked and nothing stored. script/bench divides Punctual's figures by this one's.
//
// Prints `ready` when it listens on port 8649.

import Foundation
import Hummingbird
import Logging

struct Schedule: Codable { var type, expression, timezone, dialect: String }
struct Target: Codable { var type: String }
struct RetryPolicy: Codable {
    var maximum_attempts: Int
    var initial_interval: String
    var backoff_coefficient: Double
    var maximum_interval: String
    var jitter: Double
}
struct Job: ResponseCodable {
    var id = "0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11"
    var name = "nightly-report"
    var description = ""
    var service = "default"
    var labels = ["team": "billing"]
    var queue = "default"
    var priority = 5
    var schedule = Schedule(type: "cron", expression: "0 9 * * MON-FRI", timezone: "Europe/Berlin", dialect: "ocps")
    var starts_at: String?
    var ends_at: String?
    var max_runs: Int?
    var jitter = "0s"
    var target = Target(type: "noop")
    var timeout = "5m"
    var retry_policy = RetryPolicy(
        maximum_attempts: 3, initial_interval: "1s", backoff_coefficient: 2, maximum_interval: "100s", jitter: 0.1)
    var misfire_policy = "fire_once"
    var misfire_threshold = "60s"
    var catchup_window = "24h"
    var max_catchup = 100
    var overlap_policy = "skip"
    var status = "active"
    var next_run_at = "2026-03-30T07:00:00.000Z"
    var run_count = 0
    var failure_count = 0
    var created_by = "anonymous"
    var created_at = "2026-03-29T01:30:00.000Z"
    var updated_at = "2026-03-29T01:30:00.000Z"
    var version = 1
}
struct Draft: Codable {
    var name: String
    var schedule: Schedule
    var target: Target
}

let router = Router()
router.get("/api/v1/jobs/{id}") { _, context in
    var job = Job()
    job.id = context.parameters.get("id") ?? ""
    return job
}
router.post("/api/v1/jobs") { request, context in
    let draft = try await request.decode(as: Draft.self, context: context)
    var job = Job()
    job.name = draft.name
    job.schedule = draft.schedule
    return EditedResponse(status: .created, response: job)
}
var logger = Logger(label: "bare")
logger.logLevel = .error
let application = Application(
    router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 8649)),
    onServerRunning: { _ in
        print("ready")
        fflush(nil)
    }, logger: logger)
try await application.runService()
