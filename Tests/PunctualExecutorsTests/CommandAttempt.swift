import PunctualCore
import PunctualSchedule

/// An attempt that runs a command.
func commandAttempt(
    _ argv: [String], env: [String: String] = [:], directory: String? = nil, timeout: Duration = .seconds(300)
) -> AttemptRequest {
    AttemptRequest(
        executionID: Identifier(high: 1, low: 1), jobID: Identifier(high: 2, low: 2), jobName: "job",
        service: "default",
        scheduledAt: Timestamp(milliseconds: 0), attempt: 1,
        target: .command(CommandTarget(argv: argv, env: env, directory: directory)), timeout: timeout)
}
