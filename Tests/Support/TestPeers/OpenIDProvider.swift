internal import Foundation
internal import Glibc

/// An OpenID provider on loopback, with Authlib behind it; it ends with the process.
package final class OpenIDProvider: Sendable {
    package let port: Int
    private let child: pid_t
    private let watchdog: Watchdog

    package static let client = "punctual"
    package static let secret = "a/secret: with+signs%"

    /// Its `iss`.
    package var issuer: String { "http://127.0.0.1:\(port)" }

    /// Starts it and waits until it takes connections.
    /// - Throws: `ToolFailure` without the Python of script/bootstrap.
    package init() throws {
        // Tests/Support/TestPeers/… is three folders below the package's own.
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let python = root.appendingPathComponent(".venv/bin/python3").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw ToolFailure(text: "no \(python): run script/bootstrap")
        }
        port = try freePort()
        let script = root.appendingPathComponent("Tests/Support/OpenID/openid_provider.py").path
        child = try spawnBeside(python, [script, "\(port)"])
        watchdog = try Watchdog(script: "kill -9 \(child) 2>/dev/null")
        let deadline = Date().addingTimeInterval(120)
        while !isOpen(port) {
            guard Date() < deadline else { throw ToolFailure(text: "\(script) takes no connections") }
            usleep(20_000)
        }
    }

    deinit { kill(child, SIGKILL) }

    /// Stops it for good.
    package func stop() { kill(child, SIGKILL) }
}
