import PunctualCore
import PunctualExecutors
import PunctualSchedule
import Testing

private func attempt(
    _ argv: [String], env: [String: String] = [:], directory: String? = nil, timeout: Duration = .seconds(300)
) -> AttemptRequest {
    AttemptRequest(
        executionID: Identifier(high: 1, low: 1), jobID: Identifier(high: 2, low: 2), jobName: "job",
        service: "default",
        scheduledAt: Timestamp(milliseconds: 0), attempt: 1,
        target: .command(CommandTarget(argv: argv, env: env, directory: directory)), timeout: timeout)
}

@Suite("Commands")
struct CommandExecutorTests {
    private let executor = CommandExecutor(allowed: ["*"])

    @Test("a command that ends well succeeds with its output")
    func success() async {
        let result = await executor.execute(attempt(["/bin/sh", "-c", "echo out; echo err >&2"]))
        #expect(result.verdict == .succeeded)
        #expect(result.result.exitCode == 0)
        #expect(result.result.output == "out\nerr\n")
    }

    @Test("another exit code fails and may be tried again")
    func exitCode() async {
        let result = await executor.execute(attempt(["/bin/sh", "-c", "exit 3"]))
        #expect(
            result.verdict == .failed(reason: .exitCode, error: "exit code 3", isRetryable: true, retryAfter: nil))
        #expect(result.result.exitCode == 3)
    }

    @Test("the environment is clean but for what the job says and who it is")
    func environment() async {
        let result = await executor.execute(attempt(["/usr/bin/env"], env: ["GREETING": "hello"], directory: "/tmp"))
        let names = Set(result.result.output.split(separator: "\n").compactMap { $0.split(separator: "=").first })
        #expect(
            names == [
                "PATH", "LANG", "HOME", "GREETING", "PUNCTUAL_JOB_ID", "PUNCTUAL_JOB_NAME", "PUNCTUAL_EXECUTION_ID",
                "PUNCTUAL_ATTEMPT", "PUNCTUAL_SCHEDULED_AT",
            ])
    }

    @Test("no shell looks at the arguments")
    func noShell() async {
        let result = await executor.execute(attempt(["echo", "$HOME", ";", "`id`", "*"]))
        #expect(result.result.output == "$HOME ; `id` *\n")
    }

    @Test("a command past its time is ended with its whole group, also when it will not listen")
    func timeout() async {
        let clock = ContinuousClock()
        let began = clock.now
        let result = await executor.execute(
            attempt(["/bin/sh", "-c", "trap '' TERM; sleep 600 & sleep 600"], timeout: .milliseconds(200)))
        guard case .failed(.timeout, _, true, nil) = result.verdict else {
            Issue.record("\(result)")
            return
        }
        #expect(clock.now - began < .seconds(120))
    }

    @Test("a grandchild that keeps the output open does not keep the execution")
    func grandchild() async {
        let clock = ContinuousClock()
        let began = clock.now
        let result = await executor.execute(attempt(["/bin/sh", "-c", "sleep 600 & echo done"]))
        #expect(result.verdict == .succeeded)
        #expect(result.result.output == "done\n")
        #expect(clock.now - began < .seconds(120))
    }

    @Test("output past the limit is cut and marked")
    func output() async {
        let result = await executor.execute(attempt(["/bin/sh", "-c", "head -c 10000000 /dev/zero | tr '\\0' x"]))
        #expect(result.verdict == .succeeded)
        #expect(result.result.output.utf8.count == CommandExecutor.outputLimit)
        #expect(result.result.outputTruncated)
    }

    @Test("a cancelled attempt ends its command")
    func cancel() async {
        let task = Task { await executor.execute(attempt(["/bin/sleep", "600"])) }
        task.cancel()
        #expect(await task.value.verdict == .cancelled)
    }

    @Test(
        "what the allow-list does not name does not run",
        arguments: [[], ["/bin/true"], ["/usr/bin/ech"], ["echo"]] as [[String]])
    func refused(allowed: [String]) async {
        let result = await CommandExecutor(allowed: allowed).execute(attempt(["/bin/echo", "x"]))
        guard case .failed(_, let error, false, _) = result.verdict else {
            Issue.record("\(result)")
            return
        }
        #expect(error.contains("PUNCTUAL_COMMAND_ALLOW"))
    }

    @Test("a program that is not there, or a folder that is not, fails with a word about it")
    func missing() async {
        for request in [
            attempt(["/no/such/program"]), attempt(["nosuchprogram"]), attempt(["/bin/true"], directory: "/no/such"),
        ] {
            guard case .failed(_, let error, false, _) = await executor.execute(request).verdict else {
                Issue.record("\(request.target)")
                continue
            }
            #expect(!error.isEmpty)
        }
    }
}
