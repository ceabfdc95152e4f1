internal import Hummingbird
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/`: how the installation is, what fails, what comes.
struct OverviewPage {
    /// In an outage everybody looks here, and each piece of news brings all of them back at once.
    private let coalescer = Coalescer<Sight, Made>()

    private struct Made {
        let html: String
        /// Of the oldest of what replicas told.
        let staleness: Duration?
    }

    /// Those who share one see the same.
    private struct Sight: Hashable {
        let permissions: Set<Permission>
        let zone: String
    }

    func show(_ visit: Visit) async throws -> Response {
        let sight = Sight(permissions: Set(visit.context.principal.permissions), zone: visit.preferences.zone.name)
        let made = try await coalescer.value(of: sight) {
            // Of this making alone: it is told to each who shares it.
            let staleness = Staleness()
            let view = try await Staleness.$current.withValue(staleness) { try await Self.view(visit) }
            return Made(html: PageTemplates.shared.render("overview", view), staleness: staleness.age)
        }
        if let age = made.staleness { Staleness.current?.note(age) }
        return try await visit.page("rendered", title: "Overview", section: "/", ["html": made.html])
    }

    private static func view(_ visit: Visit) async throws -> View {
        async let health = visit.call(InnerCall(.health))
        async let status = visit.glance(InnerCall(.scheduleStatus))
        async let stats = visit.glance(InnerCall(.stats))
        async let minutes = visit.glance(InnerCall(.statsByMinute))
        async let failing = failing(visit)
        async let coming = visit.glance(
            InnerCall(.listJobs, query: [("status", "active"), ("sort", "next_run_at"), ("limit", "50")]))

        let seen = [try await status, try await stats, try await minutes, try await coming]
        let failures = try await failing
        var view = healthView(try await health, seen[0].json, visit)
        // Whatever the store keeps to itself, what this node knows of its parts is shown.
        view["isPartial"] = failures.isMissing || seen.contains(where: \.isMissing)
        if let stats = seen[1].json { view["figures"] = figures(stats) }
        if let minutes = seen[2].json { view = view.merging(charts(minutes, visit)) }
        view["failing"] = failures.rows
        view["hasFailing"] = !failures.rows.isEmpty
        if let items = seen[3].json?["items"]?.array {
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
        return view
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
        let lag = health.json["metrics"]?["lag_ms"]?.int
        view["lag"] = lag.map { $0 == 0 ? "none" : Wording.duration(milliseconds: $0) } ?? "unknown"
        view["isLate"] = (lag ?? 0) > 5000
        view["due"] = health.json["metrics"]?["due"]?.int.map { Wording.count($0) } ?? "unknown"
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
            "hasCharts": true, "missing": Wording.missingFigures(json),
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

    /// How many jobs are shown, and how many pages of failures are looked through for them: one that fails all the time
    /// must not hide the others.
    private static let (mostFailing, mostPages) = (10, 5)

    /// A job that fails, with its failures of late, the newest first.
    private struct Failing: Sendable {
        let id: String
        let failures: [JSONValue]
    }

    /// The jobs whose newest end is a failure, one line each, newest failure first; nothing when that takes too long.
    private static func failing(_ visit: Visit) async throws -> (rows: [View], isMissing: Bool) {
        let found: (jobs: [Failing], hasMore: Bool)?
        do {
            // One patience for all of it, however many questions it takes.
            found = try await Deadline.within(.seconds(3)) { try await newestFailures(visit) }
        } catch is Deadline.Passed {
            return ([], true)
        }
        guard let found else { return ([], true) }
        let rows = found.jobs.map { job -> View in
            let failure = job.failures.first
            return [
                "failingID": job.id, "failingName": failure?["job_name"]?.string, "failingPath": "/jobs/\(job.id)",
                "failingService": failure?["service"]?.string, "failingCount": job.failures.count,
                "isOften": job.failures.count > 1, "isAtLeast": found.hasMore,
                "failingReason": failure?["reason"]?.string,
                "failingError": (failure?["error"]?.string).map { String($0.prefix(160)) },
                "failingTime": visit.clock.view(failure?["finished_at"]),
                "failingRun": "/executions/\(job.id)/\(failure?["id"]?.string ?? "")",
            ]
        }
        return (rows, false)
    }

    /// - Returns: nil when something was not answered.
    private static func newestFailures(_ visit: Visit) async throws -> (jobs: [Failing], hasMore: Bool)? {
        let since = Timestamp(milliseconds: visit.now.milliseconds - 86_400_000)
        var order: [String] = []
        var byJob: [String: [JSONValue]] = [:]
        var cursor: String?
        for _ in 0..<mostPages {
            var query = [("status", "failed"), ("from", "\(since)"), ("brief", "true"), ("limit", "200")]
            if let cursor { query.append(("cursor", cursor)) }
            let page = try await visit.glance(InnerCall(.listExecutions, query: query))
            if page.isMissing { return nil }
            for execution in page.json?["items"]?.array ?? [] {
                let id = execution["job_id"]?.string ?? ""
                if byJob[id] == nil { order.append(id) }
                byJob[id, default: []].append(execution)
            }
            cursor = page.json?["next_cursor"]?.string
            if cursor == nil || order.count >= mostFailing { break }
        }
        var jobs: [Failing] = []
        for start in stride(from: 0, to: min(order.count, mostFailing * 2), by: mostFailing)
        where jobs.count < mostFailing {
            let ids = Array(order[start...].prefix(mostFailing))
            guard let fine = try await succeeding(ids, visit) else { return nil }
            jobs += ids.filter { !fine.contains($0) }.map { Failing(id: $0, failures: byJob[$0] ?? []) }
        }
        return (Array(jobs.prefix(mostFailing)), cursor != nil)
    }

    /// Those whose newest end is a success.
    /// - Returns: nil when something was not answered.
    private static func succeeding(_ ids: [String], _ visit: Visit) async throws -> Set<String>? {
        try await withThrowingTaskGroup(of: (String, Visit.Glance).self) { group in
            for id in ids {
                let call = InnerCall(.listJobExecutions, ["job_id": id], query: [("brief", "true"), ("limit", "5")])
                group.addTask { (id, try await visit.glance(call)) }
            }
            var fine: Set<String> = []
            for try await (id, newest) in group {
                if newest.isMissing { return nil }
                let end = newest.json?["items"]?.array?.first {
                    ["succeeded", "failed"].contains($0["status"]?.string)
                }
                if end?["status"] == "succeeded" { fine.insert(id) }
            }
            return fine
        }
    }
}
