internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON

/// `/dead-letters`: what has failed for good, by job and error, so that one sees what broke.
enum DeadLettersPage {
    static let names = ["service", "queue", "reason", "job_id", "within", "from", "to"]
    /// Groups that a page shows.
    private static let most = 100

    static func show(_ visit: Visit) async throws -> Response {
        let filters = ExecutionFilters(visit, path: "/dead-letters", names: names)
        if filters.isLocal { return visit.goOn(to: filters.address) }
        async let answer = visit.call(InnerCall(.listDeadLetters, query: filters.query))
        async let job = ExecutionsPage.jobName(filters["job_id"], visit)
        let found = try await answer
        if !found.isGood, found.status != 422 { throw PageRefusal(found) }
        let groups = found.json["items"]?.array ?? []
        let count = Int(found.json["looked_at"]?.int ?? 0)
        let next = found.json["next_cursor"]?.string
        let mayAct = visit.mayAnywhere(.retryExecution)
        let chips = filters.chips(job: try await job, visit.clock)
        var view = filters.form(visit.preferences.zone).merging([
            "groups": groups.prefix(most).map { group($0, filters, visit) }, "hasGroups": !groups.isEmpty,
            "groupCount": Wording.count(groups.count, "group"), "deadCount": Wording.count(Int64(count)),
            "deadNoun": count == 1 ? "execution" : "executions", "isMore": next != nil || filters.cursor != nil,
            "since": visit.clock.view(found.json["oldest_scheduled_at"]),
            "hiddenGroups": groups.count > most ? Wording.count(Int64(groups.count - most)) : nil,
            "chips": chips, "hasChips": !chips.isEmpty, "clearPath": "/dead-letters",
            "isFiltered": !filters.pairs.isEmpty, "causes": causes(groups, filters), "mayAct": mayAct,
            "nextPath": filters.next(next), "firstPath": filters.first, "formKey": EdgeMiddleware.newRequestID(),
        ])
        if !found.isGood { view["fault"] = found.sentence }
        return try await visit.page("dead-letters", title: "Dead letters", section: "/dead-letters", view)
    }

    /// How many failed for which reason, the most first; nothing where there is one alone.
    private static func causes(_ groups: [JSONValue], _ filters: ExecutionFilters) -> [View] {
        var counts: [String: Int64] = [:]
        for group in groups { counts[group["reason"]?.string ?? "", default: 0] += group["count"]?.int ?? 0 }
        if counts.count < 2 { return [] }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { reason, count in
            [
                "cause": reason.isEmpty ? "other" : Wording.reason(reason), "causeCount": Wording.count(count),
                "causePath": reason.isEmpty ? nil : filters.with("reason", reason),
            ]
        }
    }

    private static func group(_ group: JSONValue, _ filters: ExecutionFilters, _ visit: Visit) -> View {
        func text(_ name: String) -> String? { group[name]?.string }
        let job = text("job_id") ?? ""
        let reason = text("reason")
        let count = Int(group["count"]?.int ?? 0)
        let newest = group["execution_ids"]?[0]?.string ?? ""
        let all =
            [("status", "failed"), ("job_id", job)] + (reason.map { [("reason", $0)] } ?? [])
            + filters.pairs.filter { ["within", "from", "to"].contains($0.name) }
        return [
            "groupName": DeadLetterActions.Group(group)?.text, "groupID": "\(job)-\(text("key") ?? "")",
            "groupJob": text("job_name"), "groupJobPath": "/jobs/\(job)", "groupService": text("service"),
            "groupReason": Wording.reason(reason, unlessIn: text("error")),
            "groupError": text("error").map { Wording.shortened($0, 300) },
            "groupCount": Wording.count(Int64(count)), "groupSize": count,
            "groupLabel": "\(text("job_name") ?? ""): \(Wording.shortened(text("error") ?? reason ?? "", 80))",
            "groupNewest": visit.clock.view(group["newest_scheduled_at"]),
            "groupOldest": count > 1 ? visit.clock.view(group["oldest_scheduled_at"]) : nil,
            "groupNewestPath": "/executions/\(job)/\(newest)",
            "groupPath": "/executions?" + all.map { "\($0.0)=\(FormFields.encoded($0.1))" }.joined(separator: "&"),
            "mayRedrive": visit.mayChange(group),
        ]
    }
}
