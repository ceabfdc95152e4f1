internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualJSON

/// `/queues/limit`: the limit of a queue, a service or a job, and `/queues/actions`: pausing and resuming queues.
enum LimitPage {
    private struct Kind {
        let word: String
        let title: String
        /// The parameter of the path.
        let parameter: String
        let (get, put, delete): (APIOperation, APIOperation, APIOperation)
    }

    private static let kinds = [
        Kind(
            word: "queues", title: "queue", parameter: "name", get: .getQueueLimit, put: .putQueueLimit,
            delete: .deleteQueueLimit),
        Kind(
            word: "services", title: "service", parameter: "service", get: .getServiceLimit, put: .putServiceLimit,
            delete: .deleteServiceLimit),
        Kind(
            word: "jobs", title: "job", parameter: "id", get: .getJobLimit, put: .putJobLimit, delete: .deleteJobLimit),
    ]

    private static func kind(_ fields: FormFields) throws -> Kind {
        guard let kind = kinds.first(where: { $0.word == fields["kind"] ?? "services" }) else {
            throw Problem(.notFound, "There are limits of queues, services and jobs.")
        }
        return kind
    }

    static func show(_ visit: Visit) async throws -> Response {
        let kind = try kind(visit.query)
        guard let name = visit.query["name"] else { return try await page(kind, visit, [:]) }
        let found = try await visit.call(InnerCall(kind.get, [kind.parameter: name]))
        // There may be none yet.
        guard found.isGood || found.status == 404 else { throw PageRefusal(found) }
        let limit = found.isGood ? found.json : .null
        return try await page(
            kind, visit,
            [
                "limitName": name, "isNamed": true, "jobName": limit["job_name"]?.string, "isSet": found.isGood,
                "concurrency": limit["concurrency"]?.int, "rateCount": limit["rate"]?["count"]?.int,
                "ratePer": limit["rate"]?["per"]?.string,
            ])
    }

    static func send(_ visit: Visit) async throws -> Response {
        let kind = try kind(visit.form)
        let name = (visit.form["name"] ?? "").trimmed
        let label = visit.form["label"] ?? name
        if visit.form["action"] == "remove" {
            let answer = try await visit.call(InnerCall(kind.delete, [kind.parameter: name]))
            return visit.goOn(
                to: "/queues",
                saying: answer.isGood
                    ? Flash(.good, "The \(kind.title) \(label) has no limit any more.") : Flash(.bad, answer.detail))
        }
        var body = JSONObject()
        var faults: [String] = name.isEmpty ? ["Name the \(kind.title)."] : []
        func number(_ field: String, _ words: String) -> JSONValue {
            guard let text = visit.form[field]?.trimmed, !text.isEmpty else { return .null }
            guard let value = Int64(text) else {
                faults.append("\(words) must be a whole number.")
                return .null
            }
            return .int(value)
        }
        body["concurrency"] = number("concurrency", "How many run at once")
        let count = number("rate_count", "How many begin")
        body["rate"] =
            count == .null ? .null : ["count": count, "per": .string(visit.form["rate_per"]?.trimmed ?? "1m")]
        if faults.isEmpty {
            let answer = try await visit.call(
                InnerCall(kind.put, [kind.parameter: name], body: .object(body)))
            if answer.isGood {
                let text = LimitWording.text(answer.json) ?? ""
                return visit.goOn(
                    to: "/queues", saying: Flash(.good, "The \(kind.title) \(label) is limited: \(text)."))
            }
            guard answer.status == 422 || answer.status == 404 else { throw PageRefusal(answer) }
            faults = answer.faults.map { "\(Self.words[$0.pointer] ?? $0.pointer) \($0.detail)." }
            if faults.isEmpty { faults = [answer.detail] }
        }
        return try await page(
            kind, visit,
            [
                "limitName": name, "isNamed": visit.form["named"] != nil, "jobName": visit.form["label"],
                "isSet": visit.form["set"] != nil, "concurrency": visit.form["concurrency"],
                "rateCount": visit.form["rate_count"], "ratePer": visit.form["rate_per"],
                "faults": faults.map { ["fault": $0] as View }, "isFaulty": true,
            ], status: 422)
    }

    /// The API's fields in the words of the form.
    private static let words = [
        "/concurrency": "How many run at once", "/rate": "The rate", "/rate/count": "How many begin",
        "/rate/per": "The time in which they begin",
    ]

    private static func page(_ kind: Kind, _ visit: Visit, _ view: View, status: Int = 200) async throws -> Response {
        let isNamed = view["isNamed"] as? Bool ?? false
        let name = (view["jobName"] as? String) ?? (view["limitName"] as? String) ?? ""
        return try await visit.page(
            "limit", title: isNamed ? "Limit of \(kind.title) \(name)" : "Limit a service or a queue",
            section: "/queues",
            status: .init(code: status),
            ([
                "kind": kind.word,
                "kinds": kinds.filter { $0.word != "jobs" && visit.mayAnywhere($0.put) }.map { other -> View in
                    [
                        "kindWord": other.word, "kindTitle": other.title.capitalizedWord,
                        "isKind": other.word == kind.word,
                    ]
                },
                "maySave": visit.mayAnywhere(kind.put),
            ] as View).merging(view))
    }

    // MARK: Queues

    static func act(_ visit: Visit) async throws -> Response {
        let place = visit.returnPath(or: "/queues")
        let words: [String: (operation: APIOperation, done: String)] = [
            "pause": (.pauseQueue, "Paused"), "resume": (.resumeQueue, "Resumed"),
        ]
        guard let action = visit.form["action"].flatMap({ words[$0] }), let name = visit.form["name"] else {
            return visit.goOn(to: place, saying: Flash(.bad, "There is no such action."))
        }
        let answer = try await visit.call(InnerCall(action.operation, ["name": name]))
        let note = action.done == "Paused" ? " What runs goes on; nothing new begins." : ""
        return visit.goOn(
            to: place,
            saying: answer.isGood
                ? Flash(.good, "\(action.done) the queue \(name).\(note)") : Flash(.bad, answer.detail))
    }
}
