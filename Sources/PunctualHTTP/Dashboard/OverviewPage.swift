internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON
internal import PunctualSchedule

/// `/`: how the installation is, what fails, what comes.
enum OverviewPage {
    static func show(_ visit: Visit) async throws -> Response {
        async let health = visit.call(InnerCall(.health))
        async let status = visit.readIfAllowed(InnerCall(.scheduleStatus))
        async let stats = visit.readIfAllowed(InnerCall(.stats))
        async let minutes = visit.readIfAllowed(InnerCall(.statsByMinute))
        // The newest failures of a day, at most so many: what fails now is among them.
        let since = Timestamp(milliseconds: visit.now.milliseconds - 86_400_000)
        async let failures = visit.readIfAllowed(
            InnerCall(
                .listExecutions,
                query: [("status", "failed"), ("from", "\(since)"), ("brief", "true"), ("limit", "100")]))
        async let coming = visit.readIfAllowed(
            InnerCall(.listJobs, query: [("status", "active"), ("sort", "next_run_at"), ("limit", "50")]))

        var view = healthView(try await health, try await status, visit)
        if let stats = try await stats { view["figures"] = figures(stats) }
        if let minutes = try await minutes { view = view.merging(charts(minutes, visit)) }
        if let items = try await failures?["items"]?.array {
            let failing = failing(items, visit)
            view["failing"] = failing
            view["hasFailing"] = !failing.isEmpty
        }
        if let items = try await coming?["items"]?.array {
            let end = Timestamp(milliseconds: visit.now.milliseconds + 3_600_000)
            let hour = items.filter { item in
                item["next_run_at"]?.string.flatMap { Timestamp(rfc3339: $0) }.map { $0 <= end } ?? false
            }
            view["coming"] = hour.map { job in comingView(job, visit) }
            view["hasComing"] = !hour.isEmpty
            view["hasMoreComing"] = hour.count == items.count && hour.count == 50
            view["hasNoJobs"] = items.isEmpty && !visit.may(.stats)
        }
        view["mayCreate"] = visit.mayAnywhere(.createJob)
        return try await visit.page("overview", title: "Overview", section: "/", view)
    }

    private static func comingView(_ job: JSONValue, _ visit: Visit) -> View {
        [
            "comingName": job["name"]?.string, "comingPath": "/jobs/\(job["id"]?.string ?? "")",
            "comingService": job["service"]?.string, "comingTime": visit.clock.view(job["next_run_at"]),
            "comingID": job["id"]?.string,
        ]
    }

    private static func healthView(_ health: InnerAnswer, _ status: JSONValue?, _ visit: Visit) -> View {
        let word = health.json["status"]?.string ?? "unknown"
        let kind = ["healthy": "ok", "degraded": "degraded"][word] ?? "unavailable"
        var view: View = [
            "health": [
                "healthWord": word.capitalizedWord, "healthClass": "s-\(kind)", "healthIcon": "#i-\(kind)",
            ] as View
        ]
        let lag = health.json["metrics"]?["lag_ms"]?.int ?? 0
        view["lag"] = lag == 0 ? "none" : Wording.duration(milliseconds: lag)
        view["isLate"] = lag > 5000
        view["due"] = Wording.count(health.json["metrics"]?["due"]?.int ?? 0)
        let parts = (health.json["services"]?.object?.members ?? []).map { member -> View in
            ["partName": member.name, "partStatus": StatusView.view(member.value["status"]?.string ?? "")]
        }
        view["parts"] = parts
        guard let status else { return view }
        let nodes = status["nodes"]?.array ?? []
        let shards = status["shards"]?.array ?? []
        view["nodeCount"] = Wording.count(nodes.count, "node")
        view["shardCount"] = Wording.count(shards.count, "shard")
        view["hasNodes"] = !nodes.isEmpty
        view["nodes"] = nodes.map { node -> View in
            let id = node["node_id"]?.string ?? ""
            let held = shards.filter { $0["holder"]?.string == id }.compactMap { $0["shard"]?.int }
            return [
                "node": id, "roles": (node["roles"]?.array ?? []).compactMap(\.string).joined(separator: ", "),
                "nodeVersion": node["version"]?.string, "nodeSeen": visit.clock.view(node["last_seen_at"]),
                "held": held.isEmpty ? nil : held.map(String.init).joined(separator: " "),
                "heldCount": held.count,
            ]
        }
        let orphans = shards.filter { $0["holder"]?.string == nil }.count
        if orphans > 0 { view["orphans"] = Wording.count(orphans, "shard") }
        return view
    }

    private static func figures(_ stats: JSONValue) -> [View] {
        func figure(_ name: String, _ path: String?, _ value: JSONValue?, isBad: Bool = false) -> View {
            let number = value?.int ?? 0
            return [
                "figureName": name, "figurePath": path, "figure": Wording.count(number),
                "isBadFigure": isBad && number > 0,
            ]
        }
        let (jobs, executions) = (stats["jobs"], stats["executions"])
        return [
            figure("active jobs", "/jobs?status=active", jobs?["active"]),
            figure("paused jobs", "/jobs?status=paused", jobs?["paused"]),
            figure("running", "/executions?status=running", executions?["running"]),
            figure("waiting", "/executions?status=pending", executions?["pending"]),
        ]
    }

    private static func charts(_ json: JSONValue, _ visit: Visit) -> View {
        let minutes = json["items"]?.array ?? []
        let clock = visit.clock
        func label(_ minute: JSONValue?) -> String {
            (minute?["at"]?.string).flatMap { Timestamp(rfc3339: $0) }.map(clock.hourAndMinute) ?? ""
        }
        func sum(_ name: String) -> Int64 { minutes.reduce(0) { $0 + ($1[name]?.int ?? 0) } }
        let (good, bad, other) = (
            sum("succeeded"), sum("failed"), sum("cancelled") + sum("skipped") + sum("missed")
        )
        let bars = minutes.map { minute -> BarChart.Bar in
            func value(_ name: String) -> Int64 { minute[name]?.int ?? 0 }
            let rest = value("cancelled") + value("skipped") + value("missed")
            return BarChart.Bar(
                parts: [
                    (Double(value("succeeded")), "good"), (Double(rest), "other"), (Double(value("failed")), "bad"),
                ],
                title: "\(label(minute)): \(value("succeeded")) succeeded, \(value("failed")) failed, \(rest) others")
        }
        let most =
            minutes.map { minute in
                ["succeeded", "failed", "cancelled", "skipped", "missed"].reduce(0) { $0 + (minute[$1]?.int ?? 0) }
            }.max() ?? 0
        let late = minutes.compactMap { $0["lateness_ms"]?["p95"]?.int }
        let lateBars = minutes.map { minute -> BarChart.Bar in
            let value = minute["lateness_ms"]?["p95"]?.int
            return BarChart.Bar(
                parts: [(Double(value ?? 0), (value ?? 0) > 1000 ? "bad" : "good")],
                title: value.map { "\(label(minute)): 95 % within \(Wording.duration(milliseconds: $0))" }
                    ?? "\(label(minute)): nothing began")
        }
        let worst = late.max() ?? 0
        let ratio = good + bad == 0 ? nil : Double(good) * 100 / Double(good + bad)
        return [
            "hasCharts": true,
            "throughput": BarChart.view(
                bars,
                summary:
                    "Executions that ended in the last hour: \(good) succeeded, \(bad) failed, \(other) were skipped, missed or cancelled.",
                from: label(minutes.first), to: label(minutes.last), unit: "\(Wording.count(most)) a minute"),
            "lateness": BarChart.view(
                lateBars,
                summary: late.isEmpty
                    ? "Nothing began in the last hour."
                    : "How late first attempts began, minute by minute: 95 % within \(Wording.duration(milliseconds: worst)) in the worst.",
                from: label(minutes.first), to: label(minutes.last), unit: Wording.duration(milliseconds: worst)),
            "endedCount": Wording.count(good + bad + other), "failedCount": Wording.count(bad),
            "successRatio": ratio.map { percent($0) },
        ]
    }

    /// `99.5 %`, rounded down: only all is 100 %.
    static func percent(_ value: Double) -> String {
        let tenths = Int(value * 10)
        return tenths == 1000 ? "100 %" : "\(tenths / 10).\(tenths % 10) %"
    }

    /// One line a job, newest failure first.
    private static func failing(_ executions: [JSONValue], _ visit: Visit) -> [View] {
        var order: [String] = []
        var byJob: [String: [JSONValue]] = [:]
        for execution in executions {
            let id = execution["job_id"]?.string ?? ""
            if byJob[id] == nil { order.append(id) }
            byJob[id, default: []].append(execution)
        }
        return order.prefix(10).map { id in
            let mine = byJob[id] ?? []
            let newest = mine.first
            return [
                "failingID": id, "failingName": newest?["job_name"]?.string, "failingPath": "/jobs/\(id)",
                "failingService": newest?["service"]?.string, "failingCount": mine.count,
                "isOften": mine.count > 1, "failingReason": newest?["reason"]?.string,
                "failingError": (newest?["error"]?.string).map { String($0.prefix(160)) },
                "failingTime": visit.clock.view(newest?["finished_at"]),
                "failingRun": "/executions/\(id)/\(newest?["id"]?.string ?? "")",
            ]
        }
    }
}
