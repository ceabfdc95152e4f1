internal import Hummingbird
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/executions/{job_id}/{id}`: one execution, its attempts, what it said and what it was answered.
enum ExecutionPage {
    static func show(_ visit: Visit) async throws -> Response {
        let job = visit.context.parameters.get("job_id") ?? ""
        let id = visit.context.parameters.get("id") ?? ""
        let named = ["job_id": job, "id": id]
        let after = (visit.query["after"].flatMap { Int($0) }).map { max(0, $0) } ?? 0
        async let found = visit.read(InnerCall(.getExecution, named))
        // The history of a job outlives it.
        async let owner = visit.call(InnerCall(.getJob, ["id": job]))
        async let told = visit.call(InnerCall(.explainJob, ["id": job]))
        async let lines = visit.call(
            InnerCall(.readLines, named, query: [("after", "\(after)"), ("limit", "200")]))
        let execution = try await found
        let definition = try await owner
        var view = head(execution, definition, visit)
        view = view.merging(explanation(execution, try await told, visit))
        view = view.merging(ExecutionTimeline.view(execution, visit))
        view = view.merging(ExecutionLines.view(try await lines.json, of: execution, after: after, visit))
        view = view.merging(answer(execution))
        if definition.isGood { view["request"] = request(definition.json["target"], execution) }
        view["facts"] = facts(execution, visit)
        let links = visit.services.links
        view["tracesPath"] = OutsideLinks.address(links.traces, trace: trace(id), execution: id)
        view["logsPath"] = OutsideLinks.address(links.logs, trace: trace(id), execution: id)
        view["hasNoLinks"] = links == OutsideLinks()
        let time = visit.clock.view(execution["scheduled_at"])?["timeText"] as? String ?? ""
        let title = "\(execution["job_name"]?.string ?? "Execution") \(time)"
        return try await visit.page("execution", title: title, section: "/executions", view)
    }

    private static func head(_ execution: JSONValue, _ job: InnerAnswer, _ visit: Visit) -> View {
        let (isOpen, mayChange) = (ExecutionView.isOpen(execution), visit.mayChange(execution) && job.isGood)
        let when = visit.clock.view(execution["scheduled_at"])
        let row = ExecutionView.row(execution, visit)
        return [
            "jobName": execution["job_name"]?.string, "jobPath": "/jobs/\(execution["job_id"]?.string ?? "")",
            "jobIsThere": job.isGood, "jobID": execution["job_id"]?.string, "executionID": execution["id"]?.string,
            "executionName": ExecutionView.name(execution), "executionTime": when, "executionLabel": row["rowLabel"],
            "executionStatus": StatusView.view(execution["status"]), "executionPath": ExecutionView.path(execution),
            "isOpen": isOpen, "mayCancel": isOpen && visit.mayChange(execution),
            "mayRetry": mayChange && ExecutionView.isRetryable(execution),
            "mayEditRetry": !isOpen && job.isGood && visit.may(.createJob, job: job.json)
                && visit.may(.triggerJob, job: job.json) && EditedRetryPage.isEditable(job.json),
            "formKey": EdgeMiddleware.newRequestID(),
        ]
    }

    /// In the words of the job's own explanation where it knows the execution still.
    private static func explanation(_ execution: JSONValue, _ told: InnerAnswer, _ visit: Visit) -> View {
        let id = execution["id"]?.string
        let mine = (told.json["decisions"]?.array ?? []).first { $0["execution_id"]?.string == id }
        let isWaiting = ["pending", "buffered"].contains(execution["status"]?.string ?? "")
        let blockers = isWaiting ? told.json["blocked_by"]?.array ?? [] : []
        var view: View = [
            "explanation": mine?["detail"]?.string.map { Wording.shortened($0, 240) } ?? sentence(execution),
            "isBlocked": isWaiting && !blockers.isEmpty || execution["status"]?.string == "failed",
            "blockers": blockers.map { ["blocker": $0["detail"]?.string] as View },
        ]
        if let progress = execution["progress"], !progress.isNull {
            let percent = progress["percent"]?.double
            view["progress"] =
                [
                    "percent": percent.map { "\(Int($0))" }, "progressText": progress["message"]?.string,
                    "progressTime": visit.clock.view(progress["at"]),
                ] as View
        }
        return view
    }

    private static func sentence(_ execution: JSONValue) -> String {
        let reason = execution["reason"]?.string.map(Wording.reason)
        let attempts = Wording.count(Int(execution["attempt"]?.int ?? 0), "attempt")
        switch execution["status"]?.string {
        case "succeeded": return "It succeeded in attempt \(execution["attempt"]?.int ?? 1)."
        case "failed":
            let error = execution["error"]?.string.map { ": \($0)" } ?? "."
            return "It failed after \(attempts)\(reason.map { " (\($0))" } ?? "")\(error)"
        case "cancelled": return "It was cancelled."
        case "skipped": return "It did not run\(reason.map { ": \($0)" } ?? "")."
        case "missed": return "It was missed\(reason.map { ": \($0)" } ?? "")."
        case "running": return "Attempt \(execution["attempt"]?.int ?? 1) runs."
        case "buffered": return "It waits for an earlier execution to end."
        default: return "It waits for a worker."
        }
    }

    /// What the last attempt that gave something back was answered.
    private static func answer(_ execution: JSONValue) -> View {
        guard let result = execution["result"], !result.isNull else { return [:] }
        let output = result["output"]?.string ?? ""
        let (shown, isCut) = ExecutionLines.cut(output, most: 16_384)
        return [
            "answer": [
                "answerCode": ExecutionTimeline.code(of: result),
                "answerText": shown.isEmpty ? nil : shown, "isAnswerCut": isCut,
                "isAnswerTruncated": result["output_truncated"]?.bool ?? false,
                "answerAPI": "/api/v1\(ExecutionView.path(execution))",
            ] as View
        ]
    }

    /// What is sent, as the job has it now, and what Punctual adds.
    private static func request(_ target: JSONValue?, _ execution: JSONValue) -> View {
        var pairs: [(String, String?)] = []
        switch target?["type"]?.string {
        case "http":
            let id = execution["id"]?.string
            let headers = (target?["headers"]?.object?.members ?? []).map { "\($0.name): \($0.value.string ?? "")" }
            pairs = [
                ("Request", BriefWording.target(target)),
                ("Headers", headers.isEmpty ? nil : headers.joined(separator: "\n")),
                ("Body", body(target?["body"])), ("Success", target?["expect_status"]?.string.map { "status \($0)" }),
                ("Idempotency-Key", id), ("traceparent", trace(id).map { "of the trace \($0)" }),
            ]
        case "command":
            pairs = [
                ("Command", BriefWording.target(target)), ("Directory", target?["directory"]?.string),
                (
                    "Environment",
                    target?["env"]?.object.map { $0.members.map(\.name).joined(separator: ", ") }.flatMap {
                        $0.isEmpty ? nil : $0
                    }
                ),
            ]
        case "worker": pairs = [("Task", target?["task"]?.string), ("Payload", body(target?["payload"]))]
        case "publish":
            pairs = [
                ("Broker", target?["broker"]?.string), ("Destination", target?["destination"]?.string),
                ("Message", body(target?["message"])),
            ]
        case let other: pairs = [("Target", other)]
        }
        return [
            "requestFacts": pairs.compactMap { name, value -> View? in
                value.map { ["requestName": name, "requestValue": ExecutionLines.cut($0, most: 2000).text] }
            }
        ]
    }

    private static func body(_ json: JSONValue?) -> String? {
        guard let json, !json.isNull else { return nil }
        return json.string ?? json.description
    }

    private static func trace(_ id: String?) -> String? {
        id.flatMap { Identifier($0) }.map { ExecutionTrace($0).id }
    }

    private static func facts(_ execution: JSONValue, _ visit: Visit) -> [View] {
        func text(_ name: String) -> String? { execution[name]?.string }
        let isDelayed = text("available_at") != text("scheduled_at")
        let times: [(String, JSONValue?)] = [
            ("Scheduled", execution["scheduled_at"]), ("Available", isDelayed ? execution["available_at"] : nil),
            ("Recorded", execution["created_at"]), ("Last attempt began", execution["started_at"]),
            ("Ended", execution["finished_at"]),
            ("Lease until", ExecutionView.isOpen(execution) ? execution["lease_expires_at"] : nil),
        ]
        let words: [(String, String?, Bool)] = [
            ("Began late by", ExecutionView.row(execution, visit)["rowWait"] as? String, false),
            ("Trigger", text("trigger"), false), ("Queue", text("queue"), false),
            ("Priority", execution["priority"]?.int.map(String.init), false), ("Service", text("service"), false),
            ("Attempts", ExecutionView.attempt(execution), false), ("Worker", text("worker"), true),
            ("Execution", text("id"), true), ("Trace", trace(text("id")), true),
        ]
        return times.compactMap { name, value -> View? in
            visit.clock.view(value).map { ["factName": name, "factTime": $0] }
        }
            + words.compactMap { name, value, isCode -> View? in
                value.map { ["factName": name, isCode ? "factCode" : "factText": $0] }
            }
    }
}
