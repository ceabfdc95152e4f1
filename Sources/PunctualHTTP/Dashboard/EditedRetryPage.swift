internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON

/// `/executions/{job_id}/{id}/edited`: what an execution did, once more with another input.
///
/// It runs as a job of its own: the execution keeps its id on every attempt, by which receivers tell repeats, and what they drop
/// as a repeat must not be something else.
enum EditedRetryPage {
    static func show(_ visit: Visit) async throws -> Response {
        let job = try await job(visit)
        var form = JobForm(job: job)
        let key = EdgeMiddleware.newRequestID()
        form.name = name(job["name"]?.string ?? "", key)
        return try await page(form, of: job, key: key, visit)
    }

    static func send(_ visit: Visit) async throws -> Response {
        let job = try await job(visit)
        let id = visit.context.parameters.get("id") ?? ""
        let key = visit.form["key"] ?? EdgeMiddleware.newRequestID()
        var form = JobForm(visit.form)
        let edited = form.job()
        if form.isFaulty { return try await page(form, of: job, key: key, visit, status: .unprocessableContent) }
        // Its definition as it is, not as a form would write it.
        guard let original = try? JobDraft(stored: job), var draft = original.json.object else {  // Told at once.
            throw Problem(.conflict, "The job's definition cannot be read by this version; run it again as it is.")
        }
        for name in ["starts_at", "ends_at", "max_runs", "jitter"] { draft[name] = nil }
        (draft["name"], draft["target"], draft["schedule"]) = (edited["name"], edited["target"], ["type": "manual"])
        draft["description"] = .string(
            "Once, with edited input, in place of an execution of \(job["name"]?.string ?? "").")
        var labels = draft["labels"]?.object ?? JSONObject()
        labels["edited-from"] = .string(id)
        draft["labels"] = .object(labels)
        // A form that is sent twice makes one job, which runs once.
        let headers: HTTPFields = [JobActions.idempotencyKey: key]
        let made = try await visit.call(InnerCall(.createJob, body: .object(draft), headers: headers))
        guard made.isGood, let new = made.json["id"]?.string else {
            form.take(made)
            return try await page(
                form, of: job, key: key, visit, refused: made, status: .init(code: made.status))
        }
        let begun = try await visit.call(
            InnerCall(.triggerJob, ["id": new], headers: [JobActions.idempotencyKey: "\(key)-run"]))
        guard begun.isGood else {
            return visit.goOn(
                to: "/jobs/\(new)", saying: Flash(.bad, "The job is made, but does not run: \(begun.sentence)"))
        }
        return visit.goOn(
            to: ExecutionView.path(begun.json),
            saying: Flash(.good, "It runs with the edited input, as the job \(made.json["name"]?.string ?? "")."))
    }

    /// Whether the job has an input that could be another.
    static func isEditable(_ job: JSONValue) -> Bool {
        JobField.targets.contains { $0.type == job["target"]?["type"]?.string && !$0.fields.isEmpty }
    }

    /// The job of the execution, to somebody who may make such jobs.
    private static func job(_ visit: Visit) async throws -> JSONValue {
        let id = visit.context.parameters.get("job_id") ?? ""
        // Of an execution that is there, for somebody who may see it.
        _ = try await visit.read(
            InnerCall(.getExecution, ["job_id": id, "id": visit.context.parameters.get("id") ?? ""]))
        let job = try await visit.read(InnerCall(.getJob, ["id": id]))
        guard visit.may(.createJob, job: job), visit.may(.triggerJob, job: job) else {
            throw Problem(
                .forbidden, "You may run this again as it is, but not with another input: that takes an editor.")
        }
        return job
    }

    /// Not another job's, short enough, and near it in the list.
    private static func name(_ name: String, _ key: String) -> String {
        let suffix = "-edited-\(String(key.filter(\.isHexDigit).suffix(6)).lowercased())"
        return name.prefix(128 - suffix.utf8.count) + suffix
    }

    private static func page(
        _ form: JobForm, of job: JSONValue, key: String, _ visit: Visit, refused: InnerAnswer? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let all = form.view
        let type = (all["targets"] as? [View])?.first { $0["isType"] as? Bool == true }
        let name = (all["identity"] as? [View])?.first { $0["fieldName"] as? String == "name" }
        let back = "/executions/\(job["id"]?.string ?? "")/\(visit.context.parameters.get("id") ?? "")"
        return try await visit.page(
            "execution-edited", title: "Run again with edited input", section: "/executions", status: status,
            [
                "backPath": back, "formAction": "\(back)/edited",
                // The API keeps a refusal under its key: what is mended goes with another. What may have been done does not.
                "formKey": refused.map { $0.status < 500 && $0.status != 429 } ?? false
                    ? EdgeMiddleware.newRequestID() : key, "jobName": job["name"]?.string,
                "targetType": type?["type"],
                "editFields": ([name].compactMap { $0 }) + (type?["typeFields"] as? [View] ?? []),
                "fault": refused?.sentence, "isFaulty": form.isFaulty,
            ])
    }
}
