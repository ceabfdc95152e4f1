import Crypto
import Foundation
import PunctualAccess
import PunctualJSON
import PunctualSchedule
import Testing

/// A change of a good ID token, and why it is refused then.
struct IDTokenAttack: Sendable, CustomTestStringConvertible {
    let name: String
    let fault: IDToken.Fault
    var header: JSONValue = [:]
    var claims: JSONValue = [:]
    var testDescription: String { name }

    static let all: [IDTokenAttack] = [
        IDTokenAttack(name: "of another sign-in", fault: .nonce, claims: ["nonce": "other"]),
        IDTokenAttack(name: "with a nonce that is no text", fault: .nonce, claims: ["nonce": 7]),
        IDTokenAttack(name: "without a nonce", fault: .token(.claim("nonce")), claims: ["nonce": .null]),
        IDTokenAttack(name: "for another client", fault: .token(.audience), claims: ["aud": "other"]),
        IDTokenAttack(name: "for the API, not the client", fault: .token(.audience), claims: ["aud": "api"]),
        IDTokenAttack(
            name: "for several without a word for whom", fault: .authorizedParty, claims: ["aud": ["punctual", "x"]]),
        IDTokenAttack(
            name: "for several, made for another", fault: .authorizedParty,
            claims: ["aud": ["punctual", "x"], "azp": "x"]),
        IDTokenAttack(name: "made for another", fault: .authorizedParty, claims: ["azp": "other"]),
        IDTokenAttack(name: "made for no text", fault: .authorizedParty, claims: ["azp": 7]),
        IDTokenAttack(
            name: "with another access token", fault: .accessToken, claims: ["at_hash": "AAAAAAAAAAAAAAAAAAAAAA"]),
        IDTokenAttack(name: "of another issuer", fault: .token(.issuer), claims: ["iss": "https://other.example.com"]),
        IDTokenAttack(name: "expired", fault: .token(.expired), claims: ["exp": .int(Int64(Forge.seconds - 31))]),
        IDTokenAttack(name: "without an end", fault: .token(.claim("exp")), claims: ["exp": .null]),
        IDTokenAttack(
            name: "from the future", fault: .token(.issuedInFuture), claims: ["iat": .int(Int64(Forge.seconds + 60))]),
        IDTokenAttack(name: "without a beginning", fault: .token(.claim("iat")), claims: ["iat": .null]),
        IDTokenAttack(name: "of nobody", fault: .token(.subject), claims: ["sub": ""]),
        IDTokenAttack(name: "that is an access token", fault: .token(.type), header: ["typ": "at+jwt"]),
        IDTokenAttack(name: "that is not signed", fault: .token(.unsigned), header: ["alg": "none"]),
        IDTokenAttack(name: "with a shared key", fault: .token(.algorithm), header: ["alg": "HS256"]),
        IDTokenAttack(name: "with its own key", fault: .token(.embeddedKey), header: ["jku": "https://x/jwks"]),
        IDTokenAttack(name: "with its own certificate", fault: .token(.embeddedKey), header: ["x5u": "https://x"]),
        IDTokenAttack(name: "with a key nobody has", fault: .token(.keyUnknown), header: ["kid": "x"]),
        IDTokenAttack(
            name: "with another key's algorithm", fault: .token(.algorithmMismatch), header: ["alg": "ES256"]),
    ]
}

@Suite("ID tokens")
struct IDTokenTests {
    private static let header: JSONValue = ["alg": "EdDSA", "typ": "JWT", "kid": "ed"]
    private static let claims: JSONValue = [
        "iss": .string(ScriptedProvider.issuer), "sub": "alice-1", "aud": "punctual", "nonce": "n-1",
        "exp": .int(Int64(Forge.seconds + 300)), "iat": .int(Int64(Forge.seconds)),
    ]

    private func verify(
        _ forge: Forge, header: JSONValue = [:], claims: JSONValue = [:], access: String? = "a"
    ) async throws -> TokenVerifier.Token {
        var provider = ProviderRuleTests.provider
        // What the API takes beside is nothing for a sign-in.
        provider.audiences = ["punctual", "api"]
        let keys = await TokenKey.keys(
            jwks: ["keys": [forge.edwardsJWK, forge.curveJWK]], algorithms: provider.algorithms)
        let text = forge.token(
            header: Self.header.merging(header).description, claims: Self.claims.merging(claims).description)
        return try IDToken.verify(text, of: provider, keys: keys, nonce: "n-1", accessToken: access, at: Forge.now)
    }

    @Test("a good one is taken, with or without what may be left out")
    func good() async throws {
        let forge = Forge()
        #expect(try await verify(forge).subject == "alice-1")
        #expect(try await verify(forge, header: ["typ": .null]).subject == "alice-1")
        #expect(try await verify(forge, claims: ["azp": "punctual", "aud": ["x", "punctual"]]).subject == "alice-1")
        let hash = Base64URL.encode(SHA512.hash(data: Data("a".utf8)).prefix(32))
        #expect(try await verify(forge, claims: ["at_hash": .string(hash)]).subject == "alice-1")
        await #expect(throws: IDToken.Fault.accessToken) {
            try await verify(forge, claims: ["at_hash": .string(hash)], access: nil)
        }
    }

    @Test("one is refused that is", arguments: IDTokenAttack.all)
    func refused(_ attack: IDTokenAttack) async throws {
        await #expect(throws: attack.fault) {
            try await verify(Forge(), header: attack.header, claims: attack.claims)
        }
    }
}
