package import Foundation
internal import Glibc

/// A mail server on loopback, with aiosmtpd behind it, or one that does not behave; it ends with the process.
package final class MailPeer: Sendable {
    package let port: Int
    private let folder: URL
    /// Whose certificate its own one is of.
    package let authority: URL
    private let child: pid_t
    private let watchdog: Watchdog

    /// Starts it and waits until it takes connections.
    /// - Parameters:
    ///   - mode: as smtp_peer.py has them.
    ///   - address: for which its certificate is besides localhost.
    /// - Throws: `ToolFailure` without the Python of script/bootstrap.
    package init(_ mode: String, address: String? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("punctual-mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        authority = try Certificates(in: folder, address: address).authority
        port = try freePort()
        // Tests/Support/TestPeers/… is three folders below the package's own.
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let script = root.appendingPathComponent("Tests/Support/Mail/smtp_peer.py").path
        child = try spawnBeside(
            root.appendingPathComponent(".venv/bin/python3").path, [script, "\(port)", mode, folder.path])
        watchdog = try Watchdog(script: "kill -9 \(child) 2>/dev/null; rm -rf \(folder.path)")
        let deadline = Date().addingTimeInterval(120)
        while !isOpen(port) {
            guard Date() < deadline else { throw ToolFailure(text: "\(script) takes no connections") }
            usleep(20_000)
        }
    }

    deinit {
        kill(child, SIGKILL)
        try? FileManager.default.removeItem(at: folder)  // What stays is the system's to clean.
    }

    /// What it has written to a file; empty when there is none.
    package func file(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: folder.path + "/" + name) ?? Data(), as: UTF8.self)
    }
}
