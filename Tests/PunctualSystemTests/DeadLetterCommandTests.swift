import Foundation
import PunctualJSON
import Testing

@Suite("punctual dead-letter", .timeLimit(.minutes(5)))
struct DeadLetterCommandTests {
    /// Two jobs that fail in ways of their own until the file `cured` is there, so many times each.
    private func fail(_ server: RunningServer, _ counts: [(job: String, says: String, times: Int)]) async throws {
        let file = counts.map { job, says, _ in
            """
            - name: \(job)
              schedule: {type: manual}
              target: {type: command, argv: [/bin/sh, -c, 'test -e "$0" || { echo "\(says) $$" >&2; exit 3; }', "\(server.folder.path)/cured"]}
              retry_policy: {maximum_attempts: 1}
              overlap_policy: allow_all
            """
        }
        let applied = try await server.punctual("job", "apply", "-f", "-", input: file.joined(separator: "\n"))
        #expect(applied.status == 0, "\(applied)")
        for (job, _, times) in counts {
            for _ in 0..<times { #expect(try await server.punctual("job", "trigger", job).status == 0) }
        }
        let all = counts.reduce(0) { $0 + $1.times }
        _ = try await eventually("\(all) failures") {
            let said = try await server.punctual("execution", "list", "--status", "failed", "--limit", "1000", "-q")
            return said.lines.count == all ? true : nil
        }
    }

    /// A job whose worker says that, so many times.
    private func fail(_ server: RunningServer, _ job: String, saying error: String, times: Int) async throws {
        let file = """
            {"name": "\(job)", "queue": "\(job)", "schedule": {"type": "manual"}, "target": {"type": "worker", "task": "t"},
             "retry_policy": {"maximum_attempts": 1}, "overlap_policy": "allow_all"}
            """
        #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
        for _ in 0..<times {
            #expect(try await server.punctual("job", "trigger", job).status == 0)
            let wish: JSONValue = ["worker": "w", "queues": [.string(job)], "wait": "20s"]
            let claimed = try await server.call("/api/v1/work/claim", "--json", wish.description)
            let work = try JSONValue(parsing: claimed.body)["items"]?[0]
            let end: JSONValue = [
                "id": work?["id"] ?? .null, "attempt": work?["attempt"] ?? .null, "worker": "w", "status": "failed",
                "error": .string(error),
            ]
            let ended = try await server.call("/api/v1/work/complete", "--json", end.description)
            #expect(ended.status == 200, "\(claimed) \(ended)")
        }
    }

    @Test("groups are listed by size, and one, a job's, or all that a filter takes are run again, once agreed to")
    func life() async throws {
        try await withServer { server in
            try await fail(server, [("charge", "connection refused", 5), ("mail", "greylisted", 2)])
            let groups = try await server.json("dead-letter", "list").array ?? []
            #expect(
                groups.map { $0["job_name"] } == ["charge", "mail"] && groups.map { $0["count"] } == [5, 2], "\(groups)"
            )
            let table = try await server.punctual("dead-letter", "list", "--within", "1h")
            #expect(table.lines.first?.hasPrefix("COUNT  JOB") == true && table.lines.count == 3, "\(table)")
            let keys = try await server.punctual("dead-letter", "list", "-q").lines
            #expect(keys == groups.compactMap { $0["key"]?.string })

            let dry = try await server.punctual("dead-letter", "redrive", "mail", "--dry-run", "-o", "json")
            #expect(try dry.json().array?.count == 1 && dry.status == 0, "\(dry)")
            let unasked = try await server.punctual("dead-letter", "redrive", "mail")
            #expect(
                unasked.status == 1 && unasked.err.contains("2 executions (mail 2)") && unasked.err.contains("--yes"),
                "\(unasked)")
            #expect(try await server.json("dead-letter", "list").array?.count == 2, "nothing was run again")

            try server.folder.write("", to: "cured")
            let mail = try await server.punctual("dead-letter", "redrive", "--group", keys[1], "mail", "--yes", "-q")
            #expect(mail.status == 0 && mail.lines.count == 2, "\(mail)")
            let gone = try await eventually("the group is gone") {
                let said = try await server.punctual("dead-letter", "redrive", "--group", keys[1], "mail", "--yes")
                return said.status == 3 ? said : nil
            }
            #expect(gone.err.contains("no group \(keys[1])"), "\(gone)")
            let rest = try await server.punctual("dead-letter", "redrive", "--service", "default", "--yes", "-q")
            #expect(rest.status == 0 && rest.lines.count == 5, "\(rest)")
            for (job, count) in [("charge", 5), ("mail", 2)] {
                _ = try await eventually("\(job) has succeeded") {
                    let all = try await server.executions(of: job)
                    return all.count == count && all.allSatisfy { $0["status"] == "succeeded" && $0["attempt"] == 2 }
                        ? true : nil
                }
            }
            #expect(try await server.json("dead-letter", "list").array == [])
        }
    }

    @Test("on a terminal it asks with the count, and a no changes nothing")
    func asked() async throws {
        try await withServer { server in
            try await fail(server, [("charge", "connection refused", 3)])
            let variables = ["PUNCTUAL_URL": server.address]
            let no = try await Dialogue(
                ["dead-letter", "redrive", "charge"], [.asked("Run 3 executions (charge 3) again? [y/N]", "n\r")],
                in: server.folder, environment: variables)
            #expect(no.end == "code 1" && no.shown.contains("nothing was run again"), "\(no)")
            #expect(try await server.json("dead-letter", "list").array?.first?["count"] == 3)
            try server.folder.write("", to: "cured")
            let yes = try await Dialogue(
                ["dead-letter", "redrive", "charge"], [.asked("[y/N]", "y\r")], in: server.folder,
                environment: variables)
            #expect(yes.end == "code 0" && yes.shown.contains("3/3"), "\(yes)")
        }
    }

    @Test("text is searched in names and errors, hostile text finds nothing and draws nothing")
    func search() async throws {
        try await withServer { server in
            try await fail(server, "charge", saying: "Connection refused", times: 2)
            // What a worker says is its own.
            try await fail(server, "mail", saying: "\u{1B}[31mgreylisted;\r\n100% _", times: 1)
            func found(_ text: String) async throws -> [String] {
                let said = try await server.punctual("execution", "list", "--search", text, "-o", "json")
                #expect(said.status == 0, "\(text): \(said)")
                return (try said.json().array ?? []).compactMap { $0["job_name"]?.string }
            }
            #expect(try await found("REFUSED") == ["charge", "charge"])
            #expect(try await found("mai") == ["mail"])
            #expect(try await found("100% _") == ["mail"], "signs of patterns are letters")
            for text in [
                "' OR 1=1 --", "%", "_", "refused\u{1B}", "*", "[a-z]", "\\", "&q=charge", "charge&status=failed",
            ] {
                let names = try await found(text)
                #expect(
                    names.isEmpty || (["%", "_", "[a-z]"].contains(text) && names == ["mail"]), "\(text): \(names)")
            }
            let shown = try await server.punctual("dead-letter", "list")
            #expect(!shown.out.contains("\u{1B}"), "\(shown)")
            for bad in ["", String(repeating: "x", count: 257)] {
                let said = try await server.punctual("execution", "list", "--search", bad)
                #expect(said.status == 1 && said.out.isEmpty && said.err.contains("q"), "\(said)")
            }
            let again = try await server.punctual("execution", "redrive", "--search", "refused", "--dry-run", "-q")
            #expect(again.status == 0 && again.lines.count == 2, "\(again)")
            let none = try await server.punctual("dead-letter", "redrive", "--group", "'; DROP--", "--yes")
            #expect(none.status == 3, "\(none)")
        }
    }
}
