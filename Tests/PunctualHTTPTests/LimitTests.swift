import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualTestKit
import Synchronization
import Testing

@Suite("Limits", .timeLimit(.minutes(10)))
struct LimitTests {
    /// Time that stands still, in nanoseconds.
    private final class StillTime: Sendable {
        let now = Mutex<Int64>(1_000_000_000)
        func advance(_ seconds: Int64) { now.withLock { $0 += seconds * 1_000_000_000 } }
    }

    private func scene() async throws -> (AccessScene, StillTime) {
        var scene = try await AccessScene()
        let time = StillTime()
        scene.scene.services.doorkeeper.limiter = MemoryLimiter(now: { time.now.withLock { $0 } })
        return (scene, time)
    }

    @Test("a user's flood is 429 with the time to wait, and costs no other user anything")
    func principal() async throws {
        let (scene, time) = try await scene()
        let ada = try await scene.user("ada", [Permission(.viewer, service: nil)])
        let bob = try await scene.user("bob", [Permission(.viewer, service: nil)])
        let keys = [
            bearer(try await scene.key(of: .user(ada.id)).text), bearer(try await scene.key(of: .user(ada.id)).text),
            bearer(try await scene.key(of: .user(bob.id)).text),
        ]
        try await scene.run { client in
            var statuses: [Int: Int] = [:]
            // Two keys of one user are one user.
            for number in 0..<300 {
                let answer = try await client.send(.get, "/api/v1/jobs", headers: keys[number % 2])
                statuses[answer.status, default: 0] += 1
                if answer.status == 429 {
                    #expect(answer.json["type"] == "/docs/problems#rate_limited")
                    #expect(answer.headers[.retryAfter] == "1")
                    #expect(answer.headers[HTTPField.Name("RateLimit")!]?.contains("\"user\";r=0") == true)
                }
            }
            // The peak of one second is twice the rate.
            #expect(statuses == [200: 100, 429: 200])
            let other = try await client.send(.get, "/api/v1/jobs", headers: keys[2])
            #expect(other.status == 200)
            #expect(other.headers[HTTPField.Name("RateLimit-Policy")!] == #""user";q=1000;w=10"#)
            #expect(other.headers[HTTPField.Name("RateLimit")!] == #""user";r=99;t=1"#)
            time.advance(1)
            #expect(try await client.send(.get, "/api/v1/jobs", headers: keys[0]).status == 200)
        }
    }

    @Test("each caller has the hourly tier that is his, and the installation's when he has none")
    func tiers() async throws {
        var scene = try await scene().0
        scene.scene.services.doorkeeper.tier = .standard
        let admin = try await scene.admin()
        let ada = try await scene.user("ada", [Permission(.viewer, service: nil)])
        let bot = try await scene.account("bot", [Permission(.viewer, service: nil)])
        let key = bearer(try await scene.key(of: .user(ada.id)).text)
        let program = bearer(try await scene.key(of: .serviceAccount(bot.id)).text)
        let (accounts, current) = (["/api/v1/users/\(ada.id)", "/api/v1/service-accounts/\(bot.id)"], scene)
        try await current.run { client in
            func policy(_ headers: HTTPFields) async throws -> String {
                let answer = try await client.send(.get, "/api/v1/jobs", headers: headers)
                let field = answer.headers[HTTPField.Name("RateLimit-Policy")!] ?? ""
                return field.split(separator: ", ").last.map(String.init) ?? ""
            }
            let session = bearer(try await client.tokens("ada").access)
            let cookie = try await client.session("ada").reading
            for (tier, wanted) in [
                ("null", #""standard";q=10000;w=3600"#), (#""basic""#, #""basic";q=1000;w=3600"#),
                (#""premium""#, #""premium";q=100000;w=3600"#), ("null", #""standard";q=10000;w=3600"#),
            ] {
                for path in accounts {
                    let changed = try await client.send(.patch, path, #"{"tier":\#(tier)}"#, headers: admin)
                    #expect(changed.status == 200 && "\(changed.json["tier"] ?? 0)" == tier, "\(changed.json)")
                    let kept = try await client.send(.patch, path, #"{"disabled":false}"#, headers: admin)
                    #expect("\(kept.json["tier"] ?? 0)" == tier, "what is left out stays")
                }
                for headers in [key, program, session, cookie] { #expect(try await policy(headers) == wanted) }
            }
            for (path, body) in [
                ("users", #"{"name":"x","tier":"gold"}"#), ("service-accounts", #"{"name":"x","tier":1}"#),
            ] {
                let refused = try await client.send(.post, "/api/v1/\(path)", body, headers: admin)
                #expect(refused.status == 422 && refused.json["errors"]?[0]?["pointer"] == "/tier", "\(refused.json)")
                let fine = try await client.send(
                    .post, "/api/v1/\(path)", #"{"name":"y","tier":"premium"}"#, headers: admin)
                #expect(fine.status == 201 && fine.json["tier"] == "premium", "\(fine.json)")
            }
        }
    }

    @Test("sign-ins from one address are few, probes are not counted, and other addresses go on")
    func signIns() async throws {
        var scene = try await scene().0
        _ = try await scene.user("ada")
        scene.scene.services.doorkeeper.clientAddress = ClientAddress(
            trusted: [IPRange("127.0.0.0/8")!], field: .xForwardedFor)
        try await scene.scene.run(.live) { client in
            func signIn(_ address: String, _ password: String) async throws -> Int {
                let body = #"{"name":"ada","password":"\#(password)"}"#
                return try await client.send(
                    .post, "/api/v1/sessions", body, headers: [HTTPField.Name("X-Forwarded-For")!: address]
                ).status
            }
            var statuses: [Int] = []
            for _ in 0..<25 { statuses.append(try await signIn("192.0.2.1", "wrong")) }
            #expect(statuses.prefix(20).allSatisfy { $0 == 401 } && statuses.dropFirst(20).allSatisfy { $0 == 429 })
            #expect(try await client.send(.get, "/health/live").status == 200)
            // The user is held by then, which another address hears as it hears a wrong password.
            #expect(try await signIn("192.0.2.2", AccessScene.password) == 401)
        }
    }

    @Test(
        "what is open to everybody and what is not there count against the address, ten times as generously; probes never do",
        arguments: [
            "/openapi.json", "/docs", "/health", "/none", "/api/v1/none", "POST /health", "/.well-known/jwks.json",
        ])
    func open(_ what: String) async throws {
        var scene = try await scene().0
        scene.scene.services.doorkeeper.limits.address = LimitPolicy(name: "address", .rate(1, burst: 2, seconds: 10))
        try await scene.scene.run(.live) { client in
            func call(_ what: String) async throws -> CallAnswer {
                let words = what.split(separator: " ").map(String.init)
                return try await client.send(words.count > 1 ? .post : .get, words.last ?? "")
            }
            for _ in 0..<20 { #expect(try await call(what).status != 429) }
            let answer = try await call(what)
            #expect(answer.status == 429 && answer.headers[.retryAfter] == "1")
            #expect(answer.json["detail"]?.string?.contains("open") == true)
            for path in ["/health/live", "/health/ready"] {
                for _ in 0..<50 { #expect(try await call(path).status == 200) }
            }
        }
    }

    @Test("the callers of one service share its limit, whoever they are")
    func service() async throws {
        var scene = try await scene().0
        scene.scene.services.doorkeeper.limits.service = LimitPolicy(name: "service", .rate(5, burst: 2, seconds: 10))
        let user = try await scene.user("ada", [Permission(.admin, service: nil)])
        let headers = bearer(try await scene.key(of: .user(user.id)).text)
        try await scene.run { client in
            func create(_ service: String, _ name: String) async throws -> Int {
                let body = """
                    {"name":"\(name)","service":"\(service)","schedule":{"type":"manual"},"target":{"type":"noop"}}
                    """
                return try await client.send(.post, "/api/v1/jobs", body, headers: headers).status
            }
            var statuses: [Int] = []
            for number in 0..<15 { statuses.append(try await create("a", "n\(number)")) }
            #expect(statuses.count { $0 == 201 } == 10 && statuses.count { $0 == 429 } == 5)
            #expect(try await create("b", "n") == 201)
            let items = (0..<50).map {
                #"{"name":"m\#($0)","service":"c","schedule":{"type":"manual"},"target":{"type":"noop"}}"#
            }
            let bulk = try await client.send(
                .post, "/api/v1/jobs/bulk", #"{"items":[\#(items.joined(separator: ","))]}"#, headers: headers)
            #expect(bulk.json["items"]?.array?.allSatisfy { $0["status"] == 201 } == true)
        }
    }

    @Test("an hourly tier ends with its hour")
    func tier() async throws {
        let (made, time) = try await scene()
        var scene = made
        scene.scene.services.doorkeeper.limits.principal = nil
        scene.scene.services.doorkeeper.tier = .basic
        let user = try await scene.user("ada", [Permission(.viewer, service: nil)])
        let headers = bearer(try await scene.key(of: .user(user.id)).text)
        try await scene.run { client in
            for _ in 0..<1000 { _ = try await client.send(.get, "/api/v1/me", headers: headers) }
            let answer = try await client.send(.get, "/api/v1/me", headers: headers)
            #expect(answer.status == 429 && answer.headers[.retryAfter] == "3600")
            time.advance(3600)
            #expect(try await client.send(.get, "/api/v1/me", headers: headers).status == 200)
        }
    }
}
