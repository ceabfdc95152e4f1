import Foundation
import PunctualJSON

/// A server on a free port of loopback, and the command line that talks to it.
struct RunningServer: Sendable {
    let background: Background
    let folder: Folder
    /// `http://127.0.0.1:PORT`, or with `https`.
    let address: String

    var port: String { String(address.split(separator: ":").last ?? "") }

    /// Runs a command against this server.
    func punctual(_ arguments: String..., input: String = "") async throws -> Said {
        try await punctual(arguments, input: input)
    }

    func punctual(_ arguments: [String], input: String = "") async throws -> Said {
        try await Program.punctual(arguments, in: folder, environment: ["PUNCTUAL_URL": address], input: input)
    }

    /// What a command prints as JSON; it must end with 0.
    func json(_ arguments: String...) async throws -> JSONValue {
        let said = try await punctual(arguments + ["-o", "json"])
        guard said.status == 0 else { throw Missing(description: "\(arguments): \(said)") }
        return try said.json()
    }

    /// All executions of a job, oldest first.
    func executions(of job: String) async throws -> [JSONValue] {
        let said = try await punctual("execution", "list", job, "--limit", "1000", "-o", "jsonl")
        guard said.status == 0 else { throw Missing(description: "executions of \(job): \(said)") }
        return try said.lines.map { try JSONValue(parsing: $0) }.reversed()
    }

    /// The status and body of a call by curl.
    func call(_ path: String, _ more: String...) async throws -> (status: Int, body: String) {
        let said = try await Program.run(
            try Program.installed("curl"),
            ["--silent", "--max-time", "60", "--write-out", "\n%{http_code}"] + more + [address + path],
            in: folder)
        let lines = said.out.split(separator: "\n", omittingEmptySubsequences: false)
        return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
    }
}

/// Runs `punctual dev` on a free port, or what else is given, while the body runs.
/// - Parameter name: of the files that keep what it says; a second server in one folder needs another.
/// - Returns: what the body returned, and the server's exit code.
@discardableResult
func withServer<Value: Sendable>(
    _ arguments: [String] = ["dev", "--port", "0"], in folder: Folder, named name: String = "server",
    environment: [String: String] = [:], _ body: @Sendable (RunningServer) async throws -> Value
) async throws -> (value: Value, status: Int32) {
    try await withProgram(
        try Program.punctual(), arguments, in: folder, named: name, environment: environment
    ) { background in
        let line = try await background.line(with: " is ready at ")
        let address = line.split(separator: " ").first { $0.hasPrefix("http") }
        let server = RunningServer(background: background, folder: folder, address: address.map(String.init) ?? line)
        return try await body(server)
    }
}

/// Runs the body with a server in an empty directory.
func withServer<Value: Sendable>(_ body: @Sendable (RunningServer) async throws -> Value) async throws -> Value {
    try await withFolder { folder in try await withServer(in: folder, body).value }
}
