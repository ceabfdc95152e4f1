import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

@Suite("What is taken of an outside provider")
struct ProviderRuleTests {
    static let provider = Provider(name: "corp", issuer: ScriptedProvider.issuer, clientID: "punctual")

    @Test(
        "it is called over TLS, or on this machine",
        arguments: [
            ("https://id.example.com", true), ("https://id.example.com:8443/realms/a", true),
            ("http://127.0.0.1:9000", true), ("http://localhost/x", true), ("http://[::1]:80", true),
            ("http://id.example.com", false), ("http://10.0.0.1", false), ("http://127.0.0.1.example.com", false),
            ("http://localhost.example.com", false), ("http://127.evil", false), ("https://a@b", false),
            ("https://", false), ("https:///x", false), ("ftp://x", false), ("HTTPS://x", false), ("", false),
            ("https://x y", false), ("https://x\\y", false), ("https://x#y", false), ("https://x\n", false),
            ("http://[::1].example.com", false),
        ])
    func addresses(_ url: String, _ isSafe: Bool) {
        #expect(ProviderURL.isSafe(url) == isSafe, "\(url)")
    }

    @Test("its document is where the issuer says, with one slash between")
    func place() {
        for issuer in ["https://id.example.com/a", "https://id.example.com/a/"] {
            let provider = Provider(name: "p", issuer: issuer, clientID: "c")
            #expect(provider.discoveryURL == "https://id.example.com/a/.well-known/openid-configuration")
        }
    }

    @Test(
        "a document that is another issuer's, or leads elsewhere than over TLS, is none",
        arguments: [
            (["issuer": "https://id.example.com/"], .issuer("https://id.example.com/")),
            (["issuer": "https://evil.example.com"], .issuer("https://evil.example.com")),
            (["issuer": 7], .issuer("of no name")),
            (["jwks_uri": "http://169.254.169.254/latest"], .endpoint("jwks_uri")),
            (["jwks_uri": "http://127.0.0.1/jwks"], .endpoint("jwks_uri")),
            (["jwks_uri": "file:///etc/passwd"], .endpoint("jwks_uri")),
            (["token_endpoint": "http://id.example.com/token"], .endpoint("token_endpoint")),
            (["token_endpoint": 1], .endpoint("token_endpoint")),
            (["authorization_endpoint": "javascript:alert(1)"], .endpoint("authorization_endpoint")),
            (["authorization_endpoint": "//id.example.com"], .endpoint("authorization_endpoint")),
        ] as [(JSONValue, ProviderFault)])
    func documents(_ patch: JSONValue, _ fault: ProviderFault) {
        let document = ScriptedProvider.Script().document.merging(patch)
        #expect(throws: fault) { try ProviderMetadata(document, of: Self.provider) }
    }

    @Test("a good document gives its addresses, and how it wants the secret")
    func metadata() throws {
        let document = ScriptedProvider.Script().document
        let metadata = try ProviderMetadata(document, of: Self.provider)
        #expect(metadata.keysURL == "https://id.example.com/jwks" && !metadata.tellsIssuer)
        #expect(!metadata.wantsSecretInForm)
        let other = try ProviderMetadata(
            document.merging([
                "authorization_response_iss_parameter_supported": true,
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            ]), of: Self.provider)
        #expect(other.tellsIssuer && other.wantsSecretInForm)
    }

    @Test(
        "keys are kept as long as the provider says, from five minutes to a day",
        arguments: [
            (nil, 3600), ("max-age=600", 600), ("public, Max-Age=7200, must-revalidate", 7200), ("max-age=1", 300),
            ("max-age=999999999999", 86_400), ("no-store", 300), ("no-cache, max-age=7200", 300), ("max-age=x", 3600),
            ("max-age=-1", 300), ("", 3600), ("max-age=99999999999999999999", 3600),
        ] as [(String?, Int64)])
    func ages(_ field: String?, _ seconds: Int64) {
        #expect(ProviderState.age(field) == .seconds(seconds))
    }

    @Test(
        "one goes back to a path of this installation alone",
        arguments: [
            ("/", true), ("/jobs?status=active&x=%2F%2Fa#b", true), ("/a//b", true), ("/docs", true),
            ("", false), ("docs", false), ("//evil.example.com", false), ("///evil.example.com", false),
            ("/\\evil.example.com", false), ("\\\\evil", false), ("https://evil.example.com", false),
            ("javascript:alert(1)", false), ("/\t/evil.example.com", false), ("/\n/evil", false), ("/ä", false),
            (" /a", false), ("/a\r\nSet-Cookie: x=1", false), ("/\u{0}", false), ("/\"><script>", false),
            ("/" + String(repeating: "a", count: 512), false),
        ])
    func paths(_ path: String, _ isFit: Bool) {
        #expect(ReturnPath.isFit(path) == isFit, "\(path)")
    }

    @Test("whom it knows has an id of his own, whatever else is said of him, and a name that nobody here can take")
    func users() throws {
        let now = Forge.now
        func user(_ subject: String, _ provider: Provider = Self.provider) -> User {
            User.outside(provider, subject: subject, at: now)
        }
        var renamed = Self.provider
        renamed.name = "other"
        #expect(user("alice-1").id == user("alice-1").id && user("alice-1").id == user("alice-1", renamed).id)
        var ids: Set<Identifier> = []
        var names: Set<String> = []
        let subjects = ["alice-1", "Alice-1", "bob", "a b", "ü", String(repeating: "x", count: 255), "~0", "google:1"]
        let other = Provider(name: "corp2", issuer: "https://other.example.com", clientID: "punctual")
        for provider in [Self.provider, other] {
            for subject in subjects {
                let user = user(subject, provider)
                ids.insert(user.id)
                names.insert(user.name)
                #expect(UserName.normal(user.name) == nil, "\(user.name) could be made by hand")
                #expect(user.name.utf8.count <= UserName.most && user.name == user.name.lowercased())
                #expect(user.isOutside && user.passwordHash == nil)
                #expect(user.id > Identifier.random(at: Timestamp(seconds: 253_402_300_799)))
                #expect(Identifier(user.id.description) == user.id)
            }
        }
        #expect(ids.count == subjects.count * 2 && names.count == subjects.count * 2)
        #expect(user("alice-1").name == "corp:alice-1")
        #expect(User.outside(Self.provider, subject: "alice-1", isNameTaken: true, at: now).name.hasPrefix("corp:~"))
    }

    @Test("keys that are weak, for encryption, shared, or of another algorithm are no keys of it")
    func keys() async throws {
        let forge = Forge()
        let modulus = try #require(Base64URL.decode((Forge.rsa["n"]?.string ?? "").utf8))
        #expect(modulus.count == 256)
        // All but the first have 256 bytes, and still less than 2,048 bits.
        let weak = Base64URL.encode(modulus.dropLast(2) + [modulus[255]])
        let padded = Base64URL.encode([0] + modulus.dropLast(2) + [modulus[255]])
        let halved = Base64URL.encode([modulus[0] & 0x7F] + modulus.dropFirst())
        let set: JSONValue = [
            "keys": [
                forge.edwardsJWK, forge.curveJWK.merging(["use": "enc"]),
                Forge.rsa.merging(["kid": "weak", "n": .string(weak)]),
                Forge.rsa.merging(["kid": "padded", "n": .string(padded)]),
                Forge.rsa.merging(["kid": "halved", "n": .string(halved)]),
                Forge.rsa.merging(["kid": "ps", "alg": "PS256"]), ["kty": "oct", "kid": "shared", "k": "AAAA"],
                ["kty": "oct", "kid": "hs", "alg": "HS256", "k": "AAAA"], Forge.rsa,
            ]
        ]
        let keys = await TokenKey.keys(jwks: set, algorithms: Provider.standardAlgorithms)
        #expect(Set(keys.keys) == ["ed", "rs"])
    }

    @Test("a session's families keep what the claims gave, and older ones have nothing of it")
    func families() throws {
        let now = Forge.now
        let family = RefreshFamily(
            id: Identifier(high: 1, low: 1), subject: .user(Identifier(high: 1, low: 2)), client: "session",
            groups: ["corp:staff"], granted: [Permission(.operator, service: "a")],
            current: KeyedHash(keyID: "k", bytes: [1]), rotatedAt: now, createdAt: now, expiresAt: now)
        func read(_ text: String) throws -> RefreshFamily {
            try RefreshFamily(
                id: family.id, subject: family.subject.text, expiresAt: now, revokedAt: nil, version: 1, stored: text)
        }
        #expect(try read(family.storedText) == family)
        let old = try JSONValue(parsing: family.storedText).merging(["groups": JSONValue.null, "granted": .null])
        #expect(try read(old.description).granted.isEmpty && read(old.description).groups.isEmpty)
        let bad = try JSONValue(parsing: family.storedText).merging(["granted": [7]])
        #expect(throws: StoreError.self) { try read(bad.description) }
    }
}
