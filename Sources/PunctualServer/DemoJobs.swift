internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// The jobs of `punctual dev --demo`.
enum DemoJobs {
    private static let definitions = """
        [
          {"name": "demo/tick", "description": "Something every second.", "labels": {"demo": "yes"},
           "schedule": {"type": "interval", "every": "1s"}, "target": {"type": "noop"}},
          {"name": "demo/date", "description": "A command at every tenth second.", "labels": {"demo": "yes"},
           "schedule": {"type": "cron", "expression": "*/10 * * * * *"},
           "target": {"type": "command", "argv": ["/bin/date"]}},
          {"name": "demo/health", "description": "A call of this server.", "labels": {"demo": "yes"},
           "schedule": {"type": "cron", "expression": "5/15 * * * * *", "timezone": "Europe/Berlin"},
           "target": {"type": "http", "method": "GET", "url": "ADDRESS/health/live"}},
          {"name": "demo/flaky", "description": "Fails, is tried again twice, and fails.", "labels": {"demo": "yes"},
           "schedule": {"type": "interval", "every": "20s"},
           "target": {"type": "command", "argv": ["/bin/sh", "-c", "echo no luck; exit 3"]},
           "retry_policy": {"maximum_attempts": 3, "initial_interval": "1s"}},
          {"name": "demo/slow", "description": "Takes longer than its interval: every second one is skipped.",
           "labels": {"demo": "yes"}, "schedule": {"type": "interval", "every": "8s"},
           "target": {"type": "command", "argv": ["/bin/sleep", "10"]}}
        ]
        """

    /// Adds those that are not there yet.
    /// - Parameter address: of the node itself, `http://127.0.0.1:8640`.
    static func add(
        to store: any JobStore, callingBack address: String, clock: any WallClock, zones: ZoneCatalog
    ) async throws {
        let now = clock.now()
        let jobs = try JSONValue(parsing: definitions.replacing("ADDRESS", with: address)).array?.map { json in
            let draft = try JobDraft(json: json, zones: zones)
            var job = Job(id: .random(at: now), draft: draft, nextRunAt: nil, createdBy: "demo", createdAt: now)
            let schedule = try draft.schedule.compiled(for: job.id, createdAt: now, zones: zones)
            job.nextRunAt = job.firstRun(from: now, schedule: schedule)
            return job
        }
        _ = try await store.create(jobs ?? [])
    }
}
