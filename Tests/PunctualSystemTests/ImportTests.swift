import Foundation
import PunctualJSON
import Testing

@Suite("Taking over a crontab", .timeLimit(.minutes(10)))
struct ImportTests {
    @Test("the shipped example: every line's outcome, a second time without change, and the jobs run")
    func example() async throws {
        try await withServer { server in
            let file = Checkout.path("Examples/crontab")
            let dry = try await server.punctual("import", "crontab", file, "--dry-run", "-o", "json")
            #expect(dry.status == 0 && dry.err.contains("read as a user's crontab"), "\(dry)")
            #expect(try await server.json("job", "list") == [])

            let lines = try await server.json("import", "crontab", file).array ?? []
            #expect(lines.count == 10)
            #expect(try dry.json().array?.map { $0["outcome"] } == lines.map { $0["outcome"] })
            let refused = lines.filter { $0["outcome"] != "created" }
            #expect(refused.map { $0["schedule"] } == ["@reboot"] && refused[0]["outcome"] == "not taken")
            #expect(refused[0]["notes"]?.string?.contains("systemd") == true)
            #expect(try await server.json("job", "list").array?.count == 9)

            let again = try await server.json("import", "crontab", file).array ?? []
            #expect(again.filter { $0["outcome"] == "unchanged" }.count == 9, "\(again)")

            for (line, output) in [(9, "hello from the crontab\n"), (14, "first line\nsecond line\n")] {
                let row = try #require(lines.first { $0["line"] == .int(Int64(line)) })
                let id = try #require(row["id"]?.string)
                let ended = try await server.punctual("job", "trigger", id, "--wait", "-o", "json")
                #expect(ended.status == 0, "\(ended)")
                #expect(try ended.json()[0]?["result"]?["output"] == .string(output))
            }
        }
    }

    /// Debian 12's own file, as its `cron` package brings it; and the one of this machine when there is one.
    private static let systemFiles =
        [Checkout.path("Tests/PunctualSystemTests/Fixtures/debian-12-crontab")]
        + ["/etc/crontab"].filter { FileManager.default.fileExists(atPath: $0) }

    @Test("a system's crontab is known by its users, and its jobs keep shell, path and times", arguments: systemFiles)
    func system(_ file: String) async throws {
        try await withServer { server in
            let said = try await server.punctual("import", "crontab", file, "--timezone", "Europe/Berlin", "-o", "json")
            #expect(said.status == 0 && said.err.contains("read as a system crontab"), "\(said)")
            let lines = try said.json().array ?? []
            #expect(lines.count >= 4 && lines.allSatisfy { $0["outcome"] == "created" }, "\(lines)")
            let hourly = try #require(lines.first { $0["schedule"] == "17 * * * *" })
            let job = try await server.json("job", "get", try #require(hourly["id"]?.string))
            #expect(job["schedule"]?["expression"] == "17 * * * *" && job["schedule"]?["timezone"] == "Europe/Berlin")
            #expect(
                job["target"]?["argv"] == ["/bin/sh", "-c", "cd / && run-parts --report /etc/cron.hourly"], "\(job)")
            #expect(
                job["target"]?["env"]?["PATH"] == "/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin")
            #expect(job["next_run_at"]?.string?.contains(":17:00.000Z") == true)
        }
    }

    @Test("a crontab on standard input whose lines are partly wrong takes the right ones")
    func partly() async throws {
        try await withServer { server in
            let said = try await server.punctual(
                "import", "crontab", "-", "-o", "json", input: "61 * * * * never\n0 5 * * * true\nnonsense\n")
            let lines = try said.json().array ?? []
            #expect(lines.map { $0["outcome"] } == ["not taken", "created", "not taken"], "\(said)")
            #expect(said.status == 0 && said.err.contains("1 created, 2 not taken"), "\(said)")
        }
    }
}
