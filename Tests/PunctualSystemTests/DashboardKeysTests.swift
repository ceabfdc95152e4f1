import Foundation
import TestPeers
import Testing

@Suite("The dashboard in a browser: access, audit, notifications, settings", .timeLimit(.minutes(8)))
struct DashboardKeysTests {
    /// What the driver prints when all is well.
    private static let steps = [
        "ok the set-up leads to the sign-in",
        "ok a second factor is scanned, confirmed, asked for at the sign-in, and removed",
        "ok people are let in, given roles, shut out and deleted",
        "ok a key is made, rotated and revoked, and shown once each time",
        "ok secrets are set and deleted, and never shown",
        "ok the log is read as sentences, searched, and exported",
        "ok a password that the rules refuse is refused in words, wherever it is typed",
        "ok the second factor of somebody who has lost the app is removed after a question, and the password alone lets him in",
        "ok a notification is made, tried, changed and deleted",
        "ok display and levels are set, and keys lead to each page",
        "ok pages of access, audit, notifications and settings pass axe and fit, light and dark, at 1280 and 360",
        "ok a viewer sees his own account, and no buttons of others",
        "ok the provider's button signs in, and leads on to where one wanted to go",
        "ok the own password is changed, and every sign-in ends", "ok the same without scripts",
    ]

    private static func settings(_ provider: OpenIDProvider) -> String {
        """
        access:
          providers:
            - name: corp
              display_name: The corp account
              issuer: \(provider.issuer)
              client_id: \(OpenIDProvider.client)
              client_secret: "\(OpenIDProvider.secret)"

        """
    }

    @Test("every page and action, with scripts and without, from the set-up on, and by way of a provider")
    func everything() async throws {
        _ = try Program.installed("chromium")
        _ = try Program.installed("chromedriver")
        let provider = try OpenIDProvider()
        try await withFolder { folder in
            try folder.write(Self.settings(provider), to: "punctual.yaml")
            // The provider sends browsers back to the address that the node says, so it knows its own port.
            let arguments = [
                "serve", "--port", "\(try freePort())", "--database-url", "sqlite:jobs.sqlite", "--config",
                "punctual.yaml",
            ]
            let environment = [
                "PUNCTUAL_ACCESS_MODE": "required", "PUNCTUAL_EGRESS_ALLOW": "127.0.0.0/8",
                "PUNCTUAL_LIMITS_SIGN_IN": "off", "PUNCTUAL_LIMITS_ADDRESS": "off", "PUNCTUAL_LOG_LEVEL": "debug",
            ]
            try await withServer(arguments, in: folder, environment: environment) { server in
                let line = try await server.background.line(with: "/setup#token=")
                let token = String(line.split(separator: "=", maxSplits: 1).last ?? "")
                let driver = Checkout.path("Tests/Support/Dashboard/dashboard_keys.py")
                let said = try await Program.run(
                    Checkout.python,
                    [driver, server.address, folder.path, token, "Sign in with The corp account"], in: folder,
                    environment: ["SE_OFFLINE": "true", "PYTHONDONTWRITEBYTECODE": "1"], seconds: 400)
                #expect(said.status == 0, "\(said)")
                #expect(said.lines.filter { $0.hasPrefix("ok ") } == Self.steps, "\(said)")
                let shown = folder.read("shown.txt").split(separator: "\n")
                #expect(shown.count >= 20)
                let logged = server.background.out + server.background.err
                for text in shown { #expect(!logged.contains(text), "in the log") }
                #expect(logged.contains("the level of a logger was changed"))
            }
        }
        withExtendedLifetime(provider) {}
    }

    @Test("what the drivers check can fail: a page that is broken in one way is found, and a good one is not")
    func brokenTwins() async throws {
        _ = try Program.installed("chromium")
        try await withFolder { folder in
            let driver = Checkout.path("Tests/Support/Dashboard/dashboard_twin.py")
            let said = try await Program.run(
                Checkout.python, [driver, "-", folder.path], in: folder,
                environment: ["SE_OFFLINE": "true", "PYTHONDONTWRITEBYTECODE": "1"])
            #expect(said.status == 0, "\(said)")
            let found = "overflow, label, contrast, language, id, theme, script, policy"
            #expect(
                said.lines == ["ok a page that is broken in any of these ways is found: \(found)"], "\(said)")
        }
    }
}
