internal import HTTPTypes
internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON

/// `POST /executions/actions`: run one execution again or many, or cancel them.
enum ExecutionActions {
    /// An execution as forms name it: `JOB/EXECUTION`.
    struct Name: Hashable, Sendable {
        let job: String
        let id: String

        init(job: String, id: String) { (self.job, self.id) = (job, id) }

        init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts.allSatisfy({ (1...64).contains($0.utf8.count) }) else { return nil }
            self.init(job: parts[0], id: parts[1])
        }
    }

    /// At most so many by one form.
    static let most = 200

    static func send(_ visit: Visit) async throws -> Response {
        let place = visit.returnPath(or: "/executions")
        guard let word = visit.form["action"], ["retry", "cancel"].contains(word) else {
            return visit.goOn(to: place, saying: Flash(.bad, "There is no such action."))
        }
        var seen: Set<Name> = []
        let names = visit.form.all("id").compactMap { Name($0) }.filter { seen.insert($0).inserted }
        guard (1...most).contains(names.count) else {
            let text = names.isEmpty ? "No execution was chosen." : "At most \(most) executions at once."
            return visit.goOn(to: place, saying: Flash(.bad, text))
        }
        if word == "cancel" || names.count > 1, visit.form["confirmed"] == nil {
            return try await confirmation(word, names, visit, place)
        }
        let problems = try await word == "retry" ? retry(names, visit) : cancel(names, visit)
        let done = Wording.count(names.count - problems.count, "execution")
        let text =
            problems.count == names.count
            ? nil : word == "retry" ? "Sent \(done) to run again." : "Cancelled \(done), or asked to stop."
        return visit.goOn(to: place, saying: told(text, problems, "execution"))
    }

    /// What was done, and how many were refused and why.
    static func told(_ text: String?, _ problems: [String], _ noun: String) -> Flash {
        guard let first = problems.first else { return Flash(.good, text ?? "Nothing was to be done.") }
        let refused = "\(Wording.count(problems.count, noun)) could not be changed: \(first)"
        return Flash(.bad, [text, refused].compactMap { $0 }.joined(separator: " "))
    }

    /// Runs each again, once however often the form is sent.
    /// - Returns: why some were refused.
    static func retry(_ names: [Name], _ visit: Visit) async throws -> [String] {
        let key = visit.form["key"]
        return try await each(names, visit) { name in
            var headers: HTTPFields = [:]
            if let key { headers[JobActions.idempotencyKey] = "\(key)-\(name.id)" }
            return InnerCall(
                .retryExecution, ["job_id": name.job], body: ["execution_id": .string(name.id)], headers: headers)
        }
    }

    private static func cancel(_ names: [Name], _ visit: Visit) async throws -> [String] {
        try await each(names, visit) { InnerCall(.cancelExecution, ["job_id": $0.job, "id": $0.id]) }
    }

    private static func each(
        _ names: [Name], _ visit: Visit, _ call: (Name) -> InnerCall
    ) async throws -> [String] {
        var problems: [String] = []
        // Few at a time: whoever chooses two hundred leaves room for others.
        for start in stride(from: 0, to: names.count, by: 8) {
            try await withThrowingTaskGroup(of: String?.self) { group in
                for name in names[start..<min(start + 8, names.count)] {
                    let call = call(name)
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

    /// Asks once more, with the count and some of them; with JavaScript the browser has asked already.
    private static func confirmation(
        _ word: String, _ names: [Name], _ visit: Visit, _ place: String
    ) async throws -> Response {
        var lines: [View] = []
        for name in names.prefix(8) {
            let answer = try await visit.call(InnerCall(.getExecution, ["job_id": name.job, "id": name.id]))
            guard answer.isGood else { continue }
            lines.append(["pickedName": ExecutionView.row(answer.json, visit)["rowLabel"]])
        }
        let count = Wording.count(names.count, "execution")
        let verb = word == "retry" ? "Run \(count) again" : "Cancel \(count)"
        return try await visit.page(
            "confirm-executions", title: "\(verb)?", section: "/executions",
            [
                "formPath": "/executions/actions", "action": word, "verb": verb, "isDangerous": word == "cancel",
                "explained": word == "cancel"
                    ? "What waits is cancelled at once; what runs is asked to stop."
                    : "Each goes on with its next attempt, as the same occurrence.",
                "picked": lines, "hasPicked": !lines.isEmpty,
                "morePicked": names.count > lines.count ? Wording.count(Int64(names.count - lines.count)) : nil,
                "sent": names.map { ["sentName": "id", "sentValue": "\($0.job)/\($0.id)"] as View },
                "returnTo": place, "formKey": visit.form["key"],
            ])
    }
}
