import Foundation
import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

@testable import PunctualExecutors

@Suite("What the documents say")
struct GuideTests {
    private static func page(_ path: String, file: String = #filePath) throws -> String {
        let root = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/\(path)"), encoding: .utf8)
    }

    /// The endpoint of the guide, running.
    private final class Endpoint {
        private let process: Process
        private let output = Pipe()
        private let script: URL
        private(set) var url = ""

        init(secret: String) throws {
            let page = try GuideTests.page("guides/receiving-webhooks.md")
            let block = try #require(page.split(separator: "```python\n").last?.split(separator: "```\n").first)
            script = FileManager.default.temporaryDirectory.appendingPathComponent("endpoint-\(UUID().uuidString).py")
            try String(block).write(to: script, atomically: true, encoding: .utf8)
            process = try Python.process([script.path])
            process.environment = ["PUNCTUAL_WEBHOOK_SECRET": secret, "PORT": "0", "PYTHONUTF8": "1"]
            process.standardOutput = output
            try process.run()
            // Else the pipe would not end with the endpoint.
            try output.fileHandleForWriting.close()
            url = try #require(line()).replacing("listening on ", with: "")
        }

        /// The next line that it writes; nil when it has ended.
        func line() -> String? {
            var bytes: [UInt8] = []
            while let byte = output.fileHandleForReading.readData(ofLength: 1).first, byte != UInt8(ascii: "\n") {
                bytes.append(byte)
            }
            return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
        }

        func stop() {
            guard process.isRunning else { return }
            // SIGTERM may be blocked: it was started from a thread that blocks signals.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            // Left-overs in the temporary directory harm nobody.
            try? FileManager.default.removeItem(at: script)
        }
    }

    @Test("the guide's endpoint takes signed calls, drops repeats and refuses strangers")
    func endpoint() async throws {
        let old = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let new = "whsec_" + Data((0..<32).map { UInt8($0) }).base64EncodedString()
        let endpoint = try Endpoint(secret: old)
        defer { endpoint.stop() }
        func call(_ id: Int64, secrets: String) async throws -> Int? {
            let executor = HTTPExecutor(egress: toLoopback, secrets: try #require(WebhookSecret.list(secrets)))
            var attempt = httpAttempt(HTTPTarget(url: endpoint.url, body: ["häß": "\u{1F4A9}"]))
            attempt.executionID = Identifier(high: 1, low: UInt64(id))
            let status = await executor.execute(attempt).result.httpStatus
            await executor.shutdown()
            return status
        }
        #expect(try await call(1, secrets: "") == 401)
        #expect(try await call(1, secrets: new) == 401)
        #expect(try await call(1, secrets: old) == 204)
        #expect(try await call(1, secrets: old) == 204)
        #expect(try await call(2, secrets: "\(new) \(old)") == 204)
        // A line for each execution that was worked on, and no other.
        for id in 1...2 {
            #expect(endpoint.line() == "working on \(Identifier(high: 1, low: UInt64(id))): {\"häß\":\"\u{1F4A9}\"}")
        }
        endpoint.stop()
        #expect(endpoint.line() == nil)
    }

    @Test("the page about targets names every limit as it is")
    func limits() throws {
        let page = try Self.page("reference/targets.md")
        let limits = CommandLimits()
        for text in [
            "| answer that is read and kept | \(HTTPExecutor.outputLimit / 1024) KiB",
            "\(AnswerMeter.limit >> 20) MiB from the wire",
            "\(HTTPClients.idleLimit) destinations keep idle ones",
            "more than \(RetryAfter.longest.components.seconds / 3600) hours counts as",
            "\(Target.payloadLimit / 1024) KiB; null sends none",
            "| \(CommandExecutor.outputLimit / 1024) KiB: the first half and the last",
            "| address space of a process | \((limits.memoryBytes ?? 0) >> 30) GiB |",
            "| size of a file it writes | \((limits.fileBytes ?? 0) >> 30) GiB |",
            "| open files of a process | \((limits.openFiles ?? 0) / 1000),096 |",
            CommandExecutor.searchPath.map { "`\($0)`" }.joined(separator: ", "),
        ] {
            #expect(page.contains(text), "\(text)")
        }
        #expect(CommandWatch.killAfter == .seconds(4) && page.contains("SIGKILL four seconds later"))
        for name in ["PUNCTUAL_X", "LD_X", "BASH_ENV", "BASH_FUNC_X", "GCONV_PATH", "GLIBC_TUNABLES"] {
            #expect(CommandTarget.isReserved(variable: name))
            #expect(page.contains("`\(name.replacing("_X", with: "_*"))`"))
        }
    }
}
