import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("What a key or token may do to keys", .timeLimit(.minutes(10)))
struct KeyBoundTests {
    private static let places = [IPRange("192.0.2.0/24")!]
    private static let everything = [Permission(.admin, service: nil)]

    /// A scene whose callers come from 192.0.2.7.
    private func scene() async throws -> AccessScene {
        var scene = try await AccessScene()
        scene.scene.services.doorkeeper.clientAddress = ClientAddress(
            trusted: [IPRange("127.0.0.0/8")!], field: .xForwardedFor)
        return scene
    }

    private func run(
        _ scene: AccessScene, _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        try await scene.scene.run(.live) { try await body($0) }
    }

    private func showing(_ text: String) -> HTTPFields {
        var headers = bearer(text)
        headers[HTTPField.Name("X-Forwarded-For")!] = "192.0.2.7"
        return headers
    }

    /// Neither way to have a key for good may be open.
    private func expectRefused(
        _ key: APIKey, by text: String, _ client: any TestClientProtocol,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let path = "/api/v1/keys/\(key.id)"
        for body in [nil, #"{"overlap":"30d"}"#, #"{"force":true}"#] {
            let answer = try await client.send(.post, "\(path)/rotate", body, headers: showing(text))
            #expect(answer.status == 403 && answer.json["key"] == nil, "\(answer.json)", sourceLocation: sourceLocation)
        }
        let revoked = try await client.send(.delete, path, headers: showing(text))
        #expect(revoked.status == 403, "\(revoked.json)", sourceLocation: sourceLocation)
        let body = #"{"name":"n","owner":"\#(key.owner.text)"}"#
        let made = try await client.send(.post, "/api/v1/keys", body, headers: showing(text))
        #expect(made.status == 403, "\(made.json)", sourceLocation: sourceLocation)
    }

    @Test("a key with an end or addresses, and a token, exchange and void no key that is for more")
    func bounds() async throws {
        let scene = try await scene()
        let now = scene.clock.now()
        let account = try await scene.account("bot", [Permission(.operator, service: "billing")])
        let owners = [
            Subject.serviceAccount(account.id), .user(try await scene.user("ada", Self.everything).id),
        ]
        for owner in owners {
            let free = try await scene.key(of: owner) { $0.scopes = nil }
            let later = try await scene.key(of: owner) { $0.expiresAt = now + .seconds(7200) }
            let ending = try await scene.key(of: owner) { $0.expiresAt = now + .seconds(3600) }
            let placed = try await scene.key(of: owner) { $0.addresses = Self.places }
            let wide = try await scene.key(of: owner) { $0.addresses = [IPRange("192.0.0.0/16")!] }
            let both = try await scene.key(of: owner) {
                ($0.expiresAt, $0.addresses) = (now + .seconds(60), [IPRange("192.0.2.7")!])
            }
            try await run(scene) { client in
                for key in [free.key, later.key, placed.key] {
                    try await expectRefused(key, by: ending.text, client)
                }
                for key in [free.key, ending.key, wide.key] {
                    try await expectRefused(key, by: placed.text, client)
                }
                // A lesser one may be exchanged, and stays what it is; so may the key itself.
                for (text, key) in [(ending.text, both.key), (placed.text, both.key), (ending.text, ending.key)] {
                    let path = "/api/v1/keys/\(key.id)/rotate"
                    let answer = try await client.send(.post, path, #"{"force":true}"#, headers: showing(text))
                    #expect(answer.status == 200, "\(answer.json)")
                    #expect(answer.json["expires_at"]?.string == key.expiresAt?.description)
                    #expect(answer.json["addresses"]?.array?.count == key.addresses.count)
                }
                let own = "/api/v1/keys/\(placed.key.id)"
                #expect(try await client.send(.delete, own, headers: showing(placed.text)).status == 204)
                #expect(try await client.send(.get, "/api/v1/me", headers: showing(free.text)).status == 200)
            }
        }
    }

    @Test("a token that was had for a key exchanges and voids no key, not even its own")
    func tokens() async throws {
        let scene = try await scene()
        let account = try await scene.account("bot", [Permission(.operator, service: "billing")])
        let free = try await scene.key(of: .serviceAccount(account.id)) { $0.scopes = nil }
        let sibling = try await scene.key(of: .serviceAccount(account.id), scopes: [])
        try await run(scene) { client in
            let form = "grant_type=client_credentials&client_id=bot&client_secret=\(free.text)"
            let token = try #require(try await client.form("/oauth/token", form).json["access_token"]?.string)
            for key in [free.key, sibling.key] { try await expectRefused(key, by: token, client) }
            #expect(try await client.send(.get, "/api/v1/me", headers: showing(free.text)).status == 200)
        }
    }

    @Test("an administrator's key that ends takes over nobody's key")
    func administrator() async throws {
        let scene = try await scene()
        let root = try await scene.user("root", Self.everything)
        let ada = try await scene.user("ada", [Permission(.viewer, service: "a")])
        let ending = try await scene.key(of: .user(root.id)) { $0.expiresAt = scene.clock.now() + .seconds(60) }
        let others = try await scene.key(of: .user(ada.id), scopes: [Permission(.viewer, service: "a")])
        let free = try await scene.key(of: .user(root.id)) { $0.scopes = nil }
        try await run(scene) { client in
            try await expectRefused(others.key, by: ending.text, client)
            let path = "/api/v1/keys/\(others.key.id)/rotate"
            #expect(try await client.send(.post, path, headers: showing(free.text)).status == 200)
        }
    }

    @Test("a second rotation waits for the overlap to end unless it is forced, and a secret on its way out forces none")
    func overlap() async throws {
        let scene = try await scene()
        let user = try await scene.user("ada", [Permission(.viewer, service: "a")])
        let (key, first) = try await scene.key(of: .user(user.id)) { $0.scopes = nil }
        try await run(scene) { client in
            func rotate(_ text: String, _ body: String) async throws -> CallAnswer {
                try await client.send(.post, "/api/v1/keys/\(key.id)/rotate", body, headers: showing(text))
            }
            func isGood(_ text: String) async throws -> Bool {
                try await client.send(.get, "/api/v1/me", headers: showing(text)).status == 200
            }
            let hour = #"{"overlap":"1h"}"#
            let second = try #require(try await rotate(first, hour).json["key"]?.string)
            // The answer was lost, and the program tries again.
            for text in [first, second] {
                let again = try await rotate(text, hour)
                #expect(again.status == 409 && again.json["key"] == nil, "\(again.json)")
            }
            #expect(try await isGood(first))
            #expect(try await rotate(first, #"{"force":true}"#).status == 403)
            #expect(
                try await client.send(.post, "/api/v1/keys", #"{"name":"n"}"#, headers: showing(first)).status == 403)
            #expect(try await rotate(second, #"{"force":1}"#).status == 422)
            let third = try #require(
                try await rotate(second, #"{"overlap":"1h","force":true}"#).json["key"]?.string)
            #expect(try await !isGood(first))
            for text in [second, third] { #expect(try await isGood(text)) }
            scene.clock.advance(by: .seconds(3600))
            let fourth = try #require(try await rotate(third, hour).json["key"]?.string)
            // Whoever finds a secret that leaked can end the key.
            #expect(try await client.send(.delete, "/api/v1/keys/\(key.id)", headers: showing(third)).status == 204)
            #expect(try await !isGood(fourth))
        }
    }

    @Test("a key without scopes is for what its owner may, now and later, and shows none")
    func unscoped() async throws {
        let scene = try await scene()
        let root = try await scene.user("root", Self.everything)
        let admin = try await scene.key(of: .user(root.id)).text
        let account = try await scene.account("bot", [Permission(.viewer, service: "billing")])
        try await run(scene) { client in
            for scopes in ["", #","scopes":null"#] {
                let body = #"{"name":"deploy","owner":"service_account:\#(account.id)"\#(scopes)}"#
                let made = try await client.send(.post, "/api/v1/keys", body, headers: showing(admin))
                #expect(made.status == 201 && made.json["scopes"] == .null, "\(made.json)")
                let text = made.json["key"]?.string ?? ""
                let me = try await client.send(.get, "/api/v1/me", headers: showing(text))
                #expect(me.json["permissions"] == [["role": "viewer", "service": "billing", "labels": [:]]])
            }
            let list = try await client.send(
                .get, "/api/v1/keys?owner=service_account:\(account.id)", headers: showing(admin))
            #expect(list.json["items"]?.array?.allSatisfy { $0["scopes"] == .null } == true)
            // Its tokens are for the same.
            let own = try await scene.key(of: .serviceAccount(account.id)) { $0.scopes = nil }.text
            let form = "grant_type=client_credentials&client_id=bot&client_secret=\(own)"
            let token = try await client.form("/oauth/token", form)
            #expect(token.json["scope"] == "viewer:billing", "\(token.json)")
            try await scene.grant(.serviceAccount(account.id), Permission(.operator, service: "billing"))
            let me = try await client.send(
                .get, "/api/v1/me", headers: showing(token.json["access_token"]?.string ?? ""))
            #expect(me.json["permissions"]?.array?.count == 2, "\(me.json)")
        }
    }

    @Test("nobody makes a key that may do more than himself, also by leaving its scopes out")
    func creators() async throws {
        let scene = try await scene()
        let user = try await scene.user("ada", [Permission(.editor, service: "a")])
        let account = try await scene.account("bot", Self.everything)
        let narrow = try await scene.key(of: .user(user.id), scopes: [Permission(.viewer, service: nil)])
        let whole = try await scene.key(of: .user(user.id)) { $0.scopes = nil }
        try await run(scene) { client in
            func made(_ text: String, _ owner: Subject) async throws -> CallAnswer {
                let body = #"{"name":"n","owner":"\#(owner.text)"}"#
                return try await client.send(.post, "/api/v1/keys", body, headers: showing(text))
            }
            let mine = Subject.user(user.id)
            let lesser = try await made(narrow.text, mine)
            #expect(lesser.json["scopes"] == [["role": "viewer", "service": "*", "labels": [:]]])
            #expect(try await made(whole.text, mine).json["scopes"] == .null)
            for text in [narrow.text, whole.text] {
                #expect(try await made(text, .serviceAccount(account.id)).status == 403)
            }
            // A key for more, although its owner may just now do no more than this one.
            let answer = try await client.send(
                .post, "/api/v1/keys/\(whole.key.id)/rotate", headers: showing(narrow.text))
            #expect(answer.status == 403)
        }
    }
}
