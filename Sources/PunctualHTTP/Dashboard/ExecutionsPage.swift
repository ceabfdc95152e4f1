internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON

/// `/executions`: what has run, runs and is to run, a page of it at a time.
enum ExecutionsPage {
    private static let names = ["q", "status", "service", "queue", "reason", "job_id", "within", "from", "to"]
    /// Those with a tab of their own; others are chosen in the filter.
    private static let tabs = ["", "running", "pending", "succeeded", "failed"]

    static func show(_ visit: Visit) async throws -> Response {
        let filters = ExecutionFilters(visit, path: "/executions", names: names)
        if filters.isLocal { return visit.goOn(to: filters.address) }
        async let answer = visit.call(
            InnerCall(.listExecutions, query: filters.query + [("brief", "true"), ("limit", "50")]))
        async let stats = visit.readIfAllowed(InnerCall(.stats))
        async let job = jobName(filters["job_id"], visit)
        let found = try await answer
        // What is wrong with a search is said on the page, where it can be mended.
        if !found.isGood, found.status != 422 { throw PageRefusal(found) }
        let items = found.json["items"]?.array ?? []
        let next = found.json["next_cursor"]?.string
        var view = filters.form(visit.preferences.zone).merging(
            controls(filters, try await job, visit, try await stats))
        view["rows"] = items.map { ExecutionView.row($0, visit) }
        view["hasRows"] = !items.isEmpty
        view["rowCount"] = items.count
        view["nextPath"] = filters.next(next)
        view["isSearching"] = filters["q"] != nil && next != nil && items.count < 50
        view["isFiltered"] = !filters.pairs.isEmpty
        if !found.isGood { view["fault"] = found.sentence }
        let mayAct = visit.mayAnywhere(.retryExecution)
        view["mayAct"] = mayAct
        view["formKey"] = EdgeMiddleware.newRequestID()
        return try await visit.page("executions", title: "Executions", section: "/executions", view)
    }

    private static func controls(
        _ filters: ExecutionFilters, _ job: String?, _ visit: Visit, _ stats: JSONValue?
    ) -> View {
        let status = filters["status"] ?? ""
        // Counts are of all executions: with another condition they would be wrong.
        let isPlain = filters.pairs.allSatisfy { $0.name == "status" }
        let words = tabs.contains(status) ? tabs : tabs + [status]
        let chips = filters.chips(job: job, except: ["status"], visit.clock)
        return [
            "tabs": words.map { word -> View in
                let count = isPlain && ["running", "pending"].contains(word) ? stats?["executions"]?[word]?.int : nil
                return [
                    "tabName": word.isEmpty ? "All" : word.capitalizedWord,
                    "tabPath": word.isEmpty ? filters.without("status") : filters.with("status", word),
                    "isTab": status == word, "tabCount": count.map { Wording.count($0) },
                ]
            },
            "chips": chips, "hasChips": !chips.isEmpty, "clearPath": "/executions", "firstPath": filters.first,
        ]
    }

    /// The name of a job that a filter means; nil for one that is gone.
    static func jobName(_ id: String?, _ visit: Visit) async throws -> String? {
        guard let id else { return nil }
        return try await visit.call(InnerCall(.getJob, ["id": id])).json["name"]?.string
    }
}

extension InnerAnswer {
    /// Why it was refused, with all that is wrong.
    var sentence: String { ([detail] + faults.map { "\($0.pointer) \($0.detail)." }).joined(separator: " ") }
}
