import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("Signing in and out", .timeLimit(.minutes(10)))
struct SessionTests {
    private static let path = "/api/v1/sessions"

    private func body(_ name: String, _ password: String = AccessScene.password, code: String? = nil) -> String {
        #"{"name":"\#(name)","password":"\#(password)""# + (code.map { #","code":"\#($0)""# } ?? "") + "}"
    }

    @Test("a session's cookie is for this host, TLS and no script; changes need the token besides")
    func cookie() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada", [Permission(.editor, service: nil)])
        try await scene.run { client in
            let body = #"{"name":"Ada","password":"\#(AccessScene.password)","cookie":true}"#
            let answer = try await client.send(.post, Self.path, body)
            let field = try #require(answer.headers[.setCookie])
            #expect(field.hasPrefix("__Host-punctual=ps_"))
            for word in ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"] { #expect(field.contains("; \(word)")) }
            #expect(!field.contains("Domain") && answer.headers[.cacheControl] == "no-store")
            let (reading, changing) = try await client.session("ada")
            #expect(try await client.send(.get, "/api/v1/jobs", headers: reading).status == 200)
            #expect(try await client.send(.post, "/api/v1/jobs", least, headers: reading).status == 403)
            var forged = reading
            forged[HTTPField.Name("X-CSRF-Token")!] = "x"
            #expect(try await client.send(.post, "/api/v1/jobs", least, headers: forged).status == 403)
            #expect(try await client.send(.post, "/api/v1/jobs", least, headers: changing).status == 201)
            let me = try await client.send(.get, "/api/v1/me", headers: reading)
            #expect(me.json["csrf_token"]?.string == changing[HTTPField.Name("X-CSRF-Token")!])
            let out = try await client.send(.delete, "\(Self.path)/current", headers: changing)
            #expect(out.status == 204 && out.headers[.setCookie]?.contains("Max-Age=0") == true)
            #expect(try await client.send(.get, "/api/v1/jobs", headers: reading).status == 401)
        }
    }

    @Test("a node whose own clock is an hour off takes what the others give")
    func clocks() async throws {
        for offset in [Duration.seconds(3600), .seconds(-3600)] {
            var scene = try await AccessScene()
            _ = try await scene.user("ada", [Permission(.viewer, service: nil)])
            scene.scene.services.clock = ManualClock(scene.clock.now() + offset)
            try await scene.run { client in
                let token = try await client.tokens("ada").access
                #expect(try await client.send(.get, "/api/v1/jobs", headers: bearer(token)).status == 200)
            }
        }
    }

    @Test("another session's token, and a cookie that was changed, are good for nothing")
    func foreign() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada", [Permission(.editor, service: nil)])
        try await scene.run { client in
            let (one, two) = (try await client.session("ada"), try await client.session("ada"))
            var mixed = one.reading
            let field = HTTPField.Name("X-CSRF-Token")!
            mixed[field] = two.changing[field]
            #expect(try await client.send(.post, "/api/v1/jobs", least, headers: mixed).status == 403)
            let cookie = try #require(one.reading[.cookie])
            let other = cookie.last == "0" ? "1" : "0"
            // Another host of the domain could set one without the prefix.
            let bare = String(cookie.dropFirst("__Host-".count))
            for wrong in [
                String(cookie.dropLast()) + other, cookie + "0", "__Host-punctual=", "__Host-punctual=ps_", bare,
            ] {
                #expect(try await client.send(.get, "/api/v1/jobs", headers: [.cookie: wrong]).status == 401)
            }
        }
    }

    @Test("a session ends after twelve hours, in use or not")
    func lifetime() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada", [Permission(.viewer, service: nil)])
        try await scene.run { client in
            let session = try await client.session("ada")
            scene.clock.advance(by: .seconds(12 * 3600 - 1))
            #expect(try await client.send(.get, "/api/v1/jobs", headers: session.reading).status == 200)
            scene.clock.advance(by: .seconds(1))
            #expect(try await client.send(.get, "/api/v1/jobs", headers: session.reading).status == 401)
        }
    }

    @Test("an unknown, disabled or held user and a wrong password are one answer")
    func enumeration() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada")
        var disabled = try await scene.user("bob")
        disabled.isDisabled = true
        _ = try await scene.identities.update(disabled, ifVersion: 1)
        var held = try await scene.user("cyd")
        held.failedSignIns = User.mostFailures
        _ = try await scene.identities.update(held, ifVersion: 1)
        var without = try await scene.user("dan")
        without.passwordHash = nil
        _ = try await scene.identities.update(without, ifVersion: 1)
        try await scene.run { client in
            var answers: Set<JSONValue> = []
            for request in [
                body("ada", "wrong"), body("bob"), body("cyd"), body("dan"), body("nobody"), body("x y"),
                body("ada", String(repeating: "x", count: 256)),
            ] {
                let answer = try await client.send(.post, Self.path, request)
                #expect(answer.status == 401, "\(answer.json)")
                answers.insert(answer.json.merging(["request_id": .null]))
            }
            #expect(answers.count == 1)
            // Nothing that a stranger typed into a wrong field is in the log.
            let entries = try await scene.identities.auditEntries(from: 1, limit: 100)
            #expect(entries.count == 7 && entries.allSatisfy { !$0.draft.isAllowed })
            #expect(!entries.contains { "\($0.draft.json)".contains("nobody") })
        }
    }

    @Test("who guesses is held, longer each time, and the right password does not help him meanwhile")
    func throttling() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada")
        try await scene.run { client in
            for _ in 0..<6 { _ = try await client.send(.post, Self.path, body("ada", "wrong")) }
            #expect(try await scene.identities.user(user.id)?.failedSignIns == 6)
            #expect(try await client.send(.post, Self.path, body("ada")).status == 401)
            // A held user's guesses are not looked at, so they are not counted either.
            #expect(try await scene.identities.user(user.id)?.failedSignIns == 6)
            scene.clock.advance(by: .seconds(2))
            #expect(try await client.send(.post, Self.path, body("ada")).status == 200)
            #expect(try await scene.identities.user(user.id)?.failedSignIns == 0)
        }
    }

    @Test("guesses that come at once are all counted")
    func guessesAtOnce() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada")
        try await scene.run { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 {
                    group.addTask { _ = try await client.send(.post, Self.path, body("ada", "wrong")) }
                }
                try await group.waitForAll()
            }
            #expect(try await scene.identities.user(user.id)?.failedSignIns == 5)
        }
    }

    @Test("a second factor is enrolled, asked for, taken once, replaced by a recovery code once, and removed")
    func secondFactor() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada")
        try await scene.run { client in
            let headers = bearer(try await client.tokens("ada").access)
            func code() async throws -> String {
                let factor = try #require(try await scene.identities.user(user.id)?.secondFactor)
                let secret = try AccessScene.keys.masterKeys.open(factor.secret, for: .secondFactor(of: user.id))
                let step = OneTimePassword.step(at: scene.clock.now())
                return OneTimePassword(secret: secret.reveal()).code(step: step)
            }
            let path = "/api/v1/me/second-factor"
            let proof = #"{"password":"\#(AccessScene.password)"}"#
            #expect(try await client.send(.post, path, #"{"password":"wrong"}"#, headers: headers).status == 403)
            let begun = try await client.send(.post, path, proof, headers: headers)
            #expect(begun.json["uri"]?.string?.hasPrefix("otpauth://totp/Punctual:ada?secret=") == true)
            #expect(begun.headers[.cacheControl] == "no-store")
            // Not confirmed, it is asked for by nobody.
            #expect(try await client.send(.post, Self.path, body("ada")).status == 200)
            #expect(
                try await client.send(.post, "\(path)/confirm", #"{"code":"000000"}"#, headers: headers).status == 422)
            let done = try await client.send(
                .post, "\(path)/confirm", #"{"code":"\#(try await code())"}"#, headers: headers)
            let recovery = done.json["recovery_codes"]?.array?.compactMap(\.string) ?? []
            #expect(done.status == 200 && Set(recovery).count == 10)
            #expect(try await client.send(.post, path, proof, headers: headers).status == 409)
            let missing = try await client.send(.post, Self.path, body("ada"))
            #expect(missing.status == 401 && missing.json["type"] == "/docs/problems#second_factor_required")
            // The code that confirmed is used up.
            #expect(try await client.send(.post, Self.path, body("ada", code: try await code())).status == 401)
            scene.clock.advance(by: .seconds(30))
            let next = try await code()
            #expect(try await client.send(.post, Self.path, body("ada", "wrong", code: next)).status == 401)
            #expect(try await client.send(.post, Self.path, body("ada", code: next)).status == 200)
            #expect(try await client.send(.post, Self.path, body("ada", code: next)).status == 401)
            #expect(try await client.send(.post, Self.path, body("ada", code: recovery[3])).status == 200)
            #expect(try await client.send(.post, Self.path, body("ada", code: recovery[3])).status == 401)
            let bare = try await client.send(.delete, path, proof, headers: headers)
            #expect(bare.status == 422 && bare.json["errors"]?[0]?["pointer"] == "/code")
            func removal(_ code: String) async throws -> Int {
                let body = #"{"password":"\#(AccessScene.password)","code":"\#(code)"}"#
                return try await client.send(.delete, path, body, headers: headers).status
            }
            #expect(try await removal(next) == 403)
            #expect(try await removal(recovery[3]) == 403)
            #expect(try await removal(recovery[4]) == 204)
            #expect(try await client.send(.post, Self.path, body("ada")).status == 200)
            // One that was never confirmed goes without a code.
            _ = try await client.send(.post, path, proof, headers: headers)
            #expect(try await client.send(.delete, path, proof, headers: headers).status == 204)
        }
    }

    @Test("a changed password, a sign-out everywhere and an administrator's reset void sessions and tokens")
    func everywhere() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        let user = try await scene.user("ada", [Permission(.viewer, service: nil)])
        let key = bearer(try await scene.key(of: .user(user.id)).text)
        try await scene.run { client in
            var password = AccessScene.password
            for number in 0..<3 {
                let token = try await client.send(.post, Self.path, body("ada", password))
                let headers = bearer(token.json["access_token"]?.string ?? "")
                #expect(try await client.send(.get, "/api/v1/jobs", headers: headers).status == 200)
                let new = "sentence number \(number) of mine"
                switch number {
                case 0:
                    let change = #"{"current_password":"\#(password)","password":"\#(new)"}"#
                    let wrong = #"{"current_password":"x","password":"\#(new)"}"#
                    let path = "/api/v1/me/password"
                    #expect(try await client.send(.post, path, wrong, headers: headers).status == 403)
                    #expect(try await client.send(.post, path, change, headers: headers).status == 204)
                    password = new
                case 1: #expect(try await client.send(.post, "/api/v1/me/sign-out", headers: headers).status == 204)
                default:
                    let path = "/api/v1/users/\(user.id)"
                    let reset = try await client.send(
                        .patch, path, #"{"password":"\#(new)"}"#, headers: admin)
                    #expect(reset.status == 200, "\(reset.json)")
                    password = new
                }
                #expect(try await client.send(.get, "/api/v1/jobs", headers: headers).status == 401, "\(number)")
                let refresh = token.json["refresh_token"]?.string ?? ""
                let answer = try await client.form("/oauth/token", "grant_type=refresh_token&refresh_token=\(refresh)")
                #expect(answer.status == 400 && answer.json["error"] == "invalid_grant")
                scene.clock.advance(by: .seconds(1))
            }
            // Keys are not sessions.
            #expect(try await client.send(.get, "/api/v1/jobs", headers: key).status == 200)
        }
    }

    @Test("without TLS a session is for this machine alone")
    func plain() async throws {
        let scene = try await AccessScene(address: "http://127.0.0.1:8640")
        _ = try await scene.user("ada", [Permission(.viewer, service: nil)])
        let request = #"{"name":"ada","password":"\#(AccessScene.password)","cookie":true}"#
        // There is no connection here, so there is no address.
        try await scene.run { client in
            let refused = try await client.send(.post, Self.path, request)
            #expect(refused.status == 409)
        }
        try await scene.scene.run(.live) { client in
            let answer = try await client.send(.post, Self.path, request)
            let field = try #require(answer.headers[.setCookie])
            #expect(field.hasPrefix("punctual=ps_") && !field.contains("Secure"))
            let cookie = field.split(separator: ";").first.map(String.init)
            #expect(try await client.send(.get, "/api/v1/jobs", headers: [.cookie: cookie ?? ""]).status == 200)
        }
    }

    @Test(
        "bodies that are none are refused, and no hash is computed for them",
        arguments: [
            ("", 400), ("{", 400), ("null", 422), ("{}", 422), (#"{"name":"a"}"#, 422),
            (#"{"name":["a"],"password":"b"}"#, 422), (#"{"name":"a","password":""}"#, 422),
            (#"{"name":"a","password":"b","cookie":1}"#, 422), (#"{"name":"a","password":"b","role":"admin"}"#, 422),
            (#"{"name":"a","password":"b","code":123456}"#, 422), (#"{"name":"a\u0000","password":"b"}"#, 422),
            (#"{"name":"a","name":"b","password":"c"}"#, 400),
        ])
    func hostile(_ text: String, _ status: Int) async throws {
        let scene = try await AccessScene()
        try await scene.run { client in
            let answer = try await client.send(.post, Self.path, text)
            #expect(answer.status == status, "\(answer.json)")
        }
    }
}
