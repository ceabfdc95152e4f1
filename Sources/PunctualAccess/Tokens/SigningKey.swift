internal import Crypto
internal import JWTKit
package import PunctualJSON
package import PunctualSchedule

/// A key of ours that signs access tokens: Ed25519.
package struct SigningKey: Sendable {
    /// The thumbprint of the public key (RFC 7638), so that it is the same on every node.
    package let id: String
    package let createdAt: Timestamp
    /// The public key as a JWK.
    package let jwk: JSONValue
    private let library: any JWTAlgorithm

    /// The bytes of a new private key, to be kept as a secret.
    package static func newSeed(using generator: inout some RandomNumberGenerator) -> [UInt8] {
        randomBytes(32, using: &generator)
    }

    /// - Parameter seed: 32 bytes; nil for any other number.
    package init?(seed: Redacted<[UInt8]>, createdAt: Timestamp) async {
        let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed.reveal())  // Any 32 bytes are a key.
        guard let key else { return nil }
        let collection = JWTKeyCollection()
        await collection.add(eddsa: EdDSA.PrivateKey(backing: key))
        let library = try? await collection.getKey()  // Fails for an empty collection alone.
        guard let library else { return nil }
        self.library = library
        self.createdAt = createdAt
        let x = Base64URL.encode(key.publicKey.rawRepresentation)
        id = SigningKey.thumbprint(x: x)
        jwk = [
            "kty": "OKP", "crv": "Ed25519", "x": .string(x), "kid": .string(id), "alg": "EdDSA", "use": "sig",
        ]
    }

    static func thumbprint(x: String) -> String {
        Base64URL.encode(SHA256.hash(data: Array(#"{"crv":"Ed25519","kty":"OKP","x":"\#(x)"}"#.utf8)))
    }

    /// The token of these claims.
    /// - Parameter type: the header's `typ`.
    func sign(_ claims: JSONValue, type: String) -> String {
        let header: JSONValue = ["alg": "EdDSA", "typ": .string(type), "kid": .string(id)]
        let body = Base64URL.encode(header.description.utf8) + "." + Base64URL.encode(claims.description.utf8)
        let signature = (try? library.sign(Array(body.utf8))) ?? []  // Fails without a private key alone.
        return body + "." + Base64URL.encode(signature)
    }
}
