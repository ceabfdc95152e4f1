internal import Crypto
package import PunctualCore
package import PunctualSchedule

extension User {
    /// The user for somebody whom a provider knows.
    ///
    /// His id is made of issuer and subject and nothing else: no claim that somebody may choose, such as an e-mail address, makes
    /// him another one, and none of this installation's own users ever has such an id. The name has a character that no name
    /// given here may have.
    /// - Parameter isNameTaken: whether another issuer's user has the readable name.
    package static func outside(
        _ provider: Provider, subject: String, isNameTaken: Bool = false, at now: Timestamp
    ) -> User {
        let digest = digest(provider.issuer, subject)
        return User(id: id(digest), name: name(provider, isNameTaken ? nil : subject, digest), createdAt: now)
    }

    /// The id of that user, whether or not he is there.
    package static func outsideID(issuer: String, subject: String) -> Identifier { id(digest(issuer, subject)) }

    private static func digest(_ issuer: String, _ subject: String) -> [UInt8] {
        Array(SHA256.hash(data: Array("\(issuer)\0\(subject)".utf8)))
    }

    private static func id(_ digest: [UInt8]) -> Identifier {
        let (high, low) = (word(digest[0..<8]), word(digest[8..<16]))
        return Identifier(
            high: high & 0x00FF_FFFF_FFFF_0FFF | 0xFF00_0000_0000_8000,
            low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    /// Whether the user is somebody's whom a provider knows.
    package var isOutside: Bool { id.isOutside }

    /// The provider, as it was named in the settings when he first signed in; nil for a user of this installation.
    package var providerName: String? { isOutside ? String(name.prefix { $0 != ":" }) : nil }

    /// Subjects may hold anything, and tell capitals from small letters, which names don't.
    /// - Parameter subject: nil when it may not stand in the name.
    private static func name(_ provider: Provider, _ subject: String?, _ digest: [UInt8]) -> String {
        if let subject, UserName.normal(subject) == subject, subject.utf8.count <= 31 {
            return "\(provider.name):\(subject)"
        }
        let digits = digest[16..<26].map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0\(text)" : text
        }
        return "\(provider.name):~\(digits.joined())"
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
