import PunctualSchedule
import Testing

@Suite("recurrence rules across clock changes and years")
struct RecurrenceClockChangeTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let rule: String
        let zone: String
        let start: String
        let after: String
        let expected: [String]

        init(
            _ rule: String, _ zone: String, from start: String, after: String = "0001-01-01T00:00:00Z",
            _ expected: String...
        ) {
            self.rule = rule
            self.zone = zone
            self.start = start
            self.after = after
            self.expected = expected
        }

        var testDescription: String { "\(rule) in \(zone)" }
    }

    @Test(
        "the wall clock's jumps are read as RFC 5545, 3.3.5 says",
        arguments: [
            // 02:30 does not exist on 29 March: it is read with the offset before, which is 03:30 after.
            Vector(
                "FREQ=DAILY", "Europe/Berlin", from: "2026-03-28T02:30:00", "2026-03-28T01:30:00Z",
                "2026-03-29T01:30:00Z",
                "2026-03-30T00:30:00Z"),
            // Twice on 25 October: the first.
            Vector(
                "FREQ=DAILY", "Europe/Berlin", from: "2026-10-24T02:30:00", "2026-10-24T00:30:00Z",
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00Z"),
            // 02:30 and 03:30 fall onto one instant, and 02:30 comes after 03:00.
            Vector(
                "FREQ=MINUTELY;INTERVAL=30", "Europe/Berlin", from: "2026-03-29T01:30:00", "2026-03-29T00:30:00Z",
                "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:00:00Z"),
            // COUNT counts wall times, so both of them; the RFC counts instances of the rule.
            Vector(
                "FREQ=MINUTELY;INTERVAL=30;COUNT=5", "Europe/Berlin", from: "2026-03-29T01:30:00",
                "2026-03-29T00:30:00Z",
                "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"),
            Vector(
                "FREQ=HOURLY", "Europe/Berlin", from: "2026-10-25T01:00:00", "2026-10-24T23:00:00Z",
                "2026-10-25T00:00:00Z",
                "2026-10-25T02:00:00Z"),
            // A start that does not exist, and half-hour changes.
            Vector(
                "FREQ=DAILY;COUNT=2", "America/New_York", from: "2026-03-08T02:30:00", "2026-03-08T07:30:00Z",
                "2026-03-09T06:30:00Z"),
            Vector(
                "FREQ=DAILY", "Australia/Lord_Howe", from: "2026-10-03T02:15:00", "2026-10-02T15:45:00Z",
                "2026-10-03T15:45:00Z", "2026-10-04T15:15:00Z"),
            // A whole day that Samoa jumped over.
            Vector(
                "FREQ=DAILY", "Pacific/Apia", from: "2011-12-29T12:00:00", "2011-12-29T22:00:00Z",
                "2011-12-30T22:00:00Z",
                "2011-12-31T22:00:00Z"),
            // UNTIL in its three forms, each with the end itself.
            Vector(
                "FREQ=DAILY;UNTIL=20260102T080000Z", "Europe/Berlin", from: "2026-01-01T09:00:00",
                "2026-01-01T08:00:00Z",
                "2026-01-02T08:00:00Z"),
            Vector(
                "FREQ=DAILY;UNTIL=20260102T090000", "Europe/Berlin", from: "2026-01-01T09:00:00",
                "2026-01-01T08:00:00Z",
                "2026-01-02T08:00:00Z"),
            Vector(
                "FREQ=DAILY;UNTIL=20260102", "Europe/Berlin", from: "2026-01-01T09:00:00", "2026-01-01T08:00:00Z",
                "2026-01-02T08:00:00Z"),
            // Dates to add and to leave out, in three spellings; an added one may lie before the start.
            Vector(
                "FREQ=DAILY;COUNT=4\nEXDATE:20260102T090000,20260103T080000Z\nRDATE;TZID=Europe/Berlin:20251224T180000",
                "Europe/Berlin", from: "2026-01-01T09:00:00", "2025-12-24T17:00:00Z", "2026-01-01T08:00:00Z",
                "2026-01-04T08:00:00Z"),
            // The start is no occurrence when the rule does not name it, and COUNT does not count it.
            Vector(
                "FREQ=WEEKLY;BYDAY=MO;COUNT=2", "UTC", from: "2026-01-01T09:00:00", "2026-01-05T09:00:00Z",
                "2026-01-12T09:00:00Z"),
            Vector(
                "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=3\nRRULE:FREQ=DAILY;INTERVAL=3;COUNT=3", "UTC",
                from: "2026-01-01T09:00:00", "2026-01-01T09:00:00Z", "2026-01-03T09:00:00Z", "2026-01-04T09:00:00Z",
                "2026-01-05T09:00:00Z", "2026-01-07T09:00:00Z"),
            // The 60th second of RFC 5545 is the 59th where leap seconds are not counted.
            Vector("FREQ=DAILY;BYSECOND=60;COUNT=1", "UTC", from: "2026-01-01T09:00:00", "2026-01-01T09:00:59Z"),
            // Week 53 of 2026 has days of 2027; the weekday is the start's.
            Vector(
                "FREQ=YEARLY;BYWEEKNO=53", "UTC", from: "2026-01-02T09:00:00", "2027-01-01T09:00:00Z",
                "2032-12-31T09:00:00Z"),
        ])
    func vectors(vector: Vector) throws {
        let schedule = try Recurrences.schedule(vector.rule, from: vector.start, in: vector.zone)
        let ends = vector.rule.contains("COUNT") || vector.rule.contains("UNTIL")
        let found = schedule.occurrences(after: .of(vector.after), limit: vector.expected.count + (ends ? 1 : 0))
        #expect(found == vector.expected.map { Timestamp.of($0) }, "\(found)")
    }

    @Test("next is strictly increasing and previous mirrors it, in all zones")
    func mirror() throws {
        let seed: UInt64 = 0x5EED_0012
        print("recurrence mirror seed \(seed)")
        var random = RandomRecurrence(seed: seed)
        var tried = 0
        for round in 0..<2500 {
            let zone = try TestZones.rules(TestZones.varied[round % TestZones.varied.count])
            let text = random.rule()
            let middle = Timestamp(seconds: Int64.random(in: 800_000_000...2_200_000_000, using: &random.generator))
            let change = zone.nextTransition(after: middle) ?? middle
            let start = change - .seconds(Int.random(in: 0...200_000, using: &random.generator))
            // Rules that never fire have a test of their own.
            guard
                let made = try? RecurrenceSchedule(rule: RecurrenceRule(text), start: zone.local(at: start), zone: zone)
            else { continue }
            tried += 1
            let schedule = Schedule.recurrence(made)
            let found = schedule.occurrences(after: change - .seconds(100_000), limit: 8)
            for (place, instant) in found.enumerated() {
                let message = "seed \(seed) round \(round): \(text) in \(zone.name) from \(made.start) at \(instant)"
                #expect(schedule.next(after: instant - .milliseconds(1)) == instant, "\(message)")
                guard place > 0 else { continue }
                #expect(instant > found[place - 1], "\(message)")
                #expect(schedule.previous(before: instant) == found[place - 1], "\(message)")
            }
        }
        #expect(tried > 1500)
    }

    @Test("occurrences far from the start are those that stepping there would find")
    func farAway() throws {
        let second = try Recurrences.schedule("FREQ=SECONDLY;INTERVAL=7", from: "2000-01-01T00:00:00", in: "UTC")
        let late = Timestamp.of("9000-01-01T00:00:00Z")
        let origin = Timestamp.of("2000-01-01T00:00:00Z").seconds
        #expect(second.next(after: late)?.seconds == origin + ((late.seconds - origin) / 7 + 1) * 7)
        #expect(second.previous(before: late)?.seconds == origin + (late.seconds - origin) / 7 * 7)

        let leap = try Recurrences.schedule(
            "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU;BYHOUR=3;BYMINUTE=4;BYSECOND=5",
            from: "2001-01-01T00:00:00",
            in: "Europe/Berlin")
        #expect(
            leap.occurrences(after: .earliest, limit: 2) == [.of("2004-02-29T02:04:05Z"), .of("2032-02-29T02:04:05Z")])
        #expect(leap.previous(before: .of("2032-02-29T02:04:05Z")) == .of("2004-02-29T02:04:05Z"))
    }

    @Test("COUNT ends at its largest number, and there is nothing before the start or past year 9999")
    func ends() throws {
        let counted = try Recurrences.schedule("FREQ=SECONDLY;COUNT=100000", from: "2026-01-01T00:00:00", in: "UTC")
        let last = Timestamp.of("2026-01-01T00:00:00Z") + .seconds(99_999)
        #expect(counted.next(after: last - .seconds(1)) == last)
        #expect(counted.next(after: last) == nil)
        #expect(counted.previous(before: .latest) == last)
        #expect(counted.previous(before: .of("2026-01-01T00:00:00Z")) == nil)
        let endless = try Recurrences.schedule("FREQ=YEARLY", from: "2026-01-01T00:00:00", in: "UTC")
        #expect(endless.next(after: .of("9999-01-01T00:00:00Z")) == nil)
        #expect(endless.previous(before: .latest) == .of("9999-01-01T00:00:00Z"))
        let rare = try Recurrences.schedule(
            "FREQ=YEARLY;INTERVAL=999999999", from: "2026-01-01T00:00:00", in: "UTC")
        #expect(rare.occurrences(after: .earliest, limit: 2) == [.of("2026-01-01T00:00:00Z")])
    }

    @Test("previews tell of gaps and overlaps")
    func notes() throws {
        let schedule = try Recurrences.schedule("FREQ=DAILY", from: "2026-01-01T02:30:00", in: "Europe/Berlin")
        let gap = try #require(schedule.preview(after: .of("2026-03-28T12:00:00Z"), limit: 1).first)
        #expect(gap.local == "2026-03-29T03:30:00.000+02:00")
        #expect(gap.note == "02:30 does not exist on this day; runs at 03:30, as much later as the clock jumps")
        let overlap = try #require(schedule.preview(after: .of("2026-10-24T12:00:00Z"), limit: 1).first)
        #expect(overlap.local == "2026-10-25T02:30:00.000+02:00")
        #expect(overlap.note == "02:30 happens twice on this day; runs only at the first")
        #expect(schedule.preview(after: .of("2026-06-01T00:00:00Z"), limit: 1).first?.note == nil)
    }
}
