import Foundation

/// The Python that script/bootstrap sets up; its libraries are the other side of the protocols.
enum Python {
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    /// The output lines of a script of `Oracles` for the input lines.
    static func run(_ script: String, lines: [String], file: String = #filePath) throws -> [String] {
        let process = Process()
        process.executableURL = try root(file).appendingPathComponent(".venv/bin/python3")
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
        process.arguments = [folder.appendingPathComponent("Oracles/\(script)").path]
        // Files, since a pipe that fills up while the other is written stops both.
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("oracle-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        // Left-overs in the temporary directory harm nobody, so a failed removal is not worth a failed test.
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (input, output) = (scratch.appendingPathComponent("in"), scratch.appendingPathComponent("out"))
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: input)
        try Data().write(to: output)
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

    /// The project's folder: the first above this file that holds `.venv`.
    static func root(_ file: String = #filePath) throws -> URL {
        var folder = URL(fileURLWithPath: file).deletingLastPathComponent()
        while folder.path != "/" {
            if FileManager.default.isExecutableFile(atPath: folder.path + "/.venv/bin/python3") { return folder }
            folder.deleteLastPathComponent()
        }
        throw Unavailable(description: "no .venv/bin/python3 above \(file): run script/bootstrap")
    }
}
