import Foundation
import HTTPTypes
import HummingbirdTesting
import PunctualAccess
import PunctualCore
import PunctualHTTP
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("OAuth", .timeLimit(.minutes(10)))
struct OAuthTests {
    private static let path = "/oauth/token"

    /// A service account that operates on billing, and its key.
    private func account(_ scene: AccessScene) async throws -> (ServiceAccount, key: APIKey, text: String) {
        let account = try await scene.account("billing-bot", [Permission(.operator, service: "billing")])
        let (key, text) = try await scene.key(of: .serviceAccount(account.id))
        return (account, key, text)
    }

    @Test("a service account's key becomes a token by name, by id and by Basic credentials, and ends with the key")
    func credentials() async throws {
        let scene = try await AccessScene()
        let (account, key, text) = try await account(scene)
        try await scene.run { client in
            let basic: HTTPFields = [
                .authorization: "Basic " + Data("billing-bot:\(text)".utf8).base64EncodedString()
            ]
            var tokens: [String] = []
            for (form, headers) in [
                ("grant_type=client_credentials&client_id=billing-bot&client_secret=\(text)", [:]),
                ("client_secret=\(text)&client_id=\(account.id)&grant_type=client_credentials", [:]),
                ("grant_type=client_credentials", basic),
            ] as [(String, HTTPFields)] {
                let answer = try await client.form(Self.path, form, headers: headers)
                #expect(answer.status == 200 && answer.json["token_type"] == "Bearer", "\(answer.json)")
                #expect(answer.json["refresh_token"] == nil && answer.headers[.cacheControl] == "no-store")
                tokens.append(try #require(answer.json["access_token"]?.string))
            }
            for token in tokens {
                let me = try await client.send(.get, "/api/v1/me", headers: bearer(token))
                #expect(me.json["subject"]?.string == "service_account:\(account.id)")
                #expect(me.json["permissions"] == [["role": "operator", "service": "billing", "labels": [:]]])
            }
            let now = scene.clock.now()
            _ = try await scene.identities.update(key.revoked(at: now), ifVersion: key.version)
            scene.access.authenticator.forget()
            #expect(try await client.send(.get, "/api/v1/me", headers: bearer(tokens[0])).status == 401)
        }
    }

    @Test("a scope narrows a token and never widens it")
    func scopes() async throws {
        let scene = try await AccessScene()
        let text = try await account(scene).text
        try await scene.run { client in
            func answer(_ scope: String) async throws -> CallAnswer {
                let form = "grant_type=client_credentials&client_id=billing-bot&client_secret=\(text)"
                return try await client.form(Self.path, form + scope)
            }
            let cases = [
                ("&scope=viewer:billing", "viewer", "viewer:billing"),
                ("&scope=admin:*", "operator", "operator:billing"),
                ("&scope=admin:shipping%20viewer:billing", "viewer", "viewer:billing"),
                ("", "operator", "operator:billing"),
            ]
            for (scope, role, told) in cases {
                let answer = try await answer(scope)
                #expect(answer.json["scope"]?.string == told, "\(scope): \(answer.json)")
                let token = answer.json["access_token"]?.string ?? ""
                let me = try await client.send(.get, "/api/v1/me", headers: bearer(token))
                let wanted: JSONValue = [["role": .string(role), "service": "billing", "labels": [:]]]
                #expect(me.json["permissions"] == wanted, "\(scope)")
            }
            let none = try await answer("&scope=admin:shipping")
            #expect(none.status == 400 && none.json["error"] == "invalid_scope", "\(none.json)")
        }
    }

    @Test("a scope that a refresh token does not have uses it up for nobody")
    func refreshedScopes() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada", [Permission(.operator, service: "a"), Permission(.viewer, service: nil)])
        try await scene.run { client in
            let token = try await client.tokens("ada").refresh
            func answer(_ token: String, _ scope: String) async throws -> CallAnswer {
                try await client.form(Self.path, "grant_type=refresh_token&refresh_token=\(token)\(scope)")
            }
            for scope in ["king:*", "viewer", "%20x"] {
                let refused = try await answer(token, "&scope=\(scope)")
                #expect(refused.status == 400 && refused.json["error"] == "invalid_scope", "\(refused.json)")
            }
            let narrowed = try await answer(token, "&scope=editor:a")
            #expect(narrowed.json["scope"] == "operator:a viewer:a", "\(narrowed.json)")
            let whole = try await answer(narrowed.json["refresh_token"]?.string ?? "", "")
            #expect(whole.json["scope"] == "operator:a viewer:*", "\(whole.json)")
        }
    }

    @Test(
        "what is no good request, client or grant has its word of RFC 6749",
        arguments: [
            ("", 400, "invalid_request"), ("grant_type", 400, "invalid_request"), ("%ZZ=1", 400, "invalid_request"),
            ("grant_type=password&username=a&password=b", 400, "unsupported_grant_type"),
            ("grant_type=a&grant_type=b", 400, "invalid_request"), ("grant_type=%00", 400, "invalid_request"),
            ("grant_type=client_credentials", 401, "invalid_client"),
            ("grant_type=client_credentials&client_id=x&client_secret=y", 401, "invalid_client"),
            ("grant_type=client_credentials&client_id=other&client_secret=KEY", 401, "invalid_client"),
            ("grant_type=client_credentials&client_id=billing-bot&client_secret=KEYx", 401, "invalid_client"),
            ("grant_type=client_credentials&client_id=billing-bot&client_secret=KEY&scope=all", 400, "invalid_scope"),
            (
                "grant_type=client_credentials&client_id=billing-bot&client_secret=KEY&scope=king:*", 400,
                "invalid_scope"
            ),
            ("grant_type=refresh_token", 400, "invalid_request"),
            ("grant_type=refresh_token&refresh_token=pr_x", 400, "invalid_grant"),
            ("grant_type=refresh_token&refresh_token=KEY", 400, "invalid_grant"),
        ])
    func faults(_ form: String, _ status: Int, _ word: String) async throws {
        let scene = try await AccessScene()
        let text = try await account(scene).text
        try await scene.run { client in
            let answer = try await client.form(Self.path, form.replacingOccurrences(of: "KEY", with: text))
            #expect(answer.status == status && answer.json["error"]?.string == word, "\(answer.json)")
            #expect(answer.headers[.contentType] == "application/json")
            if status == 401 { #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Basic") == true) }
            let entries = try await scene.identities.auditEntries(from: 1, limit: 10)
            #expect(entries.allSatisfy { !$0.draft.isAllowed })
        }
    }

    @Test("fields that are no client's credentials are refused")
    func basic() async throws {
        let scene = try await AccessScene()
        let text = try await account(scene).text
        try await scene.run { client in
            func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
            for field in [
                "Basic", "Basic x", "Basic \(encoded("billing-bot"))", "Bearer \(text)", "Basic \(encoded(":"))",
                "Basic \(encoded("billing-bot:%ZZ"))",
            ] {
                let answer = try await client.form(
                    Self.path, "grant_type=client_credentials", headers: [.authorization: field])
                #expect(answer.status == 401 && answer.json["error"] == "invalid_client", "\(field)")
            }
            let twice = try await client.form(
                Self.path, "grant_type=client_credentials&client_secret=\(text)",
                headers: [.authorization: "Basic \(encoded("billing-bot:\(text)"))"])
            #expect(twice.status == 401)
            #expect(try await client.send(.post, Self.path, "{}").status == 415)
        }
    }

    @Test("a disabled or removed account, a key of a user and a key from another address are no client's")
    func strangers() async throws {
        let scene = try await AccessScene()
        let (account, _, text) = try await account(scene)
        let user = try await scene.user("ada", [Permission(.admin, service: nil)])
        let own = try await scene.key(of: .user(user.id)).text
        let far = try await scene.key(of: .serviceAccount(account.id)) { $0.addresses = [IPRange("192.0.2.0/24")!] }
            .text
        try await scene.run { client in
            func status(_ id: String, _ key: String) async throws -> Int {
                try await client.form(
                    Self.path, "grant_type=client_credentials&client_id=\(id)&client_secret=\(key)"
                ).status
            }
            #expect(try await status("billing-bot", text) == 200)
            #expect(try await status("ada", own) == 401)
            #expect(try await status("billing-bot", own) == 401)
            #expect(try await status("billing-bot", far) == 401)
            var disabled = account
            disabled.isDisabled = true
            _ = try await scene.identities.update(disabled, ifVersion: 1)
            scene.access.authenticator.forget()
            #expect(try await status("billing-bot", text) == 401)
        }
    }

    @Test("a refresh token that is used again after its successor locks the whole family out, and the log tells of it")
    func reuse() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada", [Permission(.viewer, service: nil)])
        try await scene.run { client in
            func refresh(_ token: String) async throws -> CallAnswer {
                try await client.form(Self.path, "grant_type=refresh_token&refresh_token=\(token)")
            }
            let stolen = try await client.tokens("ada").refresh
            let second = try await refresh(stolen)
            #expect(second.status == 200)
            let third = try await refresh(try #require(second.json["refresh_token"]?.string))
            let token = try #require(third.json["access_token"]?.string)
            #expect(try await client.send(.get, "/api/v1/jobs", headers: bearer(token)).status == 200)
            let thief = try await refresh(stolen)
            #expect(thief.status == 400 && thief.json["error"] == "invalid_grant")
            #expect(try await client.send(.get, "/api/v1/jobs", headers: bearer(token)).status == 401)
            #expect(try await refresh(try #require(third.json["refresh_token"]?.string)).status == 400)
            let told = try await scene.identities.auditEntries(from: 1, limit: 100).filter { !$0.draft.isAllowed }
            #expect(
                told.count == 1 && told[0].draft.principal == "user:\(user.id)" && told[0].draft.operation == "token")
        }
    }

    @Test("of many uses at once of one refresh token one successor lives")
    func race() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada", [Permission(.viewer, service: nil)])
        try await scene.run { client in
            let first = try await client.tokens("ada").refresh
            let successors = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        let form = "grant_type=refresh_token&refresh_token=\(first)"
                        return try await client.form(Self.path, form).json["refresh_token"]?.string
                    }
                }
                return try await group.reduce(into: []) { list, token in token.map { list.append($0) } }
            }
            #expect(!successors.isEmpty && Set(successors).count == successors.count)
            var living = 0
            for token in successors {
                let answer = try await client.form(Self.path, "grant_type=refresh_token&refresh_token=\(token)")
                if answer.status == 200 { living += 1 }
            }
            #expect(living <= 1)
        }
    }

    @Test("a session's secret and a revoked token are no grant; to revoke what is none is no fault")
    func revocation() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada", [Permission(.viewer, service: nil)])
        try await scene.run { client in
            let tokens = try await client.tokens("ada")
            // An access token ends with its sign-in, and what nobody revoked is not called so.
            let key = try await account(scene).text
            for text in [tokens.access, key] {
                let answer = try await client.form("/oauth/revoke", "token=\(text)&token_type_hint=access_token")
                #expect(answer.status == 400 && answer.json["error"] == "unsupported_token_type", "\(answer.json)")
                #expect(try await client.send(.get, "/api/v1/me", headers: bearer(text)).status == 200)
            }
            for text in ["x", "", String(tokens.refresh.dropLast()) + "!"] {
                let status = try await client.form("/oauth/revoke", "token=\(text)").status
                #expect(status == (text.isEmpty ? 400 : 200))
            }
            #expect(try await client.send(.get, "/api/v1/jobs", headers: bearer(tokens.access)).status == 200)
            #expect(try await client.form("/oauth/revoke", "token=\(tokens.refresh)").status == 200)
            #expect(try await client.send(.get, "/api/v1/jobs", headers: bearer(tokens.access)).status == 401)
            let session = try await client.session("ada").reading[.cookie] ?? ""
            let secret = session.split(separator: "=").last ?? ""
            let form = "grant_type=refresh_token&refresh_token=\(secret)"
            #expect(try await client.form(Self.path, form).status == 400)
        }
    }

    @Test("what is published lets others check our tokens, and keys follow each other with overlap")
    func published() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada", [Permission(.viewer, service: nil)])
        try await scene.run { client in
            let metadata = try await client.send(.get, "/.well-known/oauth-authorization-server").json
            #expect(metadata["issuer"] == "https://jobs.example.com")
            #expect(metadata["token_endpoint"] == "https://jobs.example.com/oauth/token")
            func names() async throws -> [String] {
                let set = try await client.send(.get, "/.well-known/jwks.json").json
                return set["keys"]?.array?.compactMap { $0["kid"]?.string } ?? []
            }
            let first = try await names()
            #expect(first.count == 1)
            let token = try await client.tokens("ada").access
            scene.clock.advance(by: SigningKeyRing.rotation)
            try await scene.access.signingKeys.renew(at: scene.clock.now())
            let both = try await names()
            #expect(both.count == 2 && both.first == first.first)
            scene.clock.advance(by: SigningKeyRing.lead + AccessTokens.lifetime + .seconds(31))
            try await scene.access.signingKeys.renew(at: scene.clock.now())
            #expect(try await names() == [both[1]])
            #expect(try await client.send(.get, "/api/v1/jobs", headers: bearer(token)).status == 401)
            let new = try await client.tokens("ada").access
            #expect(try await client.send(.get, "/api/v1/jobs", headers: bearer(new)).status == 200)
        }
    }

    @Test("several nodes that start at once make one signing key, and take each other's tokens")
    func nodes() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada", [Permission(.viewer, service: nil)])
        let store = MemoryIdentityStore()
        let now = scene.clock.now()
        let nodes = (0..<4).map { _ in
            AccessServices(
                store: store, keys: AccessScene.keys, issuer: "i", address: "https://i",
                now: scene.scene.store.now)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes { group.addTask { try await node.signingKeys.renew(at: now) } }
            try await group.waitForAll()
        }
        for node in nodes { try await node.signingKeys.renew(at: now) }
        #expect(Set(nodes.map { $0.signingKeys.jwks(at: now) }).count == 1)
    }
}
