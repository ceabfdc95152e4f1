import Foundation
import PunctualJSON
import Testing

@Suite("A target that says its secrets aloud", .timeLimit(.minutes(10)))
struct SecretEchoTests {
    private static let secret = "hunter2-of-billing"
    private static let variables = [
        "PUNCTUAL_ACCESS_MODE": "required", "PUNCTUAL_EGRESS_ALLOW": "127.0.0.0/8", "PUNCTUAL_COMMAND_ALLOW": "*",
    ]

    /// Answers with what it was shown, at `/cut` so far behind that an executor's limit cuts through it.
    private static let echo = """
        import http.server
        class Echo(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                shown = self.headers["X-Key"].encode()
                body = b"x" * (65536 - 12) + shown if self.path == "/cut" else b"you sent " + shown + b"!"
                self.send_response(500 if self.path == "/failing" else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *arguments): pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        print("listening on", server.server_port, flush=True)
        server.serve_forever()
        """

    private func job(_ name: String, _ target: String) -> String {
        "{name: \(name), schedule: {type: manual}, retry_policy: {maximum_attempts: 1}, target: \(target)}"
    }

    @Test("leaves a mark in the history, whole or cut in two, and nothing of them in the database")
    func echoed() async throws {
        try await withFolder { folder in
            try folder.write(Self.echo, to: "echo.py")
            _ = try await withProgram(Checkout.python, ["echo.py"], in: folder, named: "echo") { echo in
                let port = try await echo.line(with: "listening on ").split(separator: " ").last ?? ""
                let arguments = ["serve", "--port", "0", "--database-url", "sqlite:jobs.sqlite"]
                _ = try await withServer(arguments, in: folder, environment: Self.variables) { server in
                    try await run(server, "http://127.0.0.1:\(port)")
                }
            }
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let kept = FileManager.default.contents(atPath: "\(folder.path)/\(file)") ?? Data()
                #expect(kept.range(of: Data(Self.secret.utf8)) == nil, "\(file)")
            }
        }
    }

    private func run(_ server: RunningServer, _ address: String) async throws {
        let line = try await server.background.line(with: "The one-time token is ")
        let token = line.split(separator: " ").last.map(String.init) ?? ""
        let password = "a long walk by the river"
        for (command, input) in [
            (["setup", "--token", token, "--name", "grace", "--password-stdin", "--login"], password),
            (["secret", "set", "k"], Self.secret),
        ] {
            let said = try await server.punctual(command, input: input)
            #expect(said.status == 0, "\(said)")
        }
        func http(_ path: String) -> String {
            "{type: http, url: \"\(address)/\(path)\", headers: {X-Key: \"Bearer {{secret:k}}\"}}"
        }
        let command = "{type: command, argv: [/bin/sh, -c, 'echo \"$K\"; echo \"$K\" >&2'], env: {K: '{{secret:k}}'}}"
        for (name, target, status, wanted) in [
            ("whole", http("whole"), 0, "you sent Bearer ***!"),
            ("failing", http("failing"), 7, "you sent Bearer ***!"),
            // The limit leaves five bytes of the secret.
            ("cut", http("cut"), 0, String(repeating: "x", count: 65_524) + "Bearer ***"),
            ("command", command, 0, "***\n***\n"),
        ] as [(String, String, Int32, String)] {
            let made = try await server.punctual(["job", "apply", "-f", "-"], input: job(name, target))
            #expect(made.status == 0, "\(made)")
            let run = try await server.punctual("job", "trigger", name, "--wait")
            #expect(run.status == status, "\(run)")
            let result = try #require(try await server.executions(of: name).first)
            let output = result["result"]?["output"]?.string ?? ""
            #expect(output == wanted, "\(name): \(output.suffix(60))")
        }
    }
}
