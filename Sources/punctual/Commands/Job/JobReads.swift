internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct JobGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show one job.",
        discussion: """
            EXAMPLES
              punctual job get nightly-report
              punctual job get nightly-report --service billing -o yaml
            """)

    @OptionGroup var target: JobArgument
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            output.show(try await server.job(target.job, service: target.service), as: .jobs)
        }
    }
}

struct JobNext: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Show when a job runs next.",
        discussion: """
            EXAMPLES
              punctual job next nightly-report --count 5
            """)

    @OptionGroup var target: JobArgument
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    @Option(name: .long, help: "How many instants, up to 1000.")
    var count = 10

    func validate() throws {
        if !(1...1000).contains(count) { throw ValidationError("--count: from 1 to 1000") }
    }

    func run() async throws {
        try await client.connected { server in
            let id = try await server.jobID(target.job, service: target.service)
            let answer = try await server.get("/jobs/\(id)/next", [("count", String(count))])
            output.show(answer["items"]?.array ?? [], as: .instants)
        }
    }
}

struct JobExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell why a job did or did not run.",
        discussion: """
            EXAMPLES
              punctual job explain nightly-report
            """)

    @OptionGroup var target: JobArgument
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            let id = try await server.jobID(target.job, service: target.service)
            let answer = try await server.get("/jobs/\(id)/explain")
            let decisions = answer["decisions"]?.array ?? []
            if output.output != .table || output.quiet {
                return output.show(
                    output.output == .jsonl || output.quiet ? decisions : [], as: .decisions, whole: answer)
            }
            Console.out(JobExplain.head(of: answer))
            if !decisions.isEmpty {
                Console.out("")
                output.show(decisions, as: .decisions)
            }
        }
    }

    /// The lines above the table of decisions.
    static func head(of answer: JSONValue) -> String {
        var lines = [Cell.text(answer["summary"]), "schedule  \(Cell.text(answer["schedule"]))"]
        if let next = answer["next"], !next.isNull {
            lines.append("next      \(Cell.text(next["at"])) (\(Cell.text(next["local"])))")
            if let note = next["note"]?.string { lines.append("          \(note)") }
        }
        for blocker in answer["blocked_by"]?.array ?? [] { lines.append("blocked   \(Cell.text(blocker["detail"]))") }
        return lines.map(DisplayWidth.tame).joined(separator: "\n")
    }
}
