internal import Foundation
package import PunctualCore
internal import PunctualSchedule
internal import Subprocess
internal import SystemPackage

/// Runs commands: allow-listed, without a shell, in a session of their own that is ended as a whole.
package struct CommandExecutor: Executor {
    private let allowed: [String]
    /// Bytes of output that are kept, the first.
    package static let outputLimit = 64 * 1024
    /// From the first signal to the last.
    static let killAfter = Duration.seconds(4)
    /// Where a program without a slash is looked for.
    static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// - Parameter allowed: paths, or patterns of fnmatch(3) in which `*` also matches slashes; they are held against the
    ///   program's path with its links resolved, and without. Empty means that nothing may run.
    package init(allowed: [String]) { self.allowed = allowed }

    package func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        guard case .command(let target) = attempt.target, let name = target.argv.first else {
            return Self.refusal("the target is no command")
        }
        guard let path = Self.path(of: name) else {
            return Self.refusal("\(name): there is no such program; a path must be absolute")
        }
        guard isAllowed(path) else {
            return Self.refusal("\(path) may not run here: PUNCTUAL_COMMAND_ALLOW of this worker does not name it")
        }
        do {
            return try await run(path, target, attempt)
        } catch {
            return Self.refusal("\(path) could not be started: \(error)")
        }
    }

    private static func refusal(_ text: String) -> AttemptResult {
        AttemptResult(.failed(reason: nil, error: text, isRetryable: false, retryAfter: nil))
    }

    private static func path(of name: String) -> String? {
        // A relative path would be vetted from this process's folder and run from the job's.
        if name.contains("/") { return name.hasPrefix("/") && access(name, F_OK) == 0 ? name : nil }
        return searchPath.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    func isAllowed(_ path: String) -> Bool {
        let resolved = realpath(path, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        // A link must not lead to what its own path would not name.
        guard let resolved else { return false }
        return allowed.contains { fnmatch($0, resolved, 0) == 0 || ($0 == path && fnmatch($0, path, 0) == 0) }
    }

    private func run(_ path: String, _ target: CommandTarget, _ attempt: AttemptRequest) async throws -> AttemptResult {
        let (reading, writing) = try FileDescriptor.pipe()
        _ = fcntl(reading.rawValue, F_SETFL, O_NONBLOCK)
        _ = fcntl(reading.rawValue, F_SETFD, FD_CLOEXEC)
        // Only read from; a failing close loses nothing.
        defer { try? reading.close() }
        var options = PlatformOptions()
        options.createSession = true
        let ended = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(Array(target.argv.dropFirst())),
            environment: .custom(environment(target, attempt)),
            workingDirectory: FilePath(target.directory ?? "/"), platformOptions: options, input: .none,
            output: .fileDescriptor(writing, closeAfterSpawningProcess: true), error: .combinedWithOutput
        ) { process in
            var watch = CommandWatch(
                process: process.processIdentifier.value, output: reading, timeout: attempt.timeout)
            await watch.untilEnd()
            return watch
        }
        let watch = ended.closureResult
        let code: Int =
            switch ended.terminationStatus {
            case .exited(let code): Int(code)
            case .signaled(let signal): 128 + Int(signal)
            }
        let result = ExecutionResult(
            exitCode: code, output: String(decoding: watch.bytes, as: UTF8.self), outputTruncated: watch.isTruncated)
        switch watch.stop {
        case .timeout:
            return AttemptResult(
                .failed(
                    reason: .timeout, error: "the command ran longer than \(attempt.timeout.text)", isRetryable: true,
                    retryAfter: nil), result: result)
        case .cancelled: return AttemptResult(.cancelled, result: result)
        case nil:
            if code == 0 { return AttemptResult(.succeeded, result: result) }
            return AttemptResult(
                .failed(reason: .exitCode, error: "exit code \(code)", isRetryable: true, retryAfter: nil),
                result: result)
        }
    }

    /// A clean environment: nothing of this process but what every program needs.
    private func environment(_ target: CommandTarget, _ attempt: AttemptRequest) -> [Environment.Key: String] {
        var values = [
            "PATH": Self.searchPath.joined(separator: ":"), "LANG": "C.UTF-8",
            "HOME": ProcessInfo.processInfo.environment["HOME"] ?? "/",
        ]
        values.merge(target.env) { _, new in new }
        values["PUNCTUAL_JOB_ID"] = "\(attempt.jobID)"
        values["PUNCTUAL_JOB_NAME"] = attempt.jobName
        values["PUNCTUAL_EXECUTION_ID"] = "\(attempt.executionID)"
        values["PUNCTUAL_ATTEMPT"] = "\(attempt.attempt)"
        values["PUNCTUAL_SCHEDULED_AT"] = "\(attempt.scheduledAt)"
        return Dictionary(uniqueKeysWithValues: values.map { (Environment.Key(stringLiteral: $0), $1) })
    }
}

/// Looks after one process: reads what it says, keeps its time, and ends its whole group.
private struct CommandWatch {
    enum Stop { case timeout, cancelled }

    let process: pid_t
    let output: FileDescriptor
    let deadline: ContinuousClock.Instant
    private(set) var bytes: [UInt8] = []
    private(set) var isTruncated = false
    private(set) var stop: Stop?
    private let clock = ContinuousClock()

    init(process: pid_t, output: FileDescriptor, timeout: Duration) {
        self.process = process
        self.output = output
        deadline = ContinuousClock.now.advanced(by: timeout)
    }

    /// Returns when the process has ended, by itself or by us, and its group with it.
    ///
    /// It looks rather than waits for the output's end: a grandchild that keeps the pipe must not keep the execution.
    mutating func untilEnd() async {
        var pause = Duration.milliseconds(1)
        var killAt: ContinuousClock.Instant?
        while true {
            read()
            if hasEnded { break }
            if stop == nil, Task.isCancelled || clock.now >= deadline {
                stop = Task.isCancelled ? .cancelled : .timeout
                kill(-process, SIGTERM)
                killAt = clock.now.advanced(by: CommandExecutor.killAfter)
            }
            if let instant = killAt, clock.now >= instant {
                kill(-process, SIGKILL)
                killAt = nil
            }
            // Waits also when the task has been cancelled: the process still has to end.
            await Self.rest(pause)
            pause = min(pause * 2, .milliseconds(20))
        }
        read()
        // What the process left behind in its group.
        kill(-process, SIGKILL)
    }

    private static func rest(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(duration.wholeMilliseconds))) {
                continuation.resume()
            }
        }
    }

    /// Whether the process has ended; it stays to be collected by Subprocess.
    private var hasEnded: Bool {
        var information = siginfo_t()
        let result = waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
        return result != 0 || information._sifields._kill.si_pid != 0
    }

    private mutating func read() {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { chunk in
            // A bounded turn, so that a process that never stops talking cannot keep us from looking at its time.
            for _ in 0..<64 {
                let count = Foundation.read(output.rawValue, chunk.baseAddress, chunk.count)
                if count <= 0 { return }
                let room = CommandExecutor.outputLimit - bytes.count
                bytes.append(contentsOf: chunk[0..<min(room, count)])
                if count > room { isTruncated = true }
            }
        }
    }
}
