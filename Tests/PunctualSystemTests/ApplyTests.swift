import Foundation
import PunctualJSON
import Testing

@Suite("Jobs kept in files", .timeLimit(.minutes(10)))
struct ApplyTests {
    private static let example = Checkout.path("Examples/jobs.yaml")

    private func actions(_ said: Said) throws -> [String] {
        try (said.json().array ?? []).compactMap { $0["action"]?.string }
    }

    @Test("the shipped example is created, then unchanged; a dry run changes nothing")
    func apply() async throws {
        try await withServer { server in
            let dry = try await server.punctual("job", "apply", "-f", ApplyTests.example, "--dry-run", "-o", "json")
            #expect(dry.status == 0 && dry.err.contains("nothing was changed"), "\(dry)")
            #expect(try actions(dry) == Array(repeating: "created", count: 5))
            #expect(try await server.json("job", "list") == [])
            for action in ["created", "unchanged"] {
                let said = try await server.punctual("job", "apply", "-f", ApplyTests.example, "-o", "json")
                #expect(try said.status == 0 && actions(said) == Array(repeating: action, count: 5), "\(said)")
            }
            // What the server prints may be applied again.
            let printed = try await server.punctual("job", "list", "-o", "yaml")
            let back = try await server.punctual("job", "apply", "-f", "-", "-o", "json", input: printed.out)
            #expect(try actions(back) == Array(repeating: "unchanged", count: 5), "\(back)")
        }
    }

    @Test("a change is shown field by field before it is made, and what left the files goes only when asked")
    func changes() async throws {
        try await withServer { server in
            #expect(try await server.punctual("job", "apply", "-f", ApplyTests.example).status == 0)
            let text = try Checkout.text("Examples/jobs.yaml").components(separatedBy: "---\n")
            let changed = text.dropLast().joined(separator: "---\n").replacing("every: 10s", with: "every: 20s")
            try server.folder.write(changed, to: "jobs.yaml")

            let command = ["job", "apply", "-f", "jobs.yaml", "--prune", "--label", "example=yes"]
            let dry = try await server.punctual(command + ["--dry-run"])
            #expect(dry.status == 0 && dry.err.contains("schedule.every: \"10s\" → \"20s\""), "\(dry)")
            #expect(dry.out.contains("deleted") && dry.lines.count == 6, "\(dry)")
            #expect(try await server.json("job", "get", "ping-listener")["schedule"]?["every"] == "10s")

            let unasked = try await server.punctual(command)
            #expect(unasked.status == 1 && unasked.err.contains("say --yes"), "\(unasked)")
            #expect(try await server.json("job", "list").array?.count == 5)

            let pruned = try await server.punctual(command + ["--yes", "-o", "json"])
            #expect(
                try pruned.status == 0
                    && actions(pruned) == ["unchanged", "unchanged", "unchanged", "unchanged", "deleted"], "\(pruned)")
            let names = try await server.json("job", "list").array?.compactMap { $0["name"]?.string }
            #expect(names == ["fails-and-retries", "monday-report", "ping-listener", "say-the-time"])
        }
    }

    @Test("a file with one wrong job applies the others, names the fault, and deletes nothing")
    func fault() async throws {
        try await withServer { server in
            let file = """
                - {name: good, labels: {l: x}, schedule: {type: manual}, target: {type: noop}}
                - {name: bad, labels: {l: x}, schedule: {type: cron, expression: "61 * * * *"}, target: {type: noop}}
                """
            #expect(
                try await server.punctual("job", "create", "old", "--manual", "--noop", "--label", "l=x").status == 0)
            let said = try await server.punctual(
                "job", "apply", "-f", "-", "--prune", "--label", "l=x", "--yes", "-o", "json", input: file)
            #expect(try said.status == 1 && actions(said) == ["created", "failed"], "\(said)")
            #expect(said.out.contains("/schedule/expression") && said.err.contains("1 of 2 jobs failed"), "\(said)")
            #expect(try await server.json("job", "get", "old")["name"] == "old")
        }
    }

    @Test("a dry run tells of every fault that the server would find, and ends with 1")
    func dryFaults() async throws {
        try await withServer { server in
            let file = """
                name: wrong
                schedule: {type: cron, expression: "61 * * * *", timezone: Mars/Olympus}
                target: {type: noop}
                foo: 1
                """
            let dry = try await server.punctual(["job", "apply", "-f", "-", "--dry-run", "-o", "json"], input: file)
            #expect(dry.status == 1, "\(dry)")
            for word in ["/schedule/expression", "/schedule/timezone", "/foo"] {
                #expect(dry.out.contains(word), "\(dry)")
            }
            let named = file.replacing("wrong", with: "two words")
            let real = try await server.punctual(["job", "apply", "-f", "-", "-o", "json"], input: named)
            #expect(real.status == 1, "\(real)")
            for word in ["/name", "/schedule/expression", "/foo"] { #expect(real.out.contains(word), "\(real)") }
        }
    }
}
