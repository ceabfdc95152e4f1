import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("The only administrator is locked out", .timeLimit(.minutes(10)))
struct RescueCommandTests {
    private static let required = ["PUNCTUAL_ACCESS_MODE": "required"]
    private static let serve = ["serve", "--port", "0", "--database-url", "sqlite:jobs.sqlite"]
    private static let rescue = ["rescue", "grace", "--database-url", "sqlite:jobs.sqlite"]

    /// Runs `serve` with access control while the body runs, and makes `grace` the first administrator at the first start.
    private func withServe(
        in folder: Folder, isFirst: Bool = false, _ body: @Sendable (RunningServer) async throws -> Void
    ) async throws {
        try await withServer(
            Self.serve, in: folder, named: isFirst ? "first" : "second", environment: Self.required
        ) { server in
            if isFirst {
                let line = try await server.background.line(with: "The one-time token is ")
                let token = line.split(separator: " ").last.map(String.init) ?? ""
                try folder.write(token + "\n", to: "token.txt")
                let both = ["setup", "--token-file", "-", "--name", "grace", "--password-stdin"]
                #expect(try await server.punctual(both, input: token).status == 2)
                let setup = [
                    "setup", "--token-file", "token.txt", "--name", "grace", "--password-stdin", "--no-login",
                ]
                #expect(try await server.punctual(setup, input: "a password that she forgets").status == 0)
            }
            try await body(server)
        }
    }

    @Test("database and master key let her in again, and the log keeps it")
    func story() async throws {
        try await withFolder { folder in
            try await withServe(in: folder, isFirst: true) { server in
                // The node has the database.
                let said = try await Program.punctual(Self.rescue, in: folder)
                #expect(said.status == 1 && said.out.isEmpty && said.err.contains("in use"), "\(said)")
            }
            let said = try await Program.punctual(Self.rescue, in: folder)
            #expect(said.status == 0 && said.lines.count == 1 && said.err.contains("punctual password"), "\(said)")
            let password = said.lines.first ?? ""
            try await withServe(in: folder) { server in
                let login = ["login", "--name", "grace", "--password-stdin"]
                let old = try await server.punctual(login, input: "a password that she forgets")
                #expect(old.status == 4, "\(old)")
                let new = try await server.punctual(login, input: password)
                #expect(new.status == 0, "\(new)")
                let log = try await server.punctual("audit", "export")
                #expect(log.out.contains("\"rescueUser\"") && !log.out.contains(password), "\(log)")
                #expect(try await server.punctual("audit", "verify").status == 0)
            }
        }
    }

    @Test("over PostgreSQL the nodes go on, and let her in by the new password at once")
    func beside() async throws {
        let uri = try await blocking { try PostgresServer.shared.database() }
        try await withFolder { folder in
            let serve = ["serve", "--port", "0", "--database-url", uri]
            try await withServer(serve, in: folder, environment: Self.required) { server in
                let line = try await server.background.line(with: "The one-time token is ")
                let token = line.split(separator: " ").last.map(String.init) ?? ""
                let setup = ["setup", "--token", token, "--name", "grace", "--password-stdin", "--login"]
                #expect(try await server.punctual(setup, input: "a password that she forgets").status == 0)
                #expect(try await server.punctual("key", "create", "laptop").status == 0)
                let said = try await Program.punctual(
                    ["rescue", "grace", "--admin", "--database-url", uri], in: folder)
                #expect(said.status == 0 && said.lines.count == 1, "\(said)")
                #expect(said.err.contains("was an administrator of everything already"), "\(said)")
                #expect(said.err.contains("laptop") && said.err.contains("key revoke"), "\(said)")
                try await eventually("the old sign-in has ended") {
                    try await server.punctual("whoami").status == 4 ? true : nil
                }
                let login = ["login", "--name", "grace", "--password-stdin"]
                #expect(try await server.punctual(login, input: said.lines.first ?? "").status == 0)
                let own = try await server.punctual(
                    "password", "--password-stdin", input: (said.lines.first ?? "") + "\na walk along the old canal")
                #expect(own.status == 0 && own.err.contains("laptop"), "\(own)")
                #expect(try await server.punctual(login, input: "a walk along the old canal").status == 0)
                let out = try await server.punctual("logout", "--everywhere")
                #expect(out.status == 0 && out.err.contains("laptop"), "\(out)")
            }
        }
    }

    @Test(
        "nothing is made where the database, its master key, its set-up or the user is missing, and the line says which"
    )
    func missing() async throws {
        try await withFolder { folder in
            let none = try await Program.punctual(Self.rescue, in: folder)
            #expect(none.status == 1 && none.err.contains("no database"), "\(none)")
            #expect(!folder.exists("jobs.sqlite") && !folder.exists("master.key"))
            let fresh = ["--database-url", "sqlite:fresh.sqlite"]
            #expect(try await Program.punctual(["migrate"] + fresh, in: folder).status == 0)
            let early = try await Program.punctual(
                ["rescue", "grace"] + fresh, in: folder,
                environment: ["PUNCTUAL_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="])
            #expect(early.status == 1 && early.err.contains("punctual serve"), "\(early)")
            try await withServe(in: folder, isFirst: true) { _ in }
            let nobody = try await Program.punctual(
                ["rescue", "ada", "--database-url", "sqlite:jobs.sqlite"], in: folder)
            #expect(nobody.status == 1 && nobody.err.contains("no user ada"), "\(nobody)")
            let other = try await Program.punctual(
                Self.rescue, in: folder,
                environment: ["PUNCTUAL_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="])
            #expect(other.status == 1 && other.out.isEmpty && other.err.contains("master_key"), "\(other)")
            try FileManager.default.removeItem(atPath: "\(folder.path)/master.key")
            let keyless = try await Program.punctual(Self.rescue, in: folder)
            #expect(keyless.status == 1 && keyless.err.contains("PUNCTUAL_MASTER_KEY"), "\(keyless)")
            #expect(!folder.exists("master.key"))
        }
    }
}
