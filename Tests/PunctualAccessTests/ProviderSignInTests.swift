import Foundation
import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

/// An installation at which somebody signs in, step by step.
private struct Scene {
    let store = MemoryIdentityStore()
    let forge = Forge()
    let calls: ScriptedProvider
    let provider: Provider
    let signIn: ProviderSignIn
    private static let keys = InstallationKeys(text: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")!

    init(secret: Provider.ClientSecret? = nil, document: JSONValue = [:]) async throws {
        var script = ScriptedProvider.Script()
        script.keys = [forge.edwardsJWK]
        script.document = script.document.merging(document)
        calls = ScriptedProvider(script)
        var provider = ProviderRuleTests.provider
        provider.clientSecret = secret
        provider.mapping.groupsPath = ["groups"]
        self.provider = provider
        let authenticator = Authenticator(store: store, pepper: Self.keys.pepper, ownIssuer: "urn:own")
        let signingKeys = SigningKeys(
            store: store, masterKeys: Self.keys.masterKeys, issuer: "urn:own", authenticator: authenticator)
        signIn = ProviderSignIn(
            directory: ProviderDirectory([provider], calls: calls, signingKeys: signingKeys), store: store,
            vault: SecretVault(store: store, masterKeys: Self.keys.masterKeys, now: { Forge.now }), keys: Self.keys,
            address: "https://jobs.example.com")
    }

    /// Writes a secret of a service.
    func put(_ name: String, _ value: String, service: String) async throws {
        var generator = SystemRandomNumberGenerator()
        let sealed = Self.keys.masterKeys.seal(
            Redacted(Array(value.utf8)), for: .secret(service: service, name: name, version: 1), using: &generator)
        try await store.put(
            SecretRecord(
                service: service, name: name, version: 1, sealed: sealed, createdAt: Forge.now, createdBy: "system"),
            overlapUntil: Forge.now)
    }

    /// Begins, lets the provider answer so, and ends.
    /// - Parameters:
    ///   - claims: in place of those of the ID token.
    ///   - reply: of the token endpoint; nil for a good one.
    ///   - change: of what the browser brings.
    func run(
        claims: JSONValue = [:], kid: String = "ed", reply: ProviderReply? = nil,
        _ change: (inout ProviderSignIn.Answer) -> Void = { _ in }
    ) async throws -> Result<ProviderSignIn.Entry, ProviderSignIn.Refusal> {
        let (url, sealed) = try await signIn.begin(provider, returnTo: "/jobs", at: Forge.now)
        let items = try #require(URLComponents(string: url)?.queryItems)
        func sent(_ name: String) -> String { items.first { $0.name == name }?.value ?? "" }
        let good: JSONValue = [
            "iss": .string(ScriptedProvider.issuer), "sub": "alice-1", "aud": "punctual",
            "nonce": .string(sent("nonce")), "email": "ada@example.com", "groups": ["b", "a", "a"],
            "exp": .int(Int64(Forge.seconds + 300)), "iat": .int(Int64(Forge.seconds)),
        ]
        let header: JSONValue = ["alg": "EdDSA", "kid": .string(kid)]
        let token = forge.token(header: header.description, claims: good.merging(claims).description)
        let json: JSONValue = ["access_token": "a", "token_type": "Bearer", "id_token": .string(token)]
        calls.script.withLock { $0.token = reply ?? ProviderReply(status: 200, body: Array(json.description.utf8)) }
        var answer = ProviderSignIn.Answer(state: sent("state"), code: "c+d/e")
        change(&answer)
        return try await signIn.finish(provider, answer, sealed: sealed, at: Forge.now)
    }
}

private func refusal(
    _ result: Result<ProviderSignIn.Entry, ProviderSignIn.Refusal>
) -> ProviderSignIn.Refusal? {
    if case .failure(let refusal) = result { refusal } else { nil }
}

@Suite("A sign-in at a provider")
struct ProviderSignInTests {
    @Test("makes a user of his own once, with the groups of the moment, and sends him back to where he was")
    func entry() async throws {
        let scene = try await Scene()
        let local = User(id: Identifier.random(at: Forge.now), name: "ada@example.com", createdAt: Forge.now)
        _ = try await scene.store.create(local)
        let first = try await scene.run().get()
        #expect(first.user.name == "corp:alice-1" && first.user.id != local.id, "e-mail addresses link nobody")
        #expect(first.groups == ["corp:a", "corp:b"] && first.granted.isEmpty && first.returnTo == "/jobs")
        let second = try await scene.run(claims: ["groups": "c", "email": "other@example.com"]).get()
        #expect(second.user.id == first.user.id && second.groups == ["corp:c"])
        #expect(try await scene.run(claims: ["sub": "alice-2"]).get().user.id != first.user.id)
        #expect(try await scene.store.users(after: nil, limit: 10).count == 3)
        var disabled = first.user
        disabled.isDisabled = true
        _ = try await scene.store.update(disabled, ifVersion: first.user.version)
        #expect(refusal(try await scene.run()) == .disabled(first.user.id))
    }

    @Test("whose readable name somebody of another issuer has gets another one")
    func nameTaken() async throws {
        let scene = try await Scene()
        let before = Provider(name: "corp", issuer: "https://before.example.com", clientID: "punctual")
        let other = try await scene.store.create(.outside(before, subject: "alice-1", at: Forge.now))
        #expect(other.name == "corp:alice-1")
        let entry = try await scene.run().get()
        #expect(entry.user.id != other.id && entry.user.name.hasPrefix("corp:~"))
        #expect(try await scene.run().get().user == entry.user)
    }

    @Test("shows the secret as the provider wants it, and a public client shows none")
    func secrets() async throws {
        let given = Provider.ClientSecret.given(Redacted("s e/c%"))
        func posted(_ secret: Provider.ClientSecret?, _ document: JSONValue = [:]) async throws -> String {
            let scene = try await Scene(secret: secret, document: document)
            _ = try await scene.run().get()
            return try #require(scene.calls.posted.first)
        }
        let basic = try await posted(given)
        let pair = Data("punctual:s%20e%2Fc%25".utf8).base64EncodedString()
        #expect(basic.hasSuffix(" Basic \(pair)") && !basic.contains("client_"))
        #expect(
            basic.contains(
                "grant_type=authorization_code&code=c%2Bd%2Fe&redirect_uri=https%3A%2F%2Fjobs.example.com%2Fauth"))
        let form = try await posted(given, ["token_endpoint_auth_methods_supported": ["client_secret_post"]])
        #expect(form.hasSuffix("&client_id=punctual&client_secret=s%20e%2Fc%25 -"))
        let open = try await posted(nil)
        #expect(open.hasSuffix("&client_id=punctual -") && open.contains("&code_verifier="))
    }

    @Test("a secret of a service is read when it is needed, and nobody is let in without it")
    func storedSecret() async throws {
        let scene = try await Scene(secret: .stored(service: "sign-in", name: "corp"))
        #expect(refusal(try await scene.run()) == .secret && scene.calls.posted.isEmpty)
        let other = try await Scene(secret: .stored(service: "sign-in", name: "corp"))
        try await other.put("corp", "hunter2", service: "sign-in")
        _ = try await other.run().get()
        let pair = Data("punctual:hunter2".utf8).base64EncodedString()
        #expect(other.calls.posted.first?.hasSuffix(" Basic \(pair)") == true)
    }

    @Test("a key that is new is fetched once, and whoever has none of the provider's is not let in")
    func rotated() async throws {
        let scene = try await Scene()
        _ = try await scene.run().get()
        scene.calls.script.withLock { $0.keys = [scene.forge.edwardsJWK.merging(["kid": "new"])] }
        #expect(try await scene.run(kid: "new").get().user.name == "corp:alice-1")
        #expect(refusal(try await scene.run(kid: "newer")) == .token(.token(.keyUnknown)))
        #expect(scene.calls.count("/jwks") == 2)
    }

    @Test(
        "an answer of the token endpoint that is none lets nobody in",
        arguments: [
            (302, "", .provider(.status(302))), (500, "{}", .provider(.status(500))), (200, "x", .provider(.malformed)),
            (200, "[]", .provider(.malformed)), (200, "{}", .exchange("no_id_token")),
            (200, #"{"token_type":"Bearer"}"#, .exchange("no_id_token")),
            (200, #"{"token_type":"mac","id_token":"x"}"#, .exchange("no_id_token")),
            (200, #"{"token_type":"bearer","id_token":"x"}"#, .token(.token(.malformed))),
            (400, #"{"error":"invalid_grant"}"#, .exchange("invalid_grant")),
            (401, #"{"error":"<script>"}"#, .exchange("unknown")), (400, "{}", .exchange("unknown")),
        ] as [(Int, String, ProviderSignIn.Refusal)])
    func replies(_ status: Int, _ body: String, _ wanted: ProviderSignIn.Refusal) async throws {
        let scene = try await Scene()
        let result = try await scene.run(reply: ProviderReply(status: status, body: Array(body.utf8)))
        #expect(refusal(result) == wanted)
        #expect(try await scene.store.users(after: nil, limit: 1).isEmpty)
    }

    @Test("a provider that always says who it is must say it")
    func issuer() async throws {
        let tells: JSONValue = ["authorization_response_iss_parameter_supported": true]
        let (silent, telling) = (try await Scene(), try await Scene(document: tells))
        #expect(refusal(try await telling.run()) == .issuer)
        #expect(refusal(try await telling.run { $0.issuer = "https://evil.example.com" }) == .issuer)
        #expect(refusal(try await telling.run { $0.issuer = ScriptedProvider.issuer }) == nil)
        #expect(refusal(try await silent.run { $0.issuer = "" }) == .issuer)
        #expect(refusal(try await silent.run()) == nil)
    }

    @Test("what the browser brings must answer its own attempt")
    func answers() async throws {
        let one = try await Scene()
        #expect(refusal(try await one.run { $0.state = nil }) == .state)
        #expect(refusal(try await one.run { $0.state?.removeLast() }) == .state)
        #expect(refusal(try await one.run { $0.code = nil }) == .code)
        #expect(refusal(try await one.run { $0.code = String(repeating: "x", count: 2049) }) == .code)
        #expect(refusal(try await one.run { $0.error = "access_denied" }) == .declined("access_denied"))
        #expect(refusal(try await one.run { $0.error = "a\r\nb" }) == .declined("unknown"))
        #expect(one.calls.posted.isEmpty, "nothing was asked for any of them")
        let (_, sealed) = try await one.signIn.begin(one.provider, returnTo: "/", at: Forge.now)
        var other = one.provider
        other.name = "other"
        let mixed = try await one.signIn.finish(other, ProviderSignIn.Answer(code: "c"), sealed: sealed, at: Forge.now)
        #expect(refusal(mixed) == .notBegun)
    }
}
