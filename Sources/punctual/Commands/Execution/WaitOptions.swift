internal import ArgumentParser
internal import PunctualJSON
internal import PunctualSchedule

/// Whether a command that starts an execution waits for its end.
struct WaitOptions: ParsableArguments {
    @Flag(name: .long, help: "Wait for the end.")
    var wait = false
    @Option(name: .long, help: "How long to wait.")
    var timeout = "5m"

    func validate() throws { _ = try Duration.flag(timeout, name: "timeout") }

    /// Shows the execution, as it has ended when that is waited for.
    /// - Throws: `Failure` when it was waited for and did not succeed, or not in time.
    func show(_ execution: JSONValue, on server: Server, _ output: OutputOptions) async throws {
        guard wait else { return output.show([execution], as: .executions) }
        let limit = try Duration.flag(timeout, name: "timeout")
        let last = try await server.end(of: execution, within: limit)
        output.show([last], as: .executions)
        try ExecutionEnd.check(last, within: limit)
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
