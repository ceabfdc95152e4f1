import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("Access control from the command line", .timeLimit(.minutes(10)))
struct AccessCommandTests {
    private static let required = [
        "PUNCTUAL_ACCESS_MODE": "required", "PUNCTUAL_AUDIT_ANCHOR_FILE": "anchors.jsonl",
        "PUNCTUAL_AUDIT_ANCHOR_EVERY": "1s",
    ]

    /// Runs `serve` with access control, and makes the first administrator, `grace`.
    private func withAdministrator(_ body: @Sendable (RunningServer) async throws -> Void) async throws {
        try await withFolder { folder in
            let arguments = ["serve", "--port", "0", "--database-url", "sqlite:jobs.sqlite"]
            _ = try await withServer(arguments, in: folder, environment: Self.required) { server in
                let line = try await server.background.line(with: "The one-time token is ")
                let token = line.split(separator: " ").last.map(String.init) ?? ""
                try folder.write(#"{"token":"\#(token)","name":"grace","password":"\#(password)"}"#, to: "setup.json")
                let answer = try await server.call(
                    "/api/v1/setup", "-H", "Content-Type: application/json", "-d", "@\(folder.path)/setup.json")
                #expect(answer.status == 201, "\(answer)")
                try await body(server)
            }
        }
    }

    private let password = "a long walk by the river"

    /// Shuts people and accounts out and lets them in again.
    private func standings(_ server: RunningServer) async throws {
        let other = "seven bridges of the old town"
        for (command, input) in [
            (["user", "create", "ada", "--password-stdin"], password), (["user", "disable", "ada"], ""),
            (["user", "enable", "ada"], ""), (["user", "reset-password", "ada", "--password-stdin"], other),
            (["service-account", "disable", "deploy"], ""), (["service-account", "enable", "deploy"], ""),
        ] {
            let said = try await server.punctual(command, input: input.isEmpty ? "" : input + "\n")
            #expect(said.status == 0, "\(command): \(said)")
            if command.dropFirst().first == "disable" {
                let shown = try await server.json(command[0], "list")
                let items = shown.array ?? shown["items"]?.array ?? []
                #expect(items.first { $0["name"]?.string == command[2] }?["disabled"]?.bool == true, "\(shown)")
            }
        }
        let ada = try await server.punctual(
            "login", "--profile", "ada", "--name", "ada", "--password-stdin", input: other + "\n")
        #expect(ada.status == 0, "\(ada)")
        #expect(try await server.punctual("logout", "--profile", "ada").status == 0)
        #expect(try await server.punctual("profile", "use", "default").status == 0)
    }

    /// Runs a command with a key, as a program on another machine would.
    private func punctual(_ arguments: [String], key: String, _ server: RunningServer) async throws -> Said {
        try await Program.punctual(
            arguments, in: server.folder, environment: ["PUNCTUAL_URL": server.address, "PUNCTUAL_TOKEN": key])
    }

    @Test("sign in, make a key for a service, be refused elsewhere, rotate, revoke, and check the audit log")
    func story() async throws {
        try await withAdministrator { server in
            let out = try await server.punctual("job", "list")
            #expect(out.status == 4 && out.err.contains("punctual login"), "\(out)")
            let wrong = try await server.punctual("login", "--name", "grace", "--password-stdin", input: "wrong one\n")
            #expect(wrong.status == 4 && !server.folder.exists(".config/punctual/profiles.yaml"), "\(wrong)")
            let login = try await server.punctual(
                "login", "--name", "grace", "--password-stdin", input: password + "\n")
            #expect(login.status == 0 && login.out.isEmpty && !login.err.contains(password), "\(login)")
            let me = try await server.json("whoami")
            #expect(me["name"]?.string == "grace", "\(me)")

            for name in ["billing", "other"] {
                let file = "{name: report, service: \(name), schedule: {type: manual}, target: {type: noop}}"
                let said = try await server.punctual("job", "apply", "-f", "-", input: file)
                #expect(said.status == 0, "\(said)")
            }
            for command in [
                ["service-account", "create", "deploy"],
                ["role", "grant", "operator", "--service-account", "deploy", "--service", "billing"],
            ] {
                let said = try await server.punctual(command)
                #expect(said.status == 0, "\(said)")
            }
            try await standings(server)
            let made = try await server.punctual("key", "create", "ci", "--service-account", "deploy")
            #expect(made.status == 0 && made.lines.count == 1 && made.err.contains("not shown again"), "\(made)")
            let key = made.lines.first ?? ""
            #expect(key.hasPrefix("pk_"))

            try await refusals(key, server)
            try await changes(key, server)
            try await log(server)

            let logout = try await server.punctual("logout")
            #expect(logout.status == 0, "\(logout)")
            #expect(try await server.punctual("whoami").status == 4)
            let kept = server.folder.read(".config/punctual/profiles.yaml")
            #expect(kept.contains("grace") && !kept.contains("token"), "\(kept)")
        }
    }

    /// The key operates on its service, and on nothing else.
    private func refusals(_ key: String, _ server: RunningServer) async throws {
        let run = try await punctual(["job", "trigger", "report", "--service", "billing"], key: key, server)
        #expect(run.status == 0, "\(run)")
        let other = try await punctual(["job", "trigger", "report", "--service", "other"], key: key, server)
        #expect([3, 4].contains(other.status), "\(other)")
        for command in [
            ["job", "delete", "report", "--service", "billing", "--yes"], ["user", "list"], ["audit", "list"],
            ["role", "grant", "admin", "--group", "x", "--all-services"],
        ] {
            let said = try await punctual(command, key: key, server)
            #expect(said.status == 4 && said.out.isEmpty && !said.err.contains(key), "\(command): \(said)")
        }
    }

    /// A rotated key holds beside the old one for the overlap; a revoked one does not.
    private func changes(_ key: String, _ server: RunningServer) async throws {
        let rotated = try await server.punctual("key", "rotate", "ci", "--overlap", "1h")
        let next = rotated.lines.first ?? ""
        #expect(rotated.status == 0 && next.hasPrefix("pk_") && next != key, "\(rotated)")
        for key in [key, next] {
            let said = try await punctual(["job", "get", "report", "--service", "billing"], key: key, server)
            #expect(said.status == 0, "\(said)")
        }
        let again = try await server.punctual("key", "rotate", "ci")
        #expect(again.status == 5 && again.lines.isEmpty && again.err.contains("force"), "\(again)")
        let forced = try await server.punctual("key", "rotate", "ci", "--overlap", "1h", "--force")
        let third = forced.lines.first ?? ""
        #expect(forced.status == 0 && third.hasPrefix("pk_"), "\(forced)")
        let list = try await server.punctual("key", "list", "--service-account", "deploy")
        #expect(list.out.contains("-") && !list.out.contains("admin for"), "\(list)")
        #expect(try await server.punctual("key", "revoke", "ci").status == 0)
        for key in [key, next, third] {
            try await eventually("the revoked key is refused") {
                let said = try await punctual(["job", "get", "report", "--service", "billing"], key: key, server)
                return said.status == 4 ? true : nil
            }
        }
    }

    /// The log tells of it all, holds no secret, and every tampering with its export is found.
    private func log(_ server: RunningServer) async throws {
        let verified = try await server.json("audit", "verify")
        let head = try #require(verified["head"]?.string)
        let export = try await server.punctual("audit", "export")
        #expect(export.status == 0 && export.lines.count >= 8 && !export.out.contains(password), "\(export)")
        for operation in ["createServiceAccount", "createGrant", "createKey", "rotateKey", "revokeKey", "signIn"] {
            #expect(export.out.contains("\"\(operation)\""), "\(operation)")
        }
        try server.folder.write(export.out, to: "audit.jsonl")
        let whole = try await server.punctual("audit", "verify", "audit.jsonl", "--head", head)
        #expect(whole.status == 0, "\(whole)")
        try server.folder.write(export.out.replacing("createKey", with: "deleteKey"), to: "changed.jsonl")
        let changed = try await server.punctual("audit", "verify", "changed.jsonl")
        #expect(changed.status == 1 && changed.err.contains("was changed") && changed.out.isEmpty, "\(changed)")
        try server.folder.write(export.lines.prefix(3).map { $0 + "\n" }.joined(), to: "cut.jsonl")
        let cut = try await server.punctual("audit", "verify", "cut.jsonl", "--head", head)
        #expect(cut.status == 1 && cut.err.contains("ends at entry 3"), "\(cut)")
        try await anchors(server, from: export)
    }

    /// The server puts heads by itself; what no longer holds them is found.
    private func anchors(_ server: RunningServer, from export: Said) async throws {
        let count = export.lines.count
        try await eventually("a head of the whole log is put by") {
            let heads = server.folder.read("anchors.jsonl").split(separator: "\n")
            // A line that is being written is none yet.
            return heads.contains { ((try? JSONValue(parsing: String($0)))?["sequence"]?.int ?? 0) >= count }
                ? true : nil
        }
        let whole = try await server.punctual("audit", "verify", "--anchors", "anchors.jsonl")
        #expect(whole.status == 0 && !whole.err.contains("proven"), "\(whole)")
        let alone = try await server.punctual("audit", "verify")
        #expect(alone.status == 0 && alone.err.contains("proven only against the database's own head"), "\(alone)")
        let cut = try await server.punctual("audit", "verify", "cut.jsonl", "--anchors", "anchors.jsonl")
        #expect(cut.status == 1 && cut.err.contains("ends at entry 3") && cut.out.isEmpty, "\(cut)")
        try server.folder.write("{}\n", to: "broken.jsonl")
        for name in ["broken.jsonl", "none.jsonl"] {
            let said = try await server.punctual("audit", "verify", "--anchors", name)
            #expect(said.status == 1 && said.err.contains(name), "\(said)")
        }
    }

    @Test("users, roles and the audit log move with the database, and the report says how many")
    func moves() async throws {
        try await withFolder { folder in
            func serve(_ file: String) -> [String] { ["serve", "--port", "0", "--database-url", "sqlite:\(file)"] }
            try await withServer(serve("jobs.sqlite"), in: folder, environment: Self.required) { server in
                let line = try await server.background.line(with: "The one-time token is ")
                let token = line.split(separator: " ").last.map(String.init) ?? ""
                let setup = ["setup", "--token", token, "--name", "grace", "--password-stdin", "--no-login"]
                #expect(try await server.punctual(setup, input: password).status == 0)
            }
            let copy = ["migrate", "copy", "--from", "sqlite:jobs.sqlite", "--to", "sqlite:copy.sqlite", "-o", "json"]
            for isFirst in [true, false] {
                let said = try await Program.punctual(copy, in: folder)
                let report = try said.json().array?.first
                // The user, the grant, the signing key and what tells the master key; the set-up's line in the log.
                let (rows, entries) = (report?["access_rows"]?.int ?? 0, report?["audit_entries"]?.int ?? 0)
                #expect(rows >= 4 && entries == 1, "\(said)")
                #expect(report?["written"]?.int == (isFirst ? rows + entries : 0), "\(said)")
            }
            try await withServer(
                serve("copy.sqlite"), in: folder, named: "copy", environment: Self.required
            ) { server in
                let login = try await server.punctual("login", "--name", "grace", "--password-stdin", input: password)
                #expect(login.status == 0, "\(login)")
            }
        }
    }
}
