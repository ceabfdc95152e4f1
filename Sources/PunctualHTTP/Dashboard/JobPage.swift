internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON
internal import PunctualSchedule

/// `/jobs/{id}`: one job, how it did, and why.
enum JobPage {
    static func show(_ visit: Visit) async throws -> Response {
        let id = visit.context.parameters.get("id") ?? ""
        async let job = visit.read(InnerCall(.getJob, ["id": id]))
        async let explanation = visit.call(InnerCall(.explainJob, ["id": id]))
        async let next = visit.call(InnerCall(.nextOccurrences, ["id": id], query: [("count", "10")]))
        async let executions = visit.call(
            InnerCall(.listJobExecutions, ["job_id": id], query: [("brief", "true"), ("limit", "100")]))
        var view = facts(try await job, visit)
        // A schedule that cannot be computed any more explains nothing; the job is shown all the same.
        let told = try await explanation
        let items = try await executions.json["items"]?.array ?? []
        view = view.merging(self.explanation(told, visit))
        let coming = try await next
        if coming.isGood { view = view.merging(JobFormPage.preview(coming.json, visit)) }
        view["words"] = told.json["schedule"]?.string
        view = view.merging(history(items, told.json["decisions"]?.array ?? [], visit))
        let title = try await job["name"]?.string ?? "Job"
        return try await visit.page("job", title: title, section: "/jobs", view)
    }

    private static func facts(_ job: JSONValue, _ visit: Visit) -> View {
        func text(_ name: String) -> String? { job[name]?.string }
        let status = text("status") ?? ""
        let retry = job["retry_policy"]
        let pairs: [(String, String?)] = [
            ("Target", BriefWording.target(job["target"])), ("Queue", text("queue")),
            ("Priority", job["priority"]?.int.map(String.init)), ("Time limit", text("timeout")),
            (
                "Attempts",
                retry?["maximum_attempts"]?.int.map {
                    $0 == 0 ? "no limit" : "\($0), first pause \(retry?["initial_interval"]?.string ?? "")"
                }
            ),
            ("When it overlaps", text("overlap_policy")), ("When it misses", text("misfire_policy")),
            ("Runs", job["run_count"]?.int.map { Wording.count($0) }),
            ("Failures", job["failure_count"]?.int.map { Wording.count($0) }), ("Created by", text("created_by")),
            ("Version", job["version"]?.int.map(String.init)),
        ]
        let labels = (job["labels"]?.object?.members ?? []).map { member -> View in
            let text = "\(member.name)=\(member.value.string ?? "")"
            return ["labelText": text, "labelPath": "/jobs?label=\(FormFields.encoded(text))"]
        }
        let description = text("description") ?? ""
        return [
            "jobID": text("id"), "jobTitle": text("name"), "jobService": text("service"),
            "jobStatus": StatusView.view(status), "jobSchedule": BriefWording.schedule(job["schedule"]),
            "jobVersion": job["version"]?.int, "jobDescription": description.isEmpty ? nil : description,
            "jobLabels": labels, "pauseReason": text("pause_reason"),
            "jobNext": visit.clock.view(job["next_run_at"]), "jobLast": visit.clock.view(job["last_run_at"]),
            "jobLastStatus": StatusView.view(job["last_status"]),
            "facts": pairs.compactMap { name, value -> View? in value.map { ["factName": name, "fact": $0] } },
            "mayPause": status == "active" && visit.may(.pauseJob, job: job),
            "mayResume": status == "paused" && visit.may(.resumeJob, job: job),
            "mayTrigger": visit.may(.triggerJob, job: job), "mayEdit": visit.may(.replaceJob, job: job),
            "mayDelete": visit.may(.deleteJob, job: job), "formKey": EdgeMiddleware.newRequestID(),
        ]
    }

    private static func explanation(_ answer: InnerAnswer, _ visit: Visit) -> View {
        guard answer.isGood else { return ["explanation": answer.detail, "isBlocked": true] }
        let blockers = answer.json["blocked_by"]?.array ?? []
        return [
            "explanation": answer.json["summary"]?.string, "isBlocked": !blockers.isEmpty,
            "blockers": blockers.dropFirst().map { ["blocker": $0["detail"]?.string] as View },
        ]
    }

    private static func history(_ items: [JSONValue], _ decisions: [JSONValue], _ visit: Visit) -> View {
        let words = Dictionary(
            decisions.compactMap { decision in
                decision["execution_id"]?.string.map { ($0, decision["detail"]?.string ?? "") }
            }
        ) { first, _ in first }
        let oldestFirst = Array(items.reversed())
        let good = items.count { $0["status"]?.string == "succeeded" }
        let bad = items.count { $0["status"]?.string == "failed" }
        let durations = items.compactMap { $0["duration_ms"]?.int }.sorted()
        let bars = oldestFirst.map { item -> BarChart.Bar in
            let status = item["status"]?.string ?? ""
            let duration = item["duration_ms"]?.int
            let kind = status == "succeeded" ? "good" : status == "failed" ? "bad" : "other"
            let when = visit.clock.view(item["scheduled_at"])?["timeText"] as? String ?? ""
            return BarChart.Bar(
                parts: [(Double(duration ?? 0), kind)],
                title: "\(when): \(status)" + (duration.map { " in \(Wording.duration(milliseconds: $0))" } ?? ""))
        }
        let middle = durations.isEmpty ? nil : durations[durations.count / 2]
        let longest = durations.last ?? 0
        func time(_ item: JSONValue?) -> String {
            visit.clock.view(item?["scheduled_at"])?["timeText"] as? String ?? ""
        }
        return [
            "hasHistory": !items.isEmpty,
            "marks": oldestFirst.suffix(60).map { item -> View in
                let status = item["status"]?.string ?? ""
                return [
                    "markStatus": StatusView.view(status), "markTitle": "\(time(item)): \(status)",
                    "markClass": StatusView.view(status)["statusClass"],
                ]
            },
            "timelineSummary":
                "The newest \(Wording.count(min(60, items.count), "execution")): \(good) succeeded, \(bad) failed of \(items.count).",
            "ratio": good + bad == 0 ? nil : OverviewPage.percent(Double(good) * 100 / Double(good + bad)),
            "ratioOf": Wording.count(good + bad, "execution"), "isPerfect": bad == 0,
            "median": middle.map { Wording.duration(milliseconds: $0) },
            "durations": durations.isEmpty
                ? nil
                : BarChart.view(
                    bars,
                    summary:
                        "Durations of the newest \(Wording.count(items.count, "execution")): half within \(Wording.duration(milliseconds: middle ?? 0)), the longest \(Wording.duration(milliseconds: longest)).",
                    from: time(oldestFirst.first), to: time(oldestFirst.last),
                    unit: Wording.duration(milliseconds: longest)),
            "executions": items.prefix(25).map { item -> View in
                let id = item["id"]?.string ?? ""
                return [
                    "executionID": id, "executionTime": visit.clock.view(item["scheduled_at"]),
                    "executionStatus": StatusView.view(item["status"]), "executionTrigger": item["trigger"]?.string,
                    "executionAttempt": item["attempt"]?.int,
                    "executionDuration": item["duration_ms"]?.int.map { Wording.duration(milliseconds: $0) },
                    "executionWords": words[id] ?? item["error"]?.string ?? item["reason"]?.string,
                ]
            },
            "moreExecutions": items.count > 25,
        ]
    }
}
