internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// An execution in a list.
enum ExecutionView {
    private static let open: Set<String> = ["buffered", "pending", "running"]

    static func isOpen(_ execution: JSONValue) -> Bool { open.contains(execution["status"]?.string ?? "") }

    /// Whether it can be run again: what has ended without success.
    static func isRetryable(_ execution: JSONValue) -> Bool {
        ["failed", "cancelled", "skipped", "missed"].contains(execution["status"]?.string ?? "")
    }

    /// The execution's page.
    static func path(_ execution: JSONValue) -> String {
        "/executions/\(execution["job_id"]?.string ?? "")/\(execution["id"]?.string ?? "")"
    }

    /// What forms name it by: its job and itself.
    static func name(_ execution: JSONValue) -> String {
        "\(execution["job_id"]?.string ?? "")/\(execution["id"]?.string ?? "")"
    }

    static func row(_ execution: JSONValue, _ visit: Visit) -> View {
        func text(_ name: String) -> String? { execution[name]?.string }
        let isOpen = isOpen(execution)
        let when = visit.clock.view(execution["scheduled_at"])
        let mayPick = isOpen || isRetryable(execution)
        return [
            "rowID": text("id"), "rowName": name(execution), "rowPath": path(execution), "rowTime": when,
            "rowLabel": "\(text("job_name") ?? "") \(when?["timeText"] as? String ?? "")",
            "rowJob": text("job_name"), "rowJobPath": "/jobs/\(text("job_id") ?? "")", "rowService": text("service"),
            "rowQueue": text("queue") == "default" ? nil : text("queue"),
            "rowStatus": StatusView.view(execution["status"]),
            "rowPercent": isOpen ? execution["progress"]?["percent"]?.double.map { "\(Int($0)) %" } : nil,
            "rowReason": Wording.reason(text("reason"), unlessIn: text("error")),
            "rowError": text("error").map { Wording.shortened($0, 110) },
            "rowTrigger": text("trigger") == "schedule" ? nil : text("trigger"),
            "rowAttempt": attempt(execution), "rowTook": took(execution),
            "rowRuns": isOpen ? visit.clock.view(execution["started_at"]) : nil, "rowWait": wait(execution),
            "isEnded": !isOpen, "mayPick": mayPick && visit.mayChange(execution),
        ]
    }

    /// `2 of 3`; nil before the first.
    static func attempt(_ execution: JSONValue) -> String? {
        guard let attempt = execution["attempt"]?.int, attempt > 0 else { return nil }
        let most = execution["max_attempts"]?.int ?? 0
        return most == 0 ? "\(attempt)" : "\(attempt) of \(most)"
    }

    static func took(_ execution: JSONValue) -> String? {
        execution["duration_ms"]?.int.map { Wording.duration(milliseconds: $0) }
    }

    /// How late the first attempt began; nil within a second, and when another one followed.
    private static func wait(_ execution: JSONValue) -> String? {
        guard execution["attempt"]?.int == 1, let due = instant(execution["available_at"]),
            let start = instant(execution["started_at"]), start - due >= .seconds(1)
        else { return nil }
        return Wording.duration(milliseconds: (start - due).wholeMilliseconds)
    }

    static func instant(_ json: JSONValue?) -> Timestamp? { json?.string.flatMap { Timestamp(rfc3339: $0) } }
}

extension Visit {
    /// Whether somebody may cancel the execution or run it again. Labels, which only its job has, are not asked for: the call
    /// decides.
    func mayChange(_ execution: JSONValue) -> Bool {
        let service = execution["service"]?.string ?? ""
        return may(.retryExecution, service: service)
            || context.principal.permissions.contains { permission in
                permission.role >= .operator && !permission.labels.isEmpty
                    && (permission.service.map { $0 == service } ?? true)
            }
    }
}

extension Wording {
    /// At most so many characters of the text, on one line.
    static func shortened(_ text: String, _ most: Int) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count <= most ? line : "\(line.prefix(most))…"
    }
}
