internal import Hummingbird
internal import PunctualAccess
internal import PunctualJSON
internal import PunctualSchedule

/// `/queues`: where executions wait, what holds them back, and who works on them.
enum QueuesPage {
    /// How many queues are shown; of more, those in which most waits.
    static let mostQueues = 100

    static func show(_ visit: Visit) async throws -> Response {
        async let queues = visit.readIfAllowed(InnerCall(.listQueues))
        async let minutes = visit.readIfAllowed(InnerCall(.statsByMinute, query: [("by", "queue")]))
        async let limits = limits(visit)
        async let running = visit.readIfAllowed(
            InnerCall(.listExecutions, query: [("status", "running"), ("limit", "200")]))
        async let status = visit.readIfAllowed(InnerCall(.scheduleStatus))
        async let health = visit.call(InnerCall(.health))

        var view: View = [:]
        if let items = try await queues?["items"]?.array {
            view = view.merging(queueViews(items, try await minutes, visit))
        }
        view = view.merging(try await limits)
        view = view.merging(WorkersView.workers(try await running?["items"]?.array ?? [], visit))
        if let status = try await status { view = view.merging(WorkersView.nodes(status, visit)) }
        view["parts"] = WorkersView.parts(try await health, try await status, visit)
        return try await visit.page("queues", title: "Queues and workers", section: "/queues", view)
    }

    // MARK: Queues

    private static func queueViews(_ all: [JSONValue], _ minutes: JSONValue?, _ visit: Visit) -> View {
        let text = visit.query["q"]
        func number(_ queue: JSONValue, _ name: String) -> Int64 { queue[name]?.int ?? 0 }
        let found = all.filter { queue in
            text.map { (queue["name"]?.string ?? "").lowercased().contains($0.lowercased()) } ?? true
        }
        let deepest = found.sorted { left, right in
            (number(right, "depth"), left["name"]?.string ?? "") < (number(left, "depth"), right["name"]?.string ?? "")
        }
        // Rows have their places by name, so that they do not change them as the depth does.
        let shown = deepest.prefix(mostQueues).sorted { ($0["name"]?.string ?? "") < ($1["name"]?.string ?? "") }
        let figures = Dictionary(
            (minutes?["queues"]?.array ?? []).compactMap { item in item["name"]?.string.map { ($0, item) } }
        ) { first, _ in first }
        let oldest = all.compactMap { $0["oldest_age_ms"]?.int }.max()
        let paused = all.count { $0["paused"]?.bool ?? false }
        return [
            "seesQueues": true, "missing": minutes.flatMap(Wording.missingFigures), "q": text,
            "isNarrowed": text != nil,
            "rows": shown.map { row($0, figures[$0["name"]?.string ?? ""], visit) }, "hasRows": !shown.isEmpty,
            "moreQueues": found.count > shown.count ? Wording.count(Int64(found.count - shown.count)) : nil,
            "waiting": Wording.count(all.reduce(0) { $0 + number($1, "depth") }),
            "running": Wording.count(all.reduce(0) { $0 + number($1, "running") }),
            "queueCount": Wording.count(all.count, "queue"),
            "pausedCount": paused == 0 ? nil : Wording.count(Int64(paused)),
            "oldest": oldest.map { Wording.duration(milliseconds: $0) },
            "isOld": (oldest ?? 0) > 60_000,
            "mayLimitQueues": visit.may(.putQueueLimit),
        ]
    }

    private static func row(_ queue: JSONValue, _ figures: JSONValue?, _ visit: Visit) -> View {
        let name = queue["name"]?.string ?? ""
        let isPaused = queue["paused"]?.bool ?? false
        let running = queue["running"]?.int ?? 0
        let concurrency = queue["limit"]?["concurrency"]?.int
        let ended = (figures?["ended_by_minute"]?.array ?? []).map { $0.int ?? 0 }
        // The minute that runs is not over.
        let recent = ended.dropLast().suffix(5)
        let failed = figures?["failed"]?.int ?? 0
        let age = queue["oldest_age_ms"]?.int
        return [
            "rowID": name, "rowName": name, "rowStatus": StatusView.view(isPaused ? "paused" : "active"),
            "rowDepth": Wording.count(queue["depth"]?.int ?? 0),
            "rowAge": age.map { Wording.duration(milliseconds: $0) }, "isRowOld": (age ?? 0) > 60_000,
            "rowRunning": Wording.count(running),
            "rowWorkers": Wording.count(Int(queue["workers"]?.int ?? 0), "worker"),
            "rowUse": concurrency.map { LimitWording.use(running, of: $0) },
            "rowLimit": LimitWording.text(queue["limit"]),
            "rowPace": recent.isEmpty ? nil : pace(recent.reduce(0, +), minutes: Int64(recent.count)),
            "rowLine": ended.contains { $0 > 0 } ? SparkLine.path(ended) : nil,
            "rowFailed": failed > 0 ? Wording.count(failed) : nil,
            "rowJobsPath": "/jobs?queue=\(FormFields.encoded(name))",
            "rowLimitPath": "/queues/limit?kind=queues&name=\(FormFields.encoded(name))",
            "mayPause": !isPaused && visit.may(.pauseQueue), "mayResume": isPaused && visit.may(.resumeQueue),
            "mayLimit": visit.may(.putQueueLimit),
        ]
    }

    /// `12/min`, `0.4/min`
    private static func pace(_ count: Int64, minutes: Int64) -> String {
        let tenths = count * 10 / minutes
        return tenths >= 100 || tenths % 10 == 0
            ? "\(Wording.count(tenths / 10))/min" : "\(tenths / 10).\(tenths % 10)/min"
    }

    // MARK: Limits

    /// Those of services and jobs; a queue's is shown with it.
    private static func limits(_ visit: Visit) async throws -> View {
        guard visit.may(.listLimits) else { return [:] }
        var items: [View] = []
        var hasMore = false
        for kind in ["services", "jobs"] {
            let page = try await visit.read(InnerCall(.listLimits, query: [("kind", kind), ("limit", "50")]))
            items += (page["items"]?.array ?? []).map { limitRow($0, visit) }
            hasMore = hasMore || page["next_cursor"]?.string != nil
        }
        return [
            "seesLimits": true, "limits": items, "hasLimits": !items.isEmpty, "hasMoreLimits": hasMore,
            "mayLimitServices": visit.mayAnywhere(.putServiceLimit),
        ]
    }

    private static func limitRow(_ limit: JSONValue, _ visit: Visit) -> View {
        let (kind, name) = (limit["kind"]?.string ?? "", limit["name"]?.string ?? "")
        let concurrency = limit["concurrency"]?.int
        let isJob = kind == "jobs"
        let service = limit["service"]?.string
        return [
            "limitID": "\(kind)-\(name)", "limitKind": isJob ? "Job" : "Service",
            "limitName": isJob ? limit["job_name"]?.string ?? name : name,
            "limitService": isJob ? service : nil,
            "limitPath": isJob ? "/jobs/\(name)" : "/jobs?service=\(FormFields.encoded(name))",
            "limitText": LimitWording.text(limit),
            "limitUse": concurrency.map { LimitWording.use(limit["running"]?.int ?? 0, of: $0) },
            "limitEdit": "/queues/limit?kind=\(kind)&name=\(FormFields.encoded(name))",
            "mayLimit": visit.may(isJob ? .putJobLimit : .putServiceLimit, service: service),
        ]
    }
}

/// Limits as people read them.
enum LimitWording {
    /// `10 at once, 100 per 1m`; nil for none.
    static func text(_ json: JSONValue?) -> String? {
        var parts: [String] = []
        if let concurrency = json?["concurrency"]?.int { parts.append("\(Wording.count(concurrency)) at once") }
        if let count = json?["rate"]?["count"]?.int, let per = json?["rate"]?["per"]?.string {
            parts.append("\(Wording.count(count)) per \(per)")
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// For the template `use`.
    static func use(_ running: Int64, of most: Int64) -> View {
        let part = min(100, running * 100 / max(1, most))
        return [
            "useText": "\(Wording.count(running)) of \(Wording.count(most))", "usePart": part,
            "useKind": running >= most ? "b-full" : "b-use",
        ]
    }
}

/// Sixty minutes as a line of bars.
enum SparkLine {
    /// The path of a drawing that is 60 wide and 16 high.
    static func path(_ values: [Int64]) -> String {
        let most = max(1, values.max() ?? 1)
        return values.enumerated().compactMap { place, value in
            // Something is never drawn as nothing.
            value > 0 ? "M\(place).5 16v-\(max(1, value * 15 / most))" : nil
        }.joined()
    }
}
