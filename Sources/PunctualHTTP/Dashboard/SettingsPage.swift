internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON

/// `/settings`: how one sees things, and what this node runs with.
enum SettingsPage {
    static func show(_ visit: Visit) async throws -> Response {
        async let health = visit.call(InnerCall(.health))
        async let status = visit.readIfAllowed(InnerCall(.scheduleStatus))
        async let levels = mayLevels(visit) ? visit.call(InnerCall(.listLogLevels)) : nil
        var view: View = [
            "zoneNames": ZoneNames.common.map { ["zoneName": $0] as View },
            "mayMetrics": visit.may(.metrics), "nowTime": visit.clock.text(visit.now), "utcTime": "\(visit.now)",
        ]
        view = view.merging(node(try await health.json, try await status, visit))
        if let found = try await levels, found.isGood { view = view.merging(self.levels(found.json, visit)) }
        return try await visit.page("settings", title: "Settings", section: "/settings", view)
    }

    private static func mayLevels(_ visit: Visit) -> Bool {
        visit.services.logLevels != nil && visit.may(.listLogLevels)
    }

    private static func node(_ health: JSONValue, _ status: JSONValue?, _ visit: Visit) -> View {
        let id = health["node_id"]?.string ?? ""
        let mine = status?["nodes"]?.array?.first { $0["node_id"]?.string == id }
        let metrics = health["metrics"]
        func count(_ name: String) -> Int64? { metrics?[name]?.int }
        let connections = metrics?["connections"]
        let http = connections?["http"]?.int.map { open in
            Wording.count(open) + (connections?["http_limit"]?.int.map { " of \(Wording.count($0))" } ?? "")
        }
        let memory = count("memory_bytes").map { used in
            bytes(used) + (count("memory_limit_bytes").map { " of \(bytes($0))" } ?? "")
        }
        let database = (connections?.object?.members ?? []).filter { $0.name.hasPrefix("database_") }.map {
            "\($0.value.int ?? 0) \($0.name.dropFirst("database_".count).replacing("_", with: " "))"
        }
        let pairs: [(String, String?)] = [
            ("Node", id), ("Version", health["version"]?.string),
            ("Roles", mine.map { ($0["roles"]?.array ?? []).compactMap(\.string).joined(separator: ", ") }),
            ("Address", mine?["address"]?.string),
            ("Running for", count("uptime_seconds").map { Wording.duration(milliseconds: $0 * 1000) }),
            ("Memory", memory), ("Processor", metrics?["cpu_percent"]?.double.map { "\(Int($0)) % of one" }),
            ("Open files", count("open_files").map { Wording.count($0) }), ("HTTP connections", http),
            ("Database connections", database.isEmpty ? nil : database.joined(separator: ", ")),
        ]
        let details = Dictionary(
            (status?["parts"]?.array ?? []).map { ($0["name"]?.string ?? "", $0["detail"]?.string ?? "") }
        ) { first, _ in first }
        let parts = (health["services"]?.object?.members ?? []).map { member -> View in
            let detail = details[member.name] ?? ""
            let word = member.value["status"]?.string ?? ""
            let error = member.value["last_error"]?.string
            return [
                "partName": member.name.capitalizedWord,
                "partStatus": word == "impaired"
                    ? AccessWording.status("Impaired", like: "degraded") : StatusView.view(word),
                "partDetail": detail.isEmpty ? nil : detail,
                "partLatency": member.value["latency_ms"]?.double.map { "\(Double(Int($0 * 10)) / 10) ms" },
                "partError": error, "partErrorTime": visit.clock.view(member.value["last_error_at"]),
            ]
        }
        let nodes = (status?["nodes"]?.array ?? []).map { node -> View in
            [
                "nodeName": node["node_id"]?.string, "isThisNode": node["node_id"]?.string == id,
                "nodeRoles": (node["roles"]?.array ?? []).compactMap(\.string).joined(separator: ", "),
                "nodeVersion": node["version"]?.string, "nodeAddress": node["address"]?.string,
                "nodeStarted": visit.clock.view(node["started_at"]), "nodeSeen": visit.clock.view(node["last_seen_at"]),
            ]
        }
        return [
            "facts": pairs.compactMap { name, value -> View? in value.map { ["factName": name, "fact": $0] } },
            "parts": parts, "hasParts": !parts.isEmpty, "nodes": nodes, "hasNodes": nodes.count > 1,
        ]
    }

    /// `412 MB`
    static func bytes(_ value: Int64) -> String {
        switch value {
        case ..<10_000: "\(Wording.count(value)) B"
        case ..<10_000_000: "\(value / 1000) kB"
        case ..<10_000_000_000: "\(Wording.count(value / 1_000_000)) MB"
        default: "\(Wording.count(value / 1_000_000_000)) GB"
        }
    }

    // MARK: Levels of loggers

    private static let words = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

    private static func levels(_ json: JSONValue, _ visit: Visit) -> View {
        let items = (json["items"]?.array ?? []).map { item -> View in
            let level = item["level"]?.string
            return [
                "loggerLabel": item["label"]?.string, "isChanged": item["changed"]?.bool == true,
                "loggerEnd": visit.clock.view(item["reverts_at"]),
                "loggerLevels": words.map { ["level": $0, "isLevel": $0 == level] as View },
            ]
        }
        return [
            "loggers": items, "hasLoggers": !items.isEmpty, "loggerNode": json["node_id"]?.string,
            "mayLevel": visit.may(.putLogLevel),
        ]
    }

    /// `POST /settings/log-levels`: of the node that the page was about; where another one answers, nothing is changed.
    static func sendLevel(_ visit: Visit) async throws -> Response {
        let form = visit.form
        let label = form["label"] ?? ""
        func goOn(_ flash: Flash) -> Response { visit.goOn(to: "/settings", saying: flash) }
        if let node = form["node"], node != visit.services.nodeID {
            return goOn(
                Flash(
                    .bad,
                    "Nothing was changed: you looked at node \(node), and \(visit.services.nodeID) has answered. Try again, or open the dashboard at the node's own address."
                ))
        }
        if form["action"] == "reset" {
            let answer = try await visit.call(InnerCall(.deleteLogLevel, ["label": label]))
            return goOn(answer.flash("\(label) logs as the settings say."))
        }
        var body: JSONValue = ["level": .string(form["level"] ?? "")]
        if let duration = form["for"] { body = body.with("for", .string(duration)) }
        let answer = try await visit.call(InnerCall(.putLogLevel, ["label": label], body: body))
        return goOn(
            answer.flash("\(label) logs from \(form["level"] ?? "") on\(form["for"].map { ", for \($0)" } ?? "")."))
    }
}
