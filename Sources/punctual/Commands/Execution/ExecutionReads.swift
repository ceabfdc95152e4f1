internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON

struct ExecutionList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List executions, newest first.",
        discussion: """
            EXAMPLES
              punctual execution list
              punctual execution list nightly-report --status failed --limit 20
              punctual execution list --status failed --search "connection refused" --within 24h
              punctual execution list --from 2026-03-01T00:00:00Z -o jsonl
            """)

    @OptionGroup var filter: ExecutionFilter
    @OptionGroup var text: TextFilter
    @Option(name: .long, help: "At most so many.")
    var limit = 50
    @Flag(name: .long, help: "Show it again each second.")
    var watch = false
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit: from 1 to 100000") }
    }

    func run() async throws {
        try await client.connected { server in
            let query = try await filter.query(server) + text.query
            if watch {
                try await Watching.run(output, as: .executions) {
                    try await server.items("/executions", query, limit: limit)
                }
            } else {
                output.show(try await server.items("/executions", query, limit: limit), as: .executions)
            }
        }
    }
}

struct ExecutionGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show one execution with its attempts.",
        discussion: """
            EXAMPLES
              punctual execution get nightly-report    its newest execution
              punctual execution get nightly-report 0197c5a0-0000-8000-8000-000000000000
            """)

    @OptionGroup var target: JobArgument
    @Argument(help: "The execution's id; the newest one unless given.")
    var id: String?
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            output.show(try await server.get(try await server.path(ofNewestUnless: id, target)), as: .executions)
        }
    }
}

extension Server {
    /// The path of an execution of a job.
    func path(of execution: String, _ target: JobArgument) async throws -> String {
        guard JobReference.isIdentifier(execution) else {
            throw ValidationError("\"\(DisplayWidth.tame(execution))\" is no id; `punctual execution list` shows them")
        }
        return "/executions/\(try await jobID(target.job, service: target.service))/\(execution.lowercased())"
    }

    /// The path of an execution of a job, of the newest when none is named.
    func path(ofNewestUnless execution: String?, _ target: JobArgument) async throws -> String {
        if let execution { return try await path(of: execution, target) }
        let job = try await jobID(target.job, service: target.service)
        guard let newest = try await items("/executions/\(job)", [], limit: 1).first?["id"]?.string else {
            throw Failure(.notFound, "the job \(DisplayWidth.tame(target.job)) has no execution yet")
        }
        return "/executions/\(job)/\(newest)"
    }
}
