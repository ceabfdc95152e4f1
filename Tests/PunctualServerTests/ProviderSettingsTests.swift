import Foundation
import PunctualAccess
import PunctualCore
import Testing

@testable import PunctualServer

@Suite("Settings of outside providers")
struct ProviderSettingsTests {
    private func load(_ yaml: String, environment: [String: String] = [:]) async throws -> [Provider] {
        let url = FileManager.default.temporaryDirectory.appending(path: "punctual-\(UUID().uuidString).yaml")
        try yaml.write(to: url, atomically: true, encoding: .utf8)
        // A file that stays behind in the temporary folder harms nobody.
        defer { try? FileManager.default.removeItem(at: url) }
        return try await Settings.load(
            flags: [:], environment: environment, configFile: url.path(percentEncoded: false)
        ).access.providers
    }

    /// A list of one provider with these keys in place of the good ones, or beside them.
    private func one(_ keys: [String: String] = [:], beside: String = "") -> String {
        let good = ["name": "corp", "issuer": "https://id.example.com", "client_id": "punctual"]
        let lines = good.merging(keys) { _, new in new }.filter { !$0.value.isEmpty }.map { "      \($0): \($1)\n" }
        return "access:\n\(beside)  providers:\n    -\n\(lines.sorted().joined())"
    }

    @Test("the least is a name, an issuer and a client")
    func least() async throws {
        let provider = try #require(try await load(one()).first)
        #expect(provider == Provider(name: "corp", issuer: "https://id.example.com", clientID: "punctual"))
        #expect(provider.audiences == ["punctual"] && provider.algorithms == [.rs256, .es256, .edDSA])
        #expect(provider.scopes == ["openid", "profile", "email"] && provider.mapping.groupPrefix == "corp:")
        #expect(provider.clientSecret == nil && provider.displayName == "corp" && provider.mapping.rules.isEmpty)
    }

    @Test("everything else may be said")
    func every() async throws {
        let providers = try await load(
            """
            access:
              issuer: https://jobs.example.com
              providers:
                - name: corp
                  display_name: Example Corp
                  issuer: https://id.example.com/realms/a
                  client_id: punctual
                  client_secret: hunter2
                  audiences: [punctual, api]
                  algorithms: [PS256, ES256]
                  scopes: [openid, groups]
                  groups_claim: realm_access.roles
                  group_prefix: ""
                  rules:
                    - {claim: groups, value: ops, role: operator, service: billing, labels: {team: a}}
                    - {claim: a.b, value: "1", role: admin, service: "*"}
                    - claim: groups
                      value: all
                      role: viewer
                - {name: other-2, issuer: "http://127.0.0.1:9000", client_id: x}
            """)
        #expect(providers.map(\.name) == ["corp", "other-2"])
        let provider = try #require(providers.first)
        #expect(provider.displayName == "Example Corp" && provider.clientSecret == .given(Redacted("hunter2")))
        #expect(provider.audiences == ["punctual", "api"] && provider.algorithms == [.ps256, .es256])
        #expect(provider.scopes == ["openid", "groups"])
        #expect(
            provider.mapping
                == ClaimMapping(
                    groupsPath: ["realm_access", "roles"], groupPrefix: "",
                    rules: [
                        ClaimMapping.Rule(
                            path: ["groups"], value: "ops",
                            permission: Permission(.operator, service: "billing", labels: ["team": "a"])),
                        ClaimMapping.Rule(
                            path: ["a", "b"], value: "1", permission: Permission(.admin, service: nil)),
                        ClaimMapping.Rule(
                            path: ["groups"], value: "all", permission: Permission(.viewer, service: nil)),
                    ]))
    }

    @Test("the secret may come from a variable, a file or the secrets of a service, and from one of them alone")
    func secrets() async throws {
        let variable = "PUNCTUAL_ACCESS_PROVIDERS_CORP_CLIENT_SECRET"
        let file = FileManager.default.temporaryDirectory.appending(path: "punctual-\(UUID().uuidString)")
        try "hunter2\n".write(to: file, atomically: true, encoding: .utf8)
        // A file that stays behind in the temporary folder harms nobody.
        defer { try? FileManager.default.removeItem(at: file) }
        let path = file.path(percentEncoded: false)
        let given = Provider.ClientSecret.given(Redacted("hunter2"))
        #expect(try await load(one(), environment: [variable: "hunter2"]).first?.clientSecret == given)
        #expect(try await load(one(), environment: ["\(variable)_FILE": path]).first?.clientSecret == given)
        #expect(try await load(one(["client_secret_file": path])).first?.clientSecret == given)
        let reference = try await load(one(["client_secret": "\"{{secret:sign-in/corp.secret}}\""]))
        #expect(reference.first?.clientSecret == .stored(service: "sign-in", name: "corp.secret"))
        for environment in [[variable: "hunter2"], ["\(variable)_FILE": path]] {
            let error = await #expect(throws: SettingsError.self) {
                try await load(one(["client_secret": "hunter3"]), environment: environment)
            }
            #expect(
                error?.description.contains("given twice") == true && error?.description.contains("hunter") == false)
        }
    }

    @Test(
        "what cannot be used is refused in one line that names the provider and the key, never a secret",
        arguments: [
            ("name", "Corp", "name must be"), ("name", "", "name must be"), ("name", "a/b", "name must be"),
            ("issuer", "http://id.example.com", "issuer must be"), ("issuer", "", "issuer must be"),
            ("issuer", "https://a/?b", "issuer must be"), ("issuer", "[https://a]", "issuer must be one value"),
            ("client_id", "", "client_id must be"), ("client_secret", "\"\"", "client_secret must be"),
            ("client_secret", "\"{{secret:hunter2}}\"", "a reference is {{secret:SERVICE/NAME}}"),
            ("client_secret_file", "/nonexistent/hunter2-path", "cannot read"),
            ("algorithms", "[HS256]", "algorithms must be"), ("algorithms", "[none]", "algorithms must be"),
            ("algorithms", "[]", "algorithms must be"), ("algorithms", "RS256", "algorithms must be a list"),
            ("audiences", "[]", "audiences must"), ("scopes", "[profile]", "openid among them"),
            ("groups_claim", "a..b", "groups_claim has"), ("rules", "x", "rules must be"),
            ("rules", "[x]", "rules number 1: must be a mapping"),
            ("rules", "[{claim: a, value: b}]", "rules number 1: role must be"),
            ("rules", "[{claim: a, value: b, role: king}]", "role must be"),
            ("rules", "[{claim: a, role: viewer}]", "value must be"),
            ("rules", "[{value: a, role: viewer}]", "claim must be"),
            ("rules", "[{claim: a, value: b, role: viewer, service: a b}]", "service must be"),
            ("rules", "[{claim: a, value: b, role: viewer, lables: {}}]", "no key lables"),
            ("rules", "[{claim: a, value: b, role: viewer, labels: [x]}]", "labels must be"),
            ("client_secrte", "hunter2", "there is no key client_secrte (line 5); did you mean client_secret?"),
        ])
    func refused(_ key: String, _ value: String, _ words: String) async throws {
        let error = await #expect(throws: SettingsError.self) { try await load(one([key: value])) }
        let told = try #require(error?.description)
        #expect(told.contains("access.providers") && told.contains(words) && !told.contains("\n"), "\(told)")
        #expect(!told.contains("hunter2") || key == "client_secret_file", "\(told)")
    }

    @Test(
        "providers that stand for one another or for the installation itself, or for nothing, are refused",
        arguments: [
            ("access: {providers: []}", "must be a list"), ("access: {providers: ~}", "must be a list"),
            ("access: {providers: {a: 1}}", "must be a list"),
            ("access: {provider: []}", "did you mean access.providers?"),
            (
                "access: {providers: [{name: a, issuer: \"https://a\", client_id: c}, {name: a, issuer: \"https://b\", client_id: c}]}",
                "the same name or issuer"
            ),
            (
                "access: {providers: [{name: a, issuer: \"https://a\", client_id: c}, {name: b, issuer: \"https://a\", client_id: c}]}",
                "the same name or issuer"
            ),
            (
                "access: {issuer: \"https://a\", providers: [{name: a, issuer: \"https://a\", client_id: c}]}",
                "this installation itself"
            ),
            (
                "access: {mode: open, providers: [{name: a, issuer: \"https://a\", client_id: c}]}",
                "access.mode is open"
            ),
        ])
    func impossible(_ yaml: String, _ words: String) async throws {
        let error = await #expect(throws: SettingsError.self) { try await load(yaml) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
}
