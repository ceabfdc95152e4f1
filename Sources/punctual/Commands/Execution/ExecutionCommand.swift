internal import ArgumentParser

struct ExecutionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "execution",
        abstract: "Look at executions and what they say, retry and cancel them.",
        discussion: """
            EXAMPLES
              punctual execution list nightly-report --status failed
              punctual execution watch
              punctual execution logs nightly-report --follow
              punctual execution retry nightly-report
            """,
        subcommands: [
            ExecutionList.self, ExecutionGet.self, ExecutionLogs.self, ExecutionRetry.self, ExecutionRedrive.self,
            ExecutionCancel.self, ExecutionWatch.self,
        ])
}
