import Foundation
import Testing

/// Runs the oracles of this folder with the Python that script/bootstrap sets up.
enum Python {
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    /// The script's output lines for the input lines.
    static func run(script: String, lines: [String], file: String = #filePath) throws -> [String] {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
        var root = folder
        while root.path != "/", !FileManager.default.fileExists(atPath: root.path + "/.venv/bin/python3") {
            root.deleteLastPathComponent()
        }
        let python = root.path + "/.venv/bin/python3"
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw Unavailable(description: "no .venv/bin/python3 above \(folder.path): run script/bootstrap")
        }
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("oracle-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        // Left-overs in the temporary directory harm nobody, so a failed removal is not worth a failed test.
        defer { try? FileManager.default.removeItem(at: scratch) }
        let input = scratch.appendingPathComponent("in")
        let output = scratch.appendingPathComponent("out")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: input)
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [folder.appendingPathComponent("Oracles/\(script)").path]
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
