import PunctualJSON
import Testing

@testable import punctual

@Suite("Tables and times")
struct OutputTests {
    @Test(
        "text takes the columns that a terminal gives it",
        arguments: [
            ("abc", 3), ("é", 1), ("e\u{301}", 1), ("你好", 4), ("👍", 2), ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("", 0), ("\u{200B}", 0),
            ("ｱ", 1), ("Ａ", 2), ("한", 2), ("❤️", 2), ("→", 1),
        ])
    func columns(_ text: String, _ width: Int) {
        #expect(DisplayWidth.columns(of: text) == width)
    }

    @Test("columns stay aligned whatever the cells hold")
    func table() {
        var table = TextTable(columns: [.init("name", limit: 8), .init("n", isNumber: true), .init("last")])
        table.rows = [["你好", "1", "x"], ["line\nbreak", "22", ""], ["a\u{1B}[31mb", "333", "é"], ["short"]]
        #expect(
            table.text() == """
                NAME        N  LAST
                你好        1  x
                line br…   22  -
                a?[31mb   333  é
                short       -  -
                """)
    }

    @Test("colour surrounds cells without moving them")
    func colour() {
        var table = TextTable(columns: [.init("status"), .init("x")])
        table.rows = [["failed", "1"], ["ok", "2"]]
        #expect(table.text(colour: true).split(separator: "\n")[1] == "\u{1B}[31mfailed\u{1B}[0m  1")
    }

    @Test(
        "instants are told in their largest unit",
        arguments: [
            (0, "now"), (999, "now"), (1_000, "in 1s"), (-1_500, "1s ago"), (119_000, "in 119s"), (120_000, "in 2m"),
            (-7_200_000, "2h ago"), (172_800_000, "in 2d"), (-86_400_000 * 400, "400d ago"),
        ] as [(Int64, String)])
    func relative(_ milliseconds: Int64, _ text: String) {
        #expect(RelativeTime.text(milliseconds: milliseconds) == text)
    }

    @Test(
        "progress is told in whole percent or tenths, and is whole only at its end",
        arguments: [
            (["percent": 0], "0 %"),
            (["percent": .double(16.666666666666668), "message": "resizing"], "16.7 % resizing"),
            (["percent": 42], "42 %"), (["percent": .double(99.96)], "99.9 %"), (["percent": 100], "100 %"),
            (["percent": .double(0.04)], "0 %"), (["percent": .null, "message": "begun"], "begun"), (.null, ""),
        ] as [(JSONValue, String)])
    func progress(_ value: JSONValue, _ text: String) {
        #expect(Cell.progress(value) == text)
        #expect(Details.text(of: ["progress": value], now: nil) == "progress  " + (text.isEmpty ? "-" : text))
    }

    @Test("a limit is listed with the words of the command that sets it, a job's with the job's name")
    func limits() throws {
        let limits: [JSONValue] = [
            ["kind": "queues", "name": "mail", "concurrency": 10, "rate": .null],
            [
                "kind": "services", "name": "billing", "service": "billing", "concurrency": .null,
                "rate": ["count": 100, "per": "1m"],
            ],
            [
                "kind": "jobs", "name": "0197c5a0-0000-7000-8000-000000000001", "job_name": "nightly-report",
                "service": "ops", "concurrency": 1, "rate": .null,
            ],
        ]
        let table = View.limits.table(of: limits, now: nil).text()
        #expect(
            table == """
                KIND     NAME            SERVICE  AT ONCE  RATE
                queue    mail            -             10  -
                service  billing         billing        -  100/1m
                job      nightly-report  ops            1  -
                """)
    }

    @Test("only what changed is shown again")
    func watching() {
        var watching = Watching()
        #expect(watching.changes(in: [["id": "a", "s": 1], ["id": "b", "s": 1]], key: "id").count == 2)
        #expect(
            watching.changes(in: [["id": "a", "s": 1], ["id": "b", "s": 2]], key: "id") == [["id": "b", "s": 2]])
    }
}
