import Foundation
import PunctualCore
import PunctualExecutors
import Testing

@Suite("Commands that are refused")
struct CommandRefusalTests {
    private let executor = CommandExecutor(allowed: ["*"])

    /// The words of a failure that no further attempt is made after; nil, and an issue, for anything else.
    private func refusal(
        _ request: AttemptRequest, by executor: CommandExecutor, at location: SourceLocation = #_sourceLocation
    ) async -> String? {
        let result = await executor.execute(request)
        guard case .failed(nil, let error, false, nil) = result.verdict, result.result.exitCode == nil else {
            Issue.record("\(request.target): \(result)", sourceLocation: location)
            return nil
        }
        return error
    }

    @Test(
        "what the allow-list does not name does not run",
        arguments: [
            [], ["/bin/true"], ["/usr/bin/ech"], ["echo"], ["/usr/bin/"], ["/usr/bin"], [""], ["/USR/BIN/*"],
        ] as [[String]])
    func notAllowed(allowed: [String]) async {
        let error = await refusal(commandAttempt(["/bin/echo", "x"]), by: CommandExecutor(allowed: allowed))
        #expect(error?.contains("PUNCTUAL_COMMAND_ALLOW") == true)
    }

    @Test(
        "what the allow-list names runs, however it is written",
        arguments: [
            (["/usr/bin/echo"], "/usr/bin/echo"), (["/usr/bin/*"], "/usr/bin/echo"), (["/bin/echo"], "/bin/echo"),
            (["/usr/bin/echo"], "echo"), (["/usr/bin/e*"], "/usr/lib/../bin/./echo"), (["*"], "//usr//bin//echo"),
        ])
    func allowed(allowed: [String], name: String) async {
        let result = await CommandExecutor(allowed: allowed).execute(commandAttempt([name, "x"]))
        #expect(result.verdict == .succeeded)
        #expect(result.result.output == "x\n")
    }

    @Test("dots and links do not lead out of what is allowed")
    func links() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("links-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Left-overs in the temporary directory harm nobody, so a failed removal is not worth a failed test.
        defer { try? FileManager.default.removeItem(at: folder) }
        let link = folder.appendingPathComponent("tool").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/usr/bin/echo")
        let place = folder.resolvingSymlinksInPath().path
        let inFolder = CommandExecutor(allowed: ["\(place)/*"])
        // Above the root is the root.
        let toRoot = String(repeating: "/..", count: 16)
        for name in [link, "\(place)\(toRoot)/usr/bin/echo", "\(place)/.\(toRoot)/bin/echo"] {
            let error = await refusal(commandAttempt([name]), by: inFolder)
            #expect(error?.contains("PUNCTUAL_COMMAND_ALLOW") == true)
        }
        // Whoever writes the link itself into the list means it; the program sees the name that it was called by.
        let result = await CommandExecutor(allowed: [link]).execute(commandAttempt([link, "x"]))
        #expect(result.result.output == "x\n")
    }

    @Test("a link that is changed while it is called leads to what is allowed or nowhere")
    func changingLink() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("race-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // As above.
        defer { try? FileManager.default.removeItem(at: folder) }
        let link = folder.appendingPathComponent("tool").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/usr/bin/echo")
        let executor = CommandExecutor(allowed: ["/usr/bin/echo"])
        // Ends with the group, which is cancelled when the calls are done.
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    for target in ["/usr/bin/id", "/usr/bin/echo"] {
                        // rename(2) swaps the link in one step.
                        let spare = folder.appendingPathComponent("spare").path
                        symlink(target, spare)
                        rename(spare, link)
                        await Task.yield()
                    }
                }
            }
            for _ in 0..<100 {
                let result = await executor.execute(commandAttempt([link, "x"]))
                if result.verdict == .succeeded {
                    #expect(result.result.output == "x\n")
                } else {
                    guard case .failed(nil, let error, false, nil) = result.verdict else {
                        Issue.record("\(result)")
                        continue
                    }
                    #expect(error.contains("PUNCTUAL_COMMAND_ALLOW"))
                }
            }
            group.cancelAll()
        }
    }

    @Test(
        "a program that is not there fails with a word about it",
        arguments: ["/no/such/program", "nosuchprogram", "bin/echo", "./echo", "../bin/echo", "echo/", "~/x", ""])
    func missing(name: String) async {
        let error = await refusal(commandAttempt([name]), by: executor)
        #expect(error?.contains(name.isEmpty ? "no program" : "no such program") == true)
    }

    @Test("a file that is no program fails with a word about it", arguments: ["/etc/passwd", "/etc", "/dev/null"])
    func notExecutable(name: String) async {
        let error = await refusal(commandAttempt([name]), by: executor)
        #expect(error?.contains("\(name) could not be started") == true)
    }

    @Test(
        "a directory that is none fails with its name",
        arguments: ["/no/such", "/etc/passwd", "/etc/passwd/x", "relative", "."])
    func directory(path: String) async {
        let error = await refusal(commandAttempt(["/bin/true"], directory: path), by: executor)
        #expect(error?.contains(path) == true)
    }

    @Test("a NUL anywhere in a command is refused, since the system would read no further")
    func nul() async {
        for request in [
            commandAttempt(["/bin/echo\0x"]), commandAttempt(["/bin/echo", "a\0b"]),
            commandAttempt(["/bin/true"], env: ["A": "b\0c"]), commandAttempt(["/bin/true"], env: ["A\0B": "c"]),
            commandAttempt(["/bin/true"], directory: "/tmp\0/x"),
        ] {
            #expect(await refusal(request, by: executor)?.contains("NUL") == true)
        }
    }

    @Test(
        "a job sets no variable that would load other code or speak for Punctual",
        arguments: [
            "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "GCONV_PATH", "GLIBC_TUNABLES", "BASH_ENV", "BASH_FUNC_ls%%",
            "PUNCTUAL_RUN", "PUNCTUAL_ATTEMPT", "PUNCTUAL_WEBHOOK_SECRET", "PUNCTUAL_", "", "A=B", "=",
        ])
    func variables(name: String) async {
        let error = await refusal(commandAttempt(["/bin/true"], env: [name: "x"]), by: executor)
        #expect(error?.contains(name.isEmpty ? "\"\"" : name) == true)
    }

    @Test("nothing of the server's environment reaches a command")
    func environment() async {
        // In a process of its own: changing the environment is not safe beside other threads.
        await #expect(processExitsWith: .success) {
            for name in ["LD_LIBRARY_PATH", "PUNCTUAL_WEBHOOK_SECRET", "PUNCTUAL_TOKEN", "PATH", "SECRET", "HOME"] {
                setenv(name, "/leaked", 1)
            }
            let result = await CommandExecutor(allowed: ["*"]).execute(commandAttempt(["/usr/bin/env"]))
            let lines = result.result.output.split(separator: "\n")
            try #require(lines.filter { $0.contains("leaked") } == ["HOME=/leaked"])
            try #require(lines.contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
        }
    }
}
