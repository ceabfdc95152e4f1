package import PunctualCore
package import PunctualSchedule

extension SecretRecord {
    /// What its sealed bytes belong to.
    package var context: SealContext { .secret(service: service, name: name, version: version) }

    /// How long the version before a new one holds beside it unless told.
    package static let standardOverlap = Duration.seconds(24 * 3600)
}

extension [SecretRecord] {
    /// The versions that hold now, the newest first: a webhook is signed with each of them while one replaces another.
    package func holding(at now: Timestamp) -> [SecretRecord] {
        filter { $0.expiresAt.map { $0 > now } ?? true }.sorted { $0.version > $1.version }
    }
}

/// The secrets that sign outgoing calls (Standard Webhooks 1.0).
package enum WebhookKey {
    private static let prefix = "whsec_"

    /// Whether a text is one: `whsec_` and the Base64 of 24 to 64 bytes.
    package static func isKey(_ text: String) -> Bool {
        guard text.hasPrefix(prefix) else { return false }
        let digits = text.dropFirst(prefix.count)
        let bare = digits.prefix { $0 != "=" }
        guard digits.utf8.count % 4 == 0, digits.dropFirst(bare.count).allSatisfy({ $0 == "=" }),
            let bytes = Base64URL.decode(bare.utf8, numbers: Base64URL.plainNumbers)
        else { return false }
        return (24...64).contains(bytes.count)
    }

    /// A new one: `whsec_` and the Base64 of 32 random bytes.
    package static func make(using generator: inout some RandomNumberGenerator) -> Redacted<String> {
        let characters = Base64URL.encode(randomBytes(32, using: &generator), alphabet: Base64URL.plainAlphabet)
        return Redacted("whsec_" + String(decoding: characters, as: UTF8.self) + "=")
    }
}
