internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON
internal import PunctualSchedule

struct ExecutionRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Run a failed execution again.",
        discussion: """
            EXAMPLES
              punctual execution retry nightly-report    the last one that failed
              punctual execution retry nightly-report 0197c5a0-0000-8000-8000-000000000000
            """)

    @OptionGroup var target: JobArgument
    @Argument(help: "The execution's id; the last failed one unless given.")
    var id: String?
    @Flag(name: .long, help: "Wait for the end.")
    var wait = false
    @Option(name: .long, help: "How long to wait.")
    var timeout = "5m"
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try Duration.flag(timeout, name: "timeout") }

    func run() async throws {
        let limit = try Duration.flag(timeout, name: "timeout")
        try await client.connected { server in
            let job = try await server.jobID(target.job, service: target.service)
            let body: JSONValue? = id.map { ["execution_id": .string($0)] }
            let execution = try await server.send("POST", "/executions/\(job)/retry", body)
            guard wait else { return output.show([execution], as: .executions) }
            let last = try await server.end(of: execution, within: limit)
            output.show([last], as: .executions)
            try ExecutionEnd.check(last, within: limit)
        }
    }
}

struct ExecutionCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel an execution that waits or runs.",
        discussion: """
            EXAMPLES
              punctual execution cancel nightly-report 0197c5a0-0000-8000-8000-000000000000
            """)

    @OptionGroup var target: JobArgument
    @Argument(help: "The execution's id.")
    var id: String
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            let path = try await server.path(of: id, target)
            output.show([try await server.send("POST", "\(path)/cancel")], as: .executions)
        }
    }
}
