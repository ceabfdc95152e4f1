extension JobField {
    /// What the job is.
    static let identity = [
        JobField(
            name: "name", pointer: "/name", label: "Name", hint: "A–Z a–z 0–9 . _ - /, once in its service",
            isRequired: true),
        JobField(name: "service", pointer: "/service", label: "Service", standard: "default"),
        JobField(name: "queue", pointer: "/queue", label: "Queue", standard: "default"),
        JobField(
            name: "priority", pointer: "/priority", label: "Priority", hint: "0–9, higher runs first",
            content: .number, standard: "5"),
        JobField(name: "description", pointer: "/description", label: "Description", kind: .area, isWide: true),
        JobField(
            name: "labels", pointer: "/labels", label: "Labels", hint: "One a line: team=billing", kind: .area,
            content: .pairs, isWide: true),
    ]

    private static func zone(_ prefix: String) -> JobField {
        JobField(
            name: "\(prefix)_timezone", pointer: "/schedule/timezone", label: "Time zone", kind: .zone, standard: "UTC")
    }

    /// Of each type of schedule, with the type's name for people.
    static let schedules: [(type: String, label: String, fields: [JobField])] = [
        (
            "cron", "Cron",
            [
                JobField(
                    name: "cron_expression", pointer: "/schedule/expression", label: "Expression",
                    hint: "minute hour day month weekday; @daily; seconds in front and years behind are allowed",
                    standard: "0 9 * * MON-FRI", isRequired: false),
                zone("cron"),
                JobField(
                    name: "cron_dialect", pointer: "/schedule/dialect", label: "Dialect",
                    kind: .choice(["ocps", "unix", "quartz"]), standard: "ocps"),
                JobField(
                    name: "cron_gap", pointer: "/schedule/dst/gap", label: "When the clock jumps over it",
                    kind: .choice(["next_valid", "skip", "shift"]), standard: "next_valid"),
                JobField(
                    name: "cron_overlap", pointer: "/schedule/dst/overlap", label: "When the clock shows it twice",
                    kind: .choice(["first", "last", "both"]), standard: "first"),
            ]
        ),
        (
            "interval", "Interval",
            [
                JobField(
                    name: "interval_every", pointer: "/schedule/every", label: "Every", hint: "30s, 15m, 1h30m",
                    standard: "15m"),
                JobField(
                    name: "interval_anchor", pointer: "/schedule/anchor", label: "Counted from",
                    hint: "An instant such as 2026-01-01T00:00:00Z; when it is made, without one"),
            ]
        ),
        (
            "fixed_delay", "After each end",
            [
                JobField(
                    name: "delay_every", pointer: "/schedule/every", label: "Wait",
                    hint: "After the last one has ended",
                    standard: "5m")
            ]
        ),
        (
            "once", "Once",
            [
                JobField(
                    name: "once_local", pointer: "/schedule/local", label: "Local time",
                    hint: "2026-12-24T18:00:00 in the zone below"),
                zone("once"),
                JobField(
                    name: "once_at", pointer: "/schedule/at", label: "Or an instant", hint: "2026-12-24T18:00:00Z"),
            ]
        ),
        (
            "rrule", "Calendar rule",
            [
                JobField(
                    name: "rrule_rule", pointer: "/schedule/rule", label: "Rule (RFC 5545)",
                    standard: "FREQ=WEEKLY;BYDAY=MO,TH", isWide: true),
                JobField(
                    name: "rrule_start", pointer: "/schedule/start", label: "Starts", hint: "2026-01-01T09:00:00, local"
                ),
                zone("rrule"),
            ]
        ),
        ("manual", "Only by trigger", []),
    ]

    /// Of each type of target.
    static let targets: [(type: String, label: String, fields: [JobField])] = [
        (
            "http", "HTTP call",
            [
                JobField(
                    name: "http_method", pointer: "/target/method", label: "Method",
                    kind: .choice(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]), standard: "POST"),
                JobField(name: "http_url", pointer: "/target/url", label: "Address", isWide: true),
                JobField(
                    name: "http_headers", pointer: "/target/headers", label: "Headers", hint: "One a line: Name: value",
                    kind: .area, content: .headers, isWide: true),
                JobField(
                    name: "http_body", pointer: "/target/body", label: "Body",
                    hint: "JSON; text goes in double quotes", kind: .area, content: .json, isWide: true),
                JobField(
                    name: "http_expect", pointer: "/target/expect_status", label: "Statuses of success",
                    standard: "200-299"),
            ]
        ),
        (
            "command", "Command",
            [
                JobField(
                    name: "command_argv", pointer: "/target/argv", label: "Program and arguments",
                    hint: "One a line, no shell", kind: .area, content: .list, isWide: true),
                JobField(
                    name: "command_env", pointer: "/target/env", label: "Environment", hint: "One a line: NAME=value",
                    kind: .area, content: .pairs, isWide: true),
                JobField(name: "command_directory", pointer: "/target/directory", label: "Folder"),
            ]
        ),
        (
            "worker", "Outside worker",
            [
                JobField(name: "worker_task", pointer: "/target/task", label: "Task"),
                JobField(
                    name: "worker_payload", pointer: "/target/payload", label: "Payload", hint: "JSON", kind: .area,
                    content: .json, isWide: true),
            ]
        ),
        (
            "publish", "Message to a broker",
            [
                JobField(name: "publish_broker", pointer: "/target/broker", label: "Broker"),
                JobField(name: "publish_destination", pointer: "/target/destination", label: "Destination"),
                JobField(
                    name: "publish_message", pointer: "/target/message", label: "Message", hint: "JSON", kind: .area,
                    content: .json, isWide: true),
            ]
        ),
        ("noop", "Nothing (for drills)", []),
    ]

    /// What few change.
    static let policies = [
        JobField(name: "timeout", pointer: "/timeout", label: "Time limit of one attempt", standard: "5m"),
        JobField(
            name: "retry_attempts", pointer: "/retry_policy/maximum_attempts", label: "Attempts, the first included",
            hint: "0 is no limit", content: .number, standard: "3"),
        JobField(
            name: "retry_initial", pointer: "/retry_policy/initial_interval", label: "Pause before the second",
            standard: "1s"),
        JobField(
            name: "retry_coefficient", pointer: "/retry_policy/backoff_coefficient", label: "Grows by",
            content: .number, standard: "2"),
        JobField(
            name: "retry_maximum", pointer: "/retry_policy/maximum_interval", label: "Longest pause", standard: "100s"),
        JobField(
            name: "retry_jitter", pointer: "/retry_policy/jitter", label: "Jitter of pauses", hint: "0 to 1",
            content: .number, standard: "0.1"),
        JobField(
            name: "overlap_policy", pointer: "/overlap_policy", label: "When the last one still runs",
            kind: .choice(["skip", "buffer_one", "buffer_all", "cancel_other", "allow_all"]), standard: "skip"),
        JobField(
            name: "misfire_policy", pointer: "/misfire_policy", label: "When instants were missed",
            kind: .choice(["fire_once", "fire_all", "skip"]), standard: "fire_once"),
        JobField(
            name: "misfire_threshold", pointer: "/misfire_threshold", label: "Late counts as missed after",
            standard: "60s"),
        JobField(
            name: "catchup_window", pointer: "/catchup_window", label: "Caught up with for", standard: "24h"),
        JobField(
            name: "max_catchup", pointer: "/max_catchup", label: "At most so many caught up", content: .number,
            standard: "100"),
        JobField(name: "jitter", pointer: "/jitter", label: "Spread starts over", standard: "0s"),
        JobField(name: "starts_at", pointer: "/starts_at", label: "Not before", hint: "2026-01-01T00:00:00Z"),
        JobField(name: "ends_at", pointer: "/ends_at", label: "Not after"),
        JobField(name: "max_runs", pointer: "/max_runs", label: "At most so many runs", content: .number),
        JobField(name: "retention", pointer: "/retention", label: "Keep its history for", hint: "7d is 168h"),
    ]
}
