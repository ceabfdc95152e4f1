import Foundation
import PunctualCore
import PunctualExecutors
import Testing

@Suite("What commands may use and leave behind")
struct CommandContainmentTests {
    private let executor = CommandExecutor(allowed: ["*"])

    /// Whether the process runs; one that has ended and waits to be collected does not.
    private static func isRunning(_ process: Substring) -> Bool {
        // No such file: the process is gone.
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let state = text[(text.lastIndex(of: ")") ?? text.startIndex)...].dropFirst(2).first
        else { return false }
        return state != "Z" && state != "X"
    }

    /// Children of this process that ended and were not collected.
    private static func zombies(among processes: [Substring]) -> [Substring] {
        processes.filter { process in
            // As above.
            guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let end = text.lastIndex(of: ")")
            else { return false }
            let fields = text[end...].split(separator: " ")
            return fields[1] == "Z" && fields[2] == "\(getpid())"
        }
    }

    @Test("a process that left the group and the session ends with its command", arguments: [1, 2, 3])
    func escaped(depth: Int) async throws {
        let nested = String(repeating: "setsid ", count: depth)
        let script = """
            d=$(mktemp -d); mkfifo $d/p
            \(nested) sh -c 'trap "" TERM HUP; echo $$ > '$d'/p; exec sleep 600' &
            read n < $d/p; rm -r $d; echo $n
            """
        let result = await executor.execute(commandAttempt(["/bin/sh", "-c", script]))
        #expect(result.verdict == .succeeded)
        let process = try #require(result.result.output.split(separator: "\n").first)
        #expect(!Self.isRunning(process))
    }

    @Test("a command that ends at once takes along what it just put into a session of its own", arguments: 0..<20)
    func quickEscape(round: Int) async throws {
        let mark = "quick-\(UUID().uuidString)"
        let result = await executor.execute(
            commandAttempt(["/bin/sh", "-c", "setsid sh -c 'sleep 600; :' \(mark) & exit 0"]))
        #expect(result.verdict == .succeeded)
        let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }
        for process in processes {
            // A process that has ended meanwhile is not there.
            let line = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)
            #expect(line?.contains(mark) != true)
        }
    }

    @Test("a timeout also reaches what left the session")
    func escapedTimeout() async throws {
        let script = "setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 600; done' & wait"
        let result = await executor.execute(commandAttempt(["/bin/sh", "-c", script], timeout: .seconds(5)))
        guard case .failed(.timeout, _, true, nil) = result.verdict else {
            Issue.record("\(result)")
            return
        }
        let process = try #require(result.result.output.split(separator: "\n").first)
        #expect(!Self.isRunning(process))
    }

    @Test("what one command leaves behind is ended without harm to another")
    func neighbours() async throws {
        async let long = executor.execute(
            commandAttempt(["/bin/sh", "-c", "setsid sh -c 'sleep 3; echo mine'; echo end"]))
        for _ in 0..<20 { _ = await executor.execute(commandAttempt(["/bin/sh", "-c", "setsid sleep 600 &"])) }
        let result = await long
        #expect(result.verdict == .succeeded)
        #expect(result.result.output == "mine\nend\n")
    }

    @Test("200 runs of every kind leave no zombie")
    func zombies() async throws {
        let executor = executor
        let outputs = await withTaskGroup(of: String.self) { group in
            for index in 0..<200 {
                let (script, timeout): (String, Duration) =
                    switch index % 5 {
                    case 0: ("echo $$", .seconds(300))
                    case 1: ("echo $$; exit 3", .seconds(300))
                    case 2: ("echo $$; kill -KILL $$", .seconds(300))
                    case 3: ("echo $$; setsid sleep 600 & sleep 600 &", .seconds(300))
                    default: ("echo $$; exec sleep 600", .milliseconds(300))
                    }
                // Eight at once.
                if index >= 8 { _ = await group.next() }
                group.addTask {
                    await executor.execute(commandAttempt(["/bin/sh", "-c", script], timeout: timeout)).result.output
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let processes = outputs.compactMap { $0.split(separator: "\n").first }
        #expect(Self.zombies(among: processes) == [])
    }

    /// The limits come right after the start, the one on files last; a command without them ends by its timeout.
    private static let untilLimited = "while [ $(ulimit -Hf) = unlimited ]; do :; done"

    /// Runs `ulimit` in a command.
    private func limits(
        _ limits: CommandLimits, _ letters: String, timeout: Duration = .seconds(60)
    ) async -> [Substring] {
        let executor = CommandExecutor(allowed: ["*"], limits: limits)
        let script = "\(Self.untilLimited); for l in \(letters); do echo $(ulimit -S$l) $(ulimit -H$l); done"
        return await executor.execute(commandAttempt(["/bin/bash", "-c", script], timeout: timeout)).result.output
            .split(separator: "\n")
    }

    @Test("each process has its limits, and none may write a memory dump")
    func limitsHold() async {
        var limits = CommandLimits()
        limits.memoryBytes = 1 << 30
        limits.fileBytes = 1 << 20
        limits.openFiles = 100
        limits.cpuSeconds = 7
        // bash counts address space and file size in KiB.
        #expect(
            await self.limits(limits, "c v f n t") == [
                "0 0", "1048576 1048576", "1024 1024", "100 100", "7 7",
            ])
    }

    @Test("by itself a command may use what all processors give within its time")
    func defaultLimits() async throws {
        let answer = await limits(CommandLimits(), "c v f n t", timeout: .seconds(10))
        let processors = ProcessInfo.processInfo.processorCount
        #expect(answer.prefix(4) == ["0 0", "\(64 << 20) \(64 << 20)", "\(100 << 20) \(100 << 20)", "4096 4096"])
        #expect(answer.last == "\(16 * processors) \(16 * processors)")
    }

    @Test("a command that spins is ended by its limit and says so")
    func spinning() async {
        var limits = CommandLimits()
        limits.cpuSeconds = 1
        let result = await CommandExecutor(allowed: ["*"], limits: limits).execute(
            commandAttempt(["/bin/sh", "-c", "while :; do :; done"]))
        guard case .failed(.exitCode, let error, true, nil) = result.verdict else {
            Issue.record("\(result)")
            return
        }
        #expect(error == "ended by signal 9 (Killed)" || error == "ended by signal 24 (CPU time limit exceeded)")
    }

    @Test("a file past its limit is not written")
    func largeFile() async {
        var limits = CommandLimits()
        limits.fileBytes = 1 << 20
        let result = await CommandExecutor(allowed: ["*"], limits: limits).execute(
            commandAttempt(
                [
                    "/bin/bash", "-c",
                    "\(Self.untilLimited); f=$(mktemp); trap '' XFSZ; head -c 9000000 /dev/zero > $f; stat -c %s $f; rm $f",
                ], timeout: .seconds(60)))
        #expect(result.result.output.split(separator: "\n").contains("1048576"))
    }
}
