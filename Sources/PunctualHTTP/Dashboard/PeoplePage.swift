internal import HTTPTypes
internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON

/// Users or service accounts: what the pages of both say and call.
struct PersonKind: Sendable {
    let path: String
    /// Before the id of a subject.
    let prefix: String
    let noun: String
    let plural: String
    let list, create, get, change, delete: APIOperation
    let isUser: Bool

    static let user = PersonKind(
        path: "/access/users", prefix: "user", noun: "user", plural: "Users", list: .listUsers, create: .createUser,
        get: .getUser, change: .patchUser, delete: .deleteUser, isUser: true)
    static let account = PersonKind(
        path: "/access/service-accounts", prefix: "service_account", noun: "service account",
        plural: "Service accounts", list: .listServiceAccounts, create: .createServiceAccount,
        get: .getServiceAccount, change: .patchServiceAccount, delete: .deleteServiceAccount, isUser: false)

    /// In a word, for the template `status`.
    func status(_ json: JSONValue) -> View {
        if json["disabled"]?.bool == true { return AccessWording.status("Disabled", like: "cancelled") }
        if json["locked"]?.bool == true { return AccessWording.status("Locked", like: "failed") }
        return StatusView.view("active")
    }
}

/// `/access/users` and `/access/service-accounts`: the list, and how somebody new comes into it.
struct PeoplePage: Sendable {
    let kind: PersonKind

    func show(_ visit: Visit) async throws -> Response { try await page(visit) }

    private func page(_ visit: Visit, refused: InnerAnswer? = nil) async throws -> Response {
        try AccessTabs.require(visit)
        var query: [(name: String, value: String)] = []
        for name in kind.isUser ? ["name", "cursor"] : ["cursor"] {
            if let value = visit.query[name] { query.append((name, value)) }
        }
        let list = try await visit.read(InnerCall(kind.list, query: query))
        let items = list["items"]?.array ?? []
        let grants = try await grants(of: items, visit)
        let mayCreate = visit.may(kind.create)
        return try await visit.page(
            "people", title: kind.plural, section: "/access", status: .init(code: refused?.status ?? 200),
            AccessTabs.view(visit, here: kind.path).merging([
                "peoplePath": kind.path, "peopleNoun": kind.noun, "isUsers": kind.isUser,
                "people": items.map { row($0, grants, visit) }, "hasPeople": !items.isEmpty,
                "findName": visit.query["name"], "isFound": visit.query["name"] != nil,
                "mayCreate": mayCreate, "mayGrant": visit.may(.createGrant), "isFaulty": refused != nil,
                "fault": refused?.complaint, "typedName": visit.form["name"],
                "typedDescription": visit.form["description"], "typedService": visit.form["service"],
                "roles": AccessWording.options(visit.form["role"]), "formKey": EdgeMiddleware.newRequestID(),
                "services": AccessWording.services(visit),
                "nextPath": (list["next_cursor"]?.string).map { "\(kind.path)?cursor=\(FormFields.encoded($0))" },
                "firstPath": visit.query["cursor"] == nil ? nil : kind.path,
            ]))
    }

    /// By subject, in words.
    private func grants(of people: [JSONValue], _ visit: Visit) async throws -> [String: [String]] {
        let subjects = people.compactMap { $0["id"]?.string }.map { "\(kind.prefix):\($0)" }
        guard !subjects.isEmpty, visit.may(.listGrants) else { return [:] }
        let query = subjects.map { (name: "subject", value: $0) } + [("limit", "200")]
        let found = try await visit.read(InnerCall(.listGrants, query: query))
        return Dictionary(grouping: found["items"]?.array ?? []) { $0["subject"]?.string ?? "" }
            .mapValues { $0.map(AccessWording.permission) }
    }

    private func row(_ json: JSONValue, _ grants: [String: [String]], _ visit: Visit) -> View {
        let id = json["id"]?.string ?? ""
        let mine = grants["\(kind.prefix):\(id)"] ?? []
        let description = json["description"]?.string ?? ""
        return [
            "personID": id, "personPath": "\(kind.path)/\(id)", "personName": json["name"]?.string,
            "personStatus": kind.status(json), "personSince": visit.clock.view(json["created_at"]),
            "personNote": json["provider"]?.string.map { "of \($0)" } ?? (description.isEmpty ? nil : description),
            "personFactor": json["second_factor"]?.bool == true,
            "personRoles": mine.prefix(3).map { ["personRole": $0] as View }, "hasNoRole": mine.isEmpty,
            "moreRoles": mine.count > 3 ? "and \(mine.count - 3) more" : nil,
        ]
    }

    /// Makes somebody, with a first role if one was chosen.
    func create(_ visit: Visit) async throws -> Response {
        try AccessTabs.require(visit)
        let form = visit.form
        var body: JSONValue = ["name": .string((form["name"] ?? "").trimmed)]
        var made: String?
        if kind.isUser {
            var generator = SystemRandomNumberGenerator()
            let password = form["password"] ?? Password.randomText(using: &generator)
            if form["password"] == nil { made = password }
            body = body.with("password", .string(password))
        } else {
            body = body.with("description", .string(form["description"] ?? ""))
        }
        var headers: HTTPFields = [:]
        if !kind.isUser { headers[JobActions.idempotencyKey] = form["key"] }
        let answer = try await visit.call(InnerCall(kind.create, body: body, headers: headers))
        guard answer.isGood, let id = answer.json["id"]?.string, let name = answer.json["name"]?.string else {
            return try await page(visit, refused: answer)
        }
        var (words, kindOfFlash) = ("Made the \(kind.noun) \(name).", Flash.Kind.good)
        if let role = form["role"] {
            let grant: JSONValue = [
                "subject": .string("\(kind.prefix):\(id)"), "role": .string(role),
                "service": .string(form["service"] ?? "*"),
            ]
            let granted = try await visit.call(InnerCall(.createGrant, body: grant))
            if !granted.isGood { (words, kindOfFlash) = ("\(words) The role was refused: \(granted.complaint)", .bad) }
        }
        let path = "\(kind.path)/\(id)"
        guard let made else { return visit.goOn(to: path, saying: Flash(kindOfFlash, words)) }
        return try await ShownOnce.page(
            visit, title: "The password of \(name)",
            words: "\(words) Pass the password on by a way that you trust; its owner can change it under My account.",
            secrets: [("Password", made)], section: "/access", onTo: path)
    }
}
