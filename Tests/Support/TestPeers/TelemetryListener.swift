internal import Foundation
internal import Glibc

/// A collector of traces and of error reports on loopback, with OpenTelemetry's and Sentry's own readers behind it; it ends with
/// the process.
package final class TelemetryListener: Sendable {
    package let port: Int
    private let child: pid_t
    private let watchdog: Watchdog
    private let file: String

    /// Starts it and waits until it takes connections.
    /// - Parameters:
    ///   - answers: the statuses to answer with, the last one for ever; `503:1` with a Retry-After of one second.
    ///   - rejecting: how many spans of each call it says it did not take.
    ///   - tls: paths of a certificate and its key.
    /// - Throws: `ToolFailure` without the Python of script/bootstrap.
    package init(
        answers: [String] = ["200"], rejecting: Int = 0, tls: (certificate: String, key: String)? = nil
    ) throws {
        // Tests/Support/TestPeers/… is three folders below the package's own.
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let python = root.appendingPathComponent(".venv/bin/python3").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw ToolFailure(text: "no \(python): run script/bootstrap")
        }
        port = try freePort()
        let name = "punctual-telemetry-\(UUID().uuidString)"
        file = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try Data().write(to: URL(fileURLWithPath: file))
        let script = root.appendingPathComponent("Tests/Support/Telemetry/telemetry_listener.py").path
        var arguments = [script, "\(port)", file, "--reject", "\(rejecting)"]
        arguments += ["--answers", answers.joined(separator: ",")]
        if let tls { arguments += ["--certificate", tls.certificate, "--key", tls.key] }
        child = try spawnBeside(python, arguments)
        watchdog = try Watchdog(script: "kill -9 \(child) 2>/dev/null; rm -f '\(file)'")
        let deadline = Date().addingTimeInterval(120)
        while !isOpen(port) {
            guard Date() < deadline else { throw ToolFailure(text: "\(script) takes no connections") }
            usleep(20_000)
        }
    }

    deinit { kill(child, SIGKILL) }

    /// What has come so far, one line of JSON a call.
    package func lines() throws -> [String] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}
