import Foundation
import PunctualCore
import PunctualSchedule
import Testing

private let zones = ZoneCatalog { name in
    FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").map { Array($0) }
}

/// Sunday, 2026-03-22T10:20:30Z: a week later Berlin puts its clocks forward.
private let now = Timestamp(milliseconds: 1_774_174_830_000)

private func made(
    _ number: UInt64, _ schedule: JobSchedule, created: Timestamp = now - .seconds(90_000) - .milliseconds(250),
    _ change: (inout Job) -> Void = { _ in }
) -> Job {
    var job = Job(
        id: Identifier(high: 7, low: number &* 0x9E37_79B9_7F4A_7C15),
        draft: JobDraft(name: "n", schedule: schedule, target: .noop),
        nextRunAt: nil, createdBy: "", createdAt: created)
    change(&job)
    return job
}

private func cron(_ expression: String, _ zone: String = "UTC") -> JobSchedule {
    .cron(expression: expression, timezone: zone, dialect: .ocps, dst: DSTPolicy())
}

private func counted(_ jobs: [Job]) -> FireCensus {
    var census = FireCensus(at: now, zones: zones)
    for job in jobs { census.add(job) }
    return census
}

@Suite("Counting what will fire")
struct FireForecastTests {
    private static let schedules: [JobSchedule] = [
        cron("0 0 * * *"), cron("*/7 3-9 * * *", "America/New_York"), cron("30 2 * * *", "Europe/Berlin"),
        cron("H H * * *"), cron("H(0-14) 0 * * *"), cron("*/20 30 * * * *"), cron("* * * * * *"),
        cron("@hourly", "Asia/Kolkata"),
        cron("0 12 L * *"), .interval(every: .seconds(5400), anchor: nil), .interval(every: .seconds(61), anchor: nil),
        .interval(every: .milliseconds(90_500), anchor: nil), .interval(every: .seconds(7), anchor: nil),
        .interval(every: .milliseconds(250), anchor: nil),
        .interval(every: .seconds(3600), anchor: now + .seconds(86_400)), .once(at: now + .seconds(4000)),
        .interval(every: .seconds(3600), anchor: now + .seconds(86_400) + .milliseconds(700)),
        .interval(every: .seconds(3601), anchor: now + .seconds(86_400) + .milliseconds(700)),
        .interval(every: .seconds(3600), anchor: now - .seconds(86_400)),
        .interval(every: .seconds(3600), anchor: now - .seconds(86_400) + .milliseconds(1)),
        .interval(every: .seconds(60), anchor: now + .milliseconds(1)), .once(at: now + .milliseconds(1)),
        .once(at: now),
        .once(at: now - .seconds(1)),
        .rrule(
            rule: "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2,3;BYMINUTE=30", start: LocalDateTime(iso8601: "2026-01-04T09:00:00")!,
            timezone: "Europe/Berlin"),
    ]

    /// Every instant, one after the other.
    private func plainly(_ job: Job, from: Timestamp, minutes: Int) throws -> [Double] {
        var fires = [Double](repeating: 0, count: minutes)
        let schedule = try job.draft.schedule.compiled(for: job.id, createdAt: job.createdAt, zones: zones)
        var last = now
        while let next = schedule.next(after: last), next < from + .seconds(60 * Int64(minutes)) {
            let place = Int((next.milliseconds - from.milliseconds) / 60_000)
            if next >= from { fires[place] += 1 }
            last = next
        }
        return fires
    }

    @Test("agrees with going through every instant", arguments: schedules)
    func plain(schedule: JobSchedule) throws {
        // Of what fires many times a minute less is enough.
        let minutes = 8 * 1440
        let job = made(3, schedule)
        let from = now.minute
        let forecast = FireForecast(of: counted([job]), from: now, minutes: minutes, after: now)
        let wanted = try plainly(job, from: from, minutes: minutes)
        let got = forecast.fires
        // Phases below a minute are not kept.
        if case .interval(let every, _) = schedule, every < .seconds(60) {
            let most = Int(Duration.seconds(60) / every) + 1
            #expect(zip(got, wanted).dropFirst().allSatisfy { abs($0 - $1) <= 1 && Int($0) <= most })
            let (sum, wantedSum): (Double, Double) = (got.reduce(0, +), wanted.reduce(0, +))
            let room = 0.001 * wantedSum + 300
            #expect(abs(sum - wantedSum) < room)
            return
        }
        #expect(got == wanted)
        #expect(forecast.unreckoned == 0)
    }

    @Test("jobs of one schedule are one group, and those of another are not in it")
    func groups() {
        let same = (0..<5000).map { made(UInt64($0), cron("0 0 * * *", "Europe/Berlin")) }
        let others = [
            made(9001, cron("0 0 * * *", "UTC")),
            made(9002, cron("0 0 * * *", "Europe/Berlin")) { $0.draft.jitter = .seconds(600) },
        ]
        let census = counted(same + others)
        #expect(census.counted == 5002 && census.groups.count == 3)
        #expect(census.groups[0].count == 5000 && census.groups[0].named.count == FireCensus.mostNamed)
        // Of intervals of whole minutes the minute is enough: their creation may be anywhere in it.
        let steps = (0..<900).map { number in
            made(
                UInt64(number), .interval(every: .seconds(3600), anchor: nil),
                created: now - .milliseconds(Int64(number)))
        }
        #expect(counted(steps).groups.count == 1)
        // What fires once goes by its minute: however many there are, others have room.
        let once = (0..<5000).map { made(UInt64($0), .once(at: now + .seconds(100) + .milliseconds(Int64($0)))) }
        #expect(counted(once).groups.count == 1)
        // H has so many values, however many jobs there are.
        let drawn = (0..<5000).map { made(UInt64($0), cron("H * * * *")) }
        #expect(counted(drawn).groups.count == 60)
    }

    @Test("what never comes, or nobody knows, is told and not drawn")
    func others() {
        var gone = made(4, cron("0 0 * * *", "Mars/Base"))
        gone.draft.name = "gone"
        let jobs = [
            made(1, .manual), made(2, .fixedDelay(every: .seconds(60))),
            made(3, .fixedDelay(every: .seconds(60))) { $0.nextRunAt = now + .seconds(100) }, gone,
        ]
        let census = counted(jobs)
        #expect(census.counted == 4 && census.byHand == 1 && census.afterEnd == 2 && census.leftOut == 1)
        #expect(FireForecast(of: census, from: now, minutes: 1440, after: now).fires.reduce(0, +) == 1)
    }

    @Test("beginnings, ends and runs that are left are kept to")
    func ends() {
        let daily = cron("0 0 * * *")
        let midnight = Timestamp(milliseconds: 1_774_224_000_000)
        func sum(_ change: (inout Job) -> Void) -> Double {
            FireForecast(of: counted([made(1, daily, change)]), from: now, minutes: 7 * 1440, after: now).fires.reduce(
                0, +)
        }
        #expect(sum { _ in } == 7)
        #expect(sum { $0.draft.endsAt = midnight } == 1)
        #expect(sum { $0.draft.endsAt = midnight - .milliseconds(1) } == 0)
        #expect(sum { $0.draft.startsAt = midnight + .seconds(86_400) } == 6)
        #expect(sum { ($0.draft.maxRuns, $0.runCount) = (10, 7) } == 3)
        #expect(sum { ($0.draft.maxRuns, $0.runCount) = (7, 7) } == 0)
    }

    @Test("jitter spreads a fire over its minutes, also one from before the time that is looked at")
    func jitter() {
        let midnight = Timestamp(milliseconds: 1_774_224_000_000)
        let census = counted((0..<30).map { made($0, cron("0 0 * * *")) { $0.draft.jitter = .seconds(900) } })
        let whole = FireForecast(of: census, from: midnight - .seconds(600), minutes: 60, after: now).fires
        #expect(whole[..<10].allSatisfy { $0 == 0 } && whole[10..<25].allSatisfy { abs($0 - 2) < 0.001 })
        #expect(whole[25...].allSatisfy { abs($0) < 0.001 })
        let late = FireForecast(of: census, from: midnight + .seconds(600), minutes: 60, after: now).fires
        let sum: Double = late.reduce(0, +)
        #expect(late[..<5].allSatisfy { abs($0 - 2) < 0.001 } && abs(sum - 10) < 0.001)
        // Those are no pile-up any more, and not listed as one.
        #expect(census.firing(inMinuteOf: midnight, after: now).jobs == 0)
    }

    @Test("a pile-up is named by its minute of the day, with the days on which it comes")
    func pileUps() {
        let jobs =
            (0..<240).map { made($0, cron("0 0 * * *", "Europe/Berlin")) }
            + (300..<350).map { made($0, cron("* * * * *")) }
        // Beside what fires all the time, a tenth as much is seen, too.
        let few = (0..<40).map { made($0, cron("0 0 * * *")) } + jobs[240...]
        #expect(
            FireForecast(of: counted(few), from: now, minutes: 1440, after: now).pileUps(in: .utc, limit: 9).count == 1)
        let forecast = FireForecast(of: counted(jobs), from: now, minutes: 10 * 1440, after: now)
        let berlin = try! zones.rules(named: "Europe/Berlin")  // The zone is there: others of these tests need it.
        let found = forecast.pileUps(in: berlin, limit: 10)
        // Ten midnights on one clock, however far it is from UTC on each.
        #expect(found.count == 1 && found[0].fires == 290 && found[0].days == 10)
        #expect(berlin.local(at: found[0].at).hour == 0)
        // In UTC they are at 23:00 until the clocks change, and at 22:00 then.
        #expect(forecast.pileUps(in: .utc, limit: 10).map(\.days) == [7, 3])
        #expect(forecast.pileUps(in: .utc, limit: 1).count == 1)
        let minute = counted(jobs).firing(inMinuteOf: found[0].at + .seconds(59), after: now)
        #expect(minute.jobs == 240 && minute.steady == 50 && minute.named.count == 240)
        #expect(minute.named == minute.named.sorted { ($0.high, $0.low) < ($1.high, $1.low) })
    }

    @Test("very many rules by the second end with what was reckoned, and say so")
    func bounded() {
        let jobs = (0..<300).map { number in
            made(
                number,
                .rrule(
                    rule: "FREQ=SECONDLY;INTERVAL=\(number + 1)", start: LocalDateTime(iso8601: "2026-01-04T09:00:00")!,
                    timezone: "UTC"))
        }
        let census = counted(jobs)
        #expect(census.groups.count == 300)
        let began = ContinuousClock.now
        let forecast = FireForecast(of: census, from: now, minutes: 8 * 1440, after: now)
        #expect(forecast.unreckoned > 0 && forecast.unreckoned <= 300)
        #expect(began.duration(to: .now) < .seconds(60))
    }
}
