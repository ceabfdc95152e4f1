import Foundation
import PunctualJSON
import Testing

@Suite("Signing in at a terminal", .timeLimit(.minutes(10)))
struct SignInCommandTests {
    private static let password = "a long walk by the river"
    private static let next = "seven bridges of the old town"

    /// Runs the body with a fresh `serve`, which lets nobody in, and its one-time token.
    private func withFreshServer(_ body: @Sendable (RunningServer, _ token: String) async throws -> Void) async throws {
        try await withFolder { folder in
            let arguments = ["serve", "--port", "0", "--database-url", "sqlite:jobs.sqlite"]
            let environment = ["PUNCTUAL_ACCESS_MODE": "required"]
            _ = try await withServer(arguments, in: folder, environment: environment) { server in
                let line = try await server.background.line(with: "The one-time token is ")
                try await body(server, String(line.split(separator: " ").last ?? ""))
            }
        }
    }

    private func talk(
        _ server: RunningServer, _ arguments: [String], _ turns: [Dialogue.Turn]
    ) async throws -> Dialogue {
        try await Dialogue(arguments, turns, in: server.folder, environment: ["PUNCTUAL_URL": server.address])
    }

    private func signedIn(_ server: RunningServer, _ token: String) async throws {
        let made = try await server.punctual(
            "setup", "--token", token, "--name", "grace", "--password-stdin", "--login", input: Self.password + "\n")
        #expect(made.status == 0 && made.out.isEmpty && made.err.contains("signed in"), "\(made)")
    }

    @Test("set-up, a second factor by its QR code, another password: nothing that is typed in secret is ever shown")
    func dialogues() async throws {
        try await withFreshServer { server, token in
            let made = try await talk(
                server, ["setup"],
                [
                    .secretly("One-time token: ", token + "\r"), .asked("Name: ", "grace\r"),
                    .secretly("New password: ", Self.password + "\r"),
                    .secretly("The same again: ", Self.password + "\r"), .asked("Sign in now? [y/N] ", "y\r"),
                ])
            #expect(made.end == "code 0" && made.shown.contains("grace is the first administrator"), "\(made)")
            #expect(try await server.json("whoami")["name"] == "grace")

            let enabled = try await talk(
                server, ["second-factor", "enable"],
                [.secretly("Password: ", Self.password + "\r"), .code("The code that the app shows: ")])
            #expect(enabled.end == "code 0", "\(enabled)")
            let recovery = enabled.shown.matches(of: /(?:[a-z2-7]{6}-){3}[a-z2-7]{6}/).map { String($0.0) }
            #expect(Set(recovery).count == 10, "\(enabled)")
            #expect(try await server.json("second-factor", "status")["second_factor"] == true)

            let changed = try await talk(
                server, ["password"],
                [
                    .secretly("Password: ", Self.password + "\r"), .secretly("New password: ", Self.next + "\r"),
                    .secretly("The same again: ", Self.next + "\r"),
                ])
            #expect(changed.end == "code 0", "\(changed)")
            #expect(try await server.punctual("whoami").status == 4, "every sign-in has ended")
            let old = try await talk(server, ["login"], [.secretly("Password: ", Self.password + "\r")])
            #expect(old.end == "code 4", "\(old)")
            // A recovery code stands in for the app; the app's own code of this half minute is spent.
            let again = try await talk(
                server, ["login"],
                [
                    .secretly("Password: ", Self.next + "\r"),
                    .secretly("Code of the authenticator app: ", recovery[0] + "\r"),
                ])
            #expect(again.end == "code 0", "\(again)")
            let removed = try await talk(
                server, ["second-factor", "disable"],
                [
                    .secretly("Password: ", Self.next + "\r"),
                    .secretly("The code that the app shows: ", recovery[1] + "\r"),
                ])
            #expect(removed.end == "code 0", "\(removed)")
            #expect(try await server.json("second-factor", "status")["second_factor"] == false)

            for dialogue in [made, enabled, changed, old, again, removed] {
                for secret in [Self.password, Self.next, token] {
                    #expect(!dialogue.shown.contains(secret), "\(dialogue)")
                }
            }
            #expect(!again.shown.contains(recovery[0]))
        }
    }

    @Test("Ctrl-C at a silent prompt ends the command, with the echo back and nothing changed")
    func interrupts() async throws {
        try await withFreshServer { server, token in
            let setup = try await talk(
                server, ["setup", "--name", "grace"],
                [.secretly("One-time token: ", token + "\r"), .secretly("New password: ", "half a pass\u{3}")])
            #expect(setup.end == "signal \(SIGINT)" && !setup.shown.contains("half"), "\(setup)")
            #expect(try await server.call("/api/v1/setup").body.contains("true"), "nobody was made")
            try await signedIn(server, token)
            for command in [["password"], ["second-factor", "enable"], ["login"]] {
                let said = try await talk(server, command, [.secretly("Password: ", "\u{3}")])
                #expect(said.end == "signal \(SIGINT)", "\(command): \(said)")
            }
            #expect(try await server.json("second-factor", "status")["second_factor"] == false)
            let end = try await talk(server, ["password"], [.secretly("Password: ", "\u{4}")])
            #expect(end.end == "code 2" && end.shown.contains("nothing was typed"), "\(end)")
        }
    }

    @Test("what cannot be done says why, by its exit code as well")
    func refusals() async throws {
        try await withFreshServer { server, token in
            let before: [([String], String, Int32, String)] = [
                (["setup"], "", 2, "use --token"),
                (["setup", "--token", token], "", 2, "use --name"),
                (["setup", "--token", token, "--name", "grace"], "", 2, "--password-stdin"),
                // A token may begin with a dash.
                (["setup", "--token", "-x", "--name", "grace", "--password-stdin"], Self.password, 4, "not the token"),
                (["setup", "--token", token, "--name", "grace", "--password-stdin"], "short", 1, "/password"),
                (["setup", "--url", "http://192.0.2.1:1"], "", 2, "whoever is on the way"),
                (
                    ["user", "create", "ada", "--url", "http://192.0.2.1:1", "--password-stdin"], Self.password, 2,
                    "whoever is on the way"
                ),
                (["secret", "set", "k", "--url", "http://192.0.2.1:1"], Self.password, 2, "whoever is on the way"),
                (["password", "--password-stdin"], "a\nb", 4, "nobody is signed in"),
                (["second-factor", "status"], "", 4, "punctual login"),
            ]
            try await check(before, server)
            try await signedIn(server, token)
            let after: [([String], String, Int32, String)] = [
                (["setup", "--token", token], "", 5, "first administrator already"),
                (["password"], "", 2, "--password-stdin"),
                (["password", "--password-stdin"], "one line", 2, "two lines"),
                (["password", "--password-stdin"], "wrong\n\(Self.next)", 4, "wrong"),
                (["password", "--password-stdin"], "\(Self.password)\nshort", 1, "/password"),
                (["second-factor", "enable", "--password-stdin"], "wrong", 4, "wrong"),
                (["second-factor", "confirm", "123456"], "", 5, "begin one"),
            ]
            try await check(after, server)
            let begun = try await server.punctual(
                "second-factor", "enable", "--password-stdin", "-o", "json", input: Self.password)
            let uri = try begun.json()["uri"]?.string ?? ""
            #expect(begun.status == 0 && uri.hasPrefix("otpauth://"), "\(begun)")
            try await check([(["second-factor", "confirm", "1"], "", 1, "/code")], server)
        }
    }

    private func check(_ cases: [([String], String, Int32, String)], _ server: RunningServer) async throws {
        for (arguments, input, status, word) in cases {
            let said = try await server.punctual(arguments, input: input)
            #expect(said.status == status && said.err.contains(word) && said.out.isEmpty, "\(arguments): \(said)")
        }
    }

    @Test("of many commands that find the sign-in ended at once, one renews it, and it goes on working for all")
    func renewals() async throws {
        try await withFreshServer { server, token in
            try await signedIn(server, token)
            let key = try await server.punctual("key", "create", "probe").lines.first ?? ""
            func renewals() async throws -> Int {
                let text = try await server.call("/metrics", "-H", "Authorization: Bearer \(key)").body
                let series = "punctual_http_request_duration_seconds_count{method=\"POST\",route=\"/oauth/token\""
                let line = text.split(separator: "\n").first { $0.hasPrefix(series) }
                return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
            }
            let file = ".config/punctual/profiles.yaml"
            for round in 1...3 {
                // As if the access token's ten minutes were over.
                let ended = server.folder.read(file).replacing(
                    /expires_at: "?[^"\n]*"?/, with: #"expires_at: "2026-01-01T00:00:00.000Z""#)
                try Data(ended.utf8).write(to: URL(filePath: "\(server.folder.path)/\(file)"))
                let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
                    for _ in 0..<8 { group.addTask { try await server.punctual("whoami").status } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses == [Int32](repeating: 0, count: 8), "round \(round)")
                #expect(try await renewals() == round)
            }
        }
    }
}
