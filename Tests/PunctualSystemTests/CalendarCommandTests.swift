import Foundation
import PunctualJSON
import Testing

@Suite("punctual calendar", .timeLimit(.minutes(5)))
struct CalendarCommandTests {
    /// Jobs that all fire at nine in Berlin, and one that fires an hour later.
    private func make(_ server: RunningServer) async throws {
        let nine = (0..<40).map {
            "- {name: nine-\($0), schedule: {type: cron, expression: '0 9 * * *', timezone: Europe/Berlin}, target: {type: noop}}"
        }
        let ten =
            "- {name: ten, service: ops, schedule: {type: cron, expression: '0 10 * * *', timezone: Europe/Berlin}, target: {type: noop}}"
        let said = try await server.punctual(
            "job", "apply", "-f", "-", "-q", input: (nine + [ten]).joined(separator: "\n"))
        #expect(said.status == 0, "\(said)")
    }

    @Test("the week is drawn with its pile-up, each form of output tells the same, and a minute's jobs are listed")
    func life() async throws {
        try await withServer { server in
            try await make(server)
            let arguments = ["calendar", "--timezone", "Europe/Berlin"]
            // Whole days, so that it is the same before nine and after.
            let week = try await eventually("all jobs are counted") {
                let said = try await server.punctual(arguments + ["--day", "2027-01-04", "-o", "json"])
                let json = try said.json()
                return json["count"]?["jobs"] == 41 ? json : nil
            }
            #expect(week["items"]?.array?.count == 168 && week["zone"] == "Europe/Berlin")
            #expect(week["pile_ups"]?.array?.first?["fires"] == 40, "\(week["pile_ups"] ?? .null)")
            let page = try await server.punctual(arguments + ["--day", "2027-01-04"])
            #expect(page.status == 0 && page.err.isEmpty, "\(page)")
            #expect(page.lines.first == "287 fires of 41 jobs, Europe/Berlin", "\(page)")
            #expect(page.lines[2] == "Mon  4 Jan  ··················█!░░··························     41", "\(page)")
            #expect(page.out.contains("PILE-UP") && page.out.contains("2027-01-04T09:00:00.000+01:00     40     7"))
            let lines = try await server.punctual(arguments + ["--day", "2027-01-04", "-o", "jsonl"])
            #expect(lines.lines.count == 168)
            let own = try await server.punctual(arguments + ["--day", "2027-01-04", "--service", "ops"])
            #expect(own.lines.first == "7 fires of 1 job, Europe/Berlin" && !own.out.contains("PILE-UP"), "\(own)")
            let at = try await server.punctual(arguments + ["--day", "2027-01-04", "-q"])
            #expect(at.lines == ["2027-01-04T08:00:00.000Z"], "\(at)")
            let jobs = try await server.punctual("calendar", "--at", at.lines.first ?? "", "--limit", "5", "-o", "json")
            #expect(jobs.status == 0 && jobs.err.contains("40 jobs fire in this minute"), "\(jobs)")
            #expect(try jobs.json().array?.count == 5)
        }
    }

    @Test("hostile and mistaken words are told in one line, with the exit code of their kind")
    func refused() async throws {
        try await withServer { server in
            for (arguments, status) in [
                (["--timezone", "../../etc/passwd"], 2), (["--timezone", "Europe/Nowhere"], 2), (["--day", "x"], 2),
                (["--service", "a b"], 1), (["--service", "' OR 1=1"], 1), (["--at", "yesterday"], 1),
                (["--day", "2199-01-01"], 1),
            ] as [([String], Int32)] {
                let said = try await server.punctual(["calendar"] + arguments)
                #expect(said.status == status && said.out.isEmpty && !said.err.isEmpty, "\(arguments): \(said)")
            }
        }
    }

    @Test("on a terminal it has its width, and colour")
    func terminal() async throws {
        try await withServer { server in
            try await make(server)
            for (columns, most) in [(40, 40), (100, 100)] {
                let said = try await Dialogue(
                    ["calendar", "--day", "2027-01-04"], [], in: server.folder,
                    environment: ["PUNCTUAL_URL": server.address], size: (40, columns))
                #expect(said.end == "code 0" && said.shown.contains("\u{1B}[1;31m!"), "\(said)")
                let rows = said.shown.replacing(/\u{1B}\[[0-9;]*m/, with: "").components(separatedBy: "\r\n")
                #expect(rows.filter { $0.contains(" Jan  ") }.count == 7, "\(rows)")
                #expect(rows.filter { $0.contains(" Jan  ") }.allSatisfy { $0.count <= most }, "\(rows)")
            }
        }
    }
}
