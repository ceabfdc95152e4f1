internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON

/// `/jobs`: the list, a page of it at a time.
enum JobsPage {
    private static let filters = ["status", "service", "queue", "label", "name"]
    private static let sorts = ["name", "next_run_at", "created_at", "updated_at"]

    static func show(_ visit: Visit) async throws -> Response {
        var asked: [(name: String, value: String)] = []
        for name in ["q"] + filters + ["sort", "cursor"] {
            for value in visit.query.all(name) where !value.isEmpty { asked.append((name, value)) }
        }
        let query = asked
        async let answer = visit.call(InnerCall(.listJobs, query: query + [("limit", "50")]))
        async let stats = visit.readIfAllowed(InnerCall(.stats))
        let found = try await answer
        // What is wrong with a search is said on the page, where it can be mended.
        if !found.isGood, found.status != 422 { throw PageRefusal(found) }
        let items = found.json["items"]?.array ?? []
        var view = controls(query, visit, try await stats)
        view["rows"] = items.map { row($0, visit) }
        view["hasRows"] = !items.isEmpty
        view["rowCount"] = items.count
        view["isFiltered"] = query.contains { $0.name != "sort" && $0.name != "cursor" }
        view["nextPath"] = (found.json["next_cursor"]?.string).map { cursor in
            path(query.filter { $0.name != "cursor" } + [("cursor", cursor)])
        }
        view["firstPath"] =
            query.contains { $0.name == "cursor" } ? path(query.filter { $0.name != "cursor" }) : nil
        if !found.isGood {
            view["fault"] = ([found.detail] + found.faults.map { "\($0.pointer) \($0.detail)." }).joined(separator: " ")
        }
        let (mayRun, mayDelete) = (visit.mayAnywhere(.pauseJob), visit.mayAnywhere(.deleteJob))
        view["mayCreate"] = visit.mayAnywhere(.createJob)
        view["mayRun"] = mayRun
        view["mayDelete"] = mayDelete
        view["mayAct"] = mayRun || mayDelete
        return try await visit.page("jobs", title: "Jobs", section: "/jobs", view)
    }

    private static func path(_ query: [(name: String, value: String)]) -> String {
        if query.isEmpty { return "/jobs" }
        return "/jobs?"
            + query.map { "\($0.name)=\(FormFields.encoded($0.value))" }.joined(separator: "&")
    }

    private static func controls(
        _ query: [(name: String, value: String)], _ visit: Visit, _ stats: JSONValue?
    ) -> View {
        let narrowing = query.filter { $0.name != "cursor" }
        let status = query.first { $0.name == "status" }?.value
        let others = narrowing.filter { $0.name != "status" }
        let isPlain = !query.contains { $0.name != "status" && $0.name != "sort" && $0.name != "cursor" }
        let tabs = ["", "active", "paused", "completed"].map { word -> View in
            // Counts are of all jobs: with another condition they would be wrong.
            let count = isPlain && !word.isEmpty ? stats?["jobs"]?[word]?.int : nil
            return [
                "tabName": word.isEmpty ? "All" : word.capitalizedWord,
                "tabPath": path(others + (word.isEmpty ? [] : [("status", word)])),
                "isTab": (status ?? "") == word, "tabCount": count.map { Wording.count($0) },
            ]
        }
        let chips = query.filter { $0.name != "cursor" && $0.name != "sort" && $0.name != "status" }.map {
            item -> View in
            [
                "chipText": item.name == "q" ? "“\(item.value)”" : "\(item.name): \(item.value)",
                "chipPath": path(narrowing.filter { $0 != item }),
            ]
        }
        let sort = query.first { $0.name == "sort" }?.value ?? "name"
        var view: View = [
            "q": query.first { $0.name == "q" }?.value, "tabs": tabs, "chips": chips, "hasChips": !chips.isEmpty,
            "kept": narrowing.filter { $0.name != "q" }.map { ["keptName": $0.name, "keptValue": $0.value] as View },
            "fService": query.first { $0.name == "service" }?.value,
            "fQueue": query.first { $0.name == "queue" }?.value, "fLabel": query.first { $0.name == "label" }?.value,
            "fQ": query.first { $0.name == "q" }?.value, "fStatus": status,
            "fSort": query.first { $0.name == "sort" }?.value,
        ]
        for name in sorts {
            let isMine = sort == name || sort == "-\(name)"
            let next = sort == name ? "-\(name)" : name
            view["sort_\(name)"] =
                [
                    "sortPath": path(narrowing.filter { $0.name != "sort" } + [("sort", next)]),
                    "sortState": isMine ? (sort == name ? "ascending" : "descending") : nil,
                    "sortArrow": isMine ? (sort == name ? "↑" : "↓") : nil,
                ] as View
        }
        return view
    }

    static func row(_ job: JSONValue, _ visit: Visit) -> View {
        let id = job["id"]?.string ?? ""
        let labels = (job["labels"]?.object?.members ?? []).prefix(4).map { member -> View in
            let text = "\(member.name)=\(member.value.string ?? "")"
            return ["labelText": text, "labelPath": path([("label", text)])]
        }
        return [
            "rowID": id, "rowName": job["name"]?.string, "rowPath": "/jobs/\(id)",
            "rowService": job["service"]?.string,
            "rowServicePath": path([("service", job["service"]?.string ?? "")]),
            "rowQueue": job["queue"]?.string, "rowLabels": labels, "rowStatus": StatusView.view(job["status"]),
            "rowSchedule": BriefWording.schedule(job["schedule"]), "rowNext": visit.clock.view(job["next_run_at"]),
            "rowLast": StatusView.view(job["last_status"]), "rowLastTime": visit.clock.view(job["last_run_at"]),
            "rowRuns": Wording.count(job["run_count"]?.int ?? 0),
            "rowFailures": (job["failure_count"]?.int).flatMap { $0 > 0 ? Wording.count($0) : nil },
            "mayPick": visit.may(.pauseJob, job: job) || visit.may(.deleteJob, job: job),
        ]
    }
}
