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
    /// A new one: `whsec_` and the Base64 of 32 random bytes.
    package static func make(using generator: inout some RandomNumberGenerator) -> Redacted<String> {
        let characters = Base64URL.encode(randomBytes(32, using: &generator), alphabet: Base64URL.plainAlphabet)
        return Redacted("whsec_" + String(decoding: characters, as: UTF8.self) + "=")
    }
}
