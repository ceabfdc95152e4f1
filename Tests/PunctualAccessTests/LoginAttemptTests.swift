import Crypto
import Foundation
import PunctualAccess
import PunctualJSON
import PunctualSchedule
import Testing

@Suite("A sign-in that a browser has begun")
struct LoginAttemptTests {
    private static let keys = InstallationKeys(text: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")!.masterKeys
    private static let others = InstallationKeys(text: "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")!.masterKeys

    private func attempt(_ seed: UInt64 = 1) -> LoginAttempt {
        var generator = SeededGenerator(seed: seed)
        return LoginAttempt(provider: "corp", returnTo: "/jobs?a=b", at: Forge.now, using: &generator)
    }

    @Test("opens for ten minutes as it was sealed, here alone")
    func sealed() {
        var generator = SeededGenerator(seed: 2)
        let text = attempt().sealed(Self.keys, using: &generator)
        #expect(LoginAttempt(sealed: text, Self.keys, at: Forge.now) == attempt())
        #expect(LoginAttempt(sealed: text, Self.keys, at: Forge.now + .seconds(599)) == attempt())
        #expect(LoginAttempt(sealed: text, Self.keys, at: Forge.now + .seconds(600)) == nil)
        #expect(LoginAttempt(sealed: text, Self.others, at: Forge.now) == nil)
        #expect(
            text.utf8.count < 1500 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !";,\"\\=".utf8.contains($0) })
        #expect(!text.contains(attempt().verifier))
    }

    @Test("opens no more when a character of it is another, missing or doubled")
    func tampered() {
        var generator = SeededGenerator(seed: 3)
        let text = attempt().sealed(Self.keys, using: &generator)
        let characters = Array(text)
        for index in characters.indices where characters[index] != "." {
            var changed = characters
            changed[index] = changed[index] == "A" ? "B" : "A"
            #expect(LoginAttempt(sealed: String(changed), Self.keys, at: Forge.now) == nil, "character \(index)")
        }
        for bad in ["", ".", "..", "a.b.c", text + ".", text + "A", String(text.dropLast()), "\(text).\(text)"] {
            #expect(LoginAttempt(sealed: bad, Self.keys, at: Forge.now) == nil, "\(bad)")
        }
    }

    @Test("sends the browser off with a challenge, and never with what answers it")
    func url() throws {
        let metadata = try ProviderMetadata(ScriptedProvider.Script().document, of: ProviderRuleTests.provider)
        let attempt = attempt()
        let url = attempt.url(
            at: metadata, of: ProviderRuleTests.provider, redirect: "https://jobs.example.com/auth/corp/callback")
        let items = try #require(URLComponents(string: url)?.queryItems)
        let values = Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value ?? "") })
        #expect(url.hasPrefix("https://id.example.com/authorize?"))
        #expect(values["response_type"] == "code" && values["client_id"] == "punctual")
        #expect(values["redirect_uri"] == "https://jobs.example.com/auth/corp/callback")
        #expect(values["scope"] == "openid profile email" && values["code_challenge_method"] == "S256")
        #expect(values["state"] == attempt.state && values["nonce"] == attempt.nonce)
        let challenge = Base64URL.encode(SHA256.hash(data: Data(attempt.verifier.utf8)))
        #expect(values["code_challenge"] == challenge && !url.contains(attempt.verifier))
        #expect((43...128).contains(attempt.verifier.utf8.count))
    }

    @Test("shares nothing with another one")
    func distinct() {
        let (one, other) = (attempt(4), attempt(5))
        let texts = [one.state, one.nonce, one.verifier, other.state, other.nonce, other.verifier]
        #expect(Set(texts).count == texts.count)
        #expect(one.isState(one.state) && !one.isState(other.state) && !one.isState(""))
    }
}
