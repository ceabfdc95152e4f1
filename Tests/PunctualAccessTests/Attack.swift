import Crypto
import Foundation
import PunctualAccess
import PunctualJSON
import Testing

/// A token that somebody might try, and why it must be refused.
struct Attack: Sendable, CustomTestStringConvertible {
    let name: String
    let fault: TokenFault
    let token: @Sendable (Forge) -> String

    init(_ name: String, _ fault: TokenFault, _ token: @escaping @Sendable (Forge) -> String) {
        self.name = name
        self.fault = fault
        self.token = token
    }

    var testDescription: String { name }

    private static func header(_ name: String, _ fault: TokenFault, _ patch: JSONValue) -> Attack {
        Attack(name, fault) { $0.token(header: Forge.header(patch)) }
    }

    private static func claims(_ name: String, _ fault: TokenFault, _ patch: JSONValue) -> Attack {
        Attack(name, fault) { $0.token(claims: Forge.claims(patch)) }
    }

    static let all = shape + algorithm + key + type + time + claim

    static let shape = [
        Attack("nothing", .malformed) { _ in "" },
        Attack("two dots", .header) { _ in ".." },
        Attack("two parts", .malformed) { $0.token().split(separator: ".").prefix(2).joined(separator: ".") },
        Attack("four parts", .malformed) { $0.token() + ".e30" },
        Attack("five parts, as if encrypted", .malformed) { _ in "e30.e30.e30.e30.e30" },
        Attack("a dot behind", .malformed) { $0.token() + "." },
        Attack("an empty signature", .signature) { $0.token(header: [:], signature: "") },
        Attack("padding", .encoding) { $0.token() + "==" },
        Attack("a blank before", .encoding) { " " + $0.token() },
        Attack("a line break behind", .encoding) { $0.token() + "\n" },
        Attack("a blank within", .encoding) { $0.token().replacing(".", with: " .", maxReplacements: 1) },
        Attack("the plain alphabet", .encoding) { $0.token() + "+/" },
        Attack("a NUL within", .encoding) { $0.token().replacing(".", with: "\0.", maxReplacements: 1) },
        Attack("letters of another script", .encoding) { $0.token().replacing("e", with: "е") },
        Attack("bits left over in the signature", .encoding) { forge in
            // 64 bytes end in a character of which two bits count: its neighbour means the same bytes to a lax reader.
            let token = forge.token()
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
            let last = alphabet.firstIndex(of: token.last!)!
            return token.dropLast() + String(alphabet[last + 1])
        },
        Attack("nine kilobytes", .oversized) {
            $0.token(claims: Forge.claims(["pad": .string(String(repeating: "x", count: 9000))]))
        },
        Attack("a header that is no JSON", .header) { $0.token(header: "alg=EdDSA") },
        Attack("a header that is a list", .header) { $0.token(header: #"["EdDSA"]"#) },
        Attack("a header with two objects", .header) { $0.token(header: Forge.header.description + "{}") },
        Attack("an algorithm that is there twice", .header) {
            $0.token(header: #"{"alg":"none","alg":"EdDSA","typ":"at+jwt","kid":"ed"}"#)
        },
        Attack("an escaped name that is there twice", .header) {
            $0.token(header: #"{"\u0061lg":"none","alg":"EdDSA","typ":"at+jwt","kid":"ed"}"#)
        },
        Attack("a header in UTF-16", .header) {
            let wide = Forge.header.description.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
            let body = Base64URL.encode(wide) + "." + Base64URL.encode(Forge.claims.description.utf8)
            return body + "." + $0.signature(body)
        },
        Attack("a header nested a hundred deep", .header) {
            $0.token(header: String(repeating: #"{"a":"#, count: 100) + "1" + String(repeating: "}", count: 100))
        },
        Attack("claims that are no JSON", .payload) { $0.token(claims: "sub") },
        Attack("claims that are a list", .payload) { $0.token(claims: "[\(Forge.claims)]") },
        Attack("a subject that is there twice", .payload) {
            $0.token(claims: #"{"sub":"user:admin","# + Forge.claims.description.dropFirst())
        },
        Attack("claims with a half surrogate", .payload) { $0.token(claims: #"{"sub":"\ud800"}"#) },
    ]

    static let algorithm = [
        header("no algorithm, signed", .unsigned, ["alg": "none"]),
        Attack("no algorithm, unsigned", .unsigned) { $0.token(header: ["alg": "none"], signature: "") },
        header("no algorithm in other letters", .unsigned, ["alg": "nOnE"]),
        header("no algorithm, cased by a long s", .algorithm, ["alg": "none\u{200B}"]),
        header("a missing algorithm", .algorithm, ["alg": .null]),
        header("an algorithm that is a number", .algorithm, ["alg": 1]),
        header("an algorithm that is a list", .algorithm, ["alg": ["EdDSA"]]),
        header("an algorithm in small letters", .algorithm, ["alg": "eddsa"]),
        header("an algorithm with a blank", .algorithm, ["alg": "EdDSA "]),
        header("an algorithm of tomorrow", .algorithm, ["alg": "ML-DSA-65"]),
        Attack("the public key as a shared secret", .algorithm) {
            $0.hmacToken(alg: "HS256", kid: "ed", key: Array($0.edwards.publicKey.rawRepresentation))
        },
        Attack("the public key's PEM as a shared secret", .algorithm) {
            $0.hmacToken(alg: "HS256", kid: "es", key: Array($0.curve.publicKey.pemRepresentation.utf8))
        },
        Attack("the RSA key's JWK as a shared secret", .algorithm) {
            $0.hmacToken(alg: "HS256", kid: "rs", key: Array(Forge.rsa.description.utf8))
        },
        Attack("a shared secret that calls itself RS256", .signature) {
            $0.hmacToken(alg: "RS256", kid: "rs", key: Array(Forge.rsa.description.utf8))
        },
        Attack("an empty shared secret", .algorithm) { $0.hmacToken(alg: "HS512", kid: "ed", key: []) },
        Attack("another algorithm than the key's", .algorithmMismatch) {
            $0.curveToken(header: ["alg": "ES256", "kid": "ed"])
        },
        header("a key of another algorithm", .algorithmMismatch, ["kid": "es"]),
        header("PSS with a key of PKCS #1", .algorithmMismatch, ["alg": "PS256", "kid": "rs"]),
        Attack("a signature of zeros on the curve", .signature) {
            $0.token(
                header: ["alg": "ES256", "kid": "es"], signature: Base64URL.encode([UInt8](repeating: 0, count: 64)))
        },
        Attack("a DER signature on the curve", .signature) { forge in
            let body = forge.curveToken().split(separator: ".").prefix(2).joined(separator: ".")
            // P-256 signs any bytes.
            let der = try? forge.curve.signature(for: Data(body.utf8)).derRepresentation
            return body + "." + Base64URL.encode(der ?? Data())
        },
        Attack("an RSA signature of ones", .signature) {
            $0.token(
                header: ["alg": "RS256", "kid": "rs"], signature: Base64URL.encode([UInt8](repeating: 1, count: 256)))
        },
        header("a signature by nobody", .signature, [:]).replacingSignature(with: [UInt8](repeating: 7, count: 64)),
        header("a short signature", .signature, [:]).replacingSignature(with: [1, 2, 3]),
        Attack("claims changed after signing", .signature) { forge in
            let parts = forge.token().split(separator: ".")
            return "\(parts[0]).\(Base64URL.encode(Forge.claims(["sub": "user:admin"]).utf8)).\(parts[2])"
        },
        Attack("a header changed after signing", .signature) { forge in
            let parts = forge.token().split(separator: ".")
            return "\(Base64URL.encode(Forge.header(["x": 1]).utf8)).\(parts[1]).\(parts[2])"
        },
    ]

    static let key = [
        header("no key named", .keyMissing, ["kid": .null]),
        header("a key's name that is a number", .keyMissing, ["kid": 1]),
        header("an unknown key", .keyUnknown, ["kid": "nobody"]),
        header("an empty key's name", .keyUnknown, ["kid": ""]),
        header("a path for a key's name", .keyUnknown, ["kid": "../../../dev/null"]),
        header("SQL for a key's name", .keyUnknown, ["kid": "ed' UNION SELECT 'x"]),
        header("a key's name with a NUL behind", .keyUnknown, ["kid": "ed\0"]),
        Attack("another issuer's key", .keyUnknown) { forge in
            let header = Forge.header(["kid": "stranger"])
            let body = Base64URL.encode(header.utf8) + "." + Base64URL.encode(Forge.claims.description.utf8)
            // Ed25519 signs any bytes.
            return body + "." + Base64URL.encode((try? forge.stranger.signature(for: Data(body.utf8))) ?? Data())
        },
        Attack("a key of one's own in the header", .embeddedKey) {
            $0.token(header: Forge.header(["jwk": $0.edwardsJWK]))
        },
        header("an address of keys in the header", .embeddedKey, ["jku": "https://evil.example.com/jwks.json"]),
        header("an address of certificates in the header", .embeddedKey, ["x5u": "https://evil.example.com/x.pem"]),
        header("certificates in the header", .embeddedKey, ["x5c": ["MIIB"]]),
        header("a critical extension", .extensions, ["crit": ["exp"], "exp": 1]),
        header("an empty list of critical extensions", .extensions, ["crit": []]),
        header("an unencoded payload", .extensions, ["b64": false, "crit": ["b64"]]),
        header("a compressed payload", .extensions, ["zip": "DEF"]),
        header("a token that says it is encrypted", .extensions, ["enc": "A256GCM"]),
    ]

    static let type = [
        header("no type", .type, ["typ": .null]),
        header("an identity token's type", .type, ["typ": "JWT"]),
        header("a logout token's type", .type, ["typ": "logout+jwt"]),
        header("a type that is a list", .type, ["typ": ["at+jwt"]]),
        header("a type with a blank", .type, ["typ": "at+jwt "]),
    ]

    static let time = [
        claims("no end", .claim("exp"), ["exp": .null]),
        claims("an end that is a text", .claim("exp"), ["exp": "1800000300"]),
        claims("an end past every calendar", .claim("exp"), ["exp": .number("1e400")]),
        claims("a negative end", .claim("exp"), ["exp": -1]),
        claims("an end that is true", .claim("exp"), ["exp": true]),
        claims("a token that ended a minute ago", .expired, ["exp": .int(Int64(Forge.seconds - 60))]),
        claims("a token that ends at the leeway", .expired, ["exp": .int(Int64(Forge.seconds - 30))]),
        claims("a token of tomorrow", .notYetValid, ["nbf": .int(Int64(Forge.seconds + 60))]),
        claims("a beginning that is a text", .claim("nbf"), ["nbf": "now"]),
        claims("a token that will be issued", .issuedInFuture, ["iat": .int(Int64(Forge.seconds + 60))]),
        claims("a token for a year", .lifetime, ["exp": .int(Int64(Forge.seconds + 31_536_000))]),
        claims("no time of issue", .claim("iat"), ["iat": .null]),
    ]

    static let claim = [
        claims("no issuer", .issuer, ["iss": .null]),
        claims("an unknown issuer", .issuer, ["iss": "https://evil.example.com"]),
        claims("an issuer with a slash more", .issuer, ["iss": .string(Forge.issuerName + "/")]),
        claims("an issuer that is a list", .issuer, ["iss": [.string(Forge.issuerName)]]),
        claims("an issuer in capitals", .issuer, ["iss": "HTTPS://ID.EXAMPLE.COM"]),
        claims("an issuer whose key this is not", .type, ["iss": "https://other.example.com"]).retyped("id+jwt"),
        claims("the other issuer with this one's key", .keyUnknown, ["iss": "https://other.example.com"]),
        claims("no audience", .audience, ["aud": .null]),
        claims("another audience", .audience, ["aud": "billing"]),
        claims("many other audiences", .audience, ["aud": ["billing", "Punctual"]]),
        claims("an empty list of audiences", .audience, ["aud": []]),
        claims("an audience that is an object", .audience, ["aud": ["punctual": true]]),
        claims("no subject", .subject, ["sub": .null]),
        claims("an empty subject", .subject, ["sub": ""]),
        claims("a subject that is a number", .subject, ["sub": 0]),
        claims("a subject of a kilobyte", .subject, ["sub": .string(String(repeating: "x", count: 1000))]),
        claims("no id", .claim("jti"), ["jti": .null]),
        claims("an id that is a number", .claim("jti"), ["jti": 1]),
        claims("no client", .claim("client_id"), ["client_id": .null]),
    ]

    private func replacingSignature(with bytes: [UInt8]) -> Attack {
        Attack(name, fault) { forge in
            token(forge).split(separator: ".").prefix(2).joined(separator: ".") + "." + Base64URL.encode(bytes)
        }
    }

    private func retyped(_ type: String) -> Attack {
        Attack(name, fault) { forge in
            let claims = String(
                decoding: Base64URL.decode(token(forge).split(separator: ".")[1].utf8) ?? [], as: UTF8.self)
            return forge.token(header: Forge.header(["typ": .string(type)]), claims: claims)
        }
    }
}
