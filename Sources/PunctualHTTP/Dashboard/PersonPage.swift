internal import HTTPTypes
internal import Hummingbird
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON

/// One user or service account: what it may, its keys, and what can be done about it.
struct PersonPage: Sendable {
    let kind: PersonKind

    func show(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        let id = visit.context.parameters.get("id") ?? ""
        let person = try await visit.read(InnerCall(kind.get, ["id": id]))
        let subject = "\(kind.prefix):\(id)"
        async let found = visit.readIfAllowed(
            InnerCall(.listGrants, query: [("subject", subject), ("limit", "200")]))
        async let owned = visit.readIfAllowed(InnerCall(.listKeys, query: [("owner", subject), ("limit", "200")]))
        let name = person["name"]?.string ?? ""
        let grants = try await found?["items"]?.array ?? []
        let keys = try await owned?["items"]?.array ?? []
        let isOwn = visit.context.principal.subject?.text == subject
        var view = facts(person, isOwn: isOwn, visit)
        view = view.merging(AccessTabs.view(visit, here: kind.path))
        view["grants"] = grants.map { GrantForms.row($0, to: name, visit) }
        view["hasGrants"] = !grants.isEmpty
        view["mayGrant"] = visit.may(.createGrant)
        view["roles"] = AccessWording.options(nil)
        view["services"] = AccessWording.services(visit)
        view["grantSubject"] = subject
        view["mustChoose"] = true
        view["keys"] = keys.map { KeyForms.row($0, ownerName: nil, visit) }
        view["hasKeys"] = !keys.isEmpty
        view["mayMakeKeys"] = true
        view["keyOwner"] = subject
        view["formKey"] = EdgeMiddleware.newRequestID()
        return try await visit.page("person", title: name, section: "/access", view)
    }

    private func facts(_ json: JSONValue, isOwn: Bool, _ visit: Visit) -> View {
        let name = json["name"]?.string ?? ""
        func when(_ name: String) -> String? {
            visit.clock.view(json[name]).flatMap { view in
                (view["timeText"] as? String).map { "\($0) (\(view["timeAgo"] as? String ?? ""))" }
            }
        }
        let provider = json["provider"]?.string
        let isDisabled = json["disabled"]?.bool == true
        let hasFactor = json["second_factor"]?.bool == true
        let description = json["description"]?.string ?? ""
        var pairs: [(String, String?)] = [
            ("Id", json["id"]?.string), ("Description", description.isEmpty ? nil : description),
            ("Requests an hour", json["tier"]?.string ?? "as the installation says"),
            ("Made", when("created_at")), ("Changed", when("updated_at")),
        ]
        if kind.isUser {
            let failed = json["failed_sign_ins"]?.int ?? 0
            pairs += [
                (
                    "Signs in",
                    provider.map { "at \($0)" }
                        ?? (json["has_password"]?.bool == true ? "by password" : "not at all: no password is set")
                ),
                ("Second factor", hasFactor ? "an authenticator app" : "none"),
                ("Wrong answers in a row", failed > 0 ? Wording.count(failed) : nil),
                ("Held until", when("held_until")), ("Signed out everywhere", when("signed_out_at")),
            ]
        }
        let mayChange = visit.may(kind.change)
        return [
            "personPath": "\(kind.path)/\(json["id"]?.string ?? "")", "personName": name, "personNoun": kind.noun,
            "personStatus": kind.status(json), "personVersion": json["version"]?.int, "isUser": kind.isUser,
            "facts": pairs.compactMap { name, value -> View? in value.map { ["factName": name, "fact": $0] } },
            "mayChange": mayChange, "isDisabled": isDisabled, "isOwn": isOwn,
            "mayDelete": visit.may(kind.delete), "typedDescription": description,
            "mayRename": mayChange && provider == nil, "tierName": json["tier"]?.string,
            "tiers": ["basic", "standard", "premium"].map {
                ["tier": $0, "isTier": $0 == json["tier"]?.string] as View
            },
            "mayReset": mayChange && kind.isUser && provider == nil && !isOwn,
            "mayRemoveFactor": mayChange && hasFactor && !isOwn,
            "deleteAsk": question("delete", name).view, "disableAsk": question("disable", name).view,
            "factorAsk": question("factor", name).view, "resetAsk": question("password", name).view,
            "passwordHint": "Leave it empty, and one is made and shown to you once.",
        ]
    }

    private func question(_ action: String, _ name: String) -> Question {
        switch action {
        case "delete":
            Question(
                title: "Delete \(name)?",
                words: "Its roles, keys and sign-ins go with it, for good. Entries of the audit log stay.",
                button: "Delete the \(kind.noun)")
        case "disable":
            Question(
                title: "Disable \(name)?",
                words: "Nothing of it is let in any more, keys and sign-ins included, until somebody enables it again.",
                button: "Disable the \(kind.noun)")
        case "factor":
            Question(
                title: "Remove the second factor of \(name)?",
                words:
                    "The password alone is then enough, and every sign-in ends. Do it for somebody who has lost the app.",
                button: "Remove the second factor")
        default:
            Question(
                title: "Set another password for \(name)?",
                words: "The one before is void, and every sign-in ends. Keys stay good; look through them below.",
                button: "Set the password")
        }
    }

    /// `POST` to the person's page.
    func send(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        let id = visit.context.parameters.get("id") ?? ""
        let path = "\(kind.path)/\(FormFields.encoded(id))"
        let action = visit.form["action"] ?? ""
        func refused(_ text: String) -> Response { visit.goOn(to: path, saying: Flash(.bad, text)) }
        if ["delete", "disable", "factor"].contains(action) || action == "password" && visit.form["password"] == nil {
            let person = try await visit.read(InnerCall(kind.get, ["id": id]))
            let question = question(action, person["name"]?.string ?? "")
            if let page = try await question.page(visit, section: "/access", sending: ["action"]) { return page }
        }
        switch action {
        case "delete":
            let answer = try await visit.call(InnerCall(kind.delete, ["id": id]))
            return visit.goOn(to: answer.isGood ? kind.path : path, saying: answer.flash("Deleted the \(kind.noun)."))
        case "disable": return try await change(["disabled": true], visit, done: "Disabled; nothing of it is let in.")
        case "enable": return try await change(["disabled": false], visit, done: "Enabled.")
        case "factor" where kind.isUser:
            return try await change(
                ["second_factor": .null], visit, done: "The second factor is removed; every sign-in has ended.")
        case "password" where kind.isUser: return try await reset(visit)
        case "save":
            var body: JSONValue = ["tier": visit.form["tier"].map(JSONValue.string) ?? .null]
            if let name = visit.form["name"] { body = body.with("name", .string(name.trimmed)) }
            if !kind.isUser { body = body.with("description", .string(visit.form["description"] ?? "")) }
            return try await change(body, visit, done: "Saved.")
        default: return refused("There is no such action.")
        }
    }

    private func change(_ body: JSONValue, _ visit: Visit, done: String) async throws -> Response {
        let id = visit.context.parameters.get("id") ?? ""
        var headers: HTTPFields = [:]
        // Only what was typed depends on what was there before.
        if visit.form["action"] == "save" { headers[.ifMatch] = visit.form["version"].map { "\"\($0)\"" } }
        let answer = try await visit.call(InnerCall(kind.change, ["id": id], body: body, headers: headers))
        return visit.goOn(to: "\(kind.path)/\(FormFields.encoded(id))", saying: answer.flash(done))
    }

    /// Sets a password, which is made here unless one was typed.
    private func reset(_ visit: Visit) async throws -> Response {
        let id = visit.context.parameters.get("id") ?? ""
        if let typed = visit.form["password"] {
            return try await change(
                ["password": .string(typed)], visit, done: "The password is set; every sign-in has ended.")
        }
        var generator = SystemRandomNumberGenerator()
        let text = Password.randomText(using: &generator)
        let answer = try await visit.call(InnerCall(kind.change, ["id": id], body: ["password": .string(text)]))
        let path = "\(kind.path)/\(FormFields.encoded(id))"
        guard answer.isGood else { return visit.goOn(to: path, saying: answer.flash("")) }
        return try await ShownOnce.page(
            visit, title: "The password of \(answer.json["name"]?.string ?? "the user")",
            words: "The password is set, and every sign-in has ended. Pass it on by a way that you trust.",
            secrets: [("Password", text)], section: "/access", onTo: path)
    }
}
