import Crypto
import Foundation
import PunctualAccess
import PunctualJSON
import PunctualSchedule

/// The keys of an issuer in tests, and the tokens, good and forged, that are made with them.
struct Forge {
    static let now = Timestamp(seconds: 1_800_000_000)
    static let seconds = 1_800_000_000
    static let issuerName = "https://id.example.com"
    static let audience = "punctual"

    let edwards = Curve25519.Signing.PrivateKey()
    let curve = P256.Signing.PrivateKey()
    /// One that the issuer does not have.
    let stranger = Curve25519.Signing.PrivateKey()

    /// An RSA key of which only the public half exists.
    static let rsa: JSONValue = [
        "kty": "RSA", "kid": "rs", "alg": "RS256", "e": "AQAB",
        "n": """
        uriNDAh3xs7iIVv_YiTDLEwg3YFMrkBzqP8WjYCwsTmeADlE_8eHgaWdXNJ8pDRqw8BZQCENq8ghxi_IHwIFO8alfVG0On6XP1aOV_a9f01X39aE7JkHx1Z2L8ey7mH23\
        -mczAaooujLET6hTrj2N2svjnkqYTyDjW-iwUGpwgcRdZU-rf6pBZa_jNz1fKbRw4iCB7wYwCK5orNbbJtz8zdz0vYzzAxEcHWNe5Gs_HjZ-uj8YQ8lDE82TeNV-Jzxodyya\
        XeggmBJH0qOWEipqCZwWtX0nNDBTZBAXYOn4JHdV7HQRbcBbBUjmj8UOR7OaqXnbVSWwI4HFvuTWjbUYQ
        """,
    ]

    var edwardsJWK: JSONValue {
        [
            "kty": "OKP", "crv": "Ed25519", "kid": "ed", "alg": "EdDSA", "use": "sig",
            "x": .string(Base64URL.encode(edwards.publicKey.rawRepresentation)),
        ]
    }

    var curveJWK: JSONValue {
        let raw = curve.publicKey.rawRepresentation
        return [
            "kty": "EC", "crv": "P-256", "kid": "es", "alg": "ES256", "x": .string(Base64URL.encode(raw.prefix(32))),
            "y": .string(Base64URL.encode(raw.suffix(32))),
        ]
    }

    func verifier() async -> TokenVerifier {
        let jwks: JSONValue = ["keys": [edwardsJWK, curveJWK, Forge.rsa]]
        let keys = await TokenKey.keys(jwks: jwks, algorithms: Set(TokenAlgorithm.allCases))
        var other = await TokenKey.keys(jwks: ["keys": [otherJWK]], algorithms: [.edDSA])
        other["ed"] = nil
        var own = TokenIssuer.own(name: Forge.issuerName, audience: Forge.audience, keys: keys)
        own.types = ["at+jwt"]
        return TokenVerifier(issuers: [
            own, TokenIssuer.outside(name: "https://other.example.com", audiences: ["punctual"], keys: other),
        ])
    }

    private var otherJWK: JSONValue {
        [
            "kty": "OKP", "crv": "Ed25519", "kid": "stranger", "alg": "EdDSA",
            "x": .string(Base64URL.encode(stranger.publicKey.rawRepresentation)),
        ]
    }

    static let header: JSONValue = ["alg": "EdDSA", "typ": "at+jwt", "kid": "ed"]
    static let claims: JSONValue = [
        "iss": .string(issuerName), "sub": "user:0197c2c5-6f1e-7d4c-8a51-0f6a8d5e2b11", "aud": .string(audience),
        "exp": .int(Int64(seconds + 300)), "iat": .int(Int64(seconds)), "jti": "1", "client_id": "cli",
    ]

    /// A member set to null in a patch is removed.
    static func header(_ patch: JSONValue) -> String { header.merging(patch).description }
    static func claims(_ patch: JSONValue) -> String { claims.merging(patch).description }

    /// Signed by the issuer's Ed25519 key, whatever the header says.
    func token(header: String = Forge.header.description, claims: String = Forge.claims.description) -> String {
        let body = Base64URL.encode(header.utf8) + "." + Base64URL.encode(claims.utf8)
        return body + "." + signature(body)
    }

    func signature(_ body: String) -> String {
        // Ed25519 signs any bytes.
        Base64URL.encode((try? edwards.signature(for: Data(body.utf8))) ?? Data())
    }

    /// The same with the issuer's P-256 key.
    func curveToken(header: JSONValue = ["alg": "ES256", "kid": "es"], claims: JSONValue = [:]) -> String {
        let body =
            Base64URL.encode(Forge.header(header).utf8) + "." + Base64URL.encode(Forge.claims(claims).utf8)
        // P-256 signs any bytes.
        let signature = try? curve.signature(for: Data(body.utf8))
        return body + "." + Base64URL.encode(signature?.rawRepresentation ?? Data())
    }

    /// The header and claims with a given third part.
    func token(header: JSONValue, signature: String) -> String {
        Base64URL.encode(Forge.header(header).utf8) + "." + Base64URL.encode(Forge.claims.description.utf8) + "."
            + signature
    }

    /// Signed with HMAC-SHA-256 under bytes that are public.
    func hmacToken(alg: String, kid: String, key: [UInt8]) -> String {
        let header = Forge.header(["alg": .string(alg), "kid": .string(kid)])
        let body = Base64URL.encode(header.utf8) + "." + Base64URL.encode(Forge.claims.description.utf8)
        let code = HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: SymmetricKey(data: key))
        return body + "." + Base64URL.encode(code)
    }
}
