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

@Suite("Pages of access", .timeLimit(.minutes(2)))
struct AccessPageTests {
    /// An installation whose administrator is signed in.
    private func scene(
        _ body: @escaping @Sendable (AccessScene, DashboardVisitor) async throws -> Void
    ) async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("root", [Permission(.admin, service: nil)])
        try await scene.run { client in try await body(scene, DashboardVisitor(client, as: "root")) }
    }

    private func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    @Test("each is a whole page, and stays one with whatever is asked for in its address")
    func whole() async throws {
        try await scene { scene, root in
            let user = try await scene.user("ada", [Permission(.viewer, service: "a", labels: ["t": "x"])])
            let account = try await scene.account("deploy", [Permission(.operator, service: "a")])
            _ = try await scene.key(of: .user(user.id))
            try await scene.put("token", "hunter2")
            _ = try await root.post(
                "/new-notification",
                [
                    ("name", "on-call"), ("on", "failed"), ("channel_type", "webhook"),
                    ("webhook_url", "https://example.com/x"),
                ])
            let paths = [
                "/audit", "/access", "/access/users", "/access/users?name=ada", "/access/users?name=nobody",
                "/access/users/\(user.id)", "/access/service-accounts", "/access/service-accounts/\(account.id)",
                "/access/grants", "/access/keys", "/access/keys?owner=user:\(user.id)", "/access/secrets",
                "/access/secrets?service=a", "/access/secrets?service=empty", "/notifications", "/new-notification",
                "/notifications/on-call", "/notifications/on-call/edit", "/settings",
            ]
            for path in paths {
                let page = try await root.page(path)
                #expect(page.status == 200, "\(path)")
                page.expectWhole("\(path)")
                #expect(!page.text.contains("hunter2") && !page.text.contains("pk_"), "\(path)")
            }
            for hostile in DashboardPageTests.hostile {
                let text = encoded(hostile)
                for path in [
                    "/audit?who=\(text)", "/audit?who=user:\(text)&operation=\(text)&resource=\(text)",
                    "/audit?service=\(text)", "/audit?from=\(text)", "/audit?cursor=\(text)",
                    "/access/users?name=\(text)", "/access/users?cursor=\(text)", "/access/users/\(text)",
                    "/access/service-accounts/\(text)", "/access/keys?owner=\(text)", "/access/grants?cursor=\(text)",
                    "/access/secrets?service=\(text)", "/notifications/\(text)", "/notifications/\(text)/edit",
                    "/settings?x=\(text)",
                ] {
                    let page = try await root.page(path)
                    #expect((200...499).contains(page.status), "\(path) \(page.status)")
                    page.expectEscaped(hostile)
                }
            }
        }
    }

    @Test("a user is made with a password that is shown once, and stands nowhere else")
    func generatedPassword() async throws {
        try await scene { scene, root in
            let made = try await root.post(
                "/access/users", [("name", "Ada"), ("role", "editor"), ("service", "billing")])
            #expect(made.status == 200 && made.headers[.cacheControl] == "no-store")
            #expect(made.headers[values: .setCookie].isEmpty && made.location == nil)
            let password = try #require(made.secrets.first)
            #expect(made.secrets.count == 1 && password.count == 24)
            let answer = try await root.client.send(
                .post, "/api/v1/sessions", #"{"name":"ada","password":"\#(password)"}"#)
            #expect(answer.status == 200)
            let user = try #require(try await scene.identities.user(named: "ada"))
            let page = try await root.page("/access/users/\(user.id)")
            #expect(page.text.contains("billing") && !page.text.contains(password))
            let entries = try await scene.identities.auditEntries(from: 1, limit: 100)
            #expect(entries.contains { $0.draft.operation == "createGrant" })
            #expect(!entries.contains { "\($0.draft)".contains(password) })
            let list = try await root.page("/access/users")
            #expect(list.text.contains("editor for billing") && list.text.contains("admin for all services"))
            // Another one, which voids it.
            let asked = try await root.post("/access/users/\(user.id)", [("action", "password")])
            #expect(
                asked.status == 200 && asked.secrets.isEmpty && asked.text.contains("Set another password for ada?"))
            let reset = try await root.post(
                "/access/users/\(user.id)", [("action", "password"), ("confirmed", "yes")])
            #expect(reset.headers[.cacheControl] == "no-store" && reset.secrets.first != password)
            let old = #"{"name":"ada","password":"\#(password)"}"#
            #expect(try await root.client.send(.post, "/api/v1/sessions", old).status == 401)
        }
    }

    @Test("what is refused is said beside the form, with what was typed but for the password")
    func refused() async throws {
        try await scene { scene, root in
            let page = try await root.post("/access/users", [("name", "ada"), ("password", "passwordpassword")])
            #expect(
                page.status == 422 && page.text.contains(#"value="ada""#)
                    && page.text.contains("<details class=\"card\" open"))
            #expect(!page.text.contains("passwordpassword"))
            #expect(try await root.post("/access/users", [("name", "a b")]).status == 422)
            #expect(try await root.post("/access/users", [("name", "root")]).status == 409)
            #expect(try await root.post("/access/service-accounts", []).status == 422)
            #expect(try await scene.identities.users(after: nil, limit: 10).count == 1)
        }
    }

    @Test("a role is given, exchanged and taken away; the last administrator keeps his")
    func roles() async throws {
        try await scene { scene, root in
            let ada = try await scene.user("ada")
            let given = try await root.post(
                "/access/grants",
                [
                    ("action", "give"), ("to", "ada"), ("role", "viewer"), ("service", "a"), ("labels", "t=x"),
                    ("key", "k"),
                ])
            #expect(given.status == 303 && given.flash == "good:Given: viewer for a with t=x.")
            func grants(_ user: User) async throws -> [Grant] {
                try await scene.identities.grants(of: [.user(user.id)])
            }
            let first = try #require(try await grants(ada).first)
            let changed = try await root.post(
                "/access/grants", [("action", "change"), ("id", "\(first.id)"), ("role", "operator")])
            #expect(changed.flash == "good:Changed: operator for a with t=x.")
            let second = try #require(try await grants(ada).first)
            #expect(try await grants(ada).count == 1 && second.permission.labels == ["t": "x"])
            let asked = try await root.post(
                "/access/grants",
                [("action", "take"), ("id", "\(second.id)"), ("return_to", "/access/users/\(ada.id)")])
            #expect(asked.status == 200 && asked.text.contains("ada was operator for a with t&#61;x."))
            let taken = try await root.post("/access/grants", asked.fields.filter { $0.0 != "csrf" })
            #expect(taken.location == "/access/users/\(ada.id)" && taken.flash.hasPrefix("good:"))
            #expect(try await grants(ada).isEmpty)
            let me = try #require(try await scene.identities.user(named: "root"))
            let mine = try #require(try await grants(me).first)
            for fields in [
                [("action", "change"), ("role", "viewer")], [("action", "take"), ("confirmed", "yes")],
            ] {
                let kept = try await root.post("/access/grants", fields + [("id", "\(mine.id)")])
                #expect(kept.flash.hasPrefix("bad:"), "\(kept.flash)")
                #expect(try await grants(me).map(\.permission) == [Permission(.admin, service: nil)])
            }
            for fields in [[("to", "nobody")], [("subject", "x")], [], [("to", "ada"), ("role", "king")]] {
                #expect(try await root.post("/access/grants", [("action", "give")] + fields).flash.hasPrefix("bad:"))
            }
        }
    }

    @Test("somebody is disabled, enabled, renamed and deleted, each after a question where it hurts")
    func person() async throws {
        try await scene { scene, root in
            for kind in ["users", "service-accounts"] {
                let id =
                    kind == "users"
                    ? try await scene.user("ada").id : try await scene.account("deploy").id
                let path = "/access/\(kind)/\(id)"
                func json() async throws -> JSONValue {
                    try await root.client.send(.get, "/api/v1/\(kind)/\(id)", headers: root.headers).json
                }
                for action in ["disable", "delete"] {
                    let asked = try await root.post(path, [("action", action)])
                    #expect(asked.status == 200 && asked.text.contains(#"name="confirmed""#), "\(action)")
                }
                #expect(try await json()["disabled"] == false)
                _ = try await root.post(path, [("action", "disable"), ("confirmed", "yes")])
                #expect(try await json()["disabled"] == true)
                #expect(try await root.page(path).text.contains("Disabled"))
                _ = try await root.post(path, [("action", "enable")])
                let version = try await json()["version"]?.int ?? 0
                let saved = try await root.post(
                    path, [("action", "save"), ("name", "other"), ("tier", "basic"), ("version", "\(version)")])
                #expect(saved.flash == "good:Saved.")
                #expect(try await json()["name"] == "other")
                #expect(try await json()["tier"] == "basic")
                let late = try await root.post(path, [("action", "save"), ("name", "x"), ("version", "\(version)")])
                #expect(late.flash.hasPrefix("bad:"), "somebody else has changed it meanwhile")
                #expect(try await root.post(path, [("action", "x")]).flash.contains("no such action"))
                let gone = try await root.post(path, [("action", "delete"), ("confirmed", "yes")])
                #expect(gone.location == "/access/\(kind)")
                #expect(try await root.page(path).status == 404)
            }
        }
    }

    @Test("a key is shown once, rotated, asked about before it is rotated again, and revoked")
    func keys() async throws {
        try await scene { scene, root in
            let account = try await scene.account("deploy", [Permission(.operator, service: "a")])
            let owner = "service_account:\(account.id)"
            let made = try await root.post(
                "/access/keys",
                [
                    ("action", "create"), ("name", "ci"), ("owner", owner), ("role", "viewer"), ("service", "a"),
                    ("days", "30"), ("addresses", "10.0.0.0/8, 127.0.0.1"), ("return_to", "/access/keys"),
                ])
            #expect(made.status == 200 && made.headers[.cacheControl] == "no-store")
            #expect(made.headers[values: .setCookie].isEmpty)
            let text = try #require(made.secrets.first)
            #expect(text.hasPrefix("pk_") && made.secrets.count == 1)
            let key = try #require(
                try await scene.identities.keys(of: .serviceAccount(account.id), after: nil, limit: 2).first)
            #expect(key.scopes == [Permission(.viewer, service: "a")] && key.addresses.count == 2)
            #expect(key.expiresAt == scene.clock.now() + .seconds(30 * 86_400))
            let list = try await root.page("/access/keys")
            #expect(list.text.contains("deploy") && list.text.contains("viewer for a") && !list.text.contains(text))
            let rotation = [("action", "rotate"), ("id", "\(key.id)"), ("overlap", "1h")]
            let second = try await root.post("/access/keys", rotation)
            #expect(second.secrets.first != text && second.secrets.first?.hasPrefix("pk_") == true)
            #expect(try await root.page("/access/keys").text.contains("the old one holds until"))
            let asked = try await root.post("/access/keys", rotation)
            #expect(asked.secrets.isEmpty && asked.text.contains("Rotate it all the same"))
            let third = try await root.post("/access/keys", rotation + [("confirmed", "yes")])
            #expect(third.secrets.count == 1)
            let revocation = [("action", "revoke"), ("id", "\(key.id)")]
            #expect(try await root.post("/access/keys", revocation).text.contains("Revoke the key ci?"))
            #expect(try await root.post("/access/keys", revocation + [("confirmed", "yes")]).flash.hasPrefix("good:"))
            #expect(try await root.page("/access/keys").text.contains("Revoked"))
            let new = [("action", "create"), ("name", "n")]
            for fields in [
                [("action", "create")], new + [("addresses", "x")], [], new + [("service", "billing"), ("role", "")],
                new + [("service", "billing")], new + [("days", "0")], new + [("days", "soon")], new + [("days", "-1")],
                new + [("days", "99999999999999999999")],
            ] {
                #expect(try await root.post("/access/keys", fields).flash.hasPrefix("bad:"), "\(fields)")
            }
            let entries = try await scene.identities.auditEntries(from: 1, limit: 100)
            #expect(!entries.contains { "\($0.draft)".contains(text.suffix(30)) })
        }
    }

    @Test("a secret is set and deleted, and its value is shown nowhere, not even when it is refused")
    func secrets() async throws {
        try await scene { scene, root in
            let value = "-----BEGIN\r\nhunter2-----"
            let set = try await root.post(
                "/access/secrets", [("action", "set"), ("service", "a"), ("name", "key"), ("value", value)])
            #expect(set.location == "/access/secrets?service=a" && set.flash == "good:The secret key is set.")
            let page = try await root.page("/access/secrets?service=a")
            #expect(page.text.contains("{{secret:key}}") && !page.text.contains("hunter2"))
            let refused = try await root.post(
                "/access/secrets", [("action", "set"), ("service", "a"), ("name", "a b"), ("value", "hunter2")])
            #expect(
                refused.status == 422 && refused.text.contains(#"value="a b""#) && !refused.text.contains("hunter2"))
            let asked = try await root.post(
                "/access/secrets", [("action", "delete"), ("service", "a"), ("name", "key")])
            #expect(asked.text.contains("Delete the secret key?"))
            let gone = try await root.post("/access/secrets", asked.fields.filter { $0.0 != "csrf" })
            #expect(gone.flash == "good:The secret key is deleted.")
            #expect(try await scene.identities.secret("key", service: "a").isEmpty)
        }
    }
}
