internal import Hummingbird
internal import PunctualAccess
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/calendar`: when jobs will fire, a week at a glance, an hour by minutes, and the jobs of one minute.
enum CalendarPage {
    static func show(_ visit: Visit) async throws -> Response {
        let zone = visit.preferences.zone
        let week = CalendarWeek(firstDay: visit.query["week"], zone: zone, now: visit.now)
        let service = visit.query["service"]
        let place = Place(week: week, service: service)
        async let asked = visit.call(
            InnerCall(
                .calendar,
                query: [
                    ("from", "\(week.from)"), ("hours", "\(week.hours)"), ("zone", zone.name),
                ] + place.filter))
        async let hour = hour(place, visit)
        async let minute = minute(place, visit)
        let found = try await asked
        // A service whose name is none is said on the page, where it can be mended.
        if !found.isGood, found.status != 422 { throw PageRefusal(found) }
        var view: View = [
            "service": service, "weekText": week.text, "zoneName": zone.name, "nextWeek": place.path(week: 1),
            "lastWeek": week.isFirst ? nil : place.path(week: -1), "today": week.isFirst ? nil : place.path(week: nil),
            "weekDay": week.isFirst ? nil : week.firstDay,
        ]
        if found.isGood {
            view = view.merging(heat(found.json, place, visit)).merging(count(found.json["count"], visit))
            view["pileUps"] = pileUps(found.json, place, visit)
            view["hasPileUps"] = !(found.json["pile_ups"]?.array ?? []).isEmpty
        } else {
            view["fault"] = ([found.detail] + found.faults.map { "\($0.pointer) \($0.detail)." }).joined(separator: " ")
        }
        if let hour = try await hour { view = view.merging(hour) }
        if let minute = try await minute { view = view.merging(minute) }
        return try await visit.page("calendar", title: "Calendar", section: "/calendar", view)
    }

    /// Where somebody is in the calendar, for the addresses of elsewhere.
    struct Place: Sendable {
        let week: CalendarWeek
        let service: String?

        var filter: [(name: String, value: String)] { service.map { [("service", $0)] } ?? [] }

        /// - Parameter step: weeks from here; nil is this one by the clock.
        func path(week step: Int?) -> String {
            path([], week: step.map { week.day(from: 7 * $0) })
        }

        func path(_ more: [(name: String, value: String)], week day: String? = nil, to part: String = "") -> String {
            let query = (day.map { [("week", $0)] } ?? []) + filter.map { ($0.name, $0.value) } + more
            if query.isEmpty { return "/calendar" }
            return "/calendar?" + query.map { "\($0.0)=\(FormFields.encoded($0.1))" }.joined(separator: "&") + part
        }

        /// Of the same week, with an hour or a minute looked at.
        func path(_ name: String, _ at: String, hour: String? = nil) -> String {
            path(
                (hour.map { [("hour", $0)] } ?? []) + [(name, at)], week: week.isFirst ? nil : week.firstDay,
                to: "#\(name)")
        }
    }

    // MARK: The week

    private static func heat(_ json: JSONValue, _ place: Place, _ visit: Visit) -> View {
        let zone = visit.preferences.zone
        var hours: [CalendarWeek.Hour: HourFigures] = [:]
        for item in json["items"]?.array ?? [] {
            guard let text = item["at"]?.string, let at = Timestamp(rfc3339: text) else { continue }
            let local = zone.local(at: at)
            let key = CalendarWeek.Hour(day: local.dayNumber, hour: local.hour)
            var figures = hours[key] ?? HourFigures(at: text)
            figures.parts += 1
            figures.fires += item["fires"]?.int ?? 0
            figures.peak = max(figures.peak, item["peak"]?.int ?? 0)
            figures.hasPileUp = figures.hasPileUp || item["pile_up"]?.bool ?? false
            figures.isPast = at + .seconds(3600) <= visit.now
            figures.isWhole = at > visit.now
            hours[key] = figures
        }
        let most = hours.values.map(\.fires).max() ?? 0
        let scale = HeatScale(hours.values.filter(\.isWhole).map(\.fires), most: most)
        let changes = changes(json, visit)
        var rows: [View] = []
        for day in 0..<7 {
            let number = place.week.firstNumber + day
            let name = CalendarWeek.dayText(number)
            var sum: Int64 = 0
            let cells = (0..<24).map { hour -> View in
                let clock = "\(PageClock.two(hour)):00"
                guard let found = hours[.init(day: number, hour: hour)] else {
                    return [
                        "cellClass": "gap", "cellTitle": "\(name) \(clock) does not exist: the clock is put forward",
                    ]
                }
                sum += found.fires
                let twice = found.parts > 1 ? ", an hour that comes twice" : ""
                let peak = found.peak > 1 ? ", at most \(Wording.count(found.peak)) in a minute" : ""
                var view = cell(
                    found.fires, scale, isPast: found.isPast, title: "\(name) \(clock)\(twice)", more: peak,
                    path: place.path("hour", found.at))
                if found.hasPileUp, let kind = view["cellClass"] as? String { view["cellClass"] = "\(kind) pile" }
                return view
            }
            rows.append([
                "rowHead": name, "rowCells": cells, "rowSum": Wording.short(sum), "rowNote": changes[number],
                "isToday": number == visit.clock.zone.local(at: visit.now).dayNumber,
            ])
        }
        let total = hours.values.reduce(0) { $0 + $1.fires }
        return [
            "hasHeat": true, "heatRows": rows,
            "heatColumns": (0..<24).map { ["column": PageClock.two($0)] as View },
            "total": Wording.count(total), "isEmptyWeek": total == 0, "busiest": Wording.count(most),
            "hasChanges": !changes.isEmpty,
        ]
    }

    private struct HourFigures {
        let at: String
        var fires: Int64 = 0
        var peak: Int64 = 0
        var hasPileUp = false
        var isPast = false
        var isWhole = false
        /// Two of an hour that comes twice.
        var parts = 0

        init(at: String) { self.at = at }
    }

    /// By day, that the clock changes on it.
    private static func changes(_ json: JSONValue, _ visit: Visit) -> [Int: String] {
        var texts: [Int: String] = [:]
        for change in json["clock_changes"]?.array ?? [] {
            guard let at = (change["at"]?.string).flatMap({ Timestamp(rfc3339: $0) }) else { continue }
            let shift = change["shift"]?.string ?? ""
            let isBack = shift.hasPrefix("-")
            // What the clock would have shown, had nobody touched it.
            let before = visit.preferences.zone.local(at: at - .seconds(1))
            let wall = LocalDateTime(secondsSinceEpoch: before.secondsSinceEpoch + 1)
            texts[visit.preferences.zone.local(at: at).dayNumber] =
                "clock \(isBack ? "back" : "forward") \(shift.drop { $0 == "-" }) at \(PageClock.two(wall.hour)):\(PageClock.two(wall.minute))"
        }
        return texts
    }

    private static func cell(
        _ fires: Int64, _ scale: HeatScale, isPast: Bool, title: String, more: String = "", path: String
    ) -> View {
        let words = fires == 1 ? "1 fire" : "\(Wording.count(fires)) fires"
        return [
            "cellClass": isPast ? "past" : "f\(scale.level(fires))",
            "cellTitle": "\(title): \(isPast ? "past" : words + more)",
            "cellText": isPast || fires == 0 ? nil : Wording.short(fires), "cellPath": isPast ? nil : path,
        ]
    }

    // MARK: What is said about it

    /// How much was counted, in a sentence where that is not all.
    private static func count(_ json: JSONValue?, _ visit: Visit) -> View {
        func number(_ name: String) -> Int64 { json?[name]?.int ?? 0 }
        var notes: [String] = []
        let isUnderWay = json?["under_way"]?.bool ?? false
        let at = (json?["at"]?.string).flatMap { Timestamp(rfc3339: $0) } ?? visit.now
        let isOld = visit.now - at > .seconds(10)
        if isUnderWay {
            let total = (json?["of"]?.int).map { " of \(Wording.count($0))" } ?? ""
            notes.append(
                "Counting goes on: \(Wording.count(number("jobs")))\(total) active jobs are in these figures so far.")
        } else if number("jobs") < json?["of"]?.int ?? 0 {
            notes.append("Of \(Wording.count(number("of"))) active jobs \(Wording.count(number("jobs"))) were counted.")
        }
        if number("left_out") > 0 {
            notes.append(
                "\(Wording.count(Int(number("left_out")), "job")) could not be counted: their schedule cannot be computed, or there are too many different ones."
            )
        }
        if number("after_end") > 0 {
            notes.append(
                "\(Wording.count(Int(number("after_end")), "job")) with a fixed delay: only the next fire of each is known."
            )
        }
        return [
            "isUnderWay": isUnderWay, "notes": notes.map { ["note": $0] as View }, "hasNotes": !notes.isEmpty,
            // What is as of now needs no word.
            "countedAt": isOld ? visit.clock.view(json?["at"]) : nil, "countedJobs": Wording.count(number("jobs")),
        ]
    }

    private static func pileUps(_ json: JSONValue, _ place: Place, _ visit: Visit) -> [View] {
        let mayChange = visit.mayAnywhere(.patchJob)
        let service = place.service.map { "&service=\(FormFields.encoded($0))" } ?? ""
        return (json["pile_ups"]?.array ?? []).compactMap { item -> View? in
            guard let text = item["at"]?.string, let at = Timestamp(rfc3339: text) else { return nil }
            let days = item["days"]?.int ?? 1
            let start = visit.preferences.zone.hourStart(of: at)
            return [
                "pileTime": visit.clock.hourAndMinute(at), "pileFires": Wording.count(item["fires"]?.int ?? 0),
                "pileDays": days > 1
                    ? "on \(days) days" : CalendarWeek.dayText(visit.preferences.zone.local(at: at).dayNumber),
                "pilePath": place.path("minute", text, hour: "\(start)"),
                "pileSpread": mayChange ? "/calendar/spread?at=\(FormFields.encoded(text))&over=15\(service)" : nil,
            ]
        }
    }

    // MARK: A closer look

    private static func hour(_ place: Place, _ visit: Visit) async throws -> View? {
        guard let at = visit.query["hour"] else { return nil }
        let answer = try await visit.call(
            InnerCall(
                .calendar,
                query: [("from", at), ("hours", "1"), ("step", "1m"), ("zone", visit.preferences.zone.name)]
                    + place.filter))
        guard answer.isGood, let from = Timestamp(rfc3339: at)?.minute else {
            return ["hourFault": "This hour cannot be shown: \(answer.faults.first?.detail ?? answer.detail)"]
        }
        let items = answer.json["items"]?.array ?? []
        let counts = items.compactMap { $0["fires"]?.int }
        let scale = HeatScale(counts, most: counts.max() ?? 0)
        let rows = stride(from: 0, to: items.count, by: 10).map { start -> View in
            let part = items[start..<min(start + 10, items.count)]
            let head = (part.first?["at"]?.string).flatMap { Timestamp(rfc3339: $0) } ?? from
            return [
                "rowHead": visit.clock.hourAndMinute(head),
                "rowCells": part.map { item -> View in
                    let text = item["at"]?.string ?? ""
                    let instant = Timestamp(rfc3339: text) ?? from
                    return cell(
                        item["fires"]?.int ?? 0, scale, isPast: instant + .seconds(60) <= visit.now,
                        title: visit.clock.hourAndMinute(instant), path: place.path("minute", text, hour: at))
                },
                "rowSum": Wording.short(part.reduce(0) { $0 + ($1["fires"]?.int ?? 0) }),
            ]
        }
        return [
            "hasHour": true, "hourText": visit.clock.text(from), "hourRows": rows,
            "minuteColumns": (0..<10).map { ["column": "+\($0)"] as View },
            "hourTotal": Wording.count(items.reduce(0) { $0 + ($1["fires"]?.int ?? 0) }),
        ]
    }

    private static func minute(_ place: Place, _ visit: Visit) async throws -> View? {
        guard let at = visit.query["minute"] else { return nil }
        let answer = try await visit.call(
            InnerCall(.calendarJobs, query: [("at", at), ("limit", "50")] + place.filter))
        guard answer.isGood, let instant = Timestamp(rfc3339: at)?.minute else {
            return ["minuteFault": "This minute cannot be shown: \(answer.faults.first?.detail ?? answer.detail)"]
        }
        let items = answer.json["items"]?.array ?? []
        let jobs = answer.json["jobs"]?.int ?? 0
        let mayChange = items.contains { visit.may(.patchJob, job: $0) }
        return [
            "hasMinute": true, "minuteAt": "\(instant)", "minuteTime": visit.clock.view(instant),
            "minuteText": visit.clock.text(instant), "minuteCount": Wording.count(Int(jobs), "job"),
            "minuteVerb": jobs == 1 ? "fires" : "fire", "isMinuteEmpty": jobs == 0,
            "minuteJobs": items.map { job -> View in
                let jitter = job["jitter"]?.string ?? "0s"
                return [
                    "jobPath": "/jobs/\(job["id"]?.string ?? "")", "jobName": job["name"]?.string,
                    "jobService": job["service"]?.string, "jobSchedule": BriefWording.schedule(job["schedule"]),
                    "jobJitter": jitter == "0s" ? nil : jitter, "jobQueue": job["queue"]?.string,
                ]
            },
            "steadyJobs": (answer.json["steady"]?.int).flatMap { $0 > 0 ? Wording.count(Int($0), "job") : nil },
            "moreMinuteJobs": jobs > items.count ? Wording.count(jobs - Int64(items.count)) : nil,
            "maySpread": jobs > 1 && mayChange,
            "spans": SpreadPage.spans.map { ["span": $0, "isSpan": $0 == 15] as View },
        ]
    }
}
