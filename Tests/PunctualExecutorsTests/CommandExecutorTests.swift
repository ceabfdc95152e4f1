import Foundation
import PunctualCore
import PunctualExecutors
import Testing

@Suite("Commands")
struct CommandExecutorTests {
    private let executor = CommandExecutor(allowed: ["*"])

    @Test("a command that ends well succeeds with its output")
    func success() async {
        let result = await executor.execute(commandAttempt(["/bin/sh", "-c", "echo out; echo err >&2"]))
        #expect(result.verdict == .succeeded)
        #expect(result.result.exitCode == 0)
        #expect(result.result.output == "out\nerr\n")
    }

    @Test("what a command says is told line by line while it runs")
    func lines() async throws {
        let (lines, said) = AsyncStream<SaidLine>.makeStream()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lines-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // The system clears what is left.
        let script = """
            printf 'one\\ntw'; printf 'o\\r\\n\\n' >&2
            until [ -e go ]; do sleep 0.01; done
            printf '\\303'; printf '\\244\\377 a\\000b\\n'; head -c 9000 /dev/zero | tr '\\0' x; printf '\\nthe rest'
            """
        var attempt = commandAttempt(["/bin/sh", "-c", script], directory: folder.path)
        attempt.output = OutputSink { said.yield($0) }
        async let result = executor.execute(attempt)
        var texts: [String] = []
        for await line in lines {
            texts.append(line.text)
            // It waits until these have been heard.
            if texts.count == 3 { try Data().write(to: folder.appendingPathComponent("go")) }
            if texts.count == 6 { break }
        }
        #expect(
            texts == ["one", "two", "", "ä\u{FFFD} a\u{FFFD}b", String(repeating: "x", count: 8192), "the rest"])
        #expect(await result.verdict == .succeeded)
        #expect(await result.result.output.hasSuffix("the rest"))
    }

    @Test("another exit code fails and may be tried again")
    func exitCode() async {
        let result = await executor.execute(commandAttempt(["/bin/sh", "-c", "exit 3"]))
        #expect(
            result.verdict == .failed(reason: .exitCode, error: "exit code 3", isRetryable: true, retryAfter: nil))
        #expect(result.result.exitCode == 3)
    }

    @Test("the environment is clean but for what the job says and who it is")
    func environment() async {
        let result = await executor.execute(
            commandAttempt(["/usr/bin/env"], env: ["GREETING": "hello"], directory: "/tmp"))
        let names = Set(result.result.output.split(separator: "\n").compactMap { $0.split(separator: "=").first })
        #expect(
            names == [
                "PATH", "LANG", "HOME", "GREETING", "PUNCTUAL_JOB_ID", "PUNCTUAL_JOB_NAME", "PUNCTUAL_EXECUTION_ID",
                "PUNCTUAL_ATTEMPT", "PUNCTUAL_SCHEDULED_AT", "PUNCTUAL_RUN", "TRACEPARENT",
            ])
    }

    @Test("no shell looks at the arguments")
    func noShell() async {
        let result = await executor.execute(commandAttempt(["echo", "$HOME", ";", "`id`", "*"]))
        #expect(result.result.output == "$HOME ; `id` *\n")
    }

    @Test("a command past its time is ended with its whole group, also when it will not listen")
    func timeout() async {
        let clock = ContinuousClock()
        let began = clock.now
        let result = await executor.execute(
            commandAttempt(["/bin/sh", "-c", "trap '' TERM; sleep 600 & sleep 600"], timeout: .milliseconds(200)))
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
        let result = await executor.execute(commandAttempt(["/bin/sh", "-c", "sleep 600 & echo done"]))
        #expect(result.verdict == .succeeded)
        #expect(result.result.output == "done\n")
        #expect(clock.now - began < .seconds(120))
    }

    @Test("output past the limit keeps its beginning and its end, and says how much is missing")
    func output() async {
        let result = await executor.execute(
            commandAttempt(["/bin/sh", "-c", "echo first; head -c 10000000 /dev/zero | tr '\\0' x; echo; echo last"]))
        #expect(result.verdict == .succeeded)
        let output = result.result.output
        #expect(output.hasPrefix("first\nxxx"))
        #expect(output.hasSuffix("xxx\nlast\n"))
        #expect(output.utf8.count <= CommandExecutor.outputLimit)
        #expect(result.result.outputTruncated)
        let parts = output.split(separator: "\n[… ")
        let missing = parts.last?.split(separator: " bytes left out …]\n").first.flatMap { Int($0) }
        let kept = output.split(separator: "\n").filter { !$0.hasPrefix("[…") }.map(\.utf8.count).reduce(0, +)
        // The three line ends are all that the two figures do not count.
        #expect((missing ?? 0) + kept == 10_000_000 + "first".utf8.count + "last".utf8.count)
    }

    @Test("output up to the limit is whole")
    func wholeOutput() async {
        let count = CommandExecutor.outputLimit - 64
        let result = await executor.execute(
            commandAttempt(["/bin/sh", "-c", "head -c \(count) /dev/zero | tr '\\0' x"]))
        #expect(result.result.output == String(repeating: "x", count: count))
        #expect(!result.result.outputTruncated)
    }

    @Test("the cut goes around characters, not through them", arguments: 0..<4)
    func cutCharacters(offset: Int) async {
        let script = "printf '%*s' \(offset) ''; yes '€äx' | head -n 20000 | tr -d '\\n'"
        let result = await executor.execute(commandAttempt(["/bin/sh", "-c", script]))
        #expect(result.result.outputTruncated)
        #expect(!result.result.output.contains("\u{FFFD}"))
    }

    @Test("output that is no text is made text")
    func brokenOutput() async {
        let result = await executor.execute(commandAttempt(["printf", "a\\377b\\000c\\303\\n"]))
        #expect(result.verdict == .succeeded)
        #expect(result.result.output == "a\u{FFFD}b\u{FFFD}c\u{FFFD}\n")
    }

    @Test("there is nothing to read for a command")
    func input() async {
        let result = await executor.execute(commandAttempt(["/bin/sh", "-c", "wc -c; readlink /proc/self/fd/0"]))
        #expect(result.result.output == "0\n/dev/null\n")
    }

    @Test("no file of the server is open in a command")
    func openFiles() async {
        let result = await executor.execute(commandAttempt(["/bin/sh", "-c", "ls /proc/$$/fd"]))
        #expect(result.result.output == "0\n1\n2\n")
    }

    @Test("no signal is blocked or ignored in a command")
    func signals() async {
        let result = await executor.execute(
            commandAttempt(["/usr/bin/grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"]))
        let sets = result.result.output.split(separator: "\n").map { UInt64($0.split(separator: "\t")[1], radix: 16) }
        // The C library keeps the two signals after the 31 standard ones to itself.
        #expect(sets.map { $0.map { $0 & 0x7FFF_FFFF } } == [0, 0])
    }

    @Test(
        "a command that a signal ended says which",
        arguments: [("KILL", 9, "Killed"), ("SEGV", 11, "Segmentation fault"), ("TERM", 15, "Terminated")])
    func signal(name: String, number: Int, word: String) async {
        let result = await executor.execute(commandAttempt(["/bin/sh", "-c", "kill -\(name) $$"]))
        #expect(
            result.verdict
                == .failed(
                    reason: .exitCode, error: "ended by signal \(number) (\(word))", isRetryable: true, retryAfter: nil)
        )
        #expect(result.result.exitCode == 128 + number)
    }

    @Test("a cancelled attempt ends its command")
    func cancel() async {
        let task = Task { await executor.execute(commandAttempt(["/bin/sleep", "600"])) }
        task.cancel()
        #expect(await task.value.verdict == .cancelled)
    }
}
