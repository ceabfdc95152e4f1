internal import HTTPTypes
internal import Hummingbird
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/access/keys`: API keys, one's own or, for administrators, everybody's.
enum KeyForms {
    static func show(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        var query: [(name: String, value: String)] = []
        for name in ["owner", "cursor"] { if let value = visit.query[name] { query.append((name, value)) } }
        let list = try await visit.read(InnerCall(.listKeys, query: query))
        let items = list["items"]?.array ?? []
        let names = try await SubjectNames(of: items.compactMap { $0["owner"]?.string }, visit)
        let me = visit.context.principal.subject?.text
        let owner = visit.query["owner"].map { "&owner=\(FormFields.encoded($0))" } ?? ""
        return try await visit.page(
            "keys", title: "Keys", section: "/access",
            AccessTabs.view(visit, here: "/access/keys").merging([
                "keys": items.map { key in
                    let subject = key["owner"]?.string ?? ""
                    return row(key, ownerName: subject == me ? "you" : names.person(subject), visit)
                },
                "hasKeys": !items.isEmpty, "showsOwners": true,
                "mayMakeKeys": me != nil, "keyOwner": me, "roles": AccessWording.options(nil),
                "services": AccessWording.services(visit), "isAdministrator": visit.may(.listUsers),
                "nextPath": (list["next_cursor"]?.string).map {
                    "/access/keys?cursor=\(FormFields.encoded($0))\(owner)"
                },
                "firstPath": visit.query["cursor"] == nil ? nil : "/access/keys",
            ]))
    }

    /// For the template `key-rows`.
    /// - Parameter ownerName: nil on a page that is about the owner.
    static func row(_ json: JSONValue, ownerName: String?, _ visit: Visit) -> View {
        func instant(_ json: JSONValue?) -> Timestamp? { json?.string.flatMap { Timestamp(rfc3339: $0) } }
        let owner = json["owner"]?.string ?? ""
        let name = json["name"]?.string ?? ""
        let isRevoked = json["revoked_at"]?.string != nil
        let isExpired = instant(json["expires_at"]).map { $0 <= visit.now } ?? false
        // The newest is last; an older one that still holds ends by itself.
        let overlap = (json["secrets"]?.array ?? []).compactMap { instant($0["expires_at"]) }.filter { $0 > visit.now }
        let addresses = (json["addresses"]?.array ?? []).compactMap(\.string)
        return [
            "keyID": json["id"]?.string, "keyName": name, "keyOwnerName": ownerName,
            "keyOwnerPath": ownerName == "you" ? "/access" : SubjectNames.path(owner),
            "keyStatus": isRevoked
                ? AccessWording.status("Revoked", like: "cancelled")
                : isExpired ? AccessWording.status("Expired", like: "skipped") : StatusView.view("active"),
            "keyScopes": AccessWording.scopes(json["scopes"]), "keyUsed": visit.clock.view(json["last_used_at"]),
            "keyEnd": visit.clock.view(json["expires_at"]), "keySince": visit.clock.view(json["created_at"]),
            "keyRevoked": visit.clock.view(json["revoked_at"]),
            "keyOverlap": isRevoked ? nil : overlap.max().map { visit.clock.view($0) },
            "keyAddresses": addresses.isEmpty ? nil : addresses.joined(separator: ", "),
            "isKeyGood": !isRevoked && !isExpired, "keyAsk": revocation(of: name).view,
        ]
    }

    private static func revocation(of name: String) -> Question {
        Question(
            title: "Revoke the key \(name)?",
            words: "Whatever shows it is refused, on every node within five seconds. It cannot be taken back.",
            button: "Revoke the key")
    }

    /// `POST /access/keys`: make, rotate, revoke.
    static func send(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        let place = visit.returnPath(or: "/access/keys")
        let id = visit.form["id"] ?? ""
        switch visit.form["action"] {
        case "create": return try await create(visit, place)
        case "rotate": return try await rotate(id, visit, place)
        case "revoke":
            if visit.form["confirmed"] == nil {
                let key = try await visit.read(InnerCall(.getKey, ["id": id]))
                let question = revocation(of: key["name"]?.string ?? "")
                if let page = try await question.page(visit, section: "/access", sending: ["action", "id"]) {
                    return page
                }
            }
            let answer = try await visit.call(InnerCall(.revokeKey, ["id": id]))
            return visit.goOn(to: place, saying: answer.flash("The key is revoked."))
        default: return visit.goOn(to: place, saying: Flash(.bad, "There is no such action."))
        }
    }

    private static func create(_ visit: Visit, _ place: String) async throws -> Response {
        let form = visit.form
        var body: JSONValue = ["name": .string((form["name"] ?? "").trimmed)]
        if let owner = form["owner"] { body = body.with("owner", .string(owner)) }
        // Without a role it has all that its owner may, everywhere: not what somebody means who names a service.
        if form["role"] == nil, let service = form["service"], service != "*" {
            return visit.goOn(to: place, saying: Flash(.bad, "Say which role the key has for \(service)."))
        }
        guard let days = FormDays(form["days"]) else { return visit.goOn(to: place, saying: FormDays.fault) }
        if let role = form["role"] {
            body = body.with(
                "scopes", [["role": .string(role), "service": .string(form["service"] ?? "*")]])
        }
        if let end = days.end(visit.now) { body = body.with("expires_at", .string("\(end)")) }
        if let addresses = form["addresses"] {
            let lines = addresses.split { $0.isWhitespace || $0 == "," }.map { JSONValue.string(String($0)) }
            body = body.with("addresses", .array(lines))
        }
        let answer = try await visit.call(InnerCall(.createKey, body: body))
        return try await shown(
            answer, visit, place,
            words: "Programs show it as “Authorization: Bearer …”; keep it where only they can read it.")
    }

    private static func rotate(_ id: String, _ visit: Visit, _ place: String) async throws -> Response {
        var body: JSONValue = [:]
        if let overlap = visit.form["overlap"] { body = body.with("overlap", .string(overlap)) }
        if visit.form["confirmed"] != nil { body = body.with("force", true) }
        let answer = try await visit.call(InnerCall(.rotateKey, ["id": id], body: body))
        // An older secret still holds, and would be void at once.
        if answer.status == 409 {
            let question = Question(
                title: "Rotate the key again?", words: answer.detail, button: "Rotate it all the same")
            let page = try await question.page(visit, section: "/access", sending: ["action", "id", "overlap"])
            if let page { return page }
        }
        return try await shown(
            answer, visit, place,
            words: "The new key is good at once on every node; the one before holds for the overlap yet.")
    }

    private static func shown(
        _ answer: InnerAnswer, _ visit: Visit, _ place: String, words: String
    ) async throws -> Response {
        guard answer.isGood, let text = answer.json["key"]?.string else {
            return visit.goOn(to: place, saying: answer.flash(""))
        }
        return try await ShownOnce.page(
            visit, title: "The key \(answer.json["name"]?.string ?? "")", words: words, secrets: [("Key", text)],
            section: "/access", onTo: place)
    }
}
