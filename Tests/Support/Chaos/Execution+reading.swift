package import PunctualCore
package import PunctualJSON
internal import PunctualSchedule

extension Execution {
    /// Reads the contract's form; nil when something in it is not as the contract says.
    package init?(answer json: JSONValue) {
        func instant(_ name: String) -> Timestamp? { json[name]?.string.flatMap { Timestamp(rfc3339: $0) } }
        guard let id = json["id"]?.string.flatMap({ Identifier($0) }),
            let jobID = json["job_id"]?.string.flatMap({ Identifier($0) }),
            let jobName = json["job_name"]?.string, let service = json["service"]?.string,
            let queue = json["queue"]?.string, let priority = json["priority"]?.int,
            let scheduledAt = instant("scheduled_at"), let availableAt = instant("available_at"),
            let trigger = json["trigger"]?.string.flatMap({ ExecutionTrigger(rawValue: $0) }),
            let status = json["status"]?.string.flatMap({ ExecutionStatus(rawValue: $0) }),
            let attempt = json["attempt"]?.int, let maxAttempts = json["max_attempts"]?.int,
            let createdAt = instant("created_at"), let list = json["attempts"]?.array
        else { return nil }
        let attempts = list.compactMap { Attempt(stored: $0) }
        guard attempts.count == list.count else { return nil }
        // The newest attempt is shown by the row's own fields while it runs and when it ended the execution.
        let isNewestShown = attempts.last?.number == Int(attempt) && instant("started_at") != nil
        self.init(
            id: id, jobID: jobID, jobName: jobName, service: service, queue: queue, priority: Int(priority),
            scheduledAt: scheduledAt, availableAt: availableAt, trigger: trigger, status: status,
            reason: json["reason"]?.string.flatMap { ExecutionReason(rawValue: $0) }, attempt: Int(attempt),
            maxAttempts: Int(maxAttempts), worker: json["worker"]?.string,
            leaseExpiresAt: instant("lease_expires_at"), createdAt: createdAt, startedAt: instant("started_at"),
            finishedAt: instant("finished_at"), result: json["result"].flatMap { ExecutionResult(stored: $0) },
            error: json["error"]?.string, pastAttempts: isNewestShown ? attempts.dropLast() : attempts)
    }
}
