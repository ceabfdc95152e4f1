import PunctualSchedule
import Testing

@Suite("Occurrences that come close")
struct GapTests {
    private static func cron(_ text: String) throws -> Schedule {
        .cron(try CronSchedule(expression: CronExpression(text), zone: .utc))
    }

    private static let start = Timestamp(seconds: 1_767_225_600)

    @Test(
        "the first pair that is too close is found, and none where none is",
        arguments: [
            ("*/10 * * * *", 600, nil), ("*/10 * * * *", 601, 600), ("0,59 12 * * *", 3600, 3540),
            ("0,59 12,13 * * *", 3600, 60 * 59), ("0,59 12,13 * * *", 600, 60), ("0 0 29 2 *", 86_400, nil),
            ("0 0 29 2 *", 4 * 366 * 86_400, nil), ("0 0 1 * *", 29 * 86_400, 28 * 86_400),
            ("0 0 1 * *", 28 * 86_400, nil), ("59 23 31 12 *", 366 * 86_400, 365 * 86_400),
            ("0 0 * * MON,FRI", 4 * 86_400, 3 * 86_400),
        ] as [(String, Int64, Int64?)])
    func pairs(_ text: String, _ least: Int64, _ gap: Int64?) throws {
        let pair = try Self.cron(text).occurrences(closerThan: .seconds(least), after: Self.start)
        #expect(pair.map { $0.second - $0.first } == gap.map { .seconds($0) })
    }

    @Test("it is what a look at all pairs finds, whatever the minutes and hours")
    func property() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<200 {
            func field(_ range: Range<Int>) -> String {
                (0..<Int.random(in: 1...4, using: &random)).map { _ in "\(Int.random(in: range, using: &random))" }
                    .joined(separator: ",")
            }
            let text = "\(field(0..<60)) \(field(0..<24)) * * *"
            let schedule = try Self.cron(text)
            let instants = schedule.occurrences(after: Self.start, limit: 200)
            let closest = zip(instants, instants.dropFirst()).map { $1 - $0 }.min()
            let least = try #require(closest)
            let isNone = schedule.occurrences(closerThan: least, after: Self.start) == nil
            let found = schedule.occurrences(closerThan: least + .milliseconds(1), after: Self.start)
            #expect(isNone && found.map { $0.second - $0.first } == least, "seed \(seed) round \(round): \(text)")
        }
    }

    @Test("intervals and single instants, too")
    func others() {
        let every = Schedule.interval(IntervalSchedule(every: .seconds(5), anchor: Self.start))
        #expect(every.occurrences(closerThan: .seconds(6), after: Self.start) != nil)
        #expect(every.occurrences(closerThan: .seconds(5), after: Self.start) == nil)
        for schedule in [Schedule.once(Self.start + .seconds(1)), .manual, .fixedDelay(.seconds(1))] {
            #expect(schedule.occurrences(closerThan: .seconds(9999), after: Self.start) == nil)
        }
    }
}
