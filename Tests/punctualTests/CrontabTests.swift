import PunctualJSON
import Testing

@testable import punctual

/// What one line of a crontab should become.
struct CrontabCase: CustomTestStringConvertible, Sendable {
    let line: String
    /// Schedule, command; nil when the line is not taken.
    let taken: [String]?
    let form: CrontabForm
    var testDescription: String { line.debugDescription }

    init(_ line: String, _ taken: [String]?, form: CrontabForm = .user) {
        self.line = line
        self.taken = taken
        self.form = form
    }
}

private let cases: [CrontabCase] = [
    .init("* * * * * true", ["* * * * *", "true"]),
    .init("  */5 0-6 1,15 jan-mar mon-fri  echo a  b ", ["*/5 0-6 1,15 jan-mar mon-fri", "echo a  b"]),
    .init("0\t9\t*\t*\t1\tdate", ["0 9 * * 1", "date"]),
    .init("0 0 * * 7 sunday", ["0 0 * * 7", "sunday"]),
    .init("@daily backup", ["@daily", "backup"]),
    .init("@DAILY backup", ["@DAILY", "backup"]),
    .init("@hourly x", ["@hourly", "x"]),
    .init("@weekly x", ["@weekly", "x"]),
    .init("@monthly x", ["@monthly", "x"]),
    .init("@yearly x", ["@yearly", "x"]),
    .init("@annually x", ["@annually", "x"]),
    .init("@midnight x", ["@midnight", "x"]),
    .init("-0 0 * * * quiet", ["0 0 * * *", "quiet"]),
    .init("* * * * * a=b cmd", ["* * * * *", "a=b cmd"]),
    .init("* * * * * echo # no comment", ["* * * * *", "echo # no comment"]),
    .init("* * * * * date +\\%s", ["* * * * *", "date +%s"]),
    .init("* * * * * echo a\\b", ["* * * * *", "echo a\\b"]),
    .init("* * * * * echo end\\", ["* * * * *", "echo end\\"]),
    .init("* * * * * echo 你好", ["* * * * *", "echo 你好"]),
    .init("* * * * * cd / && run-parts x", ["* * * * *", "cd / && run-parts x"]),
    .init("17 * * * * root cd / && x", ["17 * * * *", "cd / && x"], form: .system),
    .init("17 * * * * root\tx", ["17 * * * *", "x"], form: .system),
    .init("@daily root x", ["@daily", "x"], form: .system),
    .init("0 0 30 2 * never", nil),
    .init("60 * * * * x", nil),
    .init("* 24 * * * x", nil),
    .init("* * 32 * * x", nil),
    .init("* * * 13 * x", nil),
    .init("* * * * 8 x", nil),
    .init("*/0 * * * * x", nil),
    .init("5-1-2 * * * * x", nil),
    .init("@reboot x", nil),
    .init("@Reboot x", nil),
    .init("@never x", nil),
    .init("@ x", nil),
    .init("@daily", nil),
    .init("* * * * *", nil),
    .init("* * * *", nil),
    .init("hello", nil),
    .init("* * * * * root", nil, form: .system),
    .init("* * * * *", nil, form: .system),
    .init("* * * * * %only input", nil),
    .init("* * * * * echo \u{0}", nil),
    .init("* * * * * echo \u{1B}[31m", nil),
    .init("99999999999999999999 * * * * x", nil),
    .init("* * * * * " + String(repeating: "x", count: 5000), nil),
    .init(String(repeating: "*,", count: 5000) + " * * * * x", nil),
]

@Suite("Crontabs")
struct CrontabTests {
    private func jobs(_ text: String, form: CrontabForm = .user) -> CrontabJobs {
        CrontabJobs(
            CrontabReader(text, form: form).lines, service: "default", source: "test", timezone: "UTC",
            currentUser: "me", zones: SystemZones.catalog)
    }

    @Test("each line is taken as cron takes it, or refused with a reason", arguments: cases)
    func line(_ known: CrontabCase) throws {
        let rows = jobs(known.line, form: known.form).rows
        let row = try #require(rows.first)
        #expect(rows.count == 1)
        guard let taken = known.taken else {
            #expect(row.job == nil)
            #expect(row.notes.count == 1 && !row.notes[0].isEmpty)
            return
        }
        let argv = row.job?["target"]?["argv"]?.array
        #expect(row.schedule == taken[0])
        #expect(argv == ["/bin/sh", "-c", .string(taken[1])])
    }

    @Test("comments and blank lines are no entries", arguments: ["", "   ", "# x", "\t# * * * * * x", "\r\n\r\n"])
    func nothing(_ text: String) {
        #expect(CrontabReader(text, form: .user).lines.isEmpty)
    }

    @Test("variables reach the commands below them, and cron's own are read")
    func variables() throws {
        let rows = jobs(
            """
            * * * * * before
            SHELL=/bin/bash
            MAILTO = "ops@example.com"
            "A B"=no
            PATH = '/bin:/usr/bin'
            CRON_TZ=Europe/Berlin
            HOME=/srv
            * * * * * after
            """
        ).rows
        #expect(rows.count == 3)
        #expect(rows[0].job?["target"]?["env"] == nil)
        #expect(rows[1].job == nil)
        let job = try #require(rows[2].job)
        #expect(job["schedule"]?["timezone"] == "Europe/Berlin")
        #expect(job["schedule"]?["dialect"] == "unix")
        #expect(job["target"]?["env"] == ["PATH": "/bin:/usr/bin", "HOME": "/srv"])
        #expect(job["target"]?["directory"] == "/srv")
        #expect(job["target"]?["argv"] == ["/bin/bash", "-c", "after"])
        #expect(rows[2].notes == ["MAILTO not applied: the output is kept with the execution"])
    }

    @Test("an unknown CRON_TZ refuses the lines below it")
    func unknownZone() {
        let rows = jobs("CRON_TZ=Mars/Olympus\n* * * * * x").rows
        #expect(rows.first?.job == nil)
        #expect(rows.first?.notes.first?.hasPrefix("CRON_TZ: ") == true)
    }

    @Test("text after a bare percent sign is piped, quotes and all")
    func input() {
        let row = jobs("* * * * * cat%it's%two").rows.first
        #expect(
            row?.job?["target"]?["argv"]?[2] == "printf '%s\\n' 'it'\\''s\ntwo' | {\ncat\n}")
        #expect(row?.notes == ["the text after % is piped to the command"])
    }

    @Test("names don't change with place or time, and equal lines are told apart")
    func names() {
        let first = jobs("* * * * * echo a\n0 1 * * * echo a\n* * * * * echo b").rows.map { $0.job?["name"]?.string }
        let moved = jobs("# moved\n\n5 5 * * * echo a").rows.map { $0.job?["name"]?.string }
        #expect(moved.first == first.first)
        #expect(first[1] == first[0].map { "\($0)-2" })
        #expect(Set(first).count == 3)
        #expect(first[0] == "echo-a-" + (first[0]?.suffix(8) ?? ""))
    }

    @Test("lines of other users are noted")
    func users() {
        #expect(
            jobs("* * * * * root x", form: .system).rows[0].notes == [
                "user root not applied: it runs as the worker's user"
            ])
        #expect(jobs("* * * * * me x", form: .system).rows[0].notes.isEmpty)
    }

    @Test("the system form is found out by path or users")
    func form() {
        let isUser: (String) -> Bool = { ["root", "mail", "me"].contains($0) }
        #expect(CrontabReader.form(of: "* * * * * x", path: "/etc/crontab", isUser: isUser) == .system)
        #expect(CrontabReader.form(of: "* * * * * x", path: "/etc/cron.d/x", isUser: isUser) == .system)
        #expect(CrontabReader.form(of: "* * * * * root x\n* * * * * me y", path: "-", isUser: isUser) == .system)
        #expect(CrontabReader.form(of: "* * * * * mail -s hello", path: "-", isUser: isUser) == .user)
        #expect(CrontabReader.form(of: "* * * * * root x\n* * * * * date", path: "-", isUser: isUser) == .user)
        #expect(CrontabReader.form(of: "", path: "-", isUser: isUser) == .user)
    }
}
