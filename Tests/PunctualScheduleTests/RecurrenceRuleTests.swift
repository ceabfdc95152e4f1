import PunctualSchedule
import Testing

@Suite("recurrence rules as text")
struct RecurrenceRuleTests {
    @Test(
        "a faulty rule is refused at the line and column of its fault",
        arguments: [
            ("", 1, 1), ("  ", 1, 1), ("RRULE:", 1, 7), ("RRULE", 1, 6), ("FREQ", 1, 1), ("FREQ=", 1, 6),
            ("FREQ=FORTNIGHTLY", 1, 6), ("INTERVAL=2", 1, 1), ("FREQ=DAILY;", 1, 12), (";FREQ=DAILY", 1, 1),
            ("FREQ=DAILY;;COUNT=2", 1, 12), ("FREQ=DAILY;COUNT", 1, 17), ("FREQ=DAILY;FREQ=DAILY", 1, 12),
            ("FREQ=DAILY COUNT=2", 1, 11), ("FREQ=DAILY;COUNT=0", 1, 18), ("FREQ=DAILY;COUNT=-1", 1, 18),
            ("FREQ=DAILY;COUNT=100001", 1, 18), ("FREQ=DAILY;COUNT=99999999999999999999", 1, 18),
            ("FREQ=DAILY;INTERVAL=0", 1, 21), ("FREQ=DAILY;INTERVAL=1000000000", 1, 21),
            ("FREQ=DAILY;INTERVAL=1.5", 1, 22), ("FREQ=DAILY;COUNT=2;UNTIL=20300101T000000Z", 1, 20),
            ("FREQ=DAILY;UNTIL=2030", 1, 18), ("FREQ=DAILY;UNTIL=20300230", 1, 18),
            ("FREQ=DAILY;UNTIL=00000101", 1, 18),
            ("FREQ=DAILY;UNTIL=20300101T", 1, 27), ("FREQ=DAILY;UNTIL=20300101T0900", 1, 27),
            ("FREQ=DAILY;UNTIL=20300101T250000", 1, 18), ("FREQ=DAILY;UNTIL=20300101T000000Y", 1, 33),
            ("FREQ=DAILY;UNTIL=2030-01-01", 1, 18), ("FREQ=DAILY;BYMONTH=13", 1, 20), ("FREQ=DAILY;BYMONTH=0", 1, 20),
            ("FREQ=DAILY;BYMONTH=1,", 1, 22), ("FREQ=DAILY;BYMONTH=-1", 1, 20), ("FREQ=DAILY;BYHOUR=24", 1, 19),
            ("FREQ=DAILY;BYMINUTE=60", 1, 21), ("FREQ=DAILY;BYSECOND=61", 1, 21), ("FREQ=DAILY;BYMONTHDAY=32", 1, 23),
            ("FREQ=DAILY;BYMONTHDAY=0", 1, 23), ("FREQ=DAILY;BYMONTHDAY=--1", 1, 24),
            ("FREQ=DAILY;BYMONTHDAY=-", 1, 24),
            ("FREQ=YEARLY;BYYEARDAY=367", 1, 23), ("FREQ=YEARLY;BYYEARDAY=0", 1, 23),
            ("FREQ=YEARLY;BYWEEKNO=54", 1, 22), ("FREQ=YEARLY;BYWEEKNO=0", 1, 22), ("FREQ=MONTHLY;BYWEEKNO=2", 1, 14),
            ("FREQ=DAILY;BYYEARDAY=2", 1, 12), ("FREQ=WEEKLY;BYYEARDAY=2", 1, 13), ("FREQ=MONTHLY;BYYEARDAY=2", 1, 14),
            ("FREQ=WEEKLY;BYMONTHDAY=2", 1, 13), ("FREQ=WEEKLY;BYDAY=1MO", 1, 13), ("FREQ=DAILY;BYDAY=-1MO", 1, 12),
            ("FREQ=YEARLY;BYWEEKNO=2;BYDAY=1MO", 1, 24), ("FREQ=YEARLY;BYDAY=54MO", 1, 19),
            ("FREQ=YEARLY;BYDAY=0MO", 1, 19), ("FREQ=YEARLY;BYDAY=XX", 1, 19), ("FREQ=YEARLY;BYDAY=1", 1, 20),
            ("FREQ=YEARLY;BYDAY=MONDAY", 1, 19), ("FREQ=YEARLY;BYDAY=", 1, 19), ("FREQ=DAILY;BYSETPOS=1", 1, 12),
            ("FREQ=YEARLY;BYDAY=MO;BYSETPOS=0", 1, 31), ("FREQ=YEARLY;BYDAY=MO;BYSETPOS=367", 1, 31),
            ("FREQ=DAILY;WKST=1", 1, 17), ("FREQ=DAILY;BYEASTER=1", 1, 12), ("FREQ=DAILY;RSCALE=CHINESE", 1, 12),
            ("FREQ=DAILY;X-OWN=1", 1, 12), ("FREQ=DAILY;É=1", 1, 12), ("FREQ=DAILY\u{0}", 1, 11), ("RRULE:é", 1, 7),
            ("RRULE;X=1:FREQ=DAILY", 1, 6), ("EXRULE:FREQ=DAILY", 1, 1), ("DTSTART:20300101T000000Z", 1, 1),
            ("SUMMARY:x", 1, 1), ("RRULE:FREQ=DAILY\nFREQ=DAILY", 2, 1),
            ("RRULE:FREQ=DAILY\n\nEXRULE:FREQ=DAILY", 3, 1),
            ("EXDATE:20300101T000000Z", 1, 1), ("FREQ=DAILY\nEXDATE:20300101", 2, 8),
            ("FREQ=DAILY\nEXDATE;VALUE=DATE:20300101", 2, 14),
            ("FREQ=DAILY\nRDATE;VALUE=PERIOD:20300101T000000Z/PT1H", 2, 13), ("FREQ=DAILY\nEXDATE", 2, 7),
            ("FREQ=DAILY\nEXDATE:20300101T000000Z,", 2, 25),
            ("FREQ=DAILY\nEXDATE;TZID=Europe/Berlin:20300101T000000Z", 2, 27),
            ("FREQ=DAILY\nEXDATE;TZID=UTC;TZID=UTC:20300101T000000", 2, 17), ("FREQ=DAILY\r\n EXDATE:x", 1, 6),
            ("FREQ=DAILY;\r\n COUNT=0", 2, 8),
            (String(repeating: "RRULE:FREQ=DAILY\n", count: 9), 9, 1),
        ])
    func faulty(text: String, line: Int, column: Int) {
        do {
            _ = try RecurrenceRule(text)
            Issue.record("\"\(text)\" was accepted")
        } catch {
            #expect([error.line, error.column] == [line, column], "\(error.explanation)")
            #expect(error.explanation.contains("^"))
        }
    }

    @Test("a text past 4096 bytes is refused, one of 4096 is read")
    func longest() throws {
        let list = (0..<((4096 - 18) / 2)).map { _ in "1" }.joined(separator: ",")
        let text = "FREQ=DAILY;BYHOUR=\(list)"
        _ = try RecurrenceRule(text + String(repeating: "\n", count: 4096 - text.utf8.count))
        #expect(throws: RecurrenceError.self) { _ = try RecurrenceRule(text + ",11111") }
    }

    @Test(
        "one rule may be written in many ways",
        arguments: [
            "FREQ=DAILY;INTERVAL=2", "freq=daily;interval=2", "INTERVAL=2;FREQ=DAILY", "RRULE:FREQ=DAILY;INTERVAL=02",
            "rrule:FREQ=DAILY;INTERVAL=2\n", "  RRULE:FREQ=DAILY;INTERVAL=2  \r\n\r\n",
            "RRULE:FREQ=DAI\r\n LY;INTERVAL=2",
            "RRULE:FREQ=DAILY;INTERVAL=2\nRRULE:FREQ=DAILY;INTERVAL=2",
        ])
    func spellings(text: String) throws {
        let schedule = try Recurrences.schedule(text, from: "2026-01-01T08:00:00", in: "UTC")
        #expect(
            schedule.occurrences(after: .earliest, limit: 2) == [
                .of("2026-01-01T08:00:00Z"), .of("2026-01-03T08:00:00Z"),
            ])
    }

    @Test(
        "a rule that can never fire is refused when the schedule is made",
        arguments: [
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01T00:00:00"),
            ("FREQ=DAILY;BYMONTH=2,4,6,9,11;BYMONTHDAY=31", "2026-01-01T00:00:00"),
            ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01T00:00:00"),
            ("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "2026-01-01T00:00:00"),
            ("FREQ=YEARLY;INTERVAL=2;BYYEARDAY=366", "2025-01-01T00:00:00"),
            ("FREQ=YEARLY;BYDAY=-53MO,53TU;BYMONTH=3", "2026-01-01T00:00:00"),
            ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", "2026-01-01T00:00:00"),
            ("FREQ=MONTHLY;BYDAY=6MO", "2026-01-01T00:00:00"),
            ("FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2", "2026-01-01T00:00:00"),
            ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "2026-01-05T00:00:00"),
            ("FREQ=DAILY;BYHOUR=9;BYSETPOS=2", "2026-01-01T00:00:00"),
            ("FREQ=HOURLY;INTERVAL=24;BYHOUR=5", "2026-01-01T04:00:00"),
            ("FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3", "2026-01-01T09:00:00"),
            ("FREQ=SECONDLY;INTERVAL=86400;BYSECOND=1", "2026-01-01T09:00:00"),
            ("FREQ=SECONDLY;INTERVAL=604800;BYDAY=SU", "2026-01-05T09:00:00"),
            ("FREQ=YEARLY;BYWEEKNO=30;BYMONTH=1", "2026-01-05T09:00:00"),
            ("FREQ=DAILY;UNTIL=20251231T235959Z", "2026-01-01T00:00:00"),
            ("FREQ=DAILY;COUNT=1\nEXDATE:20260101T000000", "2026-01-01T00:00:00"),
            ("RRULE:FREQ=DAILY\nRRULE:FREQ=MONTHLY;BYDAY=6MO", "2026-01-01T00:00:00"),
            ("FREQ=DAILY\nEXDATE;TZID=Europe/Berlin:20260101T000000", "2026-01-01T00:00:00"),
        ])
    func never(text: String, start: String) throws {
        #expect(throws: RecurrenceError.self) { _ = try Recurrences.schedule(text, from: start, in: "UTC") }
    }

    @Test("random texts are read or refused, never more")
    func hostile() {
        let seed: UInt64 = 0x5EED_0011
        print("recurrence text seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "FREQ=", "DAILY", "YEARLY", "SECONDLY", "WEEKLY", ";", ";", "=", ",", "-", "+", "1", "0", "53", "366",
            "9999",
            "BYDAY=", "MO", "-1FR", "BYSETPOS=", "BYWEEKNO=", "BYYEARDAY=", "BYMONTHDAY=", "BYHOUR=", "COUNT=",
            "UNTIL=",
            "20300101", "T000000", "Z", "RRULE:", "EXDATE", "RDATE", ";TZID=", "UTC", ":", "\n", "\r\n ", "WKST=", "é",
            " ",
        ]
        var read = 0
        var refused = 0
        for _ in 0..<20_000 {
            var text = generator.chance(80) ? "FREQ=\(generator.pick(["DAILY", "YEARLY", "MONTHLY", "HOURLY"]))" : ""
            for _ in 0..<Int.random(in: 0...9, using: &generator) { text += generator.pick(pieces) }
            do throws(RecurrenceError) {
                let rule = try RecurrenceRule(text)
                read += 1
                // Refusals are as good as answers here; only a trap or an endless search would fail the test.
                _ = try? RecurrenceSchedule(
                    rule: rule, start: LocalDateTime(secondsSinceEpoch: 1_900_000_000), zone: .utc)
            } catch {
                refused += 1
                #expect(error.line >= 1 && error.column >= 1, "seed \(seed): \(error.explanation)")
                #expect(error.column <= text.utf8.count + 1, "seed \(seed): \(error.explanation)")
            }
        }
        #expect(read > 500)
        #expect(refused > 500)
    }

    @Test(
        "rules are told in plain words",
        arguments: [
            ("FREQ=DAILY", "every day at 17:00"), ("FREQ=WEEKLY;INTERVAL=2", "every 2 weeks on Friday at 17:00"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday at 17:00"),
            ("FREQ=MONTHLY;BYMONTHDAY=1,-1", "every month on the 1st and last day of the month at 17:00"),
            ("FREQ=YEARLY", "every year on January 30 at 17:00"),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3",
                "every month on Monday, Tuesday, Wednesday, Thursday and Friday at 17:00, "
                    + "only the 2nd last of these in each month, 3 times"
            ),
            ("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10", "every 20 minutes at hours 9 and 10"),
            (
                "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
                "every month on the 13th day of the month if that is Friday at 17:00"
            ),
            ("FREQ=HOURLY;BYMINUTE=30", "every hour at minute 30"), ("FREQ=SECONDLY", "every second"),
            ("FREQ=YEARLY;BYWEEKNO=20", "every year on Friday in the 20th week of the year at 17:00"),
            ("FREQ=DAILY;BYMONTH=1;UNTIL=20270101", "every day at 17:00 in January, until the end of 2027-01-01"),
        ])
    func plain(text: String, words: String) throws {
        let schedule = try Recurrences.schedule(text, from: "2026-01-30T17:00:00", in: "America/New_York")
        #expect(schedule.words == "\(words) in America/New_York, from 2026-01-30 on")
    }
}
