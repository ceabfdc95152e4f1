internal import Crypto
internal import JWTKit
package import PunctualJSON

/// A public key of an issuer, for one algorithm.
package struct TokenKey: Sendable {
    package let id: String
    package let algorithm: TokenAlgorithm
    private let library: any JWTAlgorithm

    /// Why a JWK is of no use.
    package enum Fault: Error, Hashable, Sendable {
        /// It has no `kid`, so that no token can name it.
        case unnamed
        /// Its kind or algorithm is none that the issuer may use, or it does not say which of several it is for.
        case algorithm
        /// It is for encryption.
        case use
        /// Its numbers are no key, or one that is too weak or absurdly large.
        case material
    }

    /// Reads a JWK (RFC 7517).
    /// - Parameter algorithms: those that the issuer may use; the key is for the one that its `alg` names or, without it, for the
    ///   only one that fits its kind.
    package init(jwk: JSONValue, algorithms: Set<TokenAlgorithm>) async throws(Fault) {
        guard let id = jwk["kid"]?.string, (1...256).contains(id.utf8.count) else { throw .unnamed }
        if let use = jwk["use"], use != "sig" { throw .use }
        if let operations = jwk["key_ops"], operations.array?.contains("verify") != true { throw .use }
        let fitting = algorithms.filter { $0.keyType == jwk["kty"]?.string }
        let named = jwk["alg"].map { name in fitting.filter { .string($0.rawValue) == name } } ?? fitting
        guard let algorithm = named.first, named.count == 1 else { throw .algorithm }
        self.id = id
        self.algorithm = algorithm
        // The library's collection is the only way to its verifiers; with one key in it there is no other to fall back on.
        let collection = JWTKeyCollection()
        do {
            switch algorithm {
            case .edDSA:
                guard jwk["crv"] == "Ed25519", let x = Self.number(jwk["x"], lengths: 32...32) else {
                    throw Fault.material
                }
                await collection.add(eddsa: try EdDSA.PublicKey(x: x, curve: .ed25519))
            case .es256:
                guard jwk["crv"] == "P-256", let x = Self.coordinate(jwk["x"]), let y = Self.coordinate(jwk["y"])
                else { throw Fault.material }
                await collection.add(ecdsa: try ES256PublicKey(parameters: (x, y)))
            case .ps256, .rs256:
                // 2,048 to 8,192 bits: a longer modulus only burns time.
                guard let modulus = Self.number(jwk["n"], lengths: 256...1024), Self.isWide(modulus),
                    let exponent = Self.number(jwk["e"], lengths: 1...4)
                else { throw Fault.material }
                let key = try Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)
                if algorithm == .ps256 {
                    await collection.add(pss: key, digestAlgorithm: .sha256)
                } else {
                    await collection.add(rsa: key, digestAlgorithm: .sha256)
                }
            }
            library = try await collection.getKey()
        } catch {
            throw .material
        }
    }

    /// The Base64URL text of a number of so many bytes; nil for anything else.
    private static func number(_ value: JSONValue?, lengths: ClosedRange<Int>) -> String? {
        guard let text = value?.string, let bytes = Base64URL.decode(text.utf8), lengths.contains(bytes.count) else {
            return nil
        }
        return text
    }

    /// A coordinate on P-256 in all its 32 bytes (RFC 7518 §6.2.1.2). Authlib and others leave out the zeros that one key of
    /// 128 begins with.
    private static func coordinate(_ value: JSONValue?) -> String? {
        guard let text = number(value, lengths: 1...32), let bytes = Base64URL.decode(text.utf8) else { return nil }
        return Base64URL.encode([UInt8](repeating: 0, count: 32 - bytes.count) + bytes)
    }

    /// Whether a number of 256 bytes or more has 2,048 bits: leading zeros are none.
    private static func isWide(_ text: String) -> Bool {
        let bytes = (Base64URL.decode(text.utf8) ?? []).drop { $0 == 0 }
        return bytes.count > 256 || (bytes.count == 256 && bytes.first.map { $0 >= 0x80 } ?? false)
    }

    /// Whether the signature over the bytes is this key's.
    func isValid(_ signature: [UInt8], for bytes: [UInt8]) -> Bool {
        (try? library.verify(signature, signs: bytes)) ?? false  // Of an impossible form is wrong like any other.
    }

    /// The usable keys of a JWK set by id; of two with one id neither.
    package static func keys(
        jwks: JSONValue, algorithms: Set<TokenAlgorithm>
    ) async -> [String: TokenKey] {
        var keys: [String: TokenKey] = [:]
        var doubled: Set<String> = []
        for jwk in (jwks["keys"]?.array ?? []).prefix(100) {
            let key = try? await TokenKey(jwk: jwk, algorithms: algorithms)  // Sets hold keys for other uses, too.
            guard let key else { continue }
            if keys.updateValue(key, forKey: key.id) != nil { doubled.insert(key.id) }
        }
        return keys.filter { !doubled.contains($0.key) }
    }
}
