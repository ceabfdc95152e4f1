internal import PunctualJSON
internal import PunctualSchedule

/// Which fields of a kind of item a table shows.
struct View: Sendable {
    /// One column: its title, and the cell of an item.
    struct Column: Sendable {
        let column: TextTable.Column
        let cell: @Sendable (JSONValue, Timestamp?) -> String
    }

    /// The member that `--quiet` shows.
    let key: String
    let columns: [Column]

    /// - Parameter now: for relative times; nil shows instants as they are.
    func table(of items: [JSONValue], now: Timestamp?) -> TextTable {
        var table = TextTable(columns: columns.map(\.column))
        table.rows = items.map { item in columns.map { $0.cell(item, now) } }
        return table
    }

    static func field(_ title: String, _ name: String, limit: Int? = nil) -> Column {
        Column(column: TextTable.Column(title, limit: limit)) { item, _ in Cell.text(item[name]) }
    }

    static func number(_ title: String, _ name: String) -> Column {
        Column(column: TextTable.Column(title, isNumber: true)) { item, _ in Cell.text(item[name]) }
    }

    static func instant(_ title: String, _ name: String) -> Column {
        Column(column: TextTable.Column(title)) { item, now in Cell.instant(item[name], now: now) }
    }

    static func span(_ title: String, _ name: String) -> Column {
        Column(column: TextTable.Column(title, isNumber: true)) { item, _ in
            item[name]?.int.map { RelativeTime.span(milliseconds: $0) } ?? ""
        }
    }

    static let jobs = View(
        key: "id",
        columns: [
            field("name", "name", limit: 40), field("service", "service"), field("status", "status"),
            Column(column: TextTable.Column("schedule", limit: 36)) { item, _ in Cell.schedule(item["schedule"]) },
            field("queue", "queue"), instant("next run", "next_run_at"), field("last", "last_status"),
            number("runs", "run_count"), number("failed", "failure_count"),
        ])

    static let executions = View(
        key: "id",
        columns: [
            field("id", "id"), field("job", "job_name", limit: 40), instant("scheduled", "scheduled_at"),
            field("trigger", "trigger"), field("status", "status"), field("reason", "reason"),
            number("attempt", "attempt"), span("took", "duration_ms"),
        ])

    /// As they change.
    static let liveExecutions = View(
        key: "id",
        columns: executions.columns + [
            Column(column: TextTable.Column("progress", limit: 40)) { item, _ in Cell.progress(item["progress"]) }
        ])

    static let lines = View(
        key: "number",
        columns: [
            number("number", "number"), field("at", "at"), number("attempt", "attempt"), field("level", "level"),
            field("text", "text"),
        ])

    static let queues = View(
        key: "name",
        columns: [
            field("name", "name"),
            Column(column: TextTable.Column("status")) { item, _ in item["paused"]?.bool == true ? "paused" : "active"
            },
            number("depth", "depth"), number("running", "running"), span("oldest", "oldest_age_ms"),
            number("workers", "workers"),
        ])

    static let logLevels = View(
        key: "label",
        columns: [
            field("logger", "label"), field("level", "level"), instant("changes back", "reverts_at"),
        ])

    static let limits = View(
        key: "name",
        columns: [
            Column(column: TextTable.Column("kind")) { item, _ in Cell.limited(item["kind"]) },
            // A job's id is what programs go by.
            Column(column: TextTable.Column("name", limit: 40)) { item, _ in
                Cell.text(item["job_name"]?.string == nil ? item["name"] : item["job_name"])
            },
            field("service", "service"), number("at once", "concurrency"),
            Column(column: TextTable.Column("rate")) { item, _ in
                guard let count = item["rate"]?["count"]?.int, let per = item["rate"]?["per"]?.string else { return "" }
                return "\(count)/\(per)"
            },
        ])

    static let notifications = View(
        key: "name",
        columns: [
            field("name", "name", limit: 40), field("service", "service"), field("on", "on"),
            Column(column: TextTable.Column("channel")) { item, _ in Cell.text(item["channel"]?["type"]) },
            Column(column: TextTable.Column("to", limit: 60)) { item, _ in
                let channel = item["channel"]
                return Cell.text(channel?["to"] ?? channel?["url"])
            },
        ])

    static let notices = View(
        key: "id",
        columns: [
            instant("at", "at"), field("kind", "kind"), field("service", "service"),
            field("job", "job_name", limit: 40), field("state", "state"), field("error", "error", limit: 80),
        ])

    static let instants = View(
        key: "at", columns: [field("at", "at"), field("local", "local"), field("note", "note")])

    static let decisions = View(
        key: "execution_id",
        columns: [
            instant("scheduled", "scheduled_at"), field("status", "status"), field("reason", "reason"),
            field("detail", "detail", limit: 100),
        ])

    static let nodes = View(
        key: "node_id",
        columns: [
            field("node", "node_id"), field("roles", "roles"), field("version", "version"),
            field("address", "address"), instant("started", "started_at"), instant("seen", "last_seen_at"),
        ])

    static let parts = View(
        key: "name",
        // The last column, whole: it says what to do.
        columns: [field("part", "name"), field("status", "status"), field("detail", "detail")])

    static let shards = View(
        key: "holder",
        columns: [
            number("shard", "shard"), field("holder", "holder"), number("term", "term"),
            instant("expires", "expires_at"),
        ])
}

/// What stands in one cell.
enum Cell {
    static func text(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null: ""
        case .string(let text): text
        case .array(let elements): elements.map { text($0) }.joined(separator: ",")
        case let other?: other.description
        }
    }

    static func instant(_ value: JSONValue?, now: Timestamp?) -> String {
        guard let text = value?.string else { return "" }
        guard let now, let instant = Timestamp(rfc3339: text) else { return text }
        return RelativeTime.text(of: instant, now: now)
    }

    /// How far an attempt is, as far as it says so: `42 % three of seven`.
    static func progress(_ value: JSONValue?) -> String {
        let percent = value?["percent"]?.double.map { percent in
            let tenths = (percent * 10).rounded() / 10
            // What is not done does not look as if it were.
            return "\(JSONValue.double(percent < 100 ? min(tenths, 99.9) : tenths)) %"
        }
        return [percent, value?["message"]?.string].compactMap { $0 }.joined(separator: " ")
    }

    /// What is limited, in the word of the command that limits it: the API says `queues`, the command takes `queue`.
    static func limited(_ kind: JSONValue?) -> String {
        let text = text(kind)
        return LimitArgument.Kind.allCases.first { "\($0.rawValue)s" == text }?.rawValue ?? text
    }

    /// A schedule in one short line.
    static func schedule(_ value: JSONValue?) -> String {
        let zone = value?["timezone"]?.string.flatMap { $0 == "UTC" ? nil : " \($0)" } ?? ""
        return switch value?["type"]?.string {
        case "cron": text(value?["expression"]) + zone
        case "interval": "every \(text(value?["every"]))"
        case "fixed_delay": "\(text(value?["every"])) after each"
        case "once": "once \(text(value?["at"]))\(text(value?["local"]))\(zone)"
        case "rrule": text(value?["rule"]).replacing("\n", with: " ") + zone
        case let type: type ?? ""
        }
    }
}
