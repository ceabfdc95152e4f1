/// What each metric tells, for the HELP lines of `/metrics`.
enum MetricWords {
    static let help = [
        "punctual_http_request_duration_seconds": "How long requests took, in seconds.",
        "punctual_job_executions_total": "Attempts that ended, by target and outcome.",
        "punctual_job_execution_duration_seconds": "How long attempts took, in seconds.",
        "punctual_schedule_lateness_seconds": "From when an execution was available to its start, in seconds.",
        "punctual_cache_requests_total":
            "Reads of what is kept, by source: local, shared and joined cost the store nothing, loaded and passed did.",
        "punctual_cache_hit_ratio": "The part of those reads that cost the store nothing, since the start.",
        "punctual_cache_refreshes_total": "Copies that were loaded anew before their time was up.",
        "punctual_cache_untold_total": "Changes of which other nodes could not be told over Redis.",
        "punctual_missed_total": "Occurrences that did not run, by reason.",
        "punctual_active_executions": "Attempts in hand.",
        "punctual_claims_total": "Claims of workers, by result.",
        "punctual_limit_decisions_total": "Requests held to limits, by who counted: Redis, or the node alone.",
        "punctual_notifications_total": "Tries to send notifications of jobs, by result.",
        "punctual_hints_total": "Hints handed to the broker, by result.",
        "punctual_hint_claims_total": "Executions that hints told of, by whether their claim took them.",
        "punctual_lease_lost_total": "Leases lost while work ran.",
        "punctual_stale_completions_total": "Completions refused because a newer attempt owns the execution.",
        "punctual_reclaimed_total": "Executions taken back from workers that were not heard of.",
        "punctual_loop_heartbeat_timestamp_seconds": "When each loop last took a step, in Unix seconds.",
        "punctual_loop_failures_total": "Steps of loops that failed.",
        "punctual_tick_duration_seconds": "How long one look for due jobs and their planning took.",
        "punctual_tick_races_lost_total": "Plans passed over because the job had moved on.",
    ]
}
