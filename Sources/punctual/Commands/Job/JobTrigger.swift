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
            let id = try await server.jobID(target.job, service: target.service)
            let execution = try await server.send("POST", "/jobs/\(id)/trigger")
            guard wait else { return output.show([execution], as: .executions) }
            let last = try await server.end(of: execution, within: limit)
            output.show([last], as: .executions)
            try ExecutionEnd.check(last, within: limit)
        }
    }
}

/// What the end of an awaited execution means.
enum ExecutionEnd {
    static func isFinal(_ execution: JSONValue) -> Bool {
        !["buffered", "pending", "running"].contains(execution["status"]?.string ?? "pending")
    }

    /// - Throws: `Failure` unless it succeeded.
    static func check(_ execution: JSONValue, within limit: Duration) throws(Failure) {
        let status = Cell.text(execution["status"])
        if !isFinal(execution) {
            throw Failure(.timedOut, "the execution is still \(status) after \(limit.text); it goes on")
        }
        if status == "succeeded" { return }
        let reason = execution["reason"]?.string.map { " (\($0))" } ?? ""
        let error = execution["error"]?.string.map { ": \(DisplayWidth.tame($0))" } ?? ""
        throw Failure(.executionFailed, "the execution is \(status)\(reason)\(error)")
    }
}

extension Server {
    /// The execution when it has ended, or as it is when the time is up.
    func end(of execution: JSONValue, within limit: Duration) async throws -> JSONValue {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        let path = "/executions/\(Cell.text(execution["job_id"]))/\(Cell.text(execution["id"]))"
        var (last, pause) = (execution, Duration.milliseconds(50))
        while !ExecutionEnd.isFinal(last), clock.now < deadline {
            try await Task.sleep(for: min(pause, deadline - clock.now))
            last = try await get(path)
            pause = min(pause * 2, .seconds(1))
        }
        return last
    }
}
