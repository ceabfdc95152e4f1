public import PunctualJSON
internal import PunctualSchedule

extension Execution {
    /// The contract's form.
    /// - Parameter work: what an outside worker needs besides: its target's task and payload, and the `traceparent` of the
    ///   attempt.
    public func write(
        to writer: inout JSONWriter, work: (task: String, payload: JSONValue, traceparent: String)? = nil
    ) {
        writer.beginObject()
        writer.name("id")
        writer.identifier(id)
        writer.name("job_id")
        writer.identifier(jobID)
        writer.name("job_name")
        writer.string(jobName)
        writer.name("service")
        writer.string(service)
        writer.name("queue")
        writer.string(queue)
        writer.name("priority")
        writer.int(priority)
        writer.name("scheduled_at")
        writer.instant(scheduledAt)
        writer.name("available_at")
        writer.instant(availableAt)
        writer.name("trigger")
        writer.string(trigger.rawValue)
        writer.name("status")
        writer.string(status.rawValue)
        writer.name("reason")
        writer.string(reason?.rawValue)
        writer.name("attempt")
        writer.int(attempt)
        writer.name("max_attempts")
        writer.int(maxAttempts)
        writer.name("worker")
        writer.string(worker)
        writer.name("lease_expires_at")
        writer.instant(leaseExpiresAt)
        writer.name("created_at")
        writer.instant(createdAt)
        writer.name("started_at")
        writer.instant(startedAt)
        writer.name("finished_at")
        writer.instant(finishedAt)
        writer.name("duration_ms")
        if let duration { writer.int(duration.wholeMilliseconds) } else { writer.null() }
        writer.name("result")
        if let result { writer.value(result.json) } else { writer.null() }
        writer.name("error")
        writer.string(error)
        writer.name("progress")
        if let newestProgress { writer.value(newestProgress.json) } else { writer.null() }
        writer.name("attempts")
        writer.beginArray()
        for attempt in attempts { writer.value(attempt.json) }
        writer.endArray()
        if let work {
            writer.name("task")
            writer.string(work.task)
            writer.name("payload")
            writer.value(work.payload)
            writer.name("traceparent")
            writer.string(work.traceparent)
        }
        writer.endObject()
    }
}

extension ExecutionResult {
    /// The contract's form; also what a store keeps.
    public var json: JSONValue {
        [
            "http_status": httpStatus.map { .int(Int64($0)) } ?? .null,
            "exit_code": exitCode.map { .int(Int64($0)) } ?? .null,
            "output": .string(output), "output_truncated": .bool(outputTruncated),
        ]
    }

    /// Reads what `json` wrote; nil when it is something else.
    public init?(stored json: JSONValue) {
        guard let output = json["output"]?.string else { return nil }
        self.init(
            httpStatus: json["http_status"]?.int.map(Int.init), exitCode: json["exit_code"]?.int.map(Int.init),
            output: output, outputTruncated: json["output_truncated"]?.bool ?? false)
    }
}

extension Attempt {
    /// The contract's form; also what a store keeps.
    public var json: JSONValue {
        let json: JSONValue = [
            "attempt": .int(Int64(number)), "worker": worker.map(JSONValue.string) ?? .null,
            "started_at": .string(startedAt.description),
            "finished_at": finishedAt.map { .string($0.description) } ?? .null,
            "status": .string(status.rawValue), "reason": reason.map { .string($0.rawValue) } ?? .null,
            "error": error.map(JSONValue.string) ?? .null,
        ]
        guard let result, var members = json.object else { return json }
        members["result"] = result.json
        return .object(members)
    }

    /// Reads what `json` wrote; nil when it is something else.
    public init?(stored json: JSONValue) {
        guard let number = json["attempt"]?.int, let start = json["started_at"]?.string,
            let startedAt = Timestamp(rfc3339: start), let word = json["status"]?.string,
            let status = ExecutionStatus(rawValue: word)
        else { return nil }
        self.init(
            number: Int(number), worker: json["worker"]?.string, startedAt: startedAt,
            finishedAt: json["finished_at"]?.string.flatMap { Timestamp(rfc3339: $0) }, status: status,
            reason: json["reason"]?.string.flatMap(ExecutionReason.init(rawValue:)), error: json["error"]?.string,
            result: json["result"].flatMap(ExecutionResult.init(stored:)))
    }
}
