import ArgumentParser
import PunctualJSON
import PunctualSchedule
import Testing

@testable import punctual

@Suite("The calendar on a terminal")
struct HeatMapTests {
    /// An answer of `GET /calendar` from an instant on, with these fires hour by hour.
    private func answer(
        from start: String = "2026-11-22T00:00:00Z", offset: (Int) -> Int = { _ in 0 }, hours: Int = 168,
        _ fires: (Int) -> Int64, pileUps: Set<Int> = []
    ) throws -> JSONValue {
        let begin = try #require(Timestamp(rfc3339: start))
        let items = (0..<hours).map { hour -> JSONValue in
            let at = begin + .seconds(Int64(hour) * 3600)
            let wall = LocalDateTime(secondsSinceEpoch: at.seconds + Int64(offset(hour)) * 3600)
            return [
                "at": .string("\(at)"), "local": .string("\(wall).000+0\(offset(hour)):00"), "fires": .int(fires(hour)),
                "peak": 1, "pile_up": .bool(pileUps.contains(hour)),
            ]
        }
        return [
            "zone": "Europe/Berlin", "items": .array(items), "clock_changes": [],
            "pile_ups": pileUps.isEmpty
                ? []
                : [["at": "2026-11-23T09:00:00.000Z", "local": "2026-11-23T09:00:00.000Z", "fires": 240, "days": 6]],
            "count": ["complete": true, "under_way": false, "jobs": 65, "left_out": 0],
        ]
    }

    private let now = Timestamp(rfc3339: "2026-11-22T01:30:00Z") ?? .earliest

    @Test("a week in 80 columns, with what is over left blank and pile-ups named")
    func week() throws {
        let text = CalendarCommand.text(
            of: try answer({ hour in hour % 24 == 9 ? 240 : hour % 24 < 6 ? 0 : 12 }, pileUps: [33]), now: now,
            width: 80)
        let (before, after) = ("░░░░░░", String(repeating: "░", count: 28))
        let rest = ["Tue 24", "Wed 25", "Thu 26", "Fri 27", "Sat 28"].map { day in
            "\(day) Nov  ············\(before)██\(after)    444"
        }
        #expect(
            text == """
                3108 fires of 65 jobs, Europe/Berlin
                            0     3     6     9     12    15    18    21
                Sun 22 Nov    ··········\(before)██\(after)    444
                Mon 23 Nov  ············\(before)█!\(after)    444
                \(rest.joined(separator: "\n"))
                ░▒▓█ up to 240 an hour, · none, blank: over, ! a minute stands out

                PILE-UP                   FIRES  DAYS
                2026-11-23T09:00:00.000Z    240     6
                """)
    }

    @Test(
        "no line is longer than the terminal is wide",
        arguments: [24, 30, 36, 43, 44, 67, 68, 80, 91, 92, 139, 140, 300])
    func widths(width: Int) throws {
        let map = HeatMap(try answer({ Int64($0) * 1_234_567 }, pileUps: [40, 41]), now: now)
        let lines = map.text(width: width, colour: false).split(separator: "\n").map(String.init)
        #expect(lines.count == 8)
        #expect(lines.allSatisfy { DisplayWidth.columns(of: $0) <= width }, "\(lines)")
        let coloured = map.text(width: width, colour: true)
        #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == lines.joined(separator: "\n"))
    }

    @Test("an hour that comes twice is one column, one that is jumped over has none")
    func clockChanges() throws {
        let back = HeatMap(
            try answer(from: "2026-10-24T22:00:00Z", offset: { $0 < 3 ? 2 : 1 }, hours: 25, { _ in 2 }),
            now: Timestamp(rfc3339: "2026-10-24T00:00:00Z") ?? now)
        let lines = back.text(width: 44, colour: false).split(separator: "\n")
        #expect(lines.count == 2 && lines[1].hasSuffix("   50"), "\(lines)")
        let forth = HeatMap(
            try answer(from: "2026-03-28T23:00:00Z", offset: { $0 < 2 ? 1 : 2 }, hours: 23, { _ in 2 }),
            now: Timestamp(rfc3339: "2026-03-28T00:00:00Z") ?? now)
        let row = try #require(forth.text(width: 44, colour: false).split(separator: "\n").last)
        #expect(row == "Sun 29 Mar  ▒▒-▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒     46")
        #expect(forth.legend == "░▒▓█ up to 2 an hour, - no such hour")
    }

    @Test("what a server makes up is left out or tamed")
    func hostile() {
        let answer: JSONValue = [
            "zone": "\u{1B}[31mEvil",
            "items": [
                ["at": "x", "local": "2026-11-22T09", "fires": 1],
                ["at": "2026-11-22T09:00:00Z", "local": "2026-11-22T99:00:00Z", "fires": 1],
                ["at": "2026-11-22T09:00:00Z", "local": "2026\u{1B}11-22T09:00:00Z", "fires": 1],
                ["at": "2026-11-22T09:00:00Z", "local": "9999-99-99T09:00:00Z", "fires": -5], 7, .null,
            ],
            "pile_ups": [["local": "a\u{1B}]0;b\u{7}", "fires": "x"]], "clock_changes": [["shift": "\n\u{1B}[2J"]],
        ]
        let text = CalendarCommand.text(of: answer, now: now, width: 80)
        #expect(!text.contains("\u{1B}") && !text.contains("\u{7}") && text.contains("9999-99-99"), "\(text)")
    }

    @Test(
        "a week begins at midnight on the clock of the zone and has the hours that it has there",
        arguments: [
            ("UTC", "2026-11-22", "2026-11-22T00:00:00.000Z", 168),
            ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00.000Z", 169),
            ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00.000Z", 167),
            ("Asia/Kathmandu", "2026-11-22", "2026-11-21T18:15:00.000Z", 168),
            // Midnight is jumped over there.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00.000Z", 167),
        ])
    func begin(zone: String, day: String, from: String, hours: Int64) throws {
        let command = try CalendarCommand.parse(["--timezone", zone, "--day", day])
        let week = try command.week(now: now)
        #expect("\(week.from)" == from && week.hours == hours)
    }

    @Test(
        "refuses what is not meant",
        arguments: [
            ["--day", "tomorrow"], ["--day", "2026-02-30"], ["--day", "2026-12-01", "--at", "2026-12-01T00:00:00Z"],
            ["--limit", "0"],
        ])
    func refused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { _ = try CalendarCommand.parse(arguments) }
    }
}
