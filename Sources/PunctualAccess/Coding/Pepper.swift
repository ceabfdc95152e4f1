internal import Crypto
package import PunctualCore

/// The server's keys for hashing secrets: the newest makes hashes, older ones still check theirs.
///
/// Secrets of 120 random bits and more need no slow hash; the key makes a dump of the database useless for guessing.
package struct Pepper: Sendable {
    private let keys: [String: SymmetricKey]
    private let newest: String

    /// - Parameter keys: at least 32 bytes each, the newest first; nil when there is none, one is shorter, or ids repeat.
    package init?(_ keys: [(id: String, bytes: [UInt8])]) {
        guard let first = keys.first, keys.allSatisfy({ $0.bytes.count >= 32 }), Set(keys.map(\.id)).count == keys.count
        else { return nil }
        newest = first.id
        self.keys = Dictionary(uniqueKeysWithValues: keys.map { ($0.id, SymmetricKey(data: $0.bytes)) })
    }

    /// HMAC-SHA-256 of the secret.
    /// - Parameter use: what the secret is for, so that one kind's hash never passes as another's.
    package func hash(_ secret: String, use: String) -> KeyedHash {
        KeyedHash(keyID: newest, bytes: code(secret, use: use, key: keys[newest]!))
    }

    /// Whether the hash was made of the secret; false too when its key is gone. Takes as long for every secret of a length.
    package func isHash(_ hash: KeyedHash, of secret: String, use: String) -> Bool {
        guard let key = keys[hash.keyID] else { return false }
        return areEqual(hash.bytes, code(secret, use: use, key: key))
    }

    /// What a text is marked with as ours, one for each key, the newest first.
    func marks(of text: String, use: String) -> [[UInt8]] {
        let others = keys.keys.filter { $0 != newest }.sorted()
        return ([newest] + others).map { code(text, use: use, key: keys[$0]!) }
    }

    private func code(_ secret: String, use: String, key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array("\(use)\0\(secret)".utf8), using: key))
    }
}

/// Whether both are the same, in a time that does not tell where they differ.
func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (one, other) in zip(left, right) { difference |= one ^ other }
    return difference == 0
}

/// So many random bytes.
func randomBytes(_ count: Int, using generator: inout some RandomNumberGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}
