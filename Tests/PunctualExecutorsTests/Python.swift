import Foundation

/// The Python that script/bootstrap sets up, and the folders that its scripts are in.
enum Python {
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    /// The project's folder: the first above this file that holds `.venv`.
    static func root(file: String = #filePath) throws -> URL {
        var folder = URL(fileURLWithPath: file).deletingLastPathComponent()
        while folder.path != "/" {
            if FileManager.default.isExecutableFile(atPath: folder.path + "/.venv/bin/python3") { return folder }
            folder.deleteLastPathComponent()
        }
        throw Unavailable(description: "no .venv/bin/python3 above \(file): run script/bootstrap")
    }

    /// A Python that was not started yet.
    static func process(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = try root().appendingPathComponent(".venv/bin/python3")
        process.arguments = arguments
        return process
    }

    /// The output lines of a script of `Oracles` for the input lines.
    static func run(script: String, lines: [String], file: String = #filePath) throws -> [String] {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("oracle-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        // Left-overs in the temporary directory harm nobody, so a failed removal is not worth a failed test.
        defer { try? FileManager.default.removeItem(at: scratch) }
        let input = scratch.appendingPathComponent("in")
        let output = scratch.appendingPathComponent("out")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: input)
        try Data().write(to: output)
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
        let process = try process([folder.appendingPathComponent("Oracles/\(script)").path])
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Unavailable(description: "\(script) ended with code \(process.terminationStatus)")
        }
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
