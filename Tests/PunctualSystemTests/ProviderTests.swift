import Foundation
import PunctualJSON
import TestPeers
import Testing

/// Something wrong in a provider's answers, and what the node says of it.
private struct WrongAnswer: Sendable {
    let name: String
    let knobs: String
    let status: Int
    let words: String

    static let all: [WrongAnswer] = [
        WrongAnswer(name: "nonce", knobs: #"{"claims":{"nonce":"other"}}"#, status: 502, words: "of another sign-in"),
        WrongAnswer(name: "no nonce", knobs: #"{"claims":{"nonce":null}}"#, status: 502, words: "claim("),
        WrongAnswer(name: "aud", knobs: #"{"claims":{"aud":"other"}}"#, status: 502, words: "audience"),
        WrongAnswer(name: "azp", knobs: #"{"claims":{"azp":"other"}}"#, status: 502, words: "another client"),
        WrongAnswer(
            name: "no azp", knobs: #"{"claims":{"aud":["punctual","x"]}}"#, status: 502, words: "another client"),
        WrongAnswer(
            name: "iss", knobs: #"{"claims":{"iss":"https://evil.example.com"}}"#, status: 502, words: "issuer"),
        WrongAnswer(name: "expired", knobs: #"{"claims":{"exp":"-60"}}"#, status: 502, words: "expired"),
        WrongAnswer(name: "future", knobs: #"{"claims":{"iat":"+120"}}"#, status: 502, words: "issuedInFuture"),
        WrongAnswer(name: "HS256", knobs: #"{"alg":"HS256"}"#, status: 502, words: "algorithm"),
        WrongAnswer(name: "none", knobs: #"{"alg":"none"}"#, status: 502, words: "unsigned"),
        WrongAnswer(name: "kid", knobs: #"{"kid":"other"}"#, status: 502, words: "keyUnknown"),
        WrongAnswer(
            name: "at_hash", knobs: #"{"at_hash":"AAAAAAAAAAAAAAAAAAAAAA"}"#, status: 502, words: "another access token"
        ),
        WrongAnswer(
            name: "PKCE", knobs: #"{"challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}"#, status: 502,
            words: "invalid_grant"),
        WrongAnswer(name: "no state", knobs: #"{"answer":{"state":null}}"#, status: 400, words: "to another sign-in"),
        WrongAnswer(name: "state", knobs: #"{"answer":{"state":"other"}}"#, status: 400, words: "to another sign-in"),
        WrongAnswer(
            name: "mix-up", knobs: #"{"answer":{"iss":"https://evil.example.com"}}"#, status: 502,
            words: "another issuer"),
        WrongAnswer(name: "no code", knobs: #"{"answer":{"code":null}}"#, status: 400, words: "no code"),
        WrongAnswer(name: "code", knobs: #"{"answer":{"code":"x"}}"#, status: 502, words: "invalid_grant"),
        WrongAnswer(name: "denied", knobs: #"{"deny":true}"#, status: 403, words: "access_denied"),
        WrongAnswer(name: "away", knobs: #"{"status":{"/token":500}}"#, status: 502, words: "status 500"),
        WrongAnswer(
            name: "redirect", knobs: #"{"redirect":{"/token":"http://127.0.0.1:1/token"}}"#, status: 502,
            words: "status 302"),
    ]
}

@Suite("Signing in at an outside OpenID provider", .timeLimit(.minutes(10)))
struct ProviderTests {
    private static func environment(_ more: [String: String] = [:]) -> [String: String] {
        [
            "PUNCTUAL_ACCESS_MODE": "required", "PUNCTUAL_LOG_LEVEL": "notice", "PUNCTUAL_LIMITS_ADDRESS": "off",
            "PUNCTUAL_LIMITS_SIGN_IN": "off",
            "PUNCTUAL_EGRESS_ALLOW": "127.0.0.0/8",
        ].merging(more) { _, new in new }
    }

    /// The settings of a node whose people come from a provider.
    private static func settings(_ providers: [(name: String, issuer: String)]) -> String {
        var text = "access:\n  providers:\n"
        for (name, issuer) in providers {
            text += """
                  - name: \(name)
                    display_name: The \(name) account
                    issuer: \(issuer)
                    client_id: \(OpenIDProvider.client)
                    client_secret: "\(OpenIDProvider.secret)"
                    audiences: [punctual, punctual-api]
                    groups_claim: groups
                    rules:
                      - {claim: email, value: ada@example.com, role: operator, service: billing}
                      - {claim: roles, value: punctual-admin, role: admin}

                """
        }
        return text
    }

    /// Runs a node with providers; it knows its own port, since the provider must know it, too.
    private func withNode(
        _ providers: [(name: String, issuer: String)], environment: [String: String] = environment(),
        _ body: @escaping @Sendable (RunningServer) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            try folder.write(Self.settings(providers), to: "punctual.yaml")
            let arguments = [
                "serve", "--port", "\(try freePort())", "--database-url", "sqlite:jobs.sqlite", "--config",
                "punctual.yaml",
            ]
            try await withServer(arguments, in: folder, environment: environment) { try await body($0) }
        }
    }

    /// Tells a provider what to answer wrongly.
    private func control(_ provider: OpenIDProvider, _ knobs: String, in folder: Folder) async throws {
        let said = try await Program.run(
            try Program.installed("curl"),
            ["--silent", "--fail", "--max-time", "60", "--data", knobs, "\(provider.issuer)/control"], in: folder)
        #expect(said.status == 0, "\(said)")
    }

    /// A token of the provider with these claims.
    private func mint(_ provider: OpenIDProvider, _ claims: String, in folder: Folder) async throws -> String {
        let said = try await Program.run(
            try Program.installed("curl"),
            ["--silent", "--fail", "--max-time", "60", "--data", claims, "\(provider.issuer)/mint"], in: folder)
        return try #require(try said.json()["token"]?.string)
    }

    /// The first administrator's token.
    private func administrator(_ server: RunningServer) async throws -> String {
        let line = try await server.background.line(with: "The one-time token is ")
        let token = line.split(separator: " ").last.map(String.init) ?? ""
        // A local user who has the e-mail address of somebody at the provider for a name.
        let person = #""name":"ada@example.com","password":"a sentence that only I know""#
        let json = ["--header", "Content-Type: application/json", "--data"]
        let browser = Browser(folder: server.folder, jar: "admin.jar")
        let made = try await browser.open(
            server.address + "/api/v1/setup", json[0], json[1], json[2], #"{"token":"\#(token)",\#(person)}"#)
        #expect(made.status == 201, "\(made.body)")
        let session = try await browser.open(
            server.address + "/api/v1/sessions", json[0], json[1], json[2], "{\(person)}")
        return try #require(try session.json()["access_token"]?.string)
    }

    @Test("whoever signs in there is somebody here, may what his claims say, and ends with his session")
    func story() async throws {
        let provider = try OpenIDProvider()
        try await withNode([("corp", provider.issuer)]) { server in
            let admin = try await administrator(server)
            let (folder, login) = (server.folder, "\(server.address)/auth/corp/login?return_to=/docs%3Fa%3Db")
            let listed = try await Browser(folder: folder, jar: "none.jar").open(server.address + "/api/v1/providers")
            #expect(
                try listed.json() == [
                    "items": [
                        ["name": "corp", "display_name": "The corp account", "login_path": "/auth/corp/login"]
                    ]
                ])
            let browser = Browser(folder: folder, jar: "alice.jar")
            let page = try await browser.signIn(login)
            #expect(page.status == 303 && page.location == "\(server.address)/docs?a=b", "\(page)")
            let me = try await browser.open(server.address + "/api/v1/me").json()
            #expect(me["name"] == "corp:alice-1", "\(me)")
            #expect(me["subject"]?.string?.hasPrefix("user:ff") == true, "no account of this installation's own")
            #expect(me["permissions"]?.array?.count == 1 && me["permissions"]?[0]?["role"] == "operator")
            // As for every session, a change needs what only our own pages know.
            let change = [
                "--header", "Content-Type: application/json", "--data", #"{"worker":"w","queues":["q"],"wait":"0s"}"#,
            ]
            let claim = server.address + "/api/v1/work/claim"
            #expect(try await browser.open(claim, change[0], change[1], change[2], change[3]).status == 403)
            let token = "X-CSRF-Token: \(me["csrf_token"]?.string ?? "")"
            #expect(
                try await browser.open(claim, "--header", token, change[0], change[1], change[2], change[3]).status
                    == 200)
            #expect(try await browser.open(server.address + "/api/v1/users").status == 403)

            // His group may be granted something, and he himself, too.
            func grant(_ subject: String) async throws -> Int {
                try await Browser(folder: folder, jar: "admin.jar").open(
                    server.address + "/api/v1/grants", "--header", "Authorization: Bearer \(admin)", "--header",
                    "Content-Type: application/json", "--data",
                    #"{"subject":"\#(subject)","role":"viewer","service":"\#(subject.prefix(4))"}"#
                ).status
            }
            #expect(try await grant("group:corp:oncall") == 201)
            #expect(try await grant("group:oncall") == 201)
            #expect(try await grant(me["subject"]?.string ?? "") == 201)
            let more = try await browser.open(server.address + "/api/v1/me").json()
            #expect(
                Set(more["permissions"]?.array?.compactMap { $0["service"]?.string } ?? []) == [
                    "billing", "grou", "user",
                ])
            #expect(more["permissions"]?.array?.count == 3, "a group without the prefix is another one")

            // The same person once more, after the provider's keys were rotated.
            let rotated = try await Program.run(
                try Program.installed("curl"), ["--silent", "--fail", "--data", "{}", "\(provider.issuer)/rotate"],
                in: folder)
            #expect(rotated.status == 0)
            let again = Browser(folder: folder, jar: "again.jar")
            #expect(try await again.signIn(login).status == 303)
            #expect(try await again.open(server.address + "/api/v1/me").json()["subject"] == me["subject"])

            // One session ends, the other lives; then the account is disabled.
            #expect(
                try await browser.open(
                    server.address + "/api/v1/sessions/current", "--request", "DELETE", "--header", token
                ).status == 204)
            #expect(try await browser.open(server.address + "/api/v1/me").status == 401)
            #expect(try await again.open(server.address + "/api/v1/me").status == 200)
            let id = me["subject"]?.string?.dropFirst(5) ?? ""
            let disabled = try await again.open(
                "\(server.address)/api/v1/users/\(id)", "--request", "PATCH", "--header",
                "Authorization: Bearer \(admin)",
                "--header", "Content-Type: application/json", "--data", #"{"disabled":true}"#)
            #expect(disabled.status == 200, "\(disabled.body)")
            #expect(try await again.open(server.address + "/api/v1/me").status == 401)
            let third = Browser(folder: folder, jar: "third.jar")
            let refused = try await third.signIn(login)
            #expect(refused.status == 403 && refused.body.contains("disabled") && !third.hasSession, "\(refused)")

            let log = try await again.open(
                server.address + "/api/v1/audit?operation=providerCallback", "--header",
                "Authorization: Bearer \(admin)")
            let items = try log.json()["items"]?.array ?? []
            #expect(
                items.map { $0["allowed"] } == [true, true, false]
                    || items.map { $0["allowed"] } == [false, true, true])
            #expect(items.filter { $0["principal"] == me["subject"] }.count == 3, "\(items)")
        }
    }

    @Test("tokens that the provider gives programs are taken as its people's are")
    func bearer() async throws {
        let provider = try OpenIDProvider()
        try await withNode([("corp", provider.issuer)]) { server in
            let folder = server.folder
            func call(_ claims: String, _ path: String = "/api/v1/me") async throws -> Browser.Page {
                let token = try await mint(provider, claims, in: folder)
                return try await Browser(folder: folder, jar: "none.jar").open(
                    server.address + path, "--header", "Authorization: Bearer \(token)")
            }
            let now = Int(Date().timeIntervalSince1970)
            func claims(_ more: String = "", aud: String = "punctual-api", exp: Int = 600) -> String {
                #"{"iss":"\#(provider.issuer)","sub":"robot","aud":"\#(aud)","iat":\#(now),"exp":\#(now + exp)\#(more)}"#
            }
            try await eventually("the provider's keys are known") {
                try await call(claims()).status == 200 ? true : nil
            }
            let admin = #","roles":["x","punctual-admin"]"#
            #expect(try await call(claims(), "/api/v1/users").status == 403)
            #expect(try await call(claims(admin), "/api/v1/users").status == 200)
            let me = try await call(claims(admin)).json()
            #expect(me["principal"] == .string("external:\(provider.issuer) robot"), "\(me)")
            #expect(try await call(claims(admin, aud: "other"), "/api/v1/users").status == 401)
            #expect(try await call(claims(admin, exp: -60), "/api/v1/users").status == 401)
            for knobs in [#"{"alg":"HS256"}"#, #"{"alg":"none"}"#] {
                try await control(provider, knobs, in: folder)
                #expect(try await call(claims(admin), "/api/v1/users").status == 401, "\(knobs)")
            }
            // A flood of unknown keys asks the provider no more than once a minute.
            func asked() async throws -> Int64 {
                let said = try await Browser(folder: folder, jar: "none.jar").open("\(provider.issuer)/control")
                return try said.json()["counts"]?["/jwks"]?.int ?? 0
            }
            let (before, since) = (try await asked(), ContinuousClock.now)
            for number in 0..<20 {
                try await control(provider, #"{"kid":"unknown-\#(number)"}"#, in: folder)
                #expect(try await call(claims(admin)).status == 401)
            }
            let minutes = since.duration(to: .now).components.seconds / 60
            let count = try await asked() - before
            #expect((1...(1 + minutes)).contains(count), "asked \(count) times in \(minutes) minutes")
            try await control(provider, "{}", in: folder)
            #expect(try await call(claims(admin)).status == 200, "and the known ones are still taken")
        }
    }

    @Test("whatever is wrong in the provider's answer lets nobody in, and the log tells what it was")
    func wrongAnswers() async throws {
        let provider = try OpenIDProvider()
        try await withNode([("corp", provider.issuer)]) { server in
            let login = "\(server.address)/auth/corp/login"
            for (number, wrong) in WrongAnswer.all.enumerated() {
                try await control(provider, wrong.knobs, in: server.folder)
                let browser = Browser(folder: server.folder, jar: "\(number).jar")
                let page = try await browser.signIn(login)
                #expect(page.status == wrong.status, "\(wrong.name): \(page)")
                #expect(
                    page.body.contains("Request id: <code>") && !page.body.contains(OpenIDProvider.secret), "\(page)")
                #expect(!browser.hasSession, "\(wrong.name)")
                let told = server.background.err.split(separator: "\n").last {
                    $0.contains("a sign-in at a provider was refused")
                }
                #expect(told?.contains(wrong.words) == true, "\(wrong.name): \(told ?? "nothing")")
            }
            let count = server.background.err.split(separator: "\n").count { $0.contains("provider was refused") }
            #expect(count == WrongAnswer.all.count)
            #expect(!server.background.err.contains(OpenIDProvider.secret))
            try await control(provider, "{}", in: server.folder)
            let browser = Browser(folder: server.folder, jar: "good.jar")
            #expect(try await browser.signIn(login).status == 303 && browser.hasSession)
        }
    }

    @Test("an answer is good once, and in the browser that began")
    func replays() async throws {
        let provider = try OpenIDProvider()
        try await withNode([("corp", provider.issuer)]) { server in
            let login = "\(server.address)/auth/corp/login"
            let browser = Browser(folder: server.folder, jar: "own.jar")
            let other = Browser(folder: server.folder, jar: "other.jar")
            let (callback, _) = try await browser.approach(login)
            // Somebody who is lured to another one's answer (login CSRF), with and without an attempt of his own.
            #expect(try await other.open(callback).status == 400)
            _ = try await other.approach(login)
            #expect(try await other.open(callback).status == 400)
            #expect(!other.hasSession)
            let thief = try browser.copy("thief.jar")
            #expect(try await browser.open(callback).status == 303 && browser.hasSession)
            // The attempt is over in this browser; and the code is used for whoever has kept the cookie.
            #expect(try await browser.open(callback).status == 400)
            #expect(try await thief.open(callback).status == 502)
            #expect(!thief.hasSession)
            // The cookie of one attempt is none for another provider, and a changed one is none at all.
            let fourth = Browser(folder: server.folder, jar: "fourth.jar")
            let (second, _) = try await fourth.approach(login)
            let jar = server.folder.read("fourth.jar")
            let value = try #require(
                jar.split(separator: "\n").last { $0.contains("punctual-login") }?.split(separator: "\t").last)
            let changed = jar.replacing(value, with: value.dropLast(1) + (value.hasSuffix("A") ? "Q" : "A"))
            try server.folder.write(changed, to: "changed.jar")
            #expect(try await Browser(folder: server.folder, jar: "changed.jar").open(second).status == 400)
            #expect(try await fourth.open(second).status == 303)
        }
    }

    @Test("a provider that is away, lies about itself or leads elsewhere stops neither the node nor the others")
    func discovery() async throws {
        let wrong: [(name: String, knobs: String, words: String)] = [
            ("liar", #"{"document":{"issuer":"https://evil.example.com"}}"#, "https://evil.example.com"),
            ("metadata", #"{"document":{"jwks_uri":"https://169.254.169.254/jwks"}}"#, "not a public address"),
            ("plain", #"{"document":{"jwks_uri":"http://169.254.169.254/jwks"}}"#, "no safe jwks_uri"),
            ("large", #"{"padding":300000}"#, "more than 256 KiB"),
            ("redirect", #"{"redirect":{"/jwks":"http://169.254.169.254/"}}"#, "status 302"),
            ("broken", #"{"status":{"/.well-known/openid-configuration":503}}"#, "status 503"),
        ]
        var peers: [OpenIDProvider] = []
        for _ in 0...wrong.count { peers.append(try OpenIDProvider()) }
        let good = peers.removeLast()
        let gone = "http://127.0.0.1:\(try freePort())"
        let all = [("good", good.issuer), ("gone", gone)] + zip(wrong, peers).map { ($0.name, $1.issuer) }
        for (one, peer) in zip(wrong, peers) {
            try await withFolder { try await control(peer, one.knobs, in: $0) }
        }
        try await withNode(all) { server in
            func told(_ name: String) -> [Substring] {
                server.background.err.split(separator: "\n").filter {
                    $0.contains("an OpenID provider is away") && $0.contains("provider=\(name)")
                }
            }
            for (name, words) in wrong.map({ ($0.name, $0.words) }) + [("gone", "refused")] {
                let page = try await Browser(folder: server.folder, jar: "b.jar").open(
                    "\(server.address)/auth/\(name)/login")
                #expect(page.status == 502 && page.body.contains("Request id"), "\(name): \(page)")
                let line = try await eventually("the log tells of \(name)") { told(name).first }
                #expect(line.contains(words), "\(line)")
            }
            let browser = Browser(folder: server.folder, jar: "good.jar")
            #expect(try await browser.signIn("\(server.address)/auth/good/login").status == 303)
            for (name, _, _) in wrong { #expect(told(name).count == 1, "\(name) is told of once") }
        }
    }

    @Test("without leave no provider on this machine is called")
    func egress() async throws {
        let provider = try OpenIDProvider()
        try await withNode(
            [("corp", provider.issuer)], environment: Self.environment(["PUNCTUAL_EGRESS_ALLOW": ""])
        ) { server in
            let browser = Browser(folder: server.folder, jar: "b.jar")
            #expect(try await browser.open("\(server.address)/auth/corp/login").status == 502)
            let counts = try await browser.open("\(provider.issuer)/control").json()
            #expect(counts["counts"] == [:], "\(counts)")
        }
    }
}
