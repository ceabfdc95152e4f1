import PunctualSchedule
import Testing

@Suite("intervals, single instants and fixed delays")
struct IntervalScheduleTests {
    static let anchor = Timestamp.of("2026-03-29T00:30:00.250Z")

    @Test(
        "an interval is due at anchor + n · every, strictly after the question",
        arguments: [
            ("2020-01-01T00:00:00Z", "2026-03-29T00:30:00.250Z"),
            ("2026-03-29T00:30:00.249Z", "2026-03-29T00:30:00.250Z"),
            ("2026-03-29T00:30:00.250Z", "2026-03-29T01:00:00.250Z"),
            ("2026-03-29T01:00:00.249Z", "2026-03-29T01:00:00.250Z"),
            ("2026-03-29T01:00:00.250Z", "2026-03-29T01:30:00.250Z"),
            ("2126-03-29T01:10:00Z", "2126-03-29T01:30:00.250Z"),
        ])
    func next(after: String, expected: String) {
        let schedule = IntervalSchedule(every: .seconds(1800), anchor: IntervalScheduleTests.anchor)
        #expect(schedule.next(after: .of(after)) == .of(expected))
    }

    @Test("previous mirrors next, and there is nothing before the anchor")
    func mirror() throws {
        let seed: UInt64 = 0x5EED_0021
        print("interval mirror seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for round in 0..<2000 {
            let every = Int64.random(in: 1...(generator.chance(50) ? 5000 : 100_000_000), using: &generator)
            let anchor = Timestamp(milliseconds: .random(in: -4_000_000_000_000...4_000_000_000_000, using: &generator))
            let schedule = Schedule.interval(IntervalSchedule(every: .milliseconds(every), anchor: anchor))
            let question = anchor + .milliseconds(Int64.random(in: -1000...1_000_000_000_000, using: &generator))
            let found = schedule.occurrences(after: question, limit: 3)
            try #require(found.count == 3)
            let message = "seed \(seed) round \(round): \(every) ms from \(anchor) after \(question)"
            #expect(found[0] > question, "\(message)")
            #expect((found[0].milliseconds - anchor.milliseconds) % every == 0, "\(message)")
            #expect(found[0] == anchor || found[0].milliseconds - question.milliseconds <= every, "\(message)")
            #expect(found[1].milliseconds - found[0].milliseconds == every, "\(message)")
            #expect(schedule.previous(before: found[1]) == found[0], "\(message)")
            #expect(schedule.previous(before: found[1] + .milliseconds(1)) == found[1], "\(message)")
            #expect(schedule.previous(before: anchor) == nil, "\(message)")
        }
    }

    @Test("no clock change touches an interval")
    func clockChange() {
        let schedule = Schedule.interval(IntervalSchedule(every: .seconds(86_400), anchor: .of("2026-03-28T01:30:00Z")))
        #expect(
            schedule.occurrences(after: .of("2026-03-28T00:00:00Z"), limit: 2)
                == [.of("2026-03-28T01:30:00Z"), .of("2026-03-29T01:30:00Z")])
        #expect(schedule.zone == .utc)
        #expect(schedule.preview(after: .of("2026-03-28T00:00:00Z"), limit: 1).first?.note == nil)
    }

    @Test("distances and anchors out of range are held within it")
    func held() {
        #expect(IntervalSchedule(every: .zero, anchor: .earliest).every == .milliseconds(1))
        #expect(IntervalSchedule(every: .seconds(-5), anchor: .earliest).every == .milliseconds(1))
        #expect(IntervalSchedule(every: .microseconds(1999), anchor: .earliest).every == .milliseconds(1))
        #expect(IntervalSchedule(every: .seconds(1), anchor: Timestamp(milliseconds: .min)).anchor == .earliest)
        #expect(IntervalSchedule(every: .seconds(1), anchor: Timestamp(milliseconds: .max)).anchor == .latest)
    }

    @Test("there is nothing past year 9999, and no distance overflows")
    func ends() {
        let longest = IntervalSchedule(every: .seconds(Int64.max / 1000), anchor: IntervalScheduleTests.anchor)
        #expect(longest.next(after: .earliest) == IntervalScheduleTests.anchor)
        #expect(longest.next(after: IntervalScheduleTests.anchor) == nil)
        #expect(longest.previous(before: .latest) == IntervalScheduleTests.anchor)
        let short = IntervalSchedule(every: .milliseconds(1), anchor: .earliest)
        #expect(short.next(after: .latest) == nil)
        #expect(short.next(after: Timestamp(milliseconds: .max)) == nil)
        #expect(short.next(after: Timestamp(milliseconds: .min)) == .earliest)
        #expect(short.previous(before: Timestamp(milliseconds: .max)) == .latest)
        #expect(short.next(after: .latest - .milliseconds(1)) == .latest)
    }

    @Test("a single instant is due once, strictly after and strictly before")
    func once() {
        let at = Timestamp.of("2026-03-29T01:00:00Z")
        let schedule = Schedule.once(at)
        #expect(schedule.next(after: at - .milliseconds(1)) == at)
        #expect(schedule.next(after: at) == nil)
        #expect(schedule.previous(before: at + .milliseconds(1)) == at)
        #expect(schedule.previous(before: at) == nil)
        #expect(schedule.occurrences(after: .earliest, limit: 5) == [at])
        #expect(schedule.words == "once at 2026-03-29T01:00:00.000Z")
    }

    @Test(
        "a fixed delay and a manual schedule have no instants of their own",
        arguments: [Schedule.fixedDelay(.seconds(90)), .manual])
    func callersOwn(schedule: Schedule) {
        #expect(schedule.next(after: .earliest) == nil)
        #expect(schedule.previous(before: .latest) == nil)
        #expect(schedule.occurrences(after: .earliest, limit: 5).isEmpty)
        #expect(schedule.preview(after: .earliest, limit: 5).isEmpty)
        #expect(schedule.zone == .utc)
    }

    @Test("intervals and delays are told in plain words")
    func words() {
        let interval = Schedule.interval(IntervalSchedule(every: .seconds(5400), anchor: .of("2026-01-01T00:00:00Z")))
        #expect(interval.words == "every 1h30m from 2026-01-01T00:00:00.000Z")
        #expect(Schedule.fixedDelay(.seconds(90)).words == "1m30s after each execution has ended")
        #expect(Schedule.manual.words == "only when triggered")
    }
}
