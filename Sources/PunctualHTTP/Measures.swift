internal import Metrics
internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// What the API counts besides its requests; what the words mean stands with the others (`MetricWords`).
struct Measures: Sendable {
    private let created = Counter(label: "punctual_jobs_created_total")
    private let stale = Counter(label: "punctual_stale_completions_total")
    private let lateness = Metrics.Timer(label: "punctual_schedule_lateness_seconds")
    private let duration = Metrics.Timer(label: "punctual_job_execution_duration_seconds")

    func created(_ count: Int) { created.increment(by: Int64(count)) }

    func claimed(_ count: Int) {
        Counter(label: "punctual_claims_total", dimensions: [("result", count == 0 ? "empty" : "taken")]).increment()
    }

    /// An outside worker has claimed the execution; as with the node's own workers, retries wait on purpose.
    func started(_ execution: Execution) {
        guard execution.attempt == 1, let startedAt = execution.startedAt else { return }
        Measured.$execution.withValue(execution.id) {
            lateness.record(duration: max(.zero, startedAt - execution.availableAt))
        }
    }

    /// An attempt of an outside worker ended.
    func ended(_ execution: Execution) {
        let status = execution.status == .pending ? "retried" : execution.status.rawValue
        Counter(label: "punctual_job_executions_total", dimensions: [("target", "worker"), ("status", status)])
            .increment()
        guard let attempt = execution.attempts.last, let end = attempt.finishedAt else { return }
        Measured.$execution.withValue(execution.id) { duration.record(duration: end - attempt.startedAt) }
    }

    func staleCompletion() { stale.increment() }
}
