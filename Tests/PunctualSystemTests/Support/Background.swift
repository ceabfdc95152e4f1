import Foundation
import Subprocess
import SystemPackage

/// A program that runs beside the test; what it says is kept in two files of the folder.
struct Background: Sendable {
    let process: pid_t
    let folder: Folder
    let name: String

    var out: String { folder.read("\(name).out") }
    var err: String { folder.read("\(name).err") }

    func send(_ signal: Int32) { kill(process, signal) }

    /// The first line of standard output with that text.
    /// - Throws: `Missing` with what it said instead, also when it ended without the line.
    func line(with text: String) async throws -> String {
        do {
            return try await eventually("a line with \"\(text)\"") {
                let found = out.split(separator: "\n").first { $0.contains(text) }
                if found == nil, !Background.runs(process) { throw Missing(description: "it has ended") }
                return found.map(String.init)
            }
        } catch {
            throw Missing(description: "\(name): \(error)\n--- out\n\(out)\n--- err\n\(err)")
        }
    }

    /// Whether there is such a process; one that has ended and waits to be collected is none.
    static func runs(_ process: pid_t) -> Bool {
        guard let stat = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return false }
        let state = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ").first
        return state != "Z" && state != "X"
    }
}

/// Runs a program while the body runs; then asks it to end with SIGTERM, and kills it when it does not listen.
/// - Returns: what the body returned, and the program's exit code, 128 and the signal's number when a signal ended it.
func withProgram<Value: Sendable>(
    _ path: String, _ arguments: [String], in folder: Folder, named name: String, environment: [String: String] = [:],
    _ body: @Sendable (Background) async throws -> Value
) async throws -> (value: Value, status: Int32) {
    func file(_ ending: String) throws -> FileDescriptor {
        try .open(
            FilePath("\(folder.path)/\(name).\(ending)"), .writeOnly, options: [.create, .append],
            permissions: .ownerReadWrite)
    }
    let ended = try await Subprocess.run(
        .path(FilePath(path)), arguments: Arguments(arguments),
        environment: Program.environment(folder, environment), workingDirectory: FilePath(folder.path),
        input: .none, output: .fileDescriptor(try file("out"), closeAfterSpawningProcess: true),
        error: .fileDescriptor(try file("err"), closeAfterSpawningProcess: true)
    ) { execution in
        let background = Background(process: execution.processIdentifier.value, folder: folder, name: name)
        let result: Result<Value, any Error>
        do { result = .success(try await body(background)) } catch { result = .failure(error) }
        await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: .seconds(90))])
        return result
    }
    return (try ended.closureResult.get(), Program.code(of: ended.terminationStatus))
}
