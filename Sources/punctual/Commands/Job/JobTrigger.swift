internal import ArgumentParser
internal import PunctualClient
internal import PunctualJSON
internal import PunctualSchedule

struct JobTrigger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Run a job now.",
        discussion: """
            EXAMPLES
              punctual job trigger nightly-report
              punctual job trigger nightly-report --wait --timeout 60s && echo done

            With --wait the exit code is 0 when the execution succeeded, 7 when it did
            not, 6 when it had not ended in time.
            """)

    @OptionGroup var target: JobArgument
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await client.connected { server in
            let id = try await server.jobID(target.job, service: target.service)
            let execution = try await server.send("POST", "/jobs/\(id)/trigger")
            try await waiting.show(execution, on: server, output)
        }
    }
}
