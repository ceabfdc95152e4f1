import Foundation
import PunctualClient
import PunctualJSON
import Testing

@testable import punctual

@Suite("Which server, and as whom")
struct ConnectionTests {
    /// Runs the body with a file of profiles: `prod`, which is the current one, and `lab`, over plain http.
    private func withProfiles(_ body: (ProfileFile, [String: String]) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "punctual-\(UUID().uuidString)")
        // What a failed test leaves is the system's to clean.
        defer { try? FileManager.default.removeItem(at: folder) }
        let environment = ["XDG_CONFIG_HOME": folder.path(percentEncoded: false)]
        let file = try #require(ProfileFile(environment: environment))
        try await file.change { profiles in
            profiles.current = "prod"
            profiles.all["prod"] = Profile(url: "https://prod", user: "ada", tokens: Self.tokens("p"))
            profiles.all["lab"] = Profile(url: "http://lab", tokens: Self.tokens("l"), allowsPlainHTTP: true)
            profiles.all["out"] = Profile(url: "https://out")
        }
        try await body(file, environment)
    }

    private static func tokens(_ text: String) -> SignInTokens {
        SignInTokens(accessToken: text, refreshToken: "\(text)r", expiresAt: 1_800_000_000)
    }

    /// What a connection shows: a token, `refresh` of a profile, or nothing.
    private func shown(_ connection: Connection) -> String {
        switch connection.credential {
        case nil: "nobody"
        case .token(let text)?: text
        case .signIn(let tokens, _)?: "profile \(tokens.accessToken)"
        }
    }

    private static let cases:
        [(url: String?, token: String?, profile: String?, variables: [String: String], address: String, shown: String)] =
            [
                (nil, nil, nil, [:], "https://prod", "profile p"),
                (nil, nil, "lab", [:], "http://lab", "profile l"),
                (nil, nil, nil, ["PUNCTUAL_PROFILE": "lab"], "http://lab", "profile l"),
                (nil, nil, "prod", ["PUNCTUAL_PROFILE": "lab"], "https://prod", "profile p"),
                (nil, nil, nil, ["PUNCTUAL_TOKEN": "v"], "https://prod", "v"),
                (nil, "f", nil, ["PUNCTUAL_TOKEN": "v"], "https://prod", "f"),
                // A profile's tokens go to its own server alone, however it is written.
                ("https://prod/", nil, nil, [:], "https://prod", "profile p"),
                ("https://evil", nil, nil, [:], "https://evil", "nobody"),
                (nil, nil, nil, ["PUNCTUAL_URL": "https://evil"], "https://evil", "nobody"),
                ("http://prod", nil, nil, [:], "http://prod", "nobody"),
                ("https://prod:443", nil, nil, [:], "https://prod:443", "nobody"),
                (nil, nil, nil, ["PUNCTUAL_URL": "https://a", "PUNCTUAL_TOKEN": "v"], "https://a", "v"),
                (nil, nil, "out", [:], "https://out", "nobody"),
                (nil, nil, nil, ["PUNCTUAL_URL": "", "PUNCTUAL_TOKEN": ""], "https://prod", "profile p"),
            ]

    @Test("flags win over variables, variables over the profile, and a profile's tokens stay with its server")
    func choice() async throws {
        try await withProfiles { file, _ in
            for known in Self.cases {
                let connection = try Connection(
                    url: known.url, token: known.token, profile: known.profile, allowsPlainHTTP: false,
                    environment: known.variables, file: file)
                #expect(connection.address == known.address && shown(connection) == known.shown, "\(known)")
                #expect(connection.allowsPlainHTTP == (known.address == "http://lab"), "\(known)")
            }
        }
    }

    @Test(
        "a password goes to nobody in the open, also from somebody who shows nothing, unless it is allowed",
        arguments: [
            ("http://jobs.example.com", false, false), ("http://jobs.example.com", true, true),
            ("http://10.0.0.1:8640", false, false),
            ("https://jobs.example.com", false, true), ("http://127.0.0.1:8640", false, true),
            ("http://localhost", false, true),
        ])
    func open(address: String, isAllowed: Bool, isSafe: Bool) {
        let connection = Connection(address: address, allowsPlainHTTP: isAllowed)
        #expect(connection.credential == nil)
        if isSafe {
            #expect(throws: Never.self) { try connection.requireSafe() }
        } else {
            #expect(throws: ClientError.self) { try connection.requireSafe() }
        }
    }

    @Test("a profile that is not there, or is of another server, is told")
    func unknown() async throws {
        try await withProfiles { file, _ in
            func failure(_ url: String?, _ profile: String) -> Failure? {
                #expect(throws: Failure.self) {
                    try Connection(
                        url: url, token: nil, profile: profile, allowsPlainHTTP: false, environment: [:], file: file)
                }
            }
            #expect(failure(nil, "prdo")?.status == .notFound)
            #expect(failure(nil, "prdo")?.description.contains("did you mean prod?") == true)
            #expect(failure("https://evil", "prod")?.status == .usage)
        }
    }

    @Test("the file is its owner's alone, and one that others can read is refused")
    func mode() async throws {
        try await withProfiles { file, _ in
            func mode(_ path: String) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            }
            #expect(try mode(file.path) == 0o600 && mode("\(file.path).lock") == 0o600)
            #expect(try mode(URL(filePath: file.path).deletingLastPathComponent().path()) == 0o700)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
            let failure = #expect(throws: Failure.self) { try file.read() }
            #expect(failure?.description.contains("chmod 600") == true)
            // Whoever names server and token needs no profile.
            _ = try Connection(
                url: "https://a", token: "t", profile: nil, allowsPlainHTTP: false, environment: [:], file: file)
        }
    }

    @Test("many changes at once lose none, and one that fails changes nothing")
    func changes() async throws {
        try await withProfiles { file, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<30 {
                    group.addTask {
                        try await file.change { $0.all["n\(number)"] = Profile(url: "https://\(number)") }
                    }
                }
                try await group.waitForAll()
            }
            let known = try file.read()
            #expect(known.all.count == 33 && known.current == "prod")
            await #expect(throws: Failure.self) {
                try await file.change { profiles in
                    profiles.all = [:]
                    throw Failure(.failed, "no")
                }
            }
            #expect(try file.read() == known)
            let folder = URL(filePath: file.path).deletingLastPathComponent().path()
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
                    "profiles.yaml", "profiles.yaml.lock",
                ])
        }
    }

    @Test("what is written is read again, whatever names and tokens look like")
    func roundTrip() throws {
        var profiles = Profiles(current: "on")
        for (name, text) in [("on", "no"), ("1", "- {a: b}"), ("a.b-c_d", "\"'\n: #"), ("null", "~"), ("x", "0x10")] {
            profiles.all[name] = Profile(
                url: "https://\(text)", user: text,
                tokens: SignInTokens(accessToken: text, refreshToken: text, expiresAt: 1_800_000_000))
        }
        let text = YAMLText.text(of: profiles.json)
        #expect(try Profiles(try #require(YAMLReader.documents(text).first)) == profiles, "\(text)")
    }

    @Test(
        "a file that is none is told, and does not end the program",
        arguments: ["profiles: {a: 1}", "profiles: {\"\": {url: x}}", "profiles: {../a: {url: x}}", "[1]", "text"])
    func strange(_ text: String) throws {
        let json = try #require(YAMLReader.documents(text).first)
        #expect(throws: DocumentError.self) { try Profiles(json) }
    }

    @Test("the place follows the XDG rules")
    func place() {
        #expect(ProfileFile(environment: ["XDG_CONFIG_HOME": "/c"])?.path == "/c/punctual/profiles.yaml")
        #expect(ProfileFile(environment: ["HOME": "/h"])?.path == "/h/.config/punctual/profiles.yaml")
        #expect(ProfileFile(environment: ["HOME": "/h", "XDG_CONFIG_HOME": "c"])?.path.hasPrefix("/h") == true)
        #expect(ProfileFile(environment: [:]) == nil)
    }

    @Test(
        "a secret is typed with the keys that every terminal knows",
        arguments: [
            ("abc\r", "abc", SecretLine.End.line), ("ab\u{7F}c\n", "ac", .line), ("aé\u{8}b\n", "ab", .line),
            ("\u{7F}\u{7F}a\n", "a", .line), ("abc\u{15}d\n", "d", .line), ("ab\u{3}", "ab", .interrupt),
            ("\u{4}", "", .input), ("ab\u{4}", "ab", .line), ("😀\u{7F}\n", "", .line),
        ])
    func typing(_ keys: String, _ text: String, _ end: SecretLine.End) {
        var line = SecretLine()
        for byte in keys.utf8 where line.end == nil { line.type(byte) }
        #expect(String(decoding: line.bytes, as: UTF8.self) == text && line.end == end)
    }
}
