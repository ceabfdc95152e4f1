package import Logging
internal import Metrics
package import PunctualCore
package import PunctualSchedule
package import PunctualTracing
internal import Synchronization

/// Whoever wants to see executions as they happen: the terminal of `punctual dev`, the event stream.
package protocol ExecutionEvents: Sendable {
    /// Rows that the scheduler added, run or not.
    func added(_ executions: [Execution])
    func started(_ execution: Execution)
    /// An attempt ended; the execution may go on to another.
    func ended(_ execution: Execution)
}

/// All names of the engine's metrics and log events, in one file.
package struct Instruments: Sendable {
    let logger: Logger
    let events: (any ExecutionEvents)?
    let spans: Spans
    private let clock: (any WallClock)?
    private let watched: WatchedJobs
    private let cache = Cache()

    /// - Parameters:
    ///   - clock: the node's own, for the signs of life of its loops; nil shows none but the scheduler's.
    ///   - watched: the jobs that have figures of their own.
    ///   - spans: what is traced, and how.
    package init(
        logger: Logger, events: (any ExecutionEvents)? = nil, clock: (any WallClock)? = nil,
        watched: WatchedJobs = WatchedJobs(), spans: Spans = .off
    ) {
        self.spans = spans
        self.logger = logger
        self.events = events
        self.clock = clock
        self.watched = watched
        declare()
    }

    /// Makes the series that are there from the start, so that a first event is seen as a growth from zero.
    private func declare() {
        for name in [
            "punctual_lease_lost_total", "punctual_stale_completions_total", "punctual_reclaimed_total",
            "punctual_tick_races_lost_total", "punctual_jobs_set_aside_total",
        ] { _ = counter(name) }
        for result in ["sent", "partly", "failed"] {
            _ = counter("punctual_notifications_total", [("result", result)])
        }
        for reason in ["overlap", "buffer_full", "catchup_window", "misfire", "paused", "calendar"] {
            _ = counter("punctual_missed_total", [("reason", reason)])
        }
        for target in ["http", "command", "worker", "publish", "noop"] {
            for status in ["succeeded", "failed", "retried", "cancelled"] {
                _ = counter("punctual_job_executions_total", [("target", target), ("status", status)])
            }
        }
        _ = (Self.lateness, Self.duration)
    }

    /// Handles by name and labels, made once.
    private final class Cache: Sendable {
        let counters = Mutex<[String: Counter]>([:])
        let heartbeats = Mutex<[String: Gauge]>([:])
    }

    private func counter(_ name: String, _ labels: [(String, String)] = []) -> Counter {
        let key = labels.reduce(into: name) { $0 += "|\($1.1)" }
        return cache.counters.withLock { counters in
            if let counter = counters[key] { return counter }
            let counter = Counter(label: name, dimensions: labels)
            counters[key] = counter
            return counter
        }
    }

    private static let lateness = Metrics.Timer(label: "punctual_schedule_lateness_seconds")
    private static let duration = Metrics.Timer(label: "punctual_job_execution_duration_seconds")
    private static let tick = Metrics.Timer(label: "punctual_tick_duration_seconds")
    private static let active = Meter(label: "punctual_active_executions")

    /// A loop has taken a step, and it went well.
    package func loopLived(_ loop: String) {
        if let clock { loopLived(loop, at: clock.now()) }
    }

    package func loopLived(_ loop: String, at now: Timestamp) {
        cache.heartbeats.withLock { gauges in
            let gauge =
                gauges[loop] ?? Gauge(label: "punctual_loop_heartbeat_timestamp_seconds", dimensions: [("loop", loop)])
            gauges[loop] = gauge
            gauge.record(Double(now.milliseconds) / 1000)
        }
    }

    package func loopFailed(_ loop: String, _ error: any Error) {
        // A step that was cut short by the end of its loop is none that failed.
        if error as? StoreError == .cancelled { return }
        counter("punctual_loop_failures_total", [("loop", loop)]).increment()
        logger.error("a step of a loop failed", metadata: ["loop": "\(loop)", "error": "\(error)"])
    }

    /// Calls of this name have a limit: their series begins at zero, so that the first that is given up is seen as growth.
    func callLimited(_ name: String) { _ = abandonedCalls(name) }

    private func abandonedCalls(_ name: String) -> Counter {
        counter("punctual_store_calls_abandoned_total", [("call", name)])
    }

    func callAbandoned(_ name: String) {
        abandonedCalls(name).increment()
        logger.error("a store call did not end in time; its answer will be dropped", metadata: ["call": "\(name)"])
    }

    func abandonedCallEnded(_ name: String) {
        logger.notice("a store call that was given up has come back", metadata: ["call": "\(name)"])
    }

    func planned(_ executions: [Execution]) {
        for execution in executions where execution.status == .skipped || execution.status == .missed {
            counter("punctual_missed_total", [("reason", execution.reason?.rawValue ?? "none")]).increment()
        }
        events?.added(executions)
    }

    func ticked(in took: Duration) { Self.tick.record(duration: took) }

    func raceLost() { counter("punctual_tick_races_lost_total").increment() }

    func scheduleBroken(_ job: Job, _ fault: ScheduleFault) {
        logger.error(
            "a job's schedule cannot be computed; it is paused until it is changed",
            metadata: ["job_id": "\(job.id)", "job": "\(job.draft.name)", "fault": "\(fault.field): \(fault.detail)"])
    }

    func jobSetAside() { counter("punctual_jobs_set_aside_total").increment() }

    func claimed(_ count: Int) {
        counter("punctual_claims_total", [("result", count == 0 ? "empty" : "taken")]).increment()
    }

    func dispatched(confirmed: Int, failed: Int) {
        if confirmed > 0 { counter("punctual_hints_total", [("result", "confirmed")]).increment(by: Int64(confirmed)) }
        if failed > 0 { counter("punctual_hints_total", [("result", "failed")]).increment(by: Int64(failed)) }
    }

    /// What a claim of told executions brought; what it did not bring had an owner, had ended, or was taken before.
    func hinted(taken: Int, vain: Int) {
        if taken > 0 { counter("punctual_hint_claims_total", [("result", "taken")]).increment(by: Int64(taken)) }
        if vain > 0 { counter("punctual_hint_claims_total", [("result", "vain")]).increment(by: Int64(vain)) }
    }

    /// Once, whatever reasons follow, until hints are taken again.
    func brokerFailed(_ text: String) {
        logger.warning(
            "the broker takes no hints; workers look at the store meanwhile", metadata: ["error": "\(text)"])
    }

    func brokerRecovered() { logger.warning("the broker takes hints again") }

    func started(_ execution: Execution, inHand: Int) {
        if execution.attempt == 1, let startedAt = execution.startedAt {
            Measured.$execution.withValue(execution.id) {
                Self.lateness.recordMilliseconds(max(0, (startedAt - execution.availableAt).wholeMilliseconds))
            }
        }
        Self.active.set(Double(inHand))
        events?.started(execution)
    }

    func ended(_ execution: Execution, target: String, took: Duration, inHand: Int) {
        let status = execution.status == .pending ? "retried" : execution.status.rawValue
        counter("punctual_job_executions_total", [("target", target), ("status", status)]).increment()
        Measured.$execution.withValue(execution.id) {
            Self.duration.record(duration: took)
            watched.ended(execution, status: status, took: took, at: execution.finishedAt)
        }
        Self.active.set(Double(inHand))
        if execution.status == .failed {
            logger.info(
                "an execution failed",
                metadata: [
                    "job_id": "\(execution.jobID)", "job": "\(execution.jobName)", "execution_id": "\(execution.id)",
                    "attempt": "\(execution.attempt)",
                    "reason": "\(execution.reason?.rawValue ?? "none")", "error": "\(execution.error ?? "")",
                ])
        }
        events?.ended(execution)
    }

    func notified(_ outcome: NotificationOutcome, of rule: String) {
        let result: String
        switch outcome {
        case .sent: result = "sent"
        case .partly(let refused, _, let why):
            result = "partly"
            let text = [refused, why].compactMap { $0 }.joined(separator: "; ")
            logger.warning(
                "a notification reached some of its receivers", metadata: ["rule": "\(rule)", "error": "\(text)"])
        case .failed(let text, _, _):
            result = "failed"
            logger.error("a notification could not be sent", metadata: ["rule": "\(rule)", "error": "\(text)"])
        }
        counter("punctual_notifications_total", [("result", result)]).increment()
    }

    func shardsDiffer(set: Int, used: Int, as node: String) {
        logger.warning(
            "another scheduler is set to another number of shards; its number holds until it is gone",
            metadata: ["set": "\(set)", "used": "\(used)", "other_node_id": "\(node)"])
    }

    func hasTwin(_ other: NodeRecord) {
        logger.error(
            "another process runs as this node; give each a node.id of its own",
            metadata: ["id": "\(other.id)", "address": "\(other.address ?? "none")", "version": "\(other.version)"])
    }

    func leaseLost(_ lease: Lease) {
        counter("punctual_lease_lost_total").increment()
        logger.notice(
            "a lease was lost; the attempt's end changes nothing",
            metadata: ["execution_id": "\(lease.executionID)", "attempt": "\(lease.attempt)"])
    }

    func staleCompletion(_ lease: Lease) {
        counter("punctual_stale_completions_total").increment()
        logger.notice(
            "a stale completion was refused",
            metadata: ["execution_id": "\(lease.executionID)", "attempt": "\(lease.attempt)"])
    }

    func reclaimed(_ executions: [Execution]) {
        counter("punctual_reclaimed_total").increment(by: Int64(executions.count))
        for execution in executions {
            // What it was to call, its job tells, and that is not read here.
            let status = execution.status == .pending ? "retried" : execution.status.rawValue
            counter("punctual_job_executions_total", [("target", "unknown"), ("status", status)]).increment()
            logger.notice(
                "an execution was taken back from a worker that was not heard of",
                metadata: [
                    "job_id": "\(execution.jobID)", "execution_id": "\(execution.id)",
                    "attempt": "\(execution.attempt)",
                    "status": "\(execution.status.rawValue)",
                ])
            events?.ended(execution)
        }
    }
}

extension Metrics.Timer {
    fileprivate func recordMilliseconds(_ value: Int64) { recordNanoseconds(value * 1_000_000) }
}
