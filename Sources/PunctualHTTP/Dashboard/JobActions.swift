internal import HTTPTypes
internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON

/// `POST /jobs/actions`: pause, resume, trigger or delete one job or many.
enum JobActions {
    private struct Action {
        let operation: APIOperation
        /// `Pause 3 jobs`
        let verb: String
        /// `Paused 3 jobs.`
        let done: String
        var isDangerous = false
    }

    private static let actions = [
        "pause": Action(operation: .pauseJob, verb: "Pause", done: "Paused"),
        "resume": Action(operation: .resumeJob, verb: "Resume", done: "Resumed"),
        "trigger": Action(operation: .triggerJob, verb: "Trigger", done: "Triggered"),
        "delete": Action(operation: .deleteJob, verb: "Delete", done: "Deleted", isDangerous: true),
    ]

    static func send(_ visit: Visit) async throws -> Response {
        let place = visit.returnPath(or: "/jobs")
        guard let word = visit.form["action"], let action = actions[word] else {
            return visit.goOn(to: place, saying: Flash(.bad, "There is no such action."))
        }
        var seen: Set<String> = []
        let ids = visit.form.all("id").filter { seen.insert($0).inserted }
        guard (1...200).contains(ids.count) else {
            return visit.goOn(
                to: place, saying: Flash(.bad, ids.isEmpty ? "No job was chosen." : "At most 200 jobs at once."))
        }
        if action.isDangerous || (word == "trigger" && ids.count > 1), visit.form["confirmed"] == nil {
            return try await confirmation(of: action, word, ids, visit, place)
        }
        let problems = try await act(action, on: ids, visit)
        let done = ids.count - problems.count
        // Its own page is gone with a job.
        let isOwnPage = word == "delete" && ids.count == 1 && place.hasPrefix("/jobs/")
        var text = done > 0 ? "\(action.done) \(Wording.count(done, "job"))." : ""
        if let first = problems.first {
            text += "\(text.isEmpty ? "" : " ")\(Wording.count(problems.count, "job")) could not be changed: \(first)"
        }
        return visit.goOn(
            to: isOwnPage && done > 0 ? "/jobs" : place, saying: Flash(problems.isEmpty ? .good : .bad, text))
    }

    /// - Returns: why some were refused.
    private static func act(_ action: Action, on ids: [String], _ visit: Visit) async throws -> [String] {
        var headers: HTTPFields = [:]
        var body: JSONValue?
        if action.operation == .pauseJob, let reason = visit.form["reason"] { body = ["reason": .string(reason)] }
        if action.operation == .deleteJob, ids.count == 1, let version = visit.form["version"] {
            headers[.ifMatch] = "\"\(version)\""
        }
        let key = visit.form["key"]
        var problems: [String] = []
        // Few at a time: whoever chooses two hundred leaves room for others.
        for start in stride(from: 0, to: ids.count, by: 8) {
            try await withThrowingTaskGroup(of: String?.self) { group in
                for id in ids[start..<min(start + 8, ids.count)] {
                    var fields = headers
                    // A form that is sent twice triggers once.
                    if action.operation == .triggerJob, let key { fields[idempotencyKey] = "\(key)-\(id)" }
                    let call = InnerCall(action.operation, ["id": id], body: body, headers: fields)
                    group.addTask {
                        let answer = try await visit.call(call)
                        return answer.isGood ? nil : answer.detail
                    }
                }
                for try await problem in group { if let problem { problems.append(problem) } }
            }
        }
        return problems
    }

    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!

    /// Asks once more, with the count and some names; with JavaScript the browser has asked already.
    private static func confirmation(
        of action: Action, _ word: String, _ ids: [String], _ visit: Visit, _ place: String
    ) async throws -> Response {
        var names: [String] = []
        for id in ids.prefix(10) {
            let answer = try await visit.call(InnerCall(.getJob, ["id": id]))
            if let name = answer.json["name"]?.string { names.append(name) }
        }
        let question = "\(action.verb) \(Wording.count(ids.count, "job"))?"
        return try await visit.page(
            "confirm", title: question, section: "/jobs",
            [
                "names": names.map { ["jobName": $0] as View }, "hasNames": !names.isEmpty,
                "moreNames": ids.count > names.count ? Wording.count(Int64(ids.count - names.count)) : nil,
                "ids": ids.map { ["pickedID": $0] as View }, "action": word, "returnTo": place,
                "verb": "\(action.verb) \(Wording.count(ids.count, "job"))", "isDelete": word == "delete",
                "formVersion": visit.form["version"], "formKey": visit.form["key"],
            ])
    }
}
