internal import Hummingbird
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON

/// `/access/secrets`: the names of a service's secrets; values are written here and shown nowhere.
enum SecretsPage {
    static func show(_ visit: Visit) async throws -> Response { try await page(visit) }

    /// The service that was asked for, or the first that whoever looks may write secrets of.
    private static func service(_ visit: Visit) -> String {
        if let service = visit.form["service"] ?? visit.query["service"] { return service }
        let own = visit.context.principal.permissions.filter { $0.role >= .editor }
        return own.contains { $0.service == nil } ? "default" : own.compactMap(\.service).min() ?? "default"
    }

    private static func page(_ visit: Visit, refused: InnerAnswer? = nil) async throws -> Response {
        try AccessTabs.require(visit)
        let service = service(visit)
        var query: [(name: String, value: String)] = [("service", service)]
        if refused == nil, let cursor = visit.query["cursor"] { query.append(("cursor", cursor)) }
        let found = try await visit.call(InnerCall(.listSecrets, query: query))
        if !found.isGood, found.status != 422, found.status != 403 { throw PageRefusal(found) }
        let items = found.json["items"]?.array ?? []
        let names = try await SubjectNames(of: items.compactMap { $0["created_by"]?.string }, visit)
        let place = "/access/secrets?service=\(FormFields.encoded(service))"
        return try await visit.page(
            "secrets", title: "Secrets", section: "/access",
            status: .init(code: refused?.status ?? (found.isGood ? 200 : found.status)),
            AccessTabs.view(visit, here: "/access/secrets").merging([
                "secretService": service, "services": AccessWording.services(visit),
                "secrets": items.map { row($0, service, names, visit) }, "hasSecrets": !items.isEmpty,
                "isGood": found.isGood, "fault": refused?.complaint ?? (found.isGood ? nil : found.complaint),
                "typedName": refused == nil ? nil : visit.form["name"], "isFaulty": refused != nil,
                "nextPath": (found.json["next_cursor"]?.string).map { "\(place)&cursor=\(FormFields.encoded($0))" },
                "firstPath": visit.query["cursor"] == nil ? nil : place,
            ]))
    }

    private static func row(_ json: JSONValue, _ service: String, _ names: SubjectNames, _ visit: Visit) -> View {
        let name = json["name"]?.string ?? ""
        return [
            "secretName": name, "secretReference": "{{secret:\(name)}}", "secretVersion": json["version"]?.int,
            "secretSince": visit.clock.view(json["created_at"]),
            "secretBy": names.person(json["created_by"]?.string ?? ""), "secretAsk": deletion(of: name).view,
        ]
    }

    private static func deletion(of name: String) -> Question {
        Question(
            title: "Delete the secret \(name)?",
            words: "Jobs and notifications that refer to it fail from now on. Nobody can bring its value back.",
            button: "Delete the secret")
    }

    /// `POST /access/secrets`: set or delete.
    static func send(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        let (service, name) = (service(visit), (visit.form["name"] ?? "").trimmed)
        let place = "/access/secrets?service=\(FormFields.encoded(service))"
        let parameters = ["service": service, "name": name]
        switch visit.form["action"] {
        case "set":
            var body: JSONValue = ["value": .string(visit.form["value"] ?? "")]
            if let overlap = visit.form["overlap"] { body = body.with("overlap", .string(overlap)) }
            let answer = try await visit.call(InnerCall(.putSecret, parameters, body: body))
            guard answer.isGood else { return try await page(visit, refused: answer) }
            let version = answer.json["version"]?.int ?? 1
            return visit.goOn(
                to: place,
                saying: Flash(
                    .good,
                    version == 1
                        ? "The secret \(name) is set." : "The secret \(name) has another value, version \(version)."))
        case "delete":
            let question = deletion(of: name)
            let fields = ["action", "service", "name"]
            if let page = try await question.page(visit, section: "/access", sending: fields) { return page }
            let answer = try await visit.call(InnerCall(.deleteSecret, parameters))
            return visit.goOn(to: place, saying: answer.flash("The secret \(name) is deleted."))
        default: return visit.goOn(to: place, saying: Flash(.bad, "There is no such action."))
        }
    }
}
