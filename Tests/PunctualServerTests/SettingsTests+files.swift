import Foundation
import Testing

@testable import PunctualServer

// What is wrong with files and what they hold, and what is never shown.

extension SettingsTests {
    @Test("a database's address, which may hold a password, is never shown")
    func secret() async throws {
        let error = await #expect(throws: SettingsError.self) {
            try await load(flags: ["database.url": "mysql://u:hunter2@h/d"])
        }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test(
        "a file with a key or a form that nothing knows is refused in one line",
        arguments: [
            ("log: {level: info}\nhttp: {prot: 1}", "no setting http.prot (line 2); did you mean http.port?"),
            ("ports: 1", "no setting ports"), ("http: {port: ~}", "http.port: has no value"),
            ("http: {port: 1}\nhttp.port: 2", "http.port stands there twice"),
            ("http: 3", "no setting http"), ("http.port: {a: 1}", "http.port: must be one value"),
            ("http: {host: [a, b]}", "http.host: must be one value"), ("roles: {api: 1}", "roles: must be a list"),
            ("roles: [[api]]", "roles: must be a list"), ("- http", "must be a mapping"), ("text", "must be a mapping"),
            ("? [a]\n: b", "no word"), ("http: [port: 1\n", "is no YAML: "), ("roles: api\nroles: worker", "twice"),
            ("\tx: 1", "is no YAML: "), ("http: *missing", "is no YAML: "),
        ])
    func badFile(_ yaml: String, _ words: String) async throws {
        let error = await #expect(throws: SettingsError.self) { try await load(yaml: yaml) }
        let told = try #require(error?.description)
        #expect(told.hasPrefix("the config file /") && told.contains(words) && !told.contains("\n"), "\(told)")
    }

    @Test("a file that cannot be read is named", arguments: ["/nonexistent/a.yaml", "/tmp"])
    func unreadable(_ path: String) async throws {
        let error = await #expect(throws: SettingsError.self) {
            try await Settings.load(flags: [:], environment: [:], configFile: path)
        }
        #expect(error?.description.contains(path) == true)
    }

    @Test("a file for a variable that is set too, or that cannot be read, is refused")
    func badVariableFile() async throws {
        for environment in [
            ["PUNCTUAL_NODE_ID": "a", "PUNCTUAL_NODE_ID_FILE": "/etc/hostname"],
            ["PUNCTUAL_NODE_ID_FILE": "/nonexistent/secret"],
        ] {
            let error = await #expect(throws: SettingsError.self) { try await load(environment: environment) }
            #expect(error?.description.contains("PUNCTUAL_NODE_ID_FILE") == true)
        }
    }

    @Test(
        "a range or a webhook secret that cannot be read is refused, the secret unseen",
        arguments: [
            ("egress.allow", "10.0.0.0/40", false), ("egress.allow", "10.0.0.0/8,::1", true),
            ("webhook.secret", "whsec_hunter2", false),
            ("webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true),
        ])
    func guarded(_ key: String, _ value: String, _ isGood: Bool) async throws {
        let settings = try await load(flags: [key: value])
        func read() throws {
            _ = try settings.egressGuard()
            _ = try settings.webhookSecrets()
        }
        if isGood { return try read() }
        let error = #expect(throws: SettingsError.self) { try read() }
        #expect(error?.description.hasPrefix(key) == true && error?.description.contains("hunter2") == false)
    }
}
