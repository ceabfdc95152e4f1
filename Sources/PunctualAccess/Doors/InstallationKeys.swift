internal import Crypto
internal import PunctualCore

/// What an installation keeps secret, all of it drawn from one master key, which every node is given.
///
/// The newest master key makes what is new; older ones still check and open what they made.
package struct InstallationKeys: Sendable {
    /// For hashes of keys, tokens and codes.
    package let pepper: Pepper
    /// For secrets at rest.
    package let masterKeys: MasterKeys
    /// Names the newest master key; it tells nothing of the key itself.
    package let id: String

    /// The length of a master key in bytes.
    package static let length = 32

    /// - Parameter masters: 32 bytes each, the newest first; nil when there is none, one is of another length, or one is there
    ///   twice.
    package init?(_ masters: [Redacted<[UInt8]>]) {
        guard masters.allSatisfy({ $0.reveal().count == InstallationKeys.length }), !masters.isEmpty else { return nil }
        let ids = masters.map { Base64URL.encode(InstallationKeys.derive(from: $0, "id").prefix(9)) }
        guard let id = ids.first,
            let pepper = Pepper(zip(ids, masters).map { ($0, InstallationKeys.derive(from: $1, "pepper")) }),
            let keys = MasterKeys(zip(ids, masters).map { ($0, InstallationKeys.derive(from: $1, "secrets")) })
        else { return nil }
        self.id = id
        self.pepper = pepper
        masterKeys = keys
    }

    /// Reads master keys as settings give them: the Base64 of 32 bytes, as `openssl rand -base64 32` prints it, with commas or
    /// white space between them, the newest first.
    package init?(text: String) {
        var masters: [Redacted<[UInt8]>] = []
        for part in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let digits = part.utf8.prefix { $0 != UInt8(ascii: "=") }
            guard let bytes = Base64URL.decode(digits, numbers: Base64URL.plainNumbers) else { return nil }
            masters.append(Redacted(bytes))
        }
        self.init(masters)
    }

    /// The text of a new master key.
    package static func newText(using generator: inout some RandomNumberGenerator) -> Redacted<String> {
        let digits = Base64URL.encode(randomBytes(length, using: &generator), alphabet: Base64URL.plainAlphabet)
        return Redacted(String(decoding: digits, as: UTF8.self) + "=")
    }

    /// HKDF-SHA-256 (RFC 5869), so that no use of a key weakens another one.
    private static func derive(from master: Redacted<[UInt8]>, _ use: String) -> [UInt8] {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: master.reveal()), info: Array("punctual \(use)".utf8),
            outputByteCount: length
        ).withUnsafeBytes { Array($0) }
    }
}
