internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON

/// What ids stand for, as people call it: `user:ID`, `service_account:ID`, `job:ID`.
struct SubjectNames: Sendable {
    private var names: [String: String] = [:]

    /// How many are looked up for one page.
    private static let most = 100
    /// Of how many pages of service accounts a name is looked for in.
    private static let mostPages = 25
    private static let kinds: [Substring: APIOperation] = [
        "user": .getUser, "service_account": .getServiceAccount, "job": .getJob,
    ]

    /// Looks each up, as far as whoever looks may know of it.
    init(of texts: some Sequence<String>, _ visit: Visit) async throws {
        let wanted = Array(Set(texts)).sorted().filter { Self.call($0, visit) != nil }.prefix(Self.most)
        // Few at a time, as with the actions on many jobs.
        for start in stride(from: 0, to: wanted.count, by: 8) {
            try await withThrowingTaskGroup(of: (String, String)?.self) { group in
                for text in wanted[start..<min(start + 8, wanted.count)] {
                    guard let call = Self.call(text, visit) else { continue }
                    group.addTask {
                        try await visit.call(call).json["name"]?.string.map { (text, $0) }
                    }
                }
                for try await found in group { if let found { names[found.0] = found.1 } }
            }
        }
    }

    private static func call(_ text: String, _ visit: Visit) -> InnerCall? {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let operation = kinds[parts[0]], visit.may(operation) else { return nil }
        return InnerCall(operation, ["id": String(parts[1])])
    }

    /// The name alone; nil for what is gone, or nobody's business.
    subscript(text: String) -> String? { names[text] }

    /// Somebody in words, whether there is a name or not.
    func person(_ text: String) -> String {
        if let name = names[text] { return name }
        switch text {
        case "anonymous": return "Somebody unknown"
        case "system": return "Punctual itself"
        default: break
        }
        if text.hasPrefix("external:") {
            let parts = text.dropFirst(9).split(separator: " ", maxSplits: 1)
            return parts.count == 2 ? "\(parts[1]) of \(parts[0])" : String(text.dropFirst(9))
        }
        return Self.brief(text)
    }

    /// `user 0197f3c2`: enough to tell things apart.
    static func brief(_ text: String) -> String {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return text }
        let isID = parts[1].utf8.count == 36 && parts[1].utf8.count { $0 == UInt8(ascii: "-") } == 4
        return "\(parts[0].replacing("_", with: " ")) \(isID ? parts[1].suffix(8) : parts[1])"
    }

    /// The page about it; nil where there is none.
    static func path(_ text: String) -> String? {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        return switch parts[0] {
        case "user": "/access/users/\(FormFields.encoded(parts[1]))"
        case "service_account": "/access/service-accounts/\(FormFields.encoded(parts[1]))"
        case "job": "/jobs/\(FormFields.encoded(parts[1]))"
        case "notification": "/notifications/\(FormFields.encoded(parts[1]))"
        default: nil
        }
    }

    /// Whom a name or an id means: `ada`, `user:ID`, `group:NAME`; nil when there is nobody of that name.
    static func subject(named text: String, _ visit: Visit) async throws -> String? {
        let text = text.trimmed
        if text.contains(":") || text == "anonymous" || text == "system" { return text }
        // Who may not ask has asked for nothing that the audit log should tell of.
        if visit.may(.listUsers) {
            let users = try await visit.call(InnerCall(.listUsers, query: [("name", text)]))
            if let id = users.json["items"]?[0]?["id"]?.string { return "user:\(id)" }
        }
        guard visit.may(.listServiceAccounts) else { return nil }
        var cursor: String?
        for _ in 0..<mostPages {
            let page = [("limit", "200")] + (cursor.map { [("cursor", $0)] } ?? [])
            let accounts = try await visit.call(InnerCall(.listServiceAccounts, query: page)).json
            let found = accounts["items"]?.array?.first { $0["name"]?.string == text.lowercased() }
            if let id = found?["id"]?.string { return "service_account:\(id)" }
            cursor = accounts["next_cursor"]?.string
            if cursor == nil { break }
        }
        return nil
    }
}

/// Rights, ends and the like in few words.
enum AccessWording {
    /// `editor for billing`, `viewer for all services with team=a`
    static func permission(_ json: JSONValue) -> String {
        let service = json["service"]?.string ?? ""
        let labels = (json["labels"]?.object?.members ?? []).map { "\($0.name)=\($0.value.string ?? "")" }
        return "\(json["role"]?.string ?? "") for \(service == "*" ? "all services" : service)"
            + (labels.isEmpty ? "" : " with \(labels.joined(separator: ", "))")
    }

    static let roles = ["viewer", "operator", "editor", "admin"]

    static func options(_ chosen: String?) -> [View] {
        roles.map { ["role": $0, "isRole": $0 == chosen] }
    }

    /// For the template `status`: a word that looks like that of a status.
    static func status(_ word: String, like status: String) -> View {
        StatusView.view(status).merging(["statusWord": word])
    }

    /// The services that whoever looks has a role for, for a field's suggestions.
    static func services(_ visit: Visit) -> [View] {
        let names = Set(visit.context.principal.permissions.compactMap(\.service)).union(["default"])
        return names.sorted().map { ["serviceName": $0] }
    }

    /// Permissions of a key; nil in JSON means whatever its owner may.
    static func scopes(_ json: JSONValue?) -> String {
        guard let scopes = json?.array else { return "all that its owner may" }
        return scopes.isEmpty ? "nothing" : scopes.map(permission).joined(separator: "; ")
    }
}

/// The pages that belong together under Access.
enum AccessTabs {
    static func view(_ visit: Visit, here: String) -> View {
        let tabs: [(name: String, path: String, operation: APIOperation)] = [
            ("My account", "/access", .whoAmI), ("Users", "/access/users", .listUsers),
            ("Service accounts", "/access/service-accounts", .listServiceAccounts),
            ("Roles", "/access/grants", .listGrants), ("Keys", "/access/keys", .listKeys),
            ("Secrets", "/access/secrets", .listSecrets),
        ]
        let shown = visit.services.access == nil ? [] : tabs.filter { visit.may($0.operation) }
        return [
            "accessTabs": shown.map { ["tabName": $0.name, "tabPath": $0.path, "isTab": $0.path == here] as View }
        ]
    }

    /// Where there is no access control, there is nothing to show of it.
    /// - Throws: `Problem` 409.
    static func require(_ visit: Visit) throws {
        guard visit.services.access == nil else { return }
        throw Problem(
            .conflict,
            "This installation has no access control: whoever reaches it may do everything. Start it with access.mode: required to have users, keys, secrets and an audit log."
        )
    }
}
