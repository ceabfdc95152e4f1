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

@Suite("One's own account", .timeLimit(.minutes(2)))
struct AccountPageTests {
    @Test("who may only look sees his account and his display, and no buttons of others")
    func viewer() async throws {
        let scene = try await AccessScene()
        let root = try await scene.user("root", [Permission(.admin, service: nil)])
        _ = try await scene.user("looker", [Permission(.viewer, service: "a")])
        try await scene.run { client in
            let looker = try await DashboardVisitor(client, as: "looker")
            let page = try await looker.page("/access")
            #expect(page.status == 200 && page.text.contains("viewer for a"))
            for path in ["/audit", "/notifications", "/access/users", "/access/grants", "/access/service-accounts"] {
                #expect(!page.text.contains("href=\"\(path)\""), "\(path)")
                #expect(try await looker.page(path).status == 403, "\(path)")
            }
            for path in ["/access", "/access/keys", "/settings"] {
                #expect(page.text.contains("href=\"\(path)\""), "\(path)")
            }
            let settings = try await looker.page("/settings")
            #expect(settings.status == 200 && !settings.text.contains("/settings/log-levels"))
            #expect(try await looker.page("/access/secrets").status == 403)
            #expect(try await looker.page("/new-notification").status == 403)
            #expect(try await looker.page("/access/users/\(root.id)").status == 403)
            let before = try await scene.identities.auditHead().sequence
            for (path, fields) in [
                ("/access/users", [("name", "eve")]), ("/access/users/\(root.id)", [("action", "enable")]),
                ("/access/grants", [("action", "give"), ("subject", "user:\(root.id)"), ("role", "viewer")]),
                ("/access/secrets", [("action", "set"), ("service", "a"), ("name", "n"), ("value", "v")]),
                ("/settings/log-levels", [("label", "punctual"), ("level", "trace")]),
                (
                    "/new-notification",
                    [("name", "n"), ("on", "failed"), ("channel_type", "webhook"), ("webhook_url", "https://e.com")]
                ),
            ] {
                let sent = try await looker.post(path, fields)
                #expect(sent.status == 403 || sent.flash.hasPrefix("bad:"), "\(path) \(sent.status)")
            }
            let refusals = try await scene.identities.auditEntries(from: before + 1, limit: 50).map(\.draft)
            #expect(refusals.allSatisfy { !$0.isAllowed })
            for operation in ["createUser", "patchUser", "createGrant", "putSecret", "putLogLevel", "putNotification"] {
                #expect(refusals.contains { $0.operation == operation }, "\(operation)")
            }
            #expect(try await scene.identities.users(after: nil, limit: 10).count == 2)
        }
    }

    @Test("the password is changed with the old one alone, and every sign-in ends")
    func password() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada")
        try await scene.run { client in
            let ada = try await DashboardVisitor(client, as: "ada")
            let new = "another sentence of mine"
            func change(_ current: String, _ password: String, _ again: String) async throws -> PageAnswer {
                try await ada.post(
                    "/access/password", [("current", current), ("password", password), ("again", again)])
            }
            #expect(try await change(AccessScene.password, new, new + "x").status == 422)
            let wrong = try await change("not the one that it is", new, new)
            #expect(wrong.status == 403 && wrong.text.contains("role=\"alert\"") && !wrong.text.contains(new))
            #expect(try await change(AccessScene.password, "short", "short").status == 422)
            #expect(try await ada.page("/access").status == 200)
            let done = try await change(AccessScene.password, new, new)
            #expect(done.location == "/sign-in" && done.flash.hasPrefix("good:") && !done.flash.contains(new))
            #expect(try await ada.page("/access").status == 303)
            let signIn = try await client.post("/sign-in", [("name", "ada"), ("password", new)])
            #expect(signIn.status == 303 && signIn.location == "/")
        }
    }

    @Test("guesses at a password there are counted as those of the sign-in are")
    func guesses() async throws {
        var scene = try await AccessScene()
        _ = try await scene.user("ada")
        scene.scene.services.doorkeeper.limiter = MemoryLimiter()
        try await scene.run(.live) { client in
            let ada = try await DashboardVisitor(client, as: "ada")
            var statuses: [Int] = []
            for _ in 1...25 {
                statuses.append(
                    try await ada.post("/access/second-factor", [("action", "remove"), ("password", "x")]).status)
            }
            #expect(statuses.contains(429), "\(statuses)")
            #expect(try await ada.page("/access").status == 200)
        }
    }

    @Test("a second factor is scanned, confirmed, asked for, and removed with a code")
    func secondFactor() async throws {
        let scene = try await AccessScene()
        let user = try await scene.user("ada")
        try await scene.run { client in
            let ada = try await DashboardVisitor(client, as: "ada")
            func code() async throws -> String {
                let stored = try #require(try await scene.identities.user(user.id)?.secondFactor)
                let secret = try AccessScene.keys.masterKeys.open(stored.secret, for: .secondFactor(of: user.id))
                return OneTimePassword(secret: secret.reveal()).code(step: OneTimePassword.step(at: scene.clock.now()))
            }
            let path = "/access/second-factor"
            #expect(try await ada.post(path, [("action", "enrol"), ("password", "x")]).status == 403)
            let shown = try await ada.post(path, [("action", "enrol"), ("password", AccessScene.password)])
            #expect(shown.status == 200 && shown.headers[.cacheControl] == "no-store")
            #expect(shown.text.contains("href=\"otpauth://totp/Punctual:ada?secret&#61;"))
            #expect(shown.text.contains("aria-label=\"QR code for the authenticator app\""))
            #expect(try await ada.page("/access").text.contains("Set it up"), "it does not count yet")
            let wrong = try await ada.post(path, [("action", "confirm"), ("code", "000000")])
            #expect(wrong.status == 422 && wrong.text.contains("not the code of this moment"))
            let done = try await ada.post(path, [("action", "confirm"), ("code", try await code())])
            #expect(done.secrets.count == 10 && done.headers[.cacheControl] == "no-store")
            #expect(try await ada.page("/access").text.contains("Remove the second factor"))
            let name = [("name", "ada"), ("password", AccessScene.password)]
            let asked = try await client.post("/sign-in", name)
            #expect(asked.status == 401 && asked.text.contains("code of your authenticator app"))
            scene.clock.advance(by: .seconds(30))
            #expect(try await client.post("/sign-in", name + [("code", try await code())]).status == 303)
            let proof = [("action", "remove"), ("password", AccessScene.password)]
            #expect(try await ada.post(path, proof).status == 422)
            let removed = try await ada.post(path, proof + [("code", done.secrets[0])])
            #expect(removed.location == "/access" && removed.flash.hasPrefix("good:"), "\(removed.text)")
            #expect(try await client.post("/sign-in", name).status == 303)
        }
    }

    @Test("signing out everywhere asks first, and ends this session with the others")
    func everywhere() async throws {
        let scene = try await AccessScene()
        _ = try await scene.user("ada")
        try await scene.run { client in
            let (here, there) = (
                try await DashboardVisitor(client, as: "ada"), try await DashboardVisitor(client, as: "ada")
            )
            #expect(try await here.post("/access/sign-out", []).text.contains("Sign out everywhere?"))
            #expect(try await there.page("/access").status == 200)
            scene.clock.advance(by: .seconds(1))
            #expect(try await here.post("/access/sign-out", [("confirmed", "yes")]).location == "/sign-in")
            #expect(try await there.page("/access").status == 303)
        }
    }

    @Test("without access control there is nothing of it, and the pages say why")
    func open() async throws {
        try await withAPI { client, _ in
            let overview = try await client.page("/")
            for path in ["/audit", "/access"] {
                #expect(!overview.text.contains("href=\"\(path)\""))
                let page = try await client.page(path)
                #expect(page.status == 409 && page.text.contains("no access control"))
            }
            #expect(overview.text.contains("href=\"/settings\"") && overview.text.contains("href=\"/notifications\""))
        }
    }

    @Test("the way to the first administrator is shown until there is one")
    func setUp() async throws {
        let scene = try await AccessScene()
        try await scene.run { client in
            #expect(try await client.page("/sign-in").text.contains("href=\"/setup\""))
            _ = try await scene.user("ada", [Permission(.admin, service: nil)])
            #expect(try await !client.page("/sign-in").text.contains("href=\"/setup\""))
        }
    }
}
