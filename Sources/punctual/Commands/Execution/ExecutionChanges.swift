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
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            let job = try await server.jobID(target.job, service: target.service)
            let body: JSONValue? = id.map { ["execution_id": .string($0)] }
            let execution = try await server.send("POST", "/executions/\(job)/retry", body)
            try await waiting.show(execution, on: server, output)
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
