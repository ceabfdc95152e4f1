internal import Hummingbird
internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// `/api/v1/calendar`: how many fires are planned, when, and of which jobs.
struct CalendarController {
    let services: APIServices
    let censuses: JobCensuses

    init(services: APIServices) {
        self.services = services
        censuses = JobCensuses(services: services)
    }

    static let mostHours = 192
    /// By the minute, so many.
    static let mostHoursByMinute = 24
    static let mostPileUps = 10

    private enum Step: String, CaseIterable {
        case hour = "1h"
        case minute = "1m"
    }

    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        let now = services.clock.now()
        let from = instant("from", &fields, now: now) ?? now
        let hours = fields.int("hours", 1...Self.mostHours, default: 168)
        let step: Step = fields.choice("step") ?? .hour
        if step == .minute, hours > Self.mostHoursByMinute {
            fields.fault("hours", "must be at most \(Self.mostHoursByMinute) with step=1m")
        }
        let zone = zone(&fields)
        let service = fields.word("service")
        try fields.finish()
        let reading = try await censuses.reading(
            JobCensuses.Subject(visible: services.visible(context), service: service))
        let forecast = await reading.forecasts.forecast(
            .init(from: from.minute, minutes: hours * 60, now: now.minute), of: reading.census)
        let total = try await total(reading, context, service)
        return Answer.json { writer in
            writer.beginObject()
            writer.name("from")
            writer.instant(forecast.from)
            writer.name("to")
            writer.instant(forecast.from + .seconds(Int64(hours) * 3600))
            writer.name("zone")
            writer.string(zone.name)
            writer.name("items")
            write(forecast, by: step, in: zone, to: &writer)
            writer.name("pile_ups")
            writer.value(
                .array(
                    forecast.pileUps(in: zone, limit: Self.mostPileUps).map { pileUp in
                        [
                            "at": .shown(pileUp.at), "local": .string(zone.text(of: pileUp.at)),
                            "fires": .int(Int64(pileUp.fires)), "days": .int(Int64(pileUp.days)),
                        ]
                    }))
            writer.name("clock_changes")
            writer.value(.array(changes(of: zone, in: forecast)))
            writer.name("count")
            writer.value(reading.json(of: total, unreckoned: forecast.unreckoned))
            writer.endObject()
        }
    }

    /// The jobs that fire in one minute and are not spread beyond it.
    func jobs(_ request: Request, _ context: APIContext) async throws -> Response {
        var fields = QueryFields(request)
        let now = services.clock.now()
        let at = instant("at", &fields, now: now)
        if at == nil, fields.all("at").isEmpty { fields.fault("at", "is required") }
        let service = fields.word("service")
        let page = try fields.page(of: "calendar")
        guard let at else { throw Problem(.validation, "at is required.") }
        let visible = services.visible(context)
        let reading = try await censuses.reading(JobCensuses.Subject(visible: visible, service: service))
        let minute = await JobCensuses.reckoned { reading.census.firing(inMinuteOf: at, after: now) }
        var ids = minute.named[...]
        if let after = page.after?.id { ids = ids.drop { ($0.high, $0.low) <= (after.high, after.low) } }
        let wanted = Array(ids.prefix(page.limit))
        // As they are now: what was counted may have changed, and so may what the asker sees of it.
        let found = try await services.store.jobs(wanted).compactMap { $0 }.filter { job in
            job.status == .active && visible.shows(service: job.draft.service, labels: job.draft.labels)
        }
        let next = ids.count > wanted.count ? wanted.last.map { PageKey(value: nil, id: $0) } : nil
        let total = try await total(reading, context, service)
        return Answer.json { writer in
            writer.beginObject()
            writer.name("at")
            writer.instant(at.minute)
            writer.name("jobs")
            writer.int(minute.jobs)
            writer.name("steady")
            writer.int(minute.steady)
            writer.name("named")
            writer.int(minute.named.count)
            writer.name("items")
            writer.beginArray()
            for job in found { job.write(to: &writer) }
            writer.endArray()
            writer.name("next_cursor")
            writer.string(next.map { Cursor.text(of: $0, scope: page.scope) })
            writer.name("count")
            writer.value(reading.json(of: total, unreckoned: 0))
            writer.endObject()
        }
    }

    /// How many active jobs there are, where that is known without counting them: to somebody who may see them all, while
    /// they are being counted.
    private func total(_ reading: JobCensuses.Reading, _ context: APIContext, _ service: String?) async throws -> Int? {
        if reading.isComplete { return reading.census.counted }
        guard service == nil, services.visible(context).isEverything else { return nil }
        return max(reading.census.counted, Int(try await services.store.counts().jobs[.active] ?? 0))
    }

    private func instant(_ name: String, _ fields: inout QueryFields, now: Timestamp) -> Timestamp? {
        guard let instant = fields.instant(name) else { return nil }
        if instant >= now - .seconds(2 * 86_400), instant <= now + .seconds(366 * 86_400) { return instant }
        fields.fault(name, "must be at most 2 days ago and a year ahead: plans are of what is to come")
        return nil
    }

    private func zone(_ fields: inout QueryFields) -> ZoneRules {
        guard let name = fields.text("zone", most: 64) else { return .utc }
        do throws(ZoneError) { return try services.zones.rules(named: name) } catch {
            fields.fault("zone", "\(error)")
            return .utc
        }
    }

    // MARK: Writing

    /// By hours as a clock of the zone shows them, so that one may be shorter or come twice; the sum of all is kept when
    /// fractions are rounded.
    private func write(_ forecast: FireForecast, by step: Step, in zone: ZoneRules, to writer: inout JSONWriter) {
        writer.beginArray()
        var (sum, told, highest) = (0.0, 0, 0.0)
        let least = forecast.leastOfPileUp
        var (begin, clock) = (forecast.from, Int64.min)
        func close(_ writer: inout JSONWriter) {
            guard clock != .min else { return }
            let whole = Int(sum.rounded())
            writer.beginObject()
            writer.name("at")
            writer.instant(begin)
            writer.name("local")
            writer.string(zone.text(of: begin))
            writer.name("fires")
            writer.int(whole - told)
            writer.name("peak")
            writer.int(Int(highest.rounded()))
            writer.name("pile_up")
            writer.bool(highest >= least)
            writer.endObject()
            told = whole
        }
        for (place, count) in forecast.fires.enumerated() {
            let at = forecast.from + .seconds(60 * Int64(place))
            let offset = Int64(zone.offset(at: at))
            let size: Int64 = step == .hour ? 3600 : 60
            // The offset tells the second of two hours of one name from the first.
            let mine = ((at.seconds + offset) / size) << 20 | (offset + 100_000)
            if mine != clock {
                close(&writer)
                (begin, clock, highest) = (at, mine, 0)
            }
            sum += count
            highest = max(highest, count)
        }
        close(&writer)
        writer.endArray()
    }

    private func changes(of zone: ZoneRules, in forecast: FireForecast) -> [JSONValue] {
        var changes: [JSONValue] = []
        let end = forecast.from + .seconds(60 * Int64(forecast.fires.count))
        var last = forecast.from - .milliseconds(1)
        while let next = zone.nextTransition(after: last), next < end, changes.count < 8 {
            let (before, after) = (zone.offset(at: next - .milliseconds(1)), zone.offset(at: next))
            changes.append([
                "at": .shown(next), "local": .string(zone.text(of: next)),
                "shift": .string("\(after < before ? "-" : "")\(Duration.seconds(abs(after - before)).text)"),
            ])
            last = next
        }
        return changes
    }
}

extension JobCensuses.Reading {
    /// How much of what there is was counted.
    /// - Parameter total: of how many jobs; nil when nobody knows.
    fileprivate func json(of total: Int?, unreckoned: Int) -> JSONValue {
        [
            "complete": .bool(isComplete && census.leftOut == 0 && unreckoned == 0), "under_way": .bool(isUnderWay),
            "jobs": .int(Int64(census.counted)), "of": total.map { .int(Int64($0)) } ?? .null,
            "left_out": .int(Int64(census.leftOut + unreckoned)), "after_end": .int(Int64(census.afterEnd)),
            "by_hand": .int(Int64(census.byHand)), "at": .shown(census.at),
        ]
    }
}
