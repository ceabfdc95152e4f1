import Foundation
import PunctualJSON
import Testing

@Suite("Exit codes of the real binary", .timeLimit(.minutes(10)))
struct ExitCodeTests {
    /// A command, the code that it ends with, and a word of its message.
    private static let cases: [(arguments: [String], status: Int32, word: String)] = [
        (["job", "list"], 0, ""),
        (["--version"], 0, ""),
        (["job", "trigger", "good", "--wait"], 0, ""),
        (["job", "create", "x", "--cron", "61 * * * *", "--noop"], 1, "/schedule/expression"),
        (["job", "apply", "-f", "missing.yaml"], 1, "cannot read missing.yaml"),
        (["job", "list", "--url", "http://127.0.0.1:1"], 1, "Is the server running?"),
        (["job", "lst"], 2, "Did you mean 'list'?"),
        (["jobs", "list"], 2, "Did you mean 'job'?"),
        (["job", "list", "--limt", "3"], 2, "Did you mean '--limit'?"),
        (["job", "list", "-o", "xml"], 2, "xml"),
        (["job", "get"], 2, "Missing expected argument"),
        (["job", "get", "goood"], 3, "did you mean good?"),
        (["job", "get", "01a1fcf0-8ef8-7395-b148-c494e4b88605"], 3, "request "),
        (["execution", "get", "good", "01a1fcf0-8ef8-7395-b148-c494e4b88605"], 3, "request "),
        (["job", "create", "good", "--manual", "--noop"], 5, "has that name"),
        (["execution", "retry", "good"], 5, "request "),
        (["job", "trigger", "slow", "--wait", "--timeout", "500ms"], 6, "after 500ms; it goes on"),
        (["job", "trigger", "bad", "--wait"], 7, "failed (exit_code): exit code 3"),
    ]

    @Test("each ending of the contract has its code, and its message goes to standard error")
    func codes() async throws {
        try await withServer { server in
            for (name, command) in [("good", ["/bin/true"]), ("slow", ["/bin/sleep", "15"])] {
                #expect(try await server.punctual(["job", "create", name, "--manual", "--"] + command).status == 0)
            }
            try await applyFailing(server)
            for known in ExitCodeTests.cases {
                let said = try await server.punctual(known.arguments)
                #expect(said.status == known.status, "\(known.arguments): \(said)")
                #expect(known.word.isEmpty || said.err.contains(known.word), "\(known.arguments): \(said)")
                #expect(known.status == 0 || !said.err.isEmpty)
                #expect([0, 6, 7].contains(known.status) || said.out.isEmpty, "\(known.arguments): \(said)")
            }
        }
    }

    /// A job that fails with code 3 at its only attempt.
    private func applyFailing(_ server: RunningServer) async throws {
        let file = """
            name: bad
            schedule: {type: manual}
            target: {type: command, argv: [/bin/sh, -c, exit 3]}
            retry_policy: {maximum_attempts: 1}
            """
        #expect(try await server.punctual("job", "apply", "-f", "-", input: file).status == 0)
    }

    @Test("a refusal of a server that asks for a token ends with 4")
    func notAllowed() async throws {
        try await withFolder { folder in
            let script = try folder.write(
                """
                from http.server import BaseHTTPRequestHandler, HTTPServer
                class Refusal(BaseHTTPRequestHandler):
                    def do_GET(self):
                        body = b'{"type":"/docs/problems#forbidden","title":"No","status":403,"detail":"Not yours."}'
                        self.send_response(403)
                        self.send_header("content-type", "application/problem+json")
                        self.send_header("content-length", str(len(body)))
                        self.end_headers()
                        self.wfile.write(body)
                    def log_message(self, *arguments): pass
                server = HTTPServer(("127.0.0.1", 0), Refusal)
                print("port", server.server_port, flush=True)
                server.serve_forever()
                """, to: "refusal.py")
            _ = try await withProgram(Checkout.python, [script], in: folder, named: "refusal") { refusal in
                let port = try await refusal.line(with: "port ").dropFirst(5)
                let said = try await Program.punctual(
                    ["job", "list", "--url", "http://127.0.0.1:\(port)"], in: folder)
                #expect(said.status == 4 && said.err == "punctual: Not yours.\n" && said.out.isEmpty, "\(said)")
            }
        }
    }

    @Test("a reader that closes early is no failure")
    func closedPipe() async throws {
        try await withFolder { folder in
            let command =
                "set -o pipefail; \(try Program.punctual()) schedule preview '* * * * *' --count 1000 | head -n 1"
            let said = try await Program.run(try Program.installed("bash"), ["-c", command], in: folder)
            #expect(said.status == 0 && said.lines.count == 1, "\(said)")
        }
    }
}
