internal import Hummingbird
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// Why a job did or did not run: the last decisions, the next instant, what blocks it.
struct Explanation {
    private let job: Job
    private let schedule: Schedule
    private let recent: [Execution]
    private let isQueuePaused: Bool
    private let limits: [WorkLimit]
    private let now: Timestamp
    private let zones: ZoneCatalog

    init(of job: Job, _ services: APIServices, _ context: APIContext) async throws {
        self.job = job
        schedule = try services.schedule(of: job)
        var query = ExecutionQuery()
        query.jobID = job.id
        query.limit = 50
        // A job that came from another service left its past there.
        query.visible = services.visible(context)
        recent = try await services.store.executions(query).items
        isQueuePaused = try await services.store.queues().first { $0.name == job.draft.queue }?.paused ?? false
        let keys: Set<WorkLimit.Key> = [
            .init(.jobs, "\(job.id)"), .init(.queues, job.draft.queue), .init(.services, job.draft.service),
        ]
        limits = try await services.store.limits().filter { keys.contains($0.key) }
        now = services.clock.now()
        zones = services.zones
    }

    private var blockers: [(code: String, detail: String)] {
        var result: [(code: String, detail: String)] = []
        switch job.status {
        case .paused:
            result.append(("paused", "The job is paused\(job.pauseReason.map { ": \($0)" } ?? "")."))
        case .completed:
            result.append(("completed", "Nothing is to come: its schedule, ends_at or max_runs is at its end."))
        case .active: break
        }
        if isQueuePaused { result.append(("queue_paused", "The queue \(job.draft.queue) is paused.")) }
        // What could begin and has not may wait for its turn under a limit as well as for a worker.
        if recent.contains(where: { $0.status == .pending && $0.availableAt <= now }) {
            for limit in limits { result.append(("limit", limit.words)) }
        }
        if let open = recent.first(where: { !$0.status.isFinal }), job.draft.overlapPolicy.looksAtOthers {
            result.append(
                (
                    "overlap",
                    "The execution of \(open.scheduledAt) is \(open.status.rawValue); overlap_policy is "
                        + "\(job.draft.overlapPolicy.rawValue)."
                ))
        }
        return result
    }

    private func detail(_ execution: Execution) -> String {
        switch (execution.status, execution.reason) {
        case (.skipped, .paused): "It did not run because the job was paused."
        case (.skipped, .overlap): "It did not run because an earlier execution had not ended."
        case (.skipped, .bufferFull): "It did not run because enough executions were waiting already."
        case (.missed, .misfire):
            "It was found more than \(job.draft.misfireThreshold.text) late, and misfire_policy is "
                + "\(job.draft.misfirePolicy.rawValue)."
        case (.missed, _): "It was older than catchup_window, or one of more than max_catchup."
        case (.failed, let reason):
            "It failed after \(Wording.count(execution.attempt, "attempt"))\(reason.map { " (\($0.rawValue))" } ?? ""): \(execution.error ?? "")"
        case (.cancelled, _): "It was cancelled."
        case (.succeeded, _): "It succeeded in attempt \(execution.attempt)."
        case (.running, _): "Attempt \(execution.attempt) runs at \(execution.worker ?? "a worker")."
        case (.buffered, _): "It waits for an earlier execution to end."
        default: execution.attempt == 0 ? "It waits for a worker." : "It waits for attempt \(execution.attempt + 1)."
        }
    }

    func response() -> Response {
        let blockers = self.blockers
        let next = job.status == .active ? job.nextRunAt : nil
        let summary =
            blockers.first?.detail
            ?? next.map { "It runs next at \($0)." } ?? "It runs when it is triggered, or when its execution has ended."
        return Answer.json { writer in
            writer.beginObject()
            writer.name("job_id")
            writer.identifier(job.id)
            writer.name("status")
            writer.string(job.status.rawValue)
            writer.name("summary")
            writer.string(summary)
            writer.name("schedule")
            writer.string(schedule.words)
            writer.name("next")
            let coming = next.map {
                job.draft.schedule.preview(of: schedule, after: $0 - .milliseconds(1), limit: 1, zones: zones)
            }
            if let preview = coming?.first {
                ScheduleController.write(preview, to: &writer)
            } else {
                writer.null()
            }
            writer.name("blocked_by")
            writer.value(.array(blockers.map { ["code": .string($0.code), "detail": .string($0.detail)] }))
            writer.name("decisions")
            writer.beginArray()
            for execution in recent {
                writer.beginObject()
                writer.name("execution_id")
                writer.identifier(execution.id)
                writer.name("scheduled_at")
                writer.instant(execution.scheduledAt)
                writer.name("decided_at")
                writer.instant(execution.finishedAt ?? execution.startedAt ?? execution.createdAt)
                writer.name("status")
                writer.string(execution.status.rawValue)
                writer.name("reason")
                writer.string(execution.reason?.rawValue)
                writer.name("detail")
                writer.string(detail(execution))
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
    }
}

extension WorkLimit {
    /// One sentence about what it allows.
    fileprivate var words: String {
        let whose =
            switch key.kind {
            case .jobs: "The job"
            case .queues: "The queue \(key.name)"
            case .services: "The service \(key.name)"
            }
        let bounds = [
            concurrency.map { "runs at most \($0) at once" },
            rate.map { "begins at most \($0.count) in \($0.per.text)" },
        ]
        return "\(whose) \(bounds.compactMap { $0 }.joined(separator: " and "))."
    }
}
