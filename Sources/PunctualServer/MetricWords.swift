internal import PunctualObservability

/// Every metric that `/metrics` may show: name, kind, labels, and what it tells. docs/reference/metrics.md is held to it.
enum MetricWords {
    /// Seconds that attempts take: calls take milliseconds, reports hours.
    private static let attempts: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600,
    ]
    /// Seconds that a fire may be late: the promise is about one.
    private static let delays: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600,
    ]

    static let all = calls + executions + schedule + queues + cluster + database + parts + process

    private static let calls: [MetricWord] = [
        MetricWord(
            .histogram, "punctual_http_request_duration_seconds", ["method", "route", "status_code"],
            "How long requests took, in seconds."),
        MetricWord(.gauge, "punctual_http_connections", "Connections of callers that are open."),
        MetricWord(.gauge, "punctual_http_connections_limit", "Connections of callers that may be open."),
        MetricWord(
            .gauge, "punctual_http_held", ["bound"],
            "Requests being worked on, claims that wait, and streams that are open."),
        MetricWord(.gauge, "punctual_http_held_limit", ["bound"], "How many of those there may be."),
        MetricWord(
            .counter, "punctual_limit_decisions_total", ["by"],
            "Requests held to limits, by who counted: Redis, or the node alone."),
    ]

    private static let executions: [MetricWord] = [
        MetricWord(.counter, "punctual_jobs_created_total", "Jobs made over this node's API."),
        MetricWord(
            .counter, "punctual_job_executions_total", ["status", "target"],
            "Attempts that ended, by target and outcome; unknown is the target of those whose worker was lost."),
        MetricWord(
            .histogram, "punctual_job_execution_duration_seconds", bounds: attempts,
            "How long attempts took, in seconds."),
        MetricWord(.gauge, "punctual_active_executions", "Attempts that this node has in hand."),
        MetricWord(.counter, "punctual_claims_total", ["result"], "Claims of work, by result."),
        MetricWord(.counter, "punctual_lease_lost_total", "Leases lost while work ran."),
        MetricWord(
            .counter, "punctual_stale_completions_total",
            "Completions refused because a newer attempt owns the execution."),
        MetricWord(
            .counter, "punctual_reclaimed_total", "Executions taken back from workers that were not heard of."),
        MetricWord(
            .counter, "punctual_watched_job_executions_total", ["job_name", "service", "status"],
            "Attempts that ended, of the jobs that metrics.jobs names."),
        MetricWord(
            .histogram, "punctual_watched_job_duration_seconds", ["job_name", "service"], bounds: attempts,
            "How long their attempts took, in seconds."),
        MetricWord(
            .gauge, "punctual_watched_job_last_success_timestamp_seconds", ["job_name", "service"],
            "When they last succeeded on this node, in Unix seconds."),
    ]

    private static let schedule: [MetricWord] = [
        MetricWord(
            .histogram, "punctual_schedule_lateness_seconds", bounds: delays,
            "From when an execution was available to its start, in seconds; for outside workers, to their claim."),
        MetricWord(.counter, "punctual_missed_total", ["reason"], "Occurrences that did not run, by reason."),
        MetricWord(.gauge, "punctual_active_jobs", "Active jobs."),
        MetricWord(.gauge, "punctual_jobs", ["status"], "Jobs, by status."),
        MetricWord(.gauge, "punctual_due_jobs", "Jobs whose instant has come and that no scheduler has taken yet."),
        MetricWord(.gauge, "punctual_schedule_lag_seconds", "How late the latest of those is, in seconds."),
        MetricWord(
            .histogram, "punctual_tick_duration_seconds", "How long one look for due jobs and their planning took."),
        MetricWord(
            .counter, "punctual_tick_races_lost_total", "Plans passed over because the job had moved on."),
        MetricWord(
            .counter, "punctual_jobs_set_aside_total", "Jobs paused because their schedule cannot be computed."),
    ]

    private static let queues: [MetricWord] = [
        MetricWord(.gauge, "punctual_open_executions", ["status"], "Executions that have not ended, by status."),
        MetricWord(
            .gauge, "punctual_queue_depth", ["queue"], "Waiting executions that are available; counted to 100,000."),
        MetricWord(
            .gauge, "punctual_queue_oldest_age_seconds", ["queue"], "Age of the oldest waiting execution, in seconds."),
        MetricWord(.gauge, "punctual_queue_running", ["queue"], "Executions that run."),
        MetricWord(.gauge, "punctual_queue_workers", ["queue"], "Workers that run something of the queue."),
        MetricWord(.gauge, "punctual_queue_paused", ["queue"], "1 while the queue is paused."),
        MetricWord(
            .gauge, "punctual_queues_left_out",
            "Queues without figures, since there are more than 1,000: those in which least waits."),
        MetricWord(.gauge, "punctual_limit_running", ["kind", "name"], "What runs now of what has a limit."),
        MetricWord(.gauge, "punctual_limit_concurrency", ["kind", "name"], "How much of it may run at once."),
        MetricWord(
            .gauge, "punctual_limit_rate_per_second", ["kind", "name"],
            "How much of it may begin in a second."),
    ]

    private static let cluster: [MetricWord] = [
        MetricWord(.gauge, "punctual_nodes", ["role"], "Nodes that were heard of, by role."),
        MetricWord(.gauge, "punctual_node_info", ["node_id", "roles"], "Which node this is."),
        MetricWord(.gauge, "punctual_node_accepting", "1 until the node drains."),
        MetricWord(.gauge, "punctual_build_info", ["version"], "The version that runs."),
        MetricWord(.gauge, "punctual_shard_held", ["shard"], "1 while some node holds the shard."),
        MetricWord(.gauge, "punctual_shard_holder", ["node_id", "shard"], "1 for the node that holds the shard."),
        MetricWord(.gauge, "punctual_shard_term", ["shard"], "How often the shard has changed hands."),
        MetricWord(
            .gauge, "punctual_loop_heartbeat_timestamp_seconds", ["loop"],
            "When each loop last took a step that went well, in Unix seconds."),
        MetricWord(.counter, "punctual_loop_failures_total", ["loop"], "Steps of loops that failed."),
        MetricWord(
            .gauge, "punctual_clock_offset_seconds",
            "By how much this node's clock is ahead of the store's, in seconds."),
    ]

    private static let database: [MetricWord] = [
        MetricWord(.gauge, "punctual_store_up", "Whether the store answers within a second and takes writes."),
        MetricWord(
            .gauge, "punctual_store_latency_seconds", "How long a small question to the store took, in seconds."),
        MetricWord(
            .gauge, "punctual_store_figures_age_seconds",
            "How long ago the store was asked for what it last told of queues, shards and limits, in seconds."),
        MetricWord(
            .counter, "punctual_store_calls_abandoned_total", ["call"], "Calls that did not end in time, by kind."),
        MetricWord(
            .gauge, "punctual_database_connections", ["pool", "state"], "Connections to PostgreSQL, by state."),
        MetricWord(
            .gauge, "punctual_database_connections_limit", ["pool"], "Connections to PostgreSQL that may be open."),
        MetricWord(.gauge, "punctual_database_callers_waiting", ["pool"], "Callers that wait for a connection."),
        MetricWord(
            .counter, "punctual_database_connection_failures_total", ["pool"], "Attempts to connect that failed."),
        MetricWord(
            .counter, "punctual_database_refusals_total", ["pool"],
            "Callers that got no connection in time, or came when too many waited."),
        MetricWord(
            .gauge, "punctual_database_calls_waiting", ["lane"], "Calls that wait to share a statement or a commit."),
        MetricWord(.gauge, "punctual_database_size_bytes", "Size of the SQLite file and its log, in bytes."),
    ]

    private static let parts: [MetricWord] = [
        MetricWord(.gauge, "punctual_broker_up", ["part"], "Whether Redis, RabbitMQ or the broker is reached."),
        MetricWord(.gauge, "punctual_broker_impaired", ["part"], "1 while it is reached and something does not work."),
        MetricWord(.counter, "punctual_hints_total", ["result"], "Hints handed to the broker, by result."),
        MetricWord(
            .counter, "punctual_hint_claims_total", ["result"],
            "Executions that hints told of, by whether their claim took them."),
        MetricWord(
            .counter, "punctual_notifications_total", ["result"],
            "Tries to send notifications of jobs: sent, failed, or sent to some of a mail's receivers (partly)."),
        MetricWord(.gauge, "punctual_notifications_waiting", "Things to be told that have not been sent; to 100,000."),
        MetricWord(
            .gauge, "punctual_notifications_oldest_age_seconds",
            "How long the oldest of them might have been sent already, in seconds."),
        MetricWord(
            .counter, "punctual_cache_requests_total", ["source"],
            "Reads of what is kept, by source: local, shared and joined cost the store nothing, loaded and passed did."),
        MetricWord(
            .gauge, "punctual_cache_hit_ratio", "The part of those reads that cost the store nothing, since the start."),
        MetricWord(
            .counter, "punctual_cache_refreshes_total", "Copies that were loaded anew before their time was up."),
        MetricWord(
            .counter, "punctual_cache_written_total",
            "Copies of jobs that were made since they were written, before anybody asked."),
        MetricWord(
            .counter, "punctual_cache_untold_total", "Changes of which other nodes could not be told over Redis."),
        MetricWord(.counter, "punctual_trace_spans_total", ["result"], "Spans that ended, by what became of them."),
        MetricWord(
            .counter, "punctual_error_reports_total", ["result"], "Reports of errors, by what became of them."),
    ]

    private static let process: [MetricWord] = [
        MetricWord(.gauge, "punctual_disk_size_bytes", ["volume"], "Size of the disk that the volume is on, in bytes."),
        MetricWord(.gauge, "punctual_disk_free_bytes", ["volume"], "What may still be written there, in bytes."),
        MetricWord(
            .gauge, "punctual_memory_limit_bytes",
            "Memory that the process may have: the limit of its container or unit, or the machine's memory."),
        MetricWord(
            .gauge, "punctual_cpu_limit_cores",
            "Processors that the process may use: those of its container or unit, or the machine's."),
        MetricWord(.counter, "process_cpu_seconds_total", "Processor time spent, in seconds."),
        MetricWord(.gauge, "process_resident_memory_bytes", "Resident memory, in bytes."),
        MetricWord(.gauge, "process_virtual_memory_bytes", "Virtual memory, in bytes."),
        MetricWord(
            .gauge, "process_virtual_memory_max_bytes", "Virtual memory that there may be, in bytes; -1 is any."),
        MetricWord(.gauge, "process_threads", "Threads."),
        MetricWord(.gauge, "process_start_time_seconds", "When the process began, in Unix seconds."),
        MetricWord(.gauge, "process_open_fds", "Open file descriptors."),
        MetricWord(.gauge, "process_max_fds", "File descriptors that may be open."),
    ]
}
