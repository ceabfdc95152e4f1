internal import Foundation
package import PunctualCore
internal import PunctualSchedule
internal import Subprocess
internal import SystemPackage

/// Runs commands: allow-listed, without a shell, in a session of their own that is ended as a whole.
package struct CommandExecutor: Executor {
    private let allowed: [String]
    private let limits: CommandLimits
    /// Bytes of output that are kept: the first half and the last.
    package static let outputLimit = 64 * 1024
    /// Where a program without a slash is looked for.
    static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// - Parameters:
    ///   - allowed: paths, or patterns of fnmatch(3) in which `*` also matches slashes; they are held against the program's
    ///     path with its links resolved, and without. Empty means that nothing may run.
    ///   - limits: of each process of a command.
    package init(allowed: [String], limits: CommandLimits = CommandLimits()) {
        self.allowed = allowed
        self.limits = limits
    }

    package func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        guard case .command(let target) = attempt.target else { return Self.refusal("the target is no command") }
        if let complaint = Self.complaint(about: target) { return Self.refusal(complaint) }
        guard let program = Program(target.argv[0]) else {
            return Self.refusal("\(target.argv[0]): there is no such program; a path must be absolute")
        }
        guard program.isNamed(by: allowed) else {
            return Self.refusal(
                "\(program.resolved) may not run here: PUNCTUAL_COMMAND_ALLOW of this worker does not name it")
        }
        do {
            let result = try await run(program, target, attempt)
            // A cancelled task's process is ended by the library too, which may be faster than the watch.
            if Task.isCancelled, result.verdict != .succeeded {
                return AttemptResult(.cancelled, result: result.result)
            }
            return result
        } catch {
            if Task.isCancelled { return AttemptResult(.cancelled) }
            return Self.notStarted(program, error)
        }
    }

    private static func refusal(_ text: String) -> AttemptResult {
        AttemptResult(.failed(reason: nil, error: text, isRetryable: false, retryAfter: nil))
    }

    /// Another try helps when the machine had no room for a process, not when this program can never be one.
    private static func notStarted(_ program: Program, _ error: any Error) -> AttemptResult {
        let cause = (error as? SubprocessError)?.underlyingError ?? error as? Errno
        let passing: [Errno] = [
            .resourceTemporarilyUnavailable, .noMemory, .tooManyOpenFiles, .tooManyOpenFilesInSystem,
        ]
        return AttemptResult(
            .failed(
                reason: nil, error: "\(program.resolved) could not be started: \(error)",
                isRetryable: cause.map(passing.contains) ?? false, retryAfter: nil))
    }

    /// What keeps the target from being run at all; nil when nothing does.
    private static func complaint(about target: CommandTarget) -> String? {
        guard let name = target.argv.first, !name.isEmpty else { return "the command has no program" }
        let texts = target.argv + target.env.keys + target.env.values + [target.directory ?? ""]
        // Unix would end the text there, and run something else than what was vetted.
        if texts.contains(where: { $0.utf8.contains(0) }) { return "the command contains the NUL character" }
        if let name = target.env.keys.sorted().first(where: { $0.isEmpty || $0.contains("=") }) {
            return "env \"\(name)\": this is no name of a variable"
        }
        if let name = target.env.keys.sorted().first(where: CommandTarget.isReserved(variable:)) {
            return "env \(name): jobs may not set this variable"
        }
        guard let directory = target.directory else { return nil }
        if !directory.hasPrefix("/") { return "the directory \(directory) is not an absolute path" }
        var status = stat()
        guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, access(directory, X_OK) == 0 else {
            return "the directory \(directory) does not exist on this worker or may not be entered"
        }
        return nil
    }

    private func run(
        _ program: Program, _ target: CommandTarget, _ attempt: AttemptRequest
    ) async throws -> AttemptResult {
        let (reading, writing) = try FileDescriptor.pipe()
        _ = fcntl(reading.rawValue, F_SETFL, O_NONBLOCK)
        _ = fcntl(reading.rawValue, F_SETFD, FD_CLOEXEC)
        defer { try? reading.close() }  // Only read from; a failing close loses nothing.
        var options = PlatformOptions()
        options.createSession = true
        let mark = Self.newMark()
        let ended = try await Subprocess.run(
            .path(FilePath(program.resolved)),
            arguments: Arguments(
                executablePathOverride: target.argv[0], remainingValues: Array(target.argv.dropFirst())),
            environment: .custom(environment(target, attempt, mark)),
            workingDirectory: FilePath(target.directory ?? "/"), platformOptions: options, input: .none,
            output: .fileDescriptor(writing, closeAfterSpawningProcess: true), error: .combinedWithOutput
        ) { process in
            limits.hold(process.processIdentifier.value, timeout: attempt.timeout)
            var watch = CommandWatch(
                process: process.processIdentifier.value, mark: mark, output: reading,
                timeout: attempt.timeout, sink: attempt.output)
            await watch.untilEnd()
            return watch
        }
        return Self.judge(ended.terminationStatus, ended.closureResult, attempt)
    }

    private static func judge(
        _ status: TerminationStatus, _ watch: CommandWatch, _ attempt: AttemptRequest
    ) -> AttemptResult {
        let code: Int
        let ending: String
        switch status {
        case .exited(let number):
            code = Int(number)
            ending = "exit code \(code)"
        case .signaled(let signal):
            // As shells count.
            code = 128 + Int(signal)
            ending = "ended by signal \(signal) (\(String(cString: strsignal(signal))))"
        }
        let result = ExecutionResult(
            exitCode: code, output: watch.said.text, outputTruncated: watch.said.isTruncated)
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
                .failed(reason: .exitCode, error: ending, isRetryable: true, retryAfter: nil), result: result)
        }
    }

    private static func newMark() -> String {
        (0..<2).map { _ in String(UInt64.random(in: (1 << 63) ... .max), radix: 16) }.joined()
    }

    /// A clean environment: nothing of this process but what every program needs.
    private func environment(
        _ target: CommandTarget, _ attempt: AttemptRequest, _ mark: String
    ) -> [Environment.Key: String] {
        var values = [
            "PATH": Self.searchPath.joined(separator: ":"), "LANG": "C.UTF-8",
            "HOME": ProcessInfo.processInfo.environment["HOME"] ?? "/",
        ]
        // As OpenTelemetry hands a trace on to processes.
        values["TRACEPARENT"] = attempt.carriedTrace
        values.merge(target.env) { _, new in new }
        values["PUNCTUAL_JOB_ID"] = "\(attempt.jobID)"
        values["PUNCTUAL_JOB_NAME"] = attempt.jobName
        values["PUNCTUAL_EXECUTION_ID"] = "\(attempt.executionID)"
        values["PUNCTUAL_ATTEMPT"] = "\(attempt.attempt)"
        values["PUNCTUAL_SCHEDULED_AT"] = "\(attempt.scheduledAt)"
        values[ProcessLook.markName] = mark
        return Dictionary(uniqueKeysWithValues: values.map { (Environment.Key(stringLiteral: $0), $1) })
    }
}

/// A program that exists: as it was written, and where that leads.
private struct Program {
    /// An absolute path, its links not followed.
    let path: String
    /// The path without links and dots. This is what is vetted and what is run: a link that is changed in between leads
    /// nowhere else. Who may write to the program's own folder decides what it is in any case.
    let resolved: String

    /// Finds a program by its absolute path or, in `searchPath`, by its name; nil when there is none.
    init?(_ name: String) {
        // A relative path would be vetted from this process's folder and run from the job's.
        let found: String? =
            if name.contains("/") {
                name.hasPrefix("/") ? name : nil
            } else {
                CommandExecutor.searchPath.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
            }
        guard let found, let pointer = realpath(found, nil) else { return nil }
        defer { free(pointer) }
        path = found
        resolved = String(cString: pointer)
    }

    /// Whether the allow-list names where the program is, or spells out the very path that was written.
    func isNamed(by allowed: [String]) -> Bool {
        // A pattern must not be met by a link to what it does not name.
        allowed.contains { fnmatch($0, resolved, 0) == 0 || $0 == path }
    }
}
