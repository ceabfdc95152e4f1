import Crypto
import Foundation
import PunctualAccess
import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

@Suite("Tokens")
struct TokenTests {
    @Test("an attack is refused for its own reason", arguments: Attack.all)
    func attack(_ attack: Attack) async {
        let forge = Forge()
        let verifier = await forge.verifier()
        #expect(throws: attack.fault) { try verifier.verify(attack.token(forge), at: Forge.now) }
    }

    @Test("there are a hundred attacks, each with its name")
    func enough() {
        #expect(Attack.all.count >= 100)
        #expect(Set(Attack.all.map(\.name)).count == Attack.all.count)
    }

    @Test("what the attacks are made from is taken")
    func control() async throws {
        let forge = Forge()
        let verifier = await forge.verifier()
        for good in [
            forge.token(), forge.curveToken(), forge.token(header: Forge.header(["typ": "application/AT+JWT"])),
            forge.token(claims: Forge.claims(["aud": ["other", "punctual"]])),
            forge.token(header: Forge.header(["x5t": "abc", "cty": "json"])),
            forge.token(claims: Forge.claims(["exp": .number("1800000299.5"), "nbf": 0])),
        ] {
            let token = try verifier.verify(good, at: Forge.now)
            #expect(token.subject == Forge.claims["sub"]?.string && token.issuer == Forge.issuerName)
        }
        #expect(throws: Never.self) { try verifier.verify(forge.token(), at: Forge.now + .seconds(329)) }
        #expect(throws: TokenFault.expired) { try verifier.verify(forge.token(), at: Forge.now + .seconds(330)) }
    }

    @Test("no text crashes the reader, and no change of a token is taken")
    func fuzz() async {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let forge = Forge()
        let verifier = await forge.verifier()
        let good = Array(forge.token().utf8)
        for _ in 0..<4000 {
            var bytes = good
            for _ in 0...Int.random(in: 0...3, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(UInt8(ascii: "."), at: at)
                default: bytes.swapAt(at, Int.random(in: 0..<bytes.count, using: &random))
                }
            }
            if bytes == good { continue }
            #expect(throws: TokenFault.self, "seed \(seed)") {
                try verifier.verify(String(decoding: bytes, as: UTF8.self), at: Forge.now)
            }
        }
    }

    @Test("tokens of PyJWT and Authlib are taken, with every algorithm")
    func peers() async throws {
        let lines = try Python.run(
            "jwt_peer.py", lines: ["make https://idp.example.com punctual \(Forge.seconds)"])
        #expect(lines.count == 10)
        var short = 0
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            let jwk = try JSONValue(parsing: words[2])
            if words[1] == "ES256", jwk["x"]?.string?.count != 43 { short += 1 }
            let keys = await TokenKey.keys(jwks: ["keys": [jwk]], algorithms: Set(TokenAlgorithm.allCases))
            let verifier = TokenVerifier(issuers: [
                .outside(name: "https://idp.example.com", audiences: ["punctual"], keys: keys)
            ])
            let token = try verifier.verify(words[3], at: Forge.now)
            #expect(token.subject == "rosa", "\(words[0]) \(words[1])")
            #expect(token.claims["groups"]?[1] == "ünïcödé")
            #expect(keys.values.first?.algorithm.rawValue == words[1])
        }
        #expect(short >= 2, "no key of a short coordinate was tried")
    }

    @Test("PyJWT and Authlib read our tokens with our published keys")
    func ours() async throws {
        var random = SystemRandomNumberGenerator()
        let key = try #require(
            await SigningKey(seed: Redacted(SigningKey.newSeed(using: &random)), createdAt: Forge.now - .seconds(900)))
        let ring = SigningKeyRing([key])
        let tokens = AccessTokens(issuer: "https://punctual.example.com", audience: "punctual")
        let subject = Subject.serviceAccount(Identifier(high: 1, low: 2))
        let scopes = [Permission(.operator, service: "billing", labels: ["team": "a b"])]
        let family = Identifier(high: 3, low: 4)
        let text = tokens.mint(
            for: subject, client: "cli", family: family, scopes: scopes, id: Identifier(high: 5, low: 6), key: key,
            at: Forge.now)
        let lines = ["pyjwt", "authlib"].map {
            "read \($0) https://punctual.example.com punctual \(ring.jwks(at: Forge.now)) \(text.reveal())"
        }
        for line in try Python.run("jwt_peer.py", lines: lines) {
            #expect(try JSONValue(parsing: line)["sub"]?.string == subject.text)
        }
        let keys = await TokenKey.keys(jwks: ring.jwks(at: Forge.now), algorithms: [.edDSA])
        let verifier = TokenVerifier(issuers: [
            .own(name: "https://punctual.example.com", audience: "punctual", keys: keys)
        ])
        let read = try verifier.verify(text.reveal(), at: Forge.now)
        let content = try #require(AccessTokens.content(of: read))
        #expect(content.subject == subject && content.family == family && content.scopes == scopes)
        #expect(content.client == "cli" && read.expiresAt == Forge.now + .seconds(600))
        #expect(throws: TokenFault.expired) { try verifier.verify(text.reveal(), at: Forge.now + .seconds(631)) }
    }

    @Test("a key's id is its thumbprint (RFC 8037, appendix A.3)")
    func thumbprint() async throws {
        let seed = try #require(Base64URL.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A".utf8))
        let key = try #require(await SigningKey(seed: Redacted(seed), createdAt: Forge.now))
        #expect(key.id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(key.jwk["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        #expect(key.jwk["d"] == nil)
        #expect(await SigningKey(seed: Redacted([1, 2, 3]), createdAt: Forge.now) == nil)
    }

    @Test("through a rotation every token that lives is taken, at every moment")
    func rotation() async throws {
        var random = SystemRandomNumberGenerator()
        let tokens = AccessTokens(issuer: "i", audience: "a")
        var keys: [SigningKey] = []
        for day in [0, 1, 2] {
            keys.append(
                try #require(
                    await SigningKey(
                        seed: Redacted(SigningKey.newSeed(using: &random)),
                        createdAt: Forge.now + .seconds(day * 7200))))
        }
        var living: [(text: String, madeAt: Timestamp)] = []
        for minute in stride(from: 0, to: 300, by: 4) {
            let now = Forge.now + .seconds(minute * 60)
            // A node that has not heard of keys younger than the lead.
            let known = SigningKeyRing(keys.filter { $0.createdAt <= now })
            let stale = SigningKeyRing(keys.filter { $0.createdAt + SigningKeyRing.lead <= now || $0.id == keys[0].id })
            let key = try #require(known.signer(at: now))
            living.append(
                (
                    tokens.mint(
                        for: .user(Identifier(high: 1, low: 1)), client: "c", family: nil, scopes: nil,
                        id: Identifier(high: 2, low: UInt64(minute)), key: key, at: now
                    ).reveal(), now
                ))
            living.removeAll { $0.madeAt + AccessTokens.lifetime <= now }
            for ring in [known, stale] {
                let set = await TokenKey.keys(jwks: ring.jwks(at: now), algorithms: [.edDSA])
                #expect(set.count <= 2)
                let verifier = TokenVerifier(issuers: [.own(name: "i", audience: "a", keys: set)])
                for token in living {
                    #expect(throws: Never.self, "minute \(minute)") { try verifier.verify(token.text, at: now) }
                }
            }
        }
        #expect(SigningKeyRing(keys).published(at: Forge.now + .seconds(100_000)).count == 1)
        #expect(SigningKeyRing([]).signer(at: Forge.now) == nil && SigningKeyRing([]).needsNewKey(at: Forge.now))
        #expect(!SigningKeyRing(keys).needsNewKey(at: Forge.now + .seconds(8000)))
        #expect(SigningKeyRing(keys).needsNewKey(at: Forge.now + .seconds(31 * 86_400)))
    }

    @Test(
        "a key that is unfit is left out of a set",
        arguments: [
            (["kid": .null], .unnamed), (["kid": ""], .unnamed), (["use": "enc"], .use),
            (["key_ops": ["encrypt"]], .use),
            (["alg": "HS256"], .algorithm), (["alg": "ES256"], .algorithm), (["kty": "oct"], .algorithm),
            (["crv": "Ed448"], .material), (["x": "AAAA"], .material), (["x": .null], .material),
            (["x": "!"], .material),
        ] as [(JSONValue, TokenKey.Fault)])
    func unfit(patch: JSONValue, fault: TokenKey.Fault) async {
        let jwk = Forge().edwardsJWK.merging(patch)
        await #expect(throws: fault) { try await TokenKey(jwk: jwk, algorithms: Set(TokenAlgorithm.allCases)) }
        #expect(await TokenKey.keys(jwks: ["keys": [jwk]], algorithms: Set(TokenAlgorithm.allCases)).isEmpty)
    }

    @Test("an RSA key without a named algorithm is for the only one allowed, or for none; a weak one is none")
    func ambiguous() async throws {
        let bare = Forge.rsa.merging(["alg": .null])
        #expect(try await TokenKey(jwk: bare, algorithms: [.rs256, .edDSA]).algorithm == .rs256)
        await #expect(throws: TokenKey.Fault.algorithm) { try await TokenKey(jwk: bare, algorithms: [.rs256, .ps256]) }
        let weak = bare.merging(["n": .string(Base64URL.encode([UInt8](repeating: 0xFF, count: 128)))])
        await #expect(throws: TokenKey.Fault.material) { try await TokenKey(jwk: weak, algorithms: [.rs256]) }
        let absurd = bare.merging(["n": .string(Base64URL.encode([UInt8](repeating: 0xFF, count: 4096)))])
        await #expect(throws: TokenKey.Fault.material) { try await TokenKey(jwk: absurd, algorithms: [.rs256]) }
    }

    @Test("a point that is not on the curve is no key")
    func offCurve() async {
        let forge = Forge()
        let y = Base64URL.encode([UInt8](repeating: 5, count: 32))
        await #expect(throws: TokenKey.Fault.material) {
            try await TokenKey(jwk: forge.curveJWK.merging(["y": .string(y)]), algorithms: [.es256])
        }
    }

    @Test("of two keys with one id neither is used")
    func doubled() async {
        let (one, other) = (Forge(), Forge())
        let keys = await TokenKey.keys(
            jwks: ["keys": [one.edwardsJWK, other.edwardsJWK, one.curveJWK]], algorithms: Set(TokenAlgorithm.allCases))
        #expect(keys.keys.sorted() == ["es"])
    }

    @Test("Base64URL has one text for each sequence of bytes")
    func coding() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for length in 0..<100 {
            let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let text = Base64URL.encode(bytes)
            let usual = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            #expect(text == usual.replacing("=", with: ""), "seed \(seed)")
            #expect(Base64URL.decode(text.utf8) == bytes)
        }
        #expect(Base64URL.decode("AB".utf8) == nil && Base64URL.decode("A".utf8) == nil)
    }
}
