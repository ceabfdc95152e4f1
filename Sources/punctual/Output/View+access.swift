internal import PunctualJSON
internal import PunctualSchedule

// Who may what.

extension View {
    static let profiles = View(
        key: "name",
        columns: [
            Column(column: TextTable.Column("current")) { item, _ in item["current"]?.bool == true ? "*" : "" },
            field("name", "name"), field("url", "url"), field("user", "user"), flag("signed in", "signed_in"),
        ])

    static let principals = View(key: "principal", columns: [field("principal", "principal"), field("name", "name")])

    /// What an authenticator app needs.
    static let enrolments = View(key: "uri", columns: [field("secret", "secret"), field("uri", "uri")])

    static let secondFactors = View(
        key: "name", columns: [field("name", "name"), flag("second factor", "second_factor")])

    static let users = View(
        key: "id",
        columns: [
            field("name", "name", limit: 40), field("id", "id"),
            Column(column: TextTable.Column("status")) { item, _ in
                if item["disabled"]?.bool == true { return "disabled" }
                return item["locked"]?.bool == true ? "locked" : "active"
            },
            field("provider", "provider"), field("tier", "tier"), flag("password", "has_password"),
            flag("second factor", "second_factor"), instant("held until", "held_until"),
            instant("created", "created_at"),
        ])

    static let serviceAccounts = View(
        key: "id",
        columns: [
            field("name", "name", limit: 40), field("id", "id"),
            Column(column: TextTable.Column("status")) { item, _ in
                item["disabled"]?.bool == true ? "disabled" : "active"
            },
            field("tier", "tier"), field("description", "description", limit: 60), instant("created", "created_at"),
        ])

    static let keys = View(
        key: "id",
        columns: [
            field("name", "name", limit: 40), field("id", "id"), field("owner", "owner"),
            Column(column: TextTable.Column("scopes", limit: 40)) { item, _ in
                guard let scopes = item["scopes"]?.array else { return "-" }
                return scopes.isEmpty ? "none" : scopes.map { Cell.permission($0) }.joined(separator: ", ")
            },
            instant("expires", "expires_at"), instant("revoked", "revoked_at"), instant("last used", "last_used_at"),
        ])

    /// Keys as they are made, with what is shown once.
    static let issuedKeys = View(key: "key", columns: [field("id", "id"), field("name", "name"), field("key", "key")])

    static let grants = View(
        key: "id",
        columns: [
            field("role", "role"), field("service", "service"),
            Column(column: TextTable.Column("labels", limit: 40)) { item, _ in Cell.labels(item["labels"]) },
            field("subject", "subject"), instant("expires", "expires_at"), field("id", "id"),
        ])

    static let secrets = View(
        key: "name",
        columns: [
            field("name", "name"), field("service", "service"), number("version", "version"),
            instant("written", "created_at"), field("by", "created_by"),
        ])

    static let auditEntries = View(
        key: "hash",
        columns: [
            number("entry", "sequence"), instant("at", "at"), field("principal", "principal"),
            field("operation", "operation"), field("resource", "resource"), field("service", "service"),
            Column(column: TextTable.Column("allowed")) { item, _ in item["allowed"]?.bool == true ? "yes" : "no" },
            field("address", "address"),
        ])

    static let auditHeads = View(key: "head", columns: [number("entries", "entries"), field("head", "head")])

    private static func flag(_ title: String, _ name: String) -> Column {
        Column(column: TextTable.Column(title)) { item, _ in item[name]?.bool == true ? "yes" : "no" }
    }
}

extension Cell {
    /// `team=core,tier=1`.
    static func labels(_ value: JSONValue?) -> String {
        (value?.object?.members ?? []).map { "\($0.name)=\(text($0.value))" }.joined(separator: ",")
    }

    /// `operator for billing (team=core)`.
    static func permission(_ value: JSONValue) -> String {
        let service = text(value["service"])
        let labels = labels(value["labels"])
        return "\(text(value["role"])) for \(service == "*" ? "all" : service)" + (labels.isEmpty ? "" : " (\(labels))")
    }
}
