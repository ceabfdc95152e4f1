import PunctualSchedule
import Testing

@Suite("cron across clock changes")
struct CronClockChangeTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let zone: String
        let expression: String
        let after: String
        let expected: [String]
        var dst = DSTPolicy()
        var testDescription: String { "\(expression) in \(zone) after \(after)" }
    }

    static let vectors = [
        Vector(
            zone: "America/New_York", expression: "30 2 * * *", after: "2026-03-07T12:00:00Z",
            expected: ["2026-03-08T07:00:00.000Z", "2026-03-09T06:30:00.000Z"]),
        Vector(
            zone: "America/New_York", expression: "30 2 * * *", after: "2026-03-07T12:00:00Z",
            expected: ["2026-03-08T07:30:00.000Z", "2026-03-09T06:30:00.000Z"], dst: DSTPolicy(gap: .shift)),
        Vector(
            zone: "America/New_York", expression: "30 2 * * *", after: "2026-03-07T12:00:00Z",
            expected: ["2026-03-09T06:30:00.000Z"], dst: DSTPolicy(gap: .skip)),
        Vector(
            zone: "America/New_York", expression: "30 1 * * *", after: "2026-10-31T12:00:00Z",
            expected: ["2026-11-01T05:30:00.000Z", "2026-11-02T06:30:00.000Z"]),
        Vector(
            zone: "America/New_York", expression: "30 1 * * *", after: "2026-10-31T12:00:00Z",
            expected: ["2026-11-01T06:30:00.000Z", "2026-11-02T06:30:00.000Z"], dst: DSTPolicy(overlap: .last)),
        Vector(
            zone: "America/New_York", expression: "30 1 * * *", after: "2026-10-31T12:00:00Z",
            expected: ["2026-11-01T05:30:00.000Z", "2026-11-01T06:30:00.000Z"], dst: DSTPolicy(overlap: .both)),
        Vector(
            zone: "Europe/Warsaw", expression: "0,15,30 2 * * *", after: "2026-03-28T12:00:00Z",
            expected: ["2026-03-29T01:00:00.000Z", "2026-03-30T00:00:00.000Z"]),
        Vector(
            zone: "Europe/Warsaw", expression: "*/30 1-3 * * *", after: "2026-03-29T00:00:00Z",
            expected: ["2026-03-29T00:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-29T01:30:00.000Z"]),
        Vector(
            zone: "Europe/Warsaw", expression: "*/30 2 * * *", after: "2026-10-24T12:00:00Z",
            expected: [
                "2026-10-25T00:00:00.000Z", "2026-10-25T00:30:00.000Z", "2026-10-25T01:00:00.000Z",
                "2026-10-25T01:30:00.000Z", "2026-10-26T01:00:00.000Z",
            ]),
        Vector(
            zone: "America/Santiago", expression: "0 0 * * *", after: "2024-09-07T12:00:00Z",
            expected: ["2024-09-08T04:00:00.000Z", "2024-09-09T03:00:00.000Z"]),
        Vector(
            zone: "Australia/Sydney", expression: "30 2 * * *", after: "2026-10-03T00:00:00Z",
            expected: ["2026-10-03T16:00:00.000Z", "2026-10-04T15:30:00.000Z"]),
        Vector(
            zone: "Australia/Lord_Howe", expression: "15 2 * * *", after: "2026-10-03T00:00:00Z",
            expected: ["2026-10-03T15:30:00.000Z", "2026-10-04T15:15:00.000Z"]),
        Vector(
            zone: "Australia/Lord_Howe", expression: "45 1 * * *", after: "2026-04-04T00:00:00Z",
            expected: ["2026-04-04T14:45:00.000Z", "2026-04-04T15:15:00.000Z"], dst: DSTPolicy(overlap: .both)),
        Vector(
            zone: "Asia/Amman", expression: "30 0 * * *", after: "2022-02-24T12:00:00Z",
            expected: ["2022-02-24T22:00:00.000Z", "2022-02-25T21:30:00.000Z"]),
        Vector(
            zone: "Africa/Cairo", expression: "0 0 * * *", after: "2026-04-23T12:00:00Z",
            expected: ["2026-04-23T22:00:00.000Z", "2026-04-24T21:00:00.000Z"]),
        Vector(
            zone: "America/Sao_Paulo", expression: "0 0 * * *", after: "2018-11-03T12:00:00Z",
            expected: ["2018-11-04T03:00:00.000Z", "2018-11-05T02:00:00.000Z"]),
        Vector(
            zone: "Africa/Casablanca", expression: "30 2 * * *", after: "2026-02-14T12:00:00Z",
            expected: ["2026-02-15T01:30:00.000Z", "2026-02-16T02:30:00.000Z"]),
        Vector(
            zone: "Pacific/Apia", expression: "0 12 * * *", after: "2011-12-29T00:00:00Z",
            expected: ["2011-12-29T22:00:00.000Z", "2011-12-30T10:00:00.000Z", "2011-12-30T22:00:00.000Z"]),
        Vector(
            zone: "Pacific/Apia", expression: "0 12 * * *", after: "2011-12-29T23:00:00Z",
            expected: ["2011-12-30T22:00:00.000Z"], dst: DSTPolicy(gap: .skip)),
        Vector(
            zone: "UTC", expression: "0 0 29 2 *", after: "2096-03-01T00:00:00Z",
            expected: ["2104-02-29T00:00:00.000Z", "2108-02-29T00:00:00.000Z"]),
        Vector(
            zone: "Europe/Berlin", expression: "0 12 1 7 *", after: "2450-01-01T00:00:00Z",
            expected: ["2450-07-01T10:00:00.000Z"]),
    ]

    @Test("known clock changes give the instants that people expect", arguments: vectors)
    func known(_ vector: Vector) throws {
        let schedule = Schedule.cron(
            try CronSchedule(
                expression: CronExpression(vector.expression), zone: TestZones.rules(vector.zone), dst: vector.dst))
        let found = schedule.occurrences(after: .of(vector.after), limit: vector.expected.count)
        #expect(found.map(\.description) == vector.expected)
    }

    @Test("next is strictly increasing and previous mirrors it, for all policies in all zones")
    func mirror() throws {
        let seed: UInt64 = 0x5EED_0002
        print("cron mirror seed \(seed)")
        var random = RandomCron(seed: seed)
        for round in 0..<6000 {
            let zone = try TestZones.rules(TestZones.varied[round % TestZones.varied.count])
            guard let expression = try? CronExpression(random.expression()) else { continue }  // impossible dates
            let dst = DSTPolicy(
                gap: random.generator.pick(DSTPolicy.Gap.allCases),
                overlap: random.generator.pick(DSTPolicy.Overlap.allCases))
            let schedule = Schedule.cron(try CronSchedule(expression: expression, zone: zone, dst: dst))
            let start = Timestamp(seconds: Int64.random(in: 800_000_000...2_200_000_000, using: &random.generator))
            let change = zone.nextTransition(after: start) ?? start
            let near = Timestamp(seconds: change.seconds - Int64.random(in: 0...100_000, using: &random.generator))
            let found = schedule.occurrences(after: near, limit: 8)
            var last = near
            for instant in found {
                let message = "seed \(seed) round \(round): \(expression) in \(zone.name) \(dst) at \(instant)"
                #expect(instant > last, "\(message)")
                #expect(
                    schedule.next(after: Timestamp(milliseconds: instant.milliseconds - 1)) == instant, "\(message)")
                if last != near { #expect(schedule.previous(before: instant) == last, "\(message)") }
                last = instant
            }
        }
    }

    @Test("a rhythm is due exactly at the instants whose wall time matches")
    func bruteForce() throws {
        for name in TestZones.varied {
            let zone = try TestZones.rules(name)
            let expression = try CronExpression("*/20 0-3,23 * * *")
            let schedule = Schedule.cron(try CronSchedule(expression: expression, zone: zone))
            for change in zone.transitions(from: .of("2015-01-01T00:00:00Z"), until: .of("2019-01-01T00:00:00Z")) {
                let from = change.seconds / 60 * 60 - 30_000
                let expected = stride(from: from + 60, through: from + 60_000, by: 60)
                    .map { Timestamp(seconds: $0) }.filter { expression.matches(zone.local(at: $0)) }
                let found = schedule.occurrences(after: Timestamp(seconds: from), limit: expected.count)
                #expect(found == expected, "\(name) at \(change)")
            }
        }
    }

    @Test("the second pass of an overlap is found also when the next wall time is weeks away")
    func secondPassOfRareRhythm() throws {
        let berlin = try TestZones.rules("Europe/Berlin")
        let schedule = Schedule.cron(try CronSchedule(expression: CronExpression("*/30 2 25 10 *"), zone: berlin))
        let found = schedule.occurrences(after: .of("2026-10-25T00:45:00Z"), limit: 2)
        #expect(found.map(\.description) == ["2026-10-25T01:00:00.000Z", "2026-10-25T01:30:00.000Z"])
        #expect(schedule.previous(before: .of("2026-10-25T01:00:00Z")) == .of("2026-10-25T00:30:00Z"))
    }

    @Test("previews tell of gaps and overlaps")
    func notes() throws {
        let berlin = try TestZones.rules("Europe/Berlin")
        let schedule = Schedule.cron(try CronSchedule(expression: CronExpression("30 2 * * *"), zone: berlin))
        let gap = try #require(schedule.preview(after: .of("2026-03-28T12:00:00Z"), limit: 1).first)
        #expect(gap.local == "2026-03-29T03:00:00.000+02:00")
        #expect(gap.note == "02:30 does not exist on this day; runs at 03:00, the first valid instant after the gap")
        let overlap = try #require(schedule.preview(after: .of("2026-10-24T12:00:00Z"), limit: 1).first)
        #expect(overlap.local == "2026-10-25T02:30:00.000+02:00")
        #expect(overlap.note == "02:30 happens twice on this day; runs only at the first")
        #expect(schedule.preview(after: .of("2026-06-01T00:00:00Z"), limit: 1).first?.note == nil)
    }
}
