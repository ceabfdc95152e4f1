internal import HTTPTypes
internal import Hummingbird
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/access/grants`: who may what.
enum GrantForms {
    static func show(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        var query: [(name: String, value: String)] = []
        if let cursor = visit.query["cursor"] { query.append(("cursor", cursor)) }
        let list = try await visit.read(InnerCall(.listGrants, query: query))
        let items = list["items"]?.array ?? []
        let names = try await SubjectNames(of: items.compactMap { $0["subject"]?.string }, visit)
        return try await visit.page(
            "grants", title: "Roles", section: "/access",
            AccessTabs.view(visit, here: "/access/grants").merging([
                "grants": items.map { row($0, to: names.person($0["subject"]?.string ?? ""), visit) },
                "hasGrants": !items.isEmpty, "mayGrant": visit.may(.createGrant),
                "roles": AccessWording.options(nil), "services": AccessWording.services(visit), "asksWhom": true,
                "mustChoose": true,
                "formKey": EdgeMiddleware.newRequestID(),
                "nextPath": (list["next_cursor"]?.string).map { "/access/grants?cursor=\(FormFields.encoded($0))" },
                "firstPath": visit.query["cursor"] == nil ? nil : "/access/grants",
            ]))
    }

    /// For the template `grant-rows`.
    static func row(_ json: JSONValue, to name: String, _ visit: Visit) -> View {
        let subject = json["subject"]?.string ?? ""
        let service = json["service"]?.string ?? ""
        let labels = (json["labels"]?.object?.members ?? []).map { "\($0.name)=\($0.value.string ?? "")" }
        let question = Question(
            title: "Take a role away?", words: "\(name) was \(AccessWording.permission(json)).", button: "Take it away")
        return [
            "grantID": json["id"]?.string, "grantName": name, "grantPath": SubjectNames.path(subject),
            "grantService": service == "*" ? "all services" : service,
            "grantLabels": labels.map { ["grantLabel": $0] as View },
            "grantRole": json["role"]?.string, "grantRoles": AccessWording.options(json["role"]?.string),
            "grantEnd": visit.clock.view(json["expires_at"]), "grantWords": AccessWording.permission(json),
            "grantSince": visit.clock.view(json["created_at"]), "grantAsk": question.view,
            "mayTake": visit.may(.deleteGrant),
        ]
    }

    /// `POST /access/grants`: give a role, exchange it for another one, take it away.
    static func send(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        let place = visit.returnPath(or: "/access/grants")
        switch visit.form["action"] {
        case "give": return visit.goOn(to: place, saying: try await give(visit))
        case "change": return visit.goOn(to: place, saying: try await exchange(visit))
        case "take":
            let id = visit.form["id"] ?? ""
            if visit.form["confirmed"] == nil {
                let grant = try await visit.read(InnerCall(.getGrant, ["id": id]))
                let subject = grant["subject"]?.string ?? ""
                let name = try await SubjectNames(of: [subject], visit).person(subject)
                let question = Question(
                    title: "Take a role away?", words: "\(name) was \(AccessWording.permission(grant)).",
                    button: "Take it away")
                if let page = try await question.page(visit, section: "/access", sending: ["action", "id"]) {
                    return page
                }
            }
            let answer = try await visit.call(InnerCall(.deleteGrant, ["id": id]))
            return visit.goOn(to: place, saying: answer.flash("The role is taken away."))
        default: return visit.goOn(to: place, saying: Flash(.bad, "There is no such action."))
        }
    }

    private static func give(_ visit: Visit) async throws -> Flash {
        let form = visit.form
        var subject = form["subject"]
        if subject == nil, let name = form["to"] {
            subject = try await SubjectNames.subject(named: name, visit)
            if subject == nil { return Flash(.bad, "There is no user or service account of the name \(name.trimmed).") }
        }
        guard let subject else { return Flash(.bad, "Say who gets the role.") }
        var body: JSONValue = [
            "subject": .string(subject), "role": .string(form["role"] ?? ""),
            "service": .string(form["service"] ?? "*"),
        ]
        if let text = form["labels"] {
            let field = JobField(name: "labels", pointer: "/labels", label: "", content: .pairs)
            switch field.value(of: text) {
            case .success(let labels): body = body.with("labels", labels)
            case .failure(let complaint): return Flash(.bad, "labels \(complaint.text)")
            }
        }
        guard let days = FormDays(form["days"]) else { return FormDays.fault }
        if let end = days.end(visit.now) { body = body.with("expires_at", .string("\(end)")) }
        var headers: HTTPFields = [:]
        headers[JobActions.idempotencyKey] = form["key"]
        let answer = try await visit.call(InnerCall(.createGrant, body: body, headers: headers))
        return answer.flash("Given: \(AccessWording.permission(answer.json)).")
    }

    /// The new role first, so that nobody is without one meanwhile; when the old one has to stay, the new one goes again.
    private static func exchange(_ visit: Visit) async throws -> Flash {
        let id = visit.form["id"] ?? ""
        let old = try await visit.read(InnerCall(.getGrant, ["id": id]))
        guard let role = visit.form["role"], role != old["role"]?.string else {
            return Flash(.good, "The role is what it was.")
        }
        var body = JSONObject()
        for name in ["subject", "service", "labels"] { body[name] = old[name] }
        if let end = old["expires_at"], !end.isNull { body["expires_at"] = end }
        body["role"] = .string(role)
        let made = try await visit.call(InnerCall(.createGrant, body: .object(body)))
        guard made.isGood, let new = made.json["id"]?.string else { return made.flash("") }
        let gone = try await visit.call(InnerCall(.deleteGrant, ["id": id]))
        if gone.isGood { return Flash(.good, "Changed: \(AccessWording.permission(made.json)).") }
        let undone = try await visit.call(InnerCall(.deleteGrant, ["id": new]))
        return Flash(
            .bad, undone.isGood ? gone.complaint : "\(gone.complaint) Both roles are there now; take one away.")
    }
}
