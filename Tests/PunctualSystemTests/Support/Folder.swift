import Foundation

/// A directory of one test's own.
struct Folder: Sendable {
    let path: String

    /// Writes a file and answers its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }

    /// What a file holds; empty when it is not there yet.
    func read(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data(), as: UTF8.self)
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
}

/// Runs the body in an empty directory that is removed afterwards.
@discardableResult
func withFolder<Value>(_ body: (Folder) async throws -> Value) async throws -> Value {
    let url = FileManager.default.temporaryDirectory.appending(path: "punctual-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    // What is left of a test that failed half-way is the system's to clean.
    defer { try? FileManager.default.removeItem(at: url) }
    return try await body(Folder(path: url.path(percentEncoded: false)))
}

/// The files that the tests read beside themselves.
enum Checkout {
    /// The package's own folder.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func path(_ name: String) -> String { root.appending(path: name).path(percentEncoded: false) }

    static func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    /// The interpreter that script/bootstrap prepares.
    static var python: String { path(".venv/bin/python3") }
}
