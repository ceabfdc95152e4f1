import Foundation
import PunctualJSON
import Subprocess
import SystemPackage

/// Something that the tests need and that is not there.
struct Missing: Error, CustomStringConvertible {
    let description: String
}

/// What a program said, and how it ended.
struct Said: Sendable, CustomStringConvertible {
    /// The exit code; 128 and the signal's number when a signal ended it.
    let status: Int32
    let out: String
    let err: String

    /// Standard output as JSON.
    func json() throws -> JSONValue { try JSONValue(parsing: out) }

    /// The lines of standard output.
    var lines: [String] { out.split(separator: "\n").map(String.init) }

    /// The lines of standard error.
    var faults: [String] { err.split(separator: "\n").map(String.init) }

    var description: String { "status \(status)\n--- out\n\(out)\n--- err\n\(err)" }
}

enum Program {
    /// The `punctual` that was built together with these tests: it lies beside the test bundle.
    static func punctual() throws -> String {
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: bundle).deletingLastPathComponent().appending(path: "punctual").path()
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(description: "\(path) is not there: build the whole package with `swift build --build-tests`")
        }
        return path
    }

    /// The path of a program that a Debian package of script/packages.txt brings.
    static func installed(_ name: String) throws -> String {
        let path = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"].map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let path else { throw Missing(description: "\(name) is not installed: run script/bootstrap") }
        return path
    }

    /// Nothing of this process but what every program needs; PUNCTUAL_… variables must not leak into a test.
    static func environment(_ folder: Folder, _ own: [String: String]) -> Environment {
        var values = [
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": folder.path, "LANG": "C.UTF-8",
            // Access control has tests of its own.
            "PUNCTUAL_ACCESS_MODE": "open",
        ]
        values.merge(own) { _, new in new }
        return .custom(Dictionary(uniqueKeysWithValues: values.map { (Environment.Key(stringLiteral: $0), $1) }))
    }

    /// Runs a program to its end in the folder.
    static func run(
        _ path: String, _ arguments: [String], in folder: Folder, environment: [String: String] = [:],
        input: String = "", seconds: Int = 120
    ) async throws -> Said {
        // A command that never ends fails its test after two minutes, unless it is given more, and holds up no others.
        let ended = try await Subprocess.run(
            .path("/usr/bin/timeout"), arguments: Arguments(["--kill-after=5", "\(seconds)", path] + arguments),
            environment: Program.environment(folder, environment), workingDirectory: FilePath(folder.path),
            input: .string(input), output: .string(limit: 8 << 20), error: .string(limit: 8 << 20))
        return Said(
            status: code(of: ended.terminationStatus), out: ended.standardOutput, err: ended.standardError)
    }

    /// Runs `punctual` to its end in the folder.
    static func punctual(
        _ arguments: [String], in folder: Folder, environment: [String: String] = [:], input: String = ""
    ) async throws -> Said {
        try await run(try punctual(), arguments, in: folder, environment: environment, input: input)
    }

    static func code(of status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}

/// Asks until the answer is there.
///
/// The limit is for a program that never gets there; a busy machine may take its time.
@discardableResult
func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(90), _ ask: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await ask() { return value }
        guard ContinuousClock.now < deadline else { throw Missing(description: "\(what): not within \(limit)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}
