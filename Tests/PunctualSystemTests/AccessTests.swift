import Foundation
import PunctualJSON
import TestPeers
import Testing

@Suite("Nodes that let nobody in", .timeLimit(.minutes(10)))
struct AccessTests {
    private static let required = ["PUNCTUAL_ACCESS_MODE": "required", "PUNCTUAL_LOG_LEVEL": "notice"]
    private static let password = "a sentence that only I know"

    private static func serve(_ uri: String, node: String = "n1") -> [String] {
        ["serve", "--port", "0", "--database-url", uri, "--node-id", node]
    }

    /// The answer to a call with a JSON body, and a token when there is one.
    private func send(
        _ server: RunningServer, _ method: String, _ path: String, _ body: String? = nil, token: String? = nil
    ) async throws -> (status: Int, json: JSONValue) {
        var arguments = ["--silent", "--max-time", "60", "--write-out", "\n%{http_code}", "--request", method]
        if let body { arguments += ["--header", "Content-Type: application/json", "--data", body] }
        if let token { arguments += ["--header", "Authorization: Bearer \(token)"] }
        let said = try await Program.run(
            try Program.installed("curl"), arguments + [server.address + path], in: server.folder)
        let lines = said.out.split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.dropLast().joined(separator: "\n")
        return (Int(lines.last ?? "") ?? 0, text.isEmpty ? .null : try JSONValue(parsing: text))
    }

    /// Sets the installation up by the token that the node has printed.
    /// - Returns: an access token of the first administrator.
    private func setUp(_ server: RunningServer) async throws -> String {
        let line = try await server.background.line(with: "The one-time token is ")
        let token = line.split(separator: " ").last.map(String.init) ?? ""
        #expect(server.background.out.contains("\(server.address)/setup#token=\(token)"))
        let person = #""name":"ada","password":"\#(Self.password)""#
        let made = try await send(server, "POST", "/api/v1/setup", #"{"token":"\#(token)",\#(person)}"#)
        #expect(made.status == 201, "\(made.json)")
        let session = try await send(server, "POST", "/api/v1/sessions", "{\(person)}")
        return try #require(session.json["access_token"]?.string, "\(session.json)")
    }

    @Test("a fresh installation is set up, works by key, and what one node revokes no other takes five seconds later")
    func story() async throws {
        let uri = try PostgresServer.shared.database()
        try await withFolder { folder in
            try await withServer(Self.serve(uri), in: folder, environment: Self.required) { first in
                let admin = try await setUp(first)
                #expect(try await send(first, "GET", "/api/v1/jobs").status == 401)
                let made = try await send(first, "POST", "/api/v1/keys", #"{"name":"deploy"}"#, token: admin)
                let (key, id) = (
                    try #require(made.json["key"]?.string), try #require(made.json["id"]?.string)
                )
                let environment = Self.required
                try await withServer(
                    Self.serve(uri, node: "n2"), in: folder, named: "second", environment: environment
                ) { second in
                    #expect(!second.background.out.contains("one-time token"))
                    let body = #"{"name":"n","schedule":{"type":"manual"},"target":{"type":"noop"}}"#
                    let job = try await send(second, "POST", "/api/v1/jobs", body, token: key)
                    #expect(job.status == 201 && job.json["created_by"]?.string?.hasPrefix("user:") == true)
                    let path = "/api/v1/jobs/\(job.json["id"]?.string ?? "")/trigger"
                    #expect(try await send(first, "POST", path, token: key).status == 202)
                    // The other node's token is as good here.
                    #expect(try await send(second, "GET", "/api/v1/me", token: admin).status == 200)
                    let revoked = try await send(first, "DELETE", "/api/v1/keys/\(id)", token: admin)
                    #expect(revoked.status == 204)
                    let since = ContinuousClock.now
                    #expect(try await send(first, "GET", "/api/v1/jobs", token: key).status == 401)
                    try await eventually("the second node refuses the key") {
                        let asked = since.duration(to: .now)
                        let status = try await send(second, "GET", "/api/v1/jobs", token: key).status
                        if status == 401 { return true }
                        // What was asked five seconds later is late, however long the answer took.
                        #expect(asked < .seconds(5), "taken \(asked) after it was revoked")
                        return nil
                    }
                    let log = try await send(second, "GET", "/api/v1/audit?limit=200", token: admin)
                    let operations = (log.json["items"]?.array ?? []).compactMap { $0["operation"]?.string }
                    #expect(
                        Set(operations)
                            == ["setUp", "signIn", "createKey", "createJob", "triggerJob", "revokeKey"])
                }
                let kept = "\(folder.path)/.local/state/punctual/master.key"
                let mode = try FileManager.default.attributesOfItem(atPath: kept)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                #expect(first.background.err.contains("keep a copy"))
            }
        }
    }

    @Test("a node with another master key does not start, and one without any makes its own beside SQLite")
    func masterKey() async throws {
        try await withFolder { folder in
            let arguments = ["serve", "--port", "0", "--database-url", "sqlite:jobs.sqlite"]
            try await withServer(arguments, in: folder, environment: Self.required) { server in
                _ = try await setUp(server)
            }
            let own = folder.read("master.key")
            #expect(own.count == 45)
            var environment = Self.required
            environment["PUNCTUAL_MASTER_KEY"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
            let refused = try await Program.punctual(arguments, in: folder, environment: environment)
            #expect(refused.status == 1 && refused.faults.count == 1, "\(refused)")
            #expect(refused.err.contains("access.master_key") && !refused.err.contains("AAECAwQF"), "\(refused)")
            // The new one first, the old one behind it: everything still opens.
            environment["PUNCTUAL_MASTER_KEY"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,\(own)"
            try await withServer(arguments, in: folder, named: "both", environment: environment) { server in
                #expect(!server.background.out.contains("one-time token"))
                let person = #"{"name":"ada","password":"\#(Self.password)"}"#
                let session = try await send(server, "POST", "/api/v1/sessions", person)
                #expect(session.status == 200, "\(session.json)")
            }
            #expect(folder.read("master.key") == own)
            // One that has lost it makes no other that is good for nothing.
            try FileManager.default.removeItem(atPath: "\(folder.path)/master.key")
            let lost = try await Program.punctual(arguments, in: folder, environment: Self.required)
            #expect(lost.status == 1 && lost.err.contains("there is no master.key"), "\(lost)")
            #expect(!folder.exists("master.key") && !lost.err.contains("keep a copy"), "\(lost)")
        }
    }

    @Test("while the master key is changed, the nodes of either order take each other's tokens")
    func changingKeys() async throws {
        let uri = try await blocking { try PostgresServer.shared.database() }
        let (old, new) = (
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        )
        var environment = Self.required
        environment["PUNCTUAL_MASTER_KEY"] = "\(old),\(new)"
        var turned = environment
        turned["PUNCTUAL_MASTER_KEY"] = "\(new),\(old)"
        try await withFolder { [environment, turned] folder in
            try await withServer(Self.serve(uri), in: folder, environment: environment) { first in
                let token = try await setUp(first)
                try await withServer(
                    Self.serve(uri, node: "n2"), in: folder, named: "second", environment: turned
                ) { second in
                    #expect(try await send(second, "GET", "/api/v1/me", token: token).status == 200)
                    let person = #"{"name":"ada","password":"\#(Self.password)"}"#
                    let session = try await send(second, "POST", "/api/v1/sessions", person)
                    let other = try #require(session.json["access_token"]?.string, "\(session.json)")
                    #expect(try await send(first, "GET", "/api/v1/me", token: other).status == 200)
                }
            }
        }
    }

    @Test("a page of another site gets nothing from `dev`, whatever name it calls it by; a slip in a variable is told")
    func pages() async throws {
        try await withFolder { folder in
            let environment = ["PUNCTUAL_HTPP_PORT": "1", "PUNCTUAL_HTTP_CORS_ORIGINS": "https://app.example.com"]
            try await withServer(in: folder, environment: environment) { server in
                for (field, status) in [
                    ("Host: evil.example", 403), ("Origin: https://evil.example", 403), ("Origin: null", 403),
                    ("Origin: https://app.example.com", 200), ("Origin: \(server.address)", 200),
                    ("Host: localhost", 200),
                ] {
                    let said = try await server.call("/api/v1/jobs", "-H", field)
                    #expect(said.status == status, "\(field): \(said)")
                }
                #expect(server.background.err.contains("PUNCTUAL_HTPP_PORT (did you mean PUNCTUAL_HTTP_PORT?)"))
            }
        }
    }

    @Test("an open installation stays on this machine, and one with access control may listen anywhere")
    func hosts() async throws {
        try await withFolder { folder in
            let arguments = ["serve", "--port", "0", "--host", "0.0.0.0", "--database-url", "sqlite:jobs.sqlite"]
            let refused = try await Program.punctual(
                arguments, in: folder, environment: ["PUNCTUAL_ACCESS_MODE": "open"])
            #expect(refused.status == 1 && refused.err.contains("loopback"), "\(refused)")
            _ = try await withProgram(
                try Program.punctual(), arguments, in: folder, named: "anywhere", environment: Self.required
            ) { background in
                _ = try await background.line(with: "is ready")
            }
        }
    }
}
