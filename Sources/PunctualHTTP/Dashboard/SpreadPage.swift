internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/calendar/spread`: what spreading the jobs of a minute would do, and doing it.
enum SpreadPage {
    static let spans = [5, 10, 15, 30, 60]
    /// How many jobs are changed at once; whoever has more comes again.
    static let mostJobs = 500

    private struct Wish {
        let at: Timestamp
        let minutes: Int
        let way: SpreadPlan.Way
        let service: String?

        init(_ fields: FormFields) throws {
            guard let at = fields["at"].flatMap({ Timestamp(rfc3339: $0) })?.minute else {
                throw Problem(.validation, "Which minute? Choose one in the calendar.")
            }
            self.at = at
            minutes = fields["over"].flatMap { Int($0) }.flatMap { spans.contains($0) ? $0 : nil } ?? 15
            way = fields["way"].flatMap { SpreadPlan.Way(rawValue: $0) } ?? .jitter
            service = fields["service"]
        }
    }

    static func show(_ visit: Visit) async throws -> Response {
        let wish = try Wish(visit.query)
        let (jobs, total) = try await jobs(wish, visit)
        var plans: [(job: JSONValue, plan: SpreadPlan)] = []
        var others: [(job: JSONValue, why: String)] = []
        for job in jobs {
            guard visit.may(.patchJob, job: job) else {
                others.append((job, "you may not change it"))
                continue
            }
            do throws(SpreadPlan.Unfit) {
                let plan = try SpreadPlan(
                    of: job, at: wish.at, over: wish.minutes, by: wish.way, zones: visit.services.zones)
                plans.append((job, plan))
            } catch {
                others.append((job, error.text))
            }
        }
        let back = CalendarPage.Place(
            week: CalendarWeek(firstDay: nil, zone: visit.preferences.zone, now: visit.now), service: wish.service)
        let clock = visit.clock
        let view: View = [
            "spreadAt": "\(wish.at)", "spreadText": clock.text(wish.at), "spreadMinutes": wish.minutes,
            "spreadService": wish.service, "way": wish.way.rawValue,
            "planCount": Wording.count(plans.count, "job"), "hasPlans": !plans.isEmpty,
            "spans": spans.map { ["span": $0, "isSpan": $0 == wish.minutes] as View },
            "ways": [
                way(
                    "jitter", "Each fire waits for its own part of the span", "The schedules stay as they are written.",
                    wish),
                way(
                    "minute", "Each job gets a minute of its own",
                    "For cron: the minute becomes H(…), the same every day.", wish),
            ],
            "backPath": back.path(
                "minute", "\(wish.at)", hour: "\(visit.preferences.zone.hourStart(of: wish.at))"),
            "total": Wording.count(Int(total), "job"),
            "moreJobs": total > jobs.count ? Wording.count(total - Int64(jobs.count)) : nil,
            "before": chart([(wish.at, jobs.count)], wish, visit, "as it is"),
            "after": chart(
                plans.map { ($0.plan.at, 1) } + (others.isEmpty ? [] : [(wish.at, others.count)]), wish, visit, "after"),
            "plans": plans.prefix(25).map { job, plan -> View in
                [
                    "planPath": "/jobs/\(job["id"]?.string ?? "")", "planName": job["name"]?.string,
                    "planService": job["service"]?.string, "planNow": BriefWording.schedule(job["schedule"]),
                    "planText": plan.text, "planTime": clock.hourAndMinute(plan.at),
                ]
            },
            "morePlans": plans.count > 25 ? Wording.count(Int64(plans.count - 25)) : nil,
            "chosen": plans.map { job, _ -> View in
                ["chosenJob": "\(job["id"]?.string ?? ""):\(job["version"]?.int ?? 0)"]
            },
            "hasOthers": !others.isEmpty, "otherCount": Wording.count(others.count, "job"),
            "others": others.prefix(25).map { job, why -> View in
                [
                    "otherPath": "/jobs/\(job["id"]?.string ?? "")", "otherName": job["name"]?.string, "otherWhy": why,
                ]
            },
            "moreOthers": others.count > 25 ? Wording.count(Int64(others.count - 25)) : nil,
        ]
        return try await visit.page("spread", title: "Spread over \(wish.minutes) minutes", section: "/calendar", view)
    }

    private static func way(_ name: String, _ title: String, _ note: String, _ wish: Wish) -> View {
        ["wayName": name, "wayTitle": title, "wayNote": note, "isWay": wish.way.rawValue == name]
    }

    /// The jobs of the minute, and how many there are in all.
    private static func jobs(_ wish: Wish, _ visit: Visit) async throws -> (jobs: [JSONValue], total: Int64) {
        var jobs: [JSONValue] = []
        var cursor: String?
        var total: Int64 = 0
        repeat {
            var query = [("at", "\(wish.at)"), ("limit", "200")]
            if let service = wish.service { query.append(("service", service)) }
            if let cursor { query.append(("cursor", cursor)) }
            let page = try await visit.read(InnerCall(.calendarJobs, query: query.map { (name: $0.0, value: $0.1) }))
            jobs += page["items"]?.array ?? []
            total = page["jobs"]?.int ?? 0
            cursor = page["next_cursor"]?.string
        } while cursor != nil && jobs.count < mostJobs
        return (Array(jobs.prefix(mostJobs)), total)
    }

    private static func chart(
        _ fires: [(at: Timestamp, count: Int)], _ wish: Wish, _ visit: Visit, _ words: String
    ) -> View {
        var counts = [Int](repeating: 0, count: wish.minutes + 1)
        for fire in fires {
            let place = Int((fire.at.milliseconds - wish.at.milliseconds) / 60_000)
            counts[min(max(0, place), wish.minutes)] += fire.count
        }
        let clock = visit.clock
        let most = counts.max() ?? 0
        let all = fires.reduce(0) { $0 + $1.count }
        func time(_ place: Int) -> String { clock.hourAndMinute(wish.at + .seconds(60 * Int64(place))) }
        return BarChart.view(
            counts.enumerated().map { place, count in
                BarChart.Bar(parts: [(Double(count), "good")], title: "\(time(place)): \(count)")
            }, summary: "\(words): at most \(most) in a minute", top: Double(max(1, all)), from: time(0),
            to: time(wish.minutes), unit: "\(Wording.count(Int64(most))) in a minute")
    }

    // MARK: Doing it

    static func send(_ visit: Visit) async throws -> Response {
        let wish = try Wish(visit.form)
        let place = visit.returnPath(or: "/calendar")
        var seen: Set<String> = []
        let chosen = visit.form.all("job").compactMap { text -> (id: String, version: String)? in
            let parts = text.split(separator: ":").map(String.init)
            guard parts.count == 2, seen.insert(parts[0]).inserted else { return nil }
            return (parts[0], parts[1])
        }
        guard (1...mostJobs).contains(chosen.count) else {
            return visit.goOn(
                to: place,
                saying: Flash(.bad, chosen.isEmpty ? "No job was chosen." : "At most \(mostJobs) jobs at once."))
        }
        var problems: [String] = []
        // Few at a time, as in other changes of many.
        for start in stride(from: 0, to: chosen.count, by: 8) {
            try await withThrowingTaskGroup(of: String?.self) { group in
                for job in chosen[start..<min(start + 8, chosen.count)] {
                    group.addTask { try await change(job.id, job.version, wish, visit) }
                }
                for try await problem in group { if let problem { problems.append(problem) } }
            }
        }
        let done = chosen.count - problems.count
        var text = done > 0 ? "Spread \(Wording.count(done, "job")) over \(wish.minutes) minutes." : ""
        if let first = problems.first {
            text += "\(text.isEmpty ? "" : " ")\(Wording.count(problems.count, "job")) stayed as they were: \(first)"
        }
        return visit.goOn(to: place, saying: Flash(problems.isEmpty ? .good : .bad, text))
    }

    /// - Returns: why it was refused.
    private static func change(
        _ id: String, _ version: String, _ wish: Wish, _ visit: Visit
    ) async throws -> String? {
        let job = try await visit.call(InnerCall(.getJob, ["id": id]))
        guard job.isGood else { return job.detail }
        let plan: SpreadPlan
        do throws(SpreadPlan.Unfit) {
            plan = try SpreadPlan(
                of: job.json, at: wish.at, over: wish.minutes, by: wish.way, zones: visit.services.zones)
        } catch {
            return "\(error.text)."
        }
        var headers: HTTPFields = [:]
        // Only what was seen is changed.
        headers[.ifMatch] = "\"\(version)\""
        let answer = try await visit.call(InnerCall(.patchJob, ["id": id], body: plan.patch, headers: headers))
        return answer.isGood ? nil : answer.detail
    }
}
