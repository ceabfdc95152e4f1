internal import HTTPTypes
internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON
internal import PunctualSchedule

/// `/audit`: who did what, newest first, and whether the log's end is what it should be.
enum AuditPage {
    /// Names of the page's own query, and what the call calls them.
    private static let filters = [
        ("who", "principal"), ("operation", "operation"), ("resource", "resource"), ("service", "service"),
        ("from", "from"), ("to", "to"),
    ]

    static func show(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        let asked = filters.compactMap { name, _ in visit.query[name].map { (name: name, value: $0.trimmed) } }
            .filter { !$0.value.isEmpty }
        // What was typed becomes an address that means the same to everybody: ids and instants.
        let (exact, fault) = try await exact(asked, visit)
        if fault == nil, !exact.elementsEqual(asked, by: { $0 == $1 }) { return visit.goOn(to: path(exact)) }
        var query = exact.map { pair in (name: filters.first { $0.0 == pair.name }?.1 ?? "", value: pair.value) }
        if let cursor = visit.query["cursor"] { query.append(("cursor", cursor)) }
        async let end = visit.call(InnerCall(.auditEnd))
        var view: View = [:]
        var items: [JSONValue] = []
        if let fault {
            view["fault"] = fault
        } else {
            let found = try await visit.call(InnerCall(.listAudit, query: query))
            if !found.isGood, found.status != 422 { throw PageRefusal(found) }
            if !found.isGood { view["fault"] = found.complaint }
            items = found.json["items"]?.array ?? []
            view["nextPath"] = (found.json["next_cursor"]?.string).map { path(exact + [("cursor", $0)]) }
        }
        let names = try await SubjectNames(of: items.flatMap(subjects) + exact.map(\.value), visit)
        view["log"] = items.map { row($0, names, visit) }
        view["hasLog"] = !items.isEmpty
        view["firstPath"] = visit.query["cursor"] == nil ? nil : path(exact)
        view = view.merging(controls(exact, names, visit)).merging(self.end(try await end, visit))
        return try await visit.page("audit", title: "Audit", section: "/audit", view)
    }

    /// - Returns: what was asked for by id and instant, or what is wrong with it.
    private static func exact(
        _ asked: [(name: String, value: String)], _ visit: Visit
    ) async throws -> ([(name: String, value: String)], fault: String?) {
        var exact = asked
        for (index, pair) in asked.enumerated() {
            switch pair.name {
            case "who":
                guard let subject = try await SubjectNames.subject(named: pair.value, visit) else {
                    return (asked, "There is no user or service account of the name \(pair.value).")
                }
                exact[index].value = subject
            case "from", "to":
                if Timestamp(rfc3339: pair.value) != nil { continue }
                guard let local = LocalDateTime(iso8601: pair.value) else {
                    return (asked, "\(pair.value) is no time; write it as 2026-11-22T09:00.")
                }
                let instant =
                    switch visit.preferences.zone.resolve(local) {
                    case .unique(let instant), .gap(_, _, let instant), .overlap(let instant, _): instant
                    }
                exact[index].value = "\(instant)"
            default: break
            }
        }
        return (exact, nil)
    }

    private static func path(_ query: [(name: String, value: String)]) -> String {
        if query.isEmpty { return "/audit" }
        return "/audit?" + query.map { "\($0.name)=\(FormFields.encoded($0.value))" }.joined(separator: "&")
    }

    /// What an entry names by id.
    private static func subjects(_ entry: JSONValue) -> [String] {
        let shown = [entry["before"], entry["after"]]
        return [entry["principal"]?.string, entry["resource"]?.string]
            .compactMap { $0 } + shown.compactMap { $0?["job"]?.string }.map { "job:\($0)" }
            + shown.flatMap { [$0?["subject"]?.string, $0?["owner"]?.string] }.compactMap { $0 }
    }

    private static func controls(
        _ exact: [(name: String, value: String)], _ names: SubjectNames, _ visit: Visit
    ) -> View {
        func value(_ name: String) -> String? { exact.first { $0.name == name }?.value }
        let words = [
            "who": "by", "operation": "what", "resource": "to", "service": "in", "from": "from", "to": "before",
        ]
        let chips = exact.map { pair -> View in
            let text =
                switch pair.name {
                case "who": names.person(pair.value)
                case "resource": names[pair.value] ?? SubjectNames.brief(pair.value)
                case "from", "to": Timestamp(rfc3339: pair.value).map(visit.clock.text) ?? pair.value
                case "operation": AuditWords.of(pair.value).wanted
                default: pair.value
                }
            return [
                "chipText": "\(words[pair.name] ?? ""): \(text)",
                "chipPath": path(exact.filter { $0 != pair }),
            ]
        }
        func local(_ name: String) -> String? {
            value(name).flatMap { Timestamp(rfc3339: $0) }.map {
                String("\(visit.preferences.zone.local(at: $0))".prefix(16))
            } ?? value(name)
        }
        let operation = value("operation")
        let operations = AuditWords.words.map { (name: $0.key.rawValue, words: $0.value.wanted) }
            .sorted { ($0.words, $0.name) < ($1.words, $1.name) }
        return [
            "chips": chips, "hasChips": !chips.isEmpty, "isFiltered": !exact.isEmpty,
            "fWho": value("who").map { names[$0] ?? $0 }, "fResource": value("resource"), "fService": value("service"),
            "fFrom": local("from"), "fTo": local("to"), "auditZone": visit.preferences.zone.name,
            "operations": operations.map {
                ["operationName": $0.name, "operationWords": $0.words, "isOperation": $0.name == operation] as View
            },
        ]
    }

    private static func end(_ answer: InnerAnswer, _ visit: Visit) -> View {
        guard answer.isGood else { return ["endFault": answer.complaint] }
        let head = answer.json["head"]?.string ?? answer.json["last"]?.string ?? ""
        let isSound = answer.json["status"]?.string == "sound"
        return [
            "chain": [
                "isSound": isSound, "chainHead": head, "chainDetail": answer.json["detail"]?.string,
                "chainLength": Int64(head.prefix { $0 != ":" }).map { Wording.count($0) },
            ] as View,
            "mayExport": visit.may(.exportAudit),
        ]
    }

    private static func row(_ entry: JSONValue, _ names: SubjectNames, _ visit: Visit) -> View {
        func text(_ name: String) -> String? { entry[name]?.string }
        let isAllowed = entry["allowed"]?.bool ?? true
        let reason = isAllowed ? nil : entry["after"]?["reason"]?.string
        let words = AuditWords.of(text("operation") ?? "")
        let target = AuditTarget(entry, names)
        let changes = AuditChange.rows(entry)
        let principal = text("principal") ?? ""
        let isSignIn = !isAllowed && text("operation") == "signIn" && target.name != nil
        return [
            "entryNumber": entry["sequence"]?.int, "entryWho": names.person(principal), "isRefused": !isAllowed,
            "entryWords":
                (isAllowed
                ? words.did : "\(reason == nil ? "was not allowed to" : "could not") \(words.wanted)")
                + (isSignIn ? " as" : ""),
            "entryTarget": target.name, "entryRest": target.rest,
            "entryService": target.saysService ? nil : text("service"), "entryReason": reason,
            "entryTime": visit.clock.view(entry["at"]),
            "entryAt": text("at"), "entryPrincipal": principal, "entryCredential": text("credential"),
            "entryAddress": text("address"), "entryOperation": text("operation"), "entryResource": text("resource"),
            "entryRequest": text("request_id"), "entryHash": text("hash"), "entryPath": target.path,
            "whoPath": path([("who", principal)]), "whatPath": path([("operation", text("operation") ?? "")]),
            "targetPath": text("resource").map { path([("resource", $0)]) },
            "changes": changes, "hasChanges": !changes.isEmpty,
        ]
    }
}
