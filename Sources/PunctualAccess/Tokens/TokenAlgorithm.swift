/// The signatures that are taken: none with a shared key, so that no public key can ever pass as one.
package enum TokenAlgorithm: String, Hashable, Sendable, CaseIterable {
    case edDSA = "EdDSA"
    case es256 = "ES256"
    case ps256 = "PS256"
    case rs256 = "RS256"

    /// The `kty` of its keys in a JWK (RFC 7518, RFC 8037).
    var keyType: String {
        switch self {
        case .edDSA: "OKP"
        case .es256: "EC"
        case .ps256, .rs256: "RSA"
        }
    }
}
