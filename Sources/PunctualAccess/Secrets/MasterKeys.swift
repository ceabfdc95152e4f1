internal import Crypto
package import PunctualCore

/// What sealed bytes belong to; they open nowhere else.
package struct SealContext: Hashable, Sendable {
    /// Each with its length before it, so that no two contexts are the same bytes.
    let bytes: [UInt8]

    private init(_ words: [String]) {
        bytes = words.flatMap { word in
            withUnsafeBytes(of: UInt32(word.utf8.count).bigEndian) { Array($0) } + Array(word.utf8)
        }
    }

    /// A version of a service's secret.
    package static func secret(service: String, name: String, version: Int) -> SealContext {
        SealContext(["secret", service, name, String(version)])
    }

    /// A sign-in at an outside provider that a browser has begun.
    static let login = SealContext(["provider-login"])

    /// A user's second factor.
    package static func secondFactor(of user: Identifier) -> SealContext {
        SealContext(["second-factor", user.description])
    }
}

/// Encrypts secrets in envelopes: AES-256-GCM under a data key of their own, which a master key wraps the same way.
///
/// The newest master key wraps; older ones still unwrap theirs, so that the master key can be changed while everything runs:
/// add the new one on every node, rewrap what `SecretStore.secrets(notWrappedBy:limit:)` finds, take the old one away.
package struct MasterKeys: Sendable {
    private let keys: [String: SymmetricKey]
    /// The id of the key that wraps.
    package let newest: String

    /// - Parameter keys: 32 bytes each, the newest first; nil when there is none, one is of another length, or ids repeat.
    package init?(_ keys: [(id: String, bytes: [UInt8])]) {
        guard let first = keys.first, keys.allSatisfy({ $0.bytes.count == 32 }), Set(keys.map(\.id)).count == keys.count
        else { return nil }
        newest = first.id
        self.keys = Dictionary(uniqueKeysWithValues: keys.map { ($0.id, SymmetricKey(data: $0.bytes)) })
    }

    /// Why sealed bytes do not open.
    package enum Fault: Error, Hashable, Sendable {
        /// The master key that wrapped them is not here.
        case keyMissing(String)
        /// They were changed, or belong to something else.
        case tampered
    }

    /// Seals bytes of at most a few megabytes.
    package func seal(
        _ content: Redacted<[UInt8]>, for context: SealContext, using generator: inout some RandomNumberGenerator
    ) -> SealedBytes {
        let dataKey = randomBytes(32, using: &generator)
        let box = MasterKeys.encrypt(
            content.reveal(), SymmetricKey(data: dataKey), bound: context.bytes, using: &generator)
        return wrap(dataKey, box: box, for: context, using: &generator)
    }

    package func open(_ sealed: SealedBytes, for context: SealContext) throws(Fault) -> Redacted<[UInt8]> {
        let dataKey = try unwrap(sealed, for: context)
        return Redacted(try MasterKeys.decrypt(sealed.box, SymmetricKey(data: dataKey), bound: context.bytes))
    }

    /// The same content with its data key under the newest master key; the content itself is not touched.
    package func rewrap(
        _ sealed: SealedBytes, for context: SealContext, using generator: inout some RandomNumberGenerator
    ) throws(Fault) -> SealedBytes {
        let dataKey = try unwrap(sealed, for: context)
        return wrap(dataKey, box: sealed.box, for: context, using: &generator)
    }

    private func wrap(
        _ dataKey: [UInt8], box: [UInt8], for context: SealContext, using generator: inout some RandomNumberGenerator
    ) -> SealedBytes {
        let bound = Array(newest.utf8) + [0] + context.bytes
        let wrapped = MasterKeys.encrypt(dataKey, keys[newest]!, bound: bound, using: &generator)
        return SealedBytes(masterKeyID: newest, wrappedKey: wrapped, box: box)
    }

    private func unwrap(_ sealed: SealedBytes, for context: SealContext) throws(Fault) -> [UInt8] {
        guard let key = keys[sealed.masterKeyID] else { throw .keyMissing(sealed.masterKeyID) }
        let bound = Array(sealed.masterKeyID.utf8) + [0] + context.bytes
        let dataKey = try MasterKeys.decrypt(sealed.wrappedKey, key, bound: bound)
        guard dataKey.count == 32 else { throw .tampered }
        return dataKey
    }

    /// Nonce (12 bytes), ciphertext, tag (16 bytes).
    private static func encrypt(
        _ content: [UInt8], _ key: SymmetricKey, bound: [UInt8], using generator: inout some RandomNumberGenerator
    ) -> [UInt8] {
        // Twelve bytes are always a nonce, and AES-GCM refuses no content that fits into memory here.
        let nonce = try! AES.GCM.Nonce(data: randomBytes(12, using: &generator))
        return Array(try! AES.GCM.seal(content, using: key, nonce: nonce, authenticating: bound).combined!)
    }

    private static func decrypt(_ box: [UInt8], _ key: SymmetricKey, bound: [UInt8]) throws(Fault) -> [UInt8] {
        do {
            return Array(try AES.GCM.open(AES.GCM.SealedBox(combined: box), using: key, authenticating: bound))
        } catch {
            throw .tampered
        }
    }
}
