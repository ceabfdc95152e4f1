import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("Users, keys and grants", .timeLimit(.minutes(10)))
struct KeyTests {
    @Test("a key is shown once, rotated with overlap, and revoked for good")
    func life() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada", [Permission(.editor, service: "a")])
        try await scene.run { client in
            let headers = bearer(try await client.tokens("ada").access)
            let made = try await client.send(.post, "/api/v1/keys", #"{"name":"deploy"}"#, headers: headers)
            let text = try #require(made.json["key"]?.string)
            let path = try #require(made.headers[.location])
            #expect(made.status == 201 && text.hasPrefix("pk_") && made.headers[.cacheControl] == "no-store")
            #expect(made.json["scopes"] == .null)
            let read = try await client.send(.get, path, headers: headers)
            #expect(read.json["key"] == nil && read.headers[.eTag] == "\"1\"")
            let rotated = try await client.send(.post, "\(path)/rotate", #"{"overlap":"1h"}"#, headers: headers)
            let new = try #require(rotated.json["key"]?.string)
            #expect(new != text && rotated.json["version"] == 2)
            for key in [text, new] {
                #expect(try await client.send(.get, "/api/v1/me", headers: bearer(key)).status == 200)
            }
            scene.clock.advance(by: .seconds(3600))
            #expect(try await client.send(.get, "/api/v1/me", headers: bearer(text)).status == 401)
            #expect(try await client.send(.get, "/api/v1/me", headers: bearer(new)).status == 200)
            #expect(try await client.send(.delete, path, headers: bearer(new)).status == 204)
            #expect(try await client.send(.get, "/api/v1/me", headers: bearer(new)).status == 401)
            let session = try await client.session("ada")
            #expect(try await client.send(.post, "\(path)/rotate", headers: session.changing).status == 409)
            // Nothing in the stores or the log opens anything.
            let log = try await scene.identities.auditEntries(from: 1, limit: 100).map { "\($0.draft.json)" }.joined()
            #expect(!log.contains(text) && !log.contains(new))
        }
    }

    @Test("a key that ends, or is for some addresses alone, makes no key that does not")
    func bound() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada", [Permission(.editor, service: "a")])
        let ending = try await scene.key(of: .user(user.id)) { $0.expiresAt = scene.clock.now() + .seconds(60) }
        let free = try await scene.key(of: .user(user.id))
        try await scene.run { client in
            for (key, status) in [(ending.text, 403), (free.text, 201)] as [(String, Int)] {
                let made = try await client.send(.post, "/api/v1/keys", #"{"name":"n"}"#, headers: bearer(key))
                #expect(made.status == status, "\(made.json)")
            }
        }
    }

    @Test("administration that is for some addresses alone is so for others' keys, too")
    func administration() async throws {
        var scene = try await AccessScene()
        let admin = try await scene.admin()
        let other = try await scene.key(of: .user(try await scene.user("ada").id)).key
        scene.scene.services.doorkeeper.rules.adminAddresses = [try #require(IPRange("10.0.0.0/8"))]
        try await scene.run { client in
            let list = try await client.send(.get, "/api/v1/keys", headers: admin)
            #expect(list.json["items"]?.array?.count == 1, "his own: \(list.json)")
            let path = "/api/v1/keys/\(other.id)"
            #expect(try await client.send(.get, path, headers: admin).status == 403)
            #expect(try await client.send(.post, "\(path)/rotate", headers: admin).status == 403)
            #expect(try await client.send(.delete, path, headers: admin).status == 403)
            let body = #"{"name":"n","owner":"\#(other.owner.text)"}"#
            #expect(try await client.send(.post, "/api/v1/keys", body, headers: admin).status == 403)
        }
    }

    @Test("a lesser key of an owner makes and rotates no greater one")
    func escalation() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada", [Permission(.admin, service: nil)])
        let great = try await scene.key(of: .user(user.id)).key
        let small = try await scene.key(of: .user(user.id), scopes: [Permission(.viewer, service: "a")])
        let headers = bearer(small.text)
        try await scene.run { client in
            let body = #"{"name":"n","scopes":[{"role":"admin","service":"*"}]}"#
            let made = try await client.send(.post, "/api/v1/keys", body, headers: headers)
            #expect(made.status == 422 && made.json["errors"]?[0]?["pointer"] == "/scopes/0")
            let plain = try await client.send(.post, "/api/v1/keys", #"{"name":"n"}"#, headers: headers)
            #expect(plain.json["scopes"] == [["role": "viewer", "service": "a", "labels": [:]]])
            #expect(try await client.send(.post, "/api/v1/keys/\(great.id)/rotate", headers: headers).status == 403)
            #expect(try await client.send(.delete, "/api/v1/keys/\(great.id)", headers: headers).status == 403)
            let rotated = try await client.send(.post, "/api/v1/keys/\(small.key.id)/rotate", headers: headers)
            #expect(rotated.status == 200)
            let equal = "/api/v1/keys/" + (plain.json["id"]?.string ?? "")
            // The secret that goes out is less than a key that stays, but ends its own.
            #expect(try await client.send(.delete, equal, headers: headers).status == 403)
            let next = bearer(rotated.json["key"]?.string ?? "")
            #expect(try await client.send(.delete, equal, headers: next).status == 204)
            #expect(try await client.send(.delete, "/api/v1/keys/\(small.key.id)", headers: headers).status == 204)
        }
    }

    @Test("a key of somebody who may little yet gets hold of no key that is for more than itself")
    func later() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada", [Permission(.viewer, service: "a")])
        let great = try await scene.key(of: .user(user.id)).key
        let small = try await scene.key(of: .user(user.id), scopes: [Permission(.viewer, service: nil)])
        try await scene.run { client in
            let path = "/api/v1/keys/\(great.id)"
            #expect(try await client.send(.post, "\(path)/rotate", headers: bearer(small.text)).status == 403)
            #expect(try await client.send(.delete, path, headers: bearer(small.text)).status == 403)
            // Her own sign-in has to do with all of her keys, whatever she may just now.
            let own = bearer(try await client.tokens("ada").access)
            #expect(try await client.send(.post, "\(path)/rotate", headers: own).status == 200)
            #expect(try await client.send(.delete, path, headers: own).status == 204)
        }
    }

    @Test("a key or token that is for less than its owner may leaves what he shows of himself alone")
    func narrowed() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada", [Permission(.editor, service: "a"), Permission(.viewer, service: nil)])
        let narrow = try await scene.key(of: .user(user.id), scopes: [Permission(.editor, service: "a")]).text
        let whole = try await scene.key(of: .user(user.id)).text
        try await scene.run { client in
            let refresh = try await client.tokens("ada").refresh
            let form = "grant_type=refresh_token&refresh_token=\(refresh)&scope=viewer:*"
            let token = try await client.form("/oauth/token", form)
            let proof = #"{"password":"\#(AccessScene.password)"}"#
            let calls: [(HTTPRequest.Method, String, String?)] = [
                (.post, "second-factor", proof), (.post, "second-factor/confirm", #"{"code":"000000"}"#),
                (.delete, "second-factor", proof), (.post, "sign-out", nil),
                (
                    .post, "password",
                    #"{"current_password":"\#(AccessScene.password)","password":"another of mine, long"}"#
                ),
            ]
            for text in [narrow, token.json["access_token"]?.string ?? ""] {
                for (method, path, body) in calls {
                    let answer = try await client.send(method, "/api/v1/me/\(path)", body, headers: bearer(text))
                    #expect(answer.status == 403, "\(path): \(answer.json)")
                }
                #expect(try await client.send(.get, "/api/v1/me", headers: bearer(text)).status == 200)
            }
            // One that is for all that she may stands for her.
            #expect(
                try await client.send(.delete, "/api/v1/me/second-factor", proof, headers: bearer(whole)).status == 204)
            #expect(try await client.send(.post, "/api/v1/me/sign-out", headers: bearer(whole)).status == 204)
        }
    }

    @Test(
        "keys, grants, users and accounts with faults are refused, each with its pointer",
        arguments: [
            ("keys", #"{}"#, "/name"), ("keys", #"{"name":"n","owner":"group:x"}"#, "/owner"),
            ("keys", #"{"name":"n","owner":"user:x"}"#, "/owner"),
            ("keys", #"{"name":"n","owner":"user:0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11"}"#, "/owner"),
            ("keys", #"{"name":"n","scopes":[{"role":"king","service":"a"}]}"#, "/scopes/0/role"),
            ("keys", #"{"name":"n","scopes":[{"role":"viewer"}]}"#, "/scopes/0/service"),
            ("keys", #"{"name":"n","scopes":[{"role":"viewer","service":"a b"}]}"#, "/scopes/0/service"),
            ("keys", #"{"name":"n","scopes":[{"role":"viewer","service":"a","x":1}]}"#, "/scopes/0/x"),
            ("keys", #"{"name":"n","scopes":{}}"#, "/scopes"),
            ("keys", #"{"name":"n","addresses":["10.0.0.0/40"]}"#, "/addresses/0"),
            ("keys", #"{"name":"n","expires_at":"2020-01-01T00:00:00Z"}"#, "/expires_at"),
            ("keys", #"{"name":"n","secret":"x"}"#, "/secret"),
            ("grants", #"{"role":"viewer","service":"a"}"#, "/subject"),
            ("grants", #"{"subject":"ada","role":"viewer","service":"a"}"#, "/subject"),
            ("grants", #"{"subject":"group:x","role":"root","service":"a"}"#, "/role"),
            ("grants", #"{"subject":"group:x","role":"viewer","service":"a","labels":{"a b":"c"}}"#, "/labels/a b"),
            (
                "grants", #"{"subject":"user:0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11","role":"viewer","service":"a"}"#,
                "/subject"
            ),
            ("users", #"{"name":"x y"}"#, "/name"), ("users", #"{"name":"x","password":"short"}"#, "/password"),
            ("users", #"{"name":"x","version":3}"#, "/version"),
            ("service-accounts", #"{"name":"x","description":1}"#, "/description"),
        ])
    func faults(_ path: String, _ body: String, _ pointer: String) async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        try await scene.run { client in
            let answer = try await client.send(.post, "/api/v1/\(path)", body, headers: admin)
            #expect(answer.status == 422 && answer.json["errors"]?[0]?["pointer"]?.string == pointer, "\(answer.json)")
        }
    }

    @Test("versions guard changes, names are one each, and the last administrator stays one")
    func changes() async throws {
        let scene = try await AccessScene()
        let root = try await scene.user("root", [Permission(.admin, service: nil)])
        let admin = bearer(try await scene.key(of: .user(root.id)).text)
        try await scene.run { client in
            for path in ["users", "service-accounts"] {
                let made = try await client.send(.post, "/api/v1/\(path)", #"{"name":"Bob"}"#, headers: admin)
                #expect(made.status == 201 && made.json["name"] == "bob" && made.headers[.eTag] == "\"1\"")
                let twice = try await client.send(.post, "/api/v1/\(path)", #"{"name":"bob"}"#, headers: admin)
                #expect(twice.status == 409 && twice.json["type"] == "/docs/problems#name_taken")
                let place = try #require(made.headers[.location])
                var stale = admin
                stale[.ifMatch] = "\"7\""
                #expect(
                    try await client.send(.patch, place, #"{"disabled":true}"#, headers: stale).status == 412)
                stale[.ifMatch] = "\"1\""
                let changed = try await client.send(.patch, place, #"{"disabled":true}"#, headers: stale)
                #expect(changed.status == 200 && changed.json["disabled"] == true && changed.json["version"] == 2)
                #expect(try await client.send(.delete, place, headers: stale).status == 412)
                #expect(try await client.send(.delete, place, headers: admin).status == 204)
                #expect(try await client.send(.get, place, headers: admin).status == 404)
            }
            let program = try await scene.account("program", [Permission(.admin, service: nil)])
            let own = "/api/v1/users/\(root.id)"
            let grants = try await client.send(.get, "/api/v1/grants?subject=user:\(root.id)", headers: admin)
            let grant = "/api/v1/grants/" + (try #require(grants.json["items"]?[0]?["id"]?.string))
            for headers in [admin, bearer(try await scene.key(of: .serviceAccount(program.id)).text)] {
                let answers = [
                    try await client.send(.delete, own, headers: headers),
                    try await client.send(.patch, own, #"{"disabled":true}"#, headers: headers),
                    try await client.send(.delete, grant, headers: headers),
                ]
                for answer in answers {
                    #expect(answer.status == 409 && answer.json["type"] == "/docs/problems#last_administrator")
                }
            }
            for body in [#"{"second_factor":null}"#, #"{"password":"a sentence that nobody guesses"}"#] {
                let answer = try await client.send(.patch, own, body, headers: admin)
                #expect(answer.status == 422 && "\(answer.json)".contains("is your own"), "\(answer)")
            }
            _ = try await scene.user("second", [Permission(.admin, service: nil)])
            #expect(try await client.send(.delete, own, headers: admin).status == 204)
        }
    }

    @Test("whom a provider signs in never becomes a user of this installation, and shows where he comes from")
    func outside() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        let provider = Provider(name: "corp", issuer: "https://id.example.com", clientID: "punctual")
        let ada = try await scene.identities.create(.outside(provider, subject: "ada", at: scene.clock.now()))
        try await scene.run { client in
            let path = "/api/v1/users/\(ada.id)"
            for (body, pointers) in [
                (#"{"password":"a sentence that nobody guesses"}"#, ["/password"]), (#"{"name":"ada"}"#, ["/name"]),
                (#"{"disabled":true,"name":"x","password":"a sentence that nobody guesses"}"#, ["/name", "/password"]),
            ] {
                let answer = try await client.send(.patch, path, body, headers: admin)
                let told = answer.json["errors"]?.array?.compactMap { $0["pointer"]?.string }
                #expect(answer.status == 422 && told == pointers, "\(answer.json)")
            }
            let changed = try await client.send(.patch, path, #"{"disabled":false}"#, headers: admin)
            #expect(changed.status == 200 && changed.json["provider"] == "corp", "\(changed.json)")
            let list = try await client.send(.get, "/api/v1/users", headers: admin)
            #expect(list.json["items"]?.array?.compactMap { $0["provider"] } == [.null, "corp"])
            // A password that he got before that was refused lets nobody in.
            var user = try #require(try await scene.identities.user(ada.id))
            user.passwordHash = try await scene.user("local").passwordHash
            _ = try await scene.identities.update(user, ifVersion: user.version)
            for (name, status) in [(ada.name, 401), ("local", 200)] {
                let body = #"{"name":"\#(name)","password":"\#(AccessScene.password)"}"#
                let answer = try await client.send(.post, "/api/v1/sessions", body)
                #expect(answer.status == status, "\(name): \(answer.json)")
            }
        }
    }

    @Test("pages follow each other without a gap")
    func pages() async throws {
        let scene = try await AccessScene()
        let admin = try await scene.admin()
        for number in 0..<12 {
            let user = try await scene.user("u\(number)", [Permission(.viewer, service: "a")])
            _ = try await scene.account("s\(number)")
            _ = try await scene.key(of: .user(user.id))
            try await scene.put("s\(number)", "v")
        }
        try await scene.run { client in
            for (path, count) in [
                ("users?", 13), ("service-accounts?", 12), ("keys?", 13), ("grants?", 13), ("secrets?service=a&", 12),
            ] {
                var (seen, cursor): ([String], String?) = ([], nil)
                repeat {
                    let page = try await client.send(
                        .get, "/api/v1/\(path)limit=5" + (cursor.map { "&cursor=\($0)" } ?? ""), headers: admin)
                    seen += page.json["items"]?.array?.compactMap { ($0["id"] ?? $0["name"])?.string } ?? []
                    cursor = page.json["next_cursor"]?.string
                } while cursor != nil
                #expect(seen.count == count && Set(seen).count == count, "\(path)")
                let wrong = try await client.send(.get, "/api/v1/\(path)cursor=abc", headers: admin)
                #expect(wrong.status == 422)
            }
        }
    }

    @Test("a stream and a waiting claim end when their key is revoked")
    func longAnswers() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada", [Permission(.operator, service: nil)])
        let (key, text) = try await scene.key(of: .user(user.id))
        try await scene.run { client in
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await client.send(.get, "/api/v1/events", headers: bearer(text)).status }
                group.addTask {
                    let claim = #"{"worker":"w","queues":["q"],"wait":"60s"}"#
                    let began = ContinuousClock.now
                    let answer = try await client.send(.post, "/api/v1/work/claim", claim, headers: bearer(text))
                    #expect(answer.status == 401 || answer.json["items"] == [])
                    #expect(began.duration(to: .now) < .seconds(60))
                    return answer.status
                }
                let bounds = scene.scene.services.bounds
                try await until { bounds.streams.taken == 1 && bounds.claims.taken == 1 }
                _ = try await scene.identities.update(
                    key.revoked(at: scene.clock.now()), ifVersion: key.version)
                for try await status in group { #expect(status == 200) }
            }
        }
    }

    @Test("a key that another node has just rotated is good here with its new secret, and with the old one yet")
    func rotatedElsewhere() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada", [Permission(.viewer, service: nil)])
        let (key, text) = try await scene.key(of: .user(user.id))
        try await scene.run { client in
            func status(_ text: String) async throws -> Int {
                try await client.send(.get, "/api/v1/jobs", headers: bearer(text)).status
            }
            // It is known here from now on.
            #expect(try await status(text) == 200)
            var generator = SystemRandomNumberGenerator()
            let next = APIKeySecret(id: key.id, using: &generator)
            _ = try await scene.identities.update(
                key.rotated(to: next.hash(AccessScene.keys.pepper), at: scene.clock.now()), ifVersion: key.version)
            let third = APIKeySecret(id: key.id, using: &generator)
            #expect(try await status(next.text.reveal()) == 200)
            #expect(try await status(text) == 200)
            #expect(try await status(third.text.reveal()) == 401)
        }
    }

    @Test("a key is good from its addresses alone, as a trusted proxy tells them")
    func addresses() async throws {
        var scene = try await AccessScene()
        let user = try await scene.user("ada", [Permission(.viewer, service: nil)])
        let text = try await scene.key(of: .user(user.id)) { $0.addresses = [IPRange("192.0.2.0/24")!] }.text
        scene.scene.services.doorkeeper.clientAddress = ClientAddress(
            trusted: [IPRange("127.0.0.0/8")!], field: .xForwardedFor)
        try await scene.scene.run(.live) { client in
            func status(_ address: String?) async throws -> Int {
                var headers = bearer(text)
                if let address { headers[HTTPField.Name("X-Forwarded-For")!] = address }
                return try await client.send(.get, "/api/v1/jobs", headers: headers).status
            }
            for (field, wanted) in [
                ("192.0.2.7", 200), ("203.0.113.9, 192.0.2.7", 200), ("192.0.2.7, 203.0.113.9", 401),
                ("nonsense", 401), (nil, 401),
            ] as [(String?, Int)] {
                let status = try await status(field)
                #expect(status == wanted, "\(field ?? "none")")
            }
        }
    }

    @Test(
        "credentials that are none are one answer",
        arguments: [
            "Bearer", "Bearer ", "Bearer x", "bearer pk_", "Basic YTpi",
            "Bearer pk_" + String(repeating: "0", count: 82),
            "Bearer a.b.c", "Bearer ..", "Bearer eyJhbGciOiJub25lIn0.e30.",
            "Bearer " + String(repeating: "a", count: 9000) + ".b.c",
        ])
    func hostile(_ field: String) async throws {
        let scene = try await AccessScene()
        try await scene.run { client in
            let answer = try await client.send(.get, "/api/v1/jobs", headers: [.authorization: field])
            #expect(answer.status == 401 && answer.json["type"] == "/docs/problems#unauthorized", "\(answer.json)")
            #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
        }
    }
}
