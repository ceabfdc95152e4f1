package import PunctualCore

/// The text of an API key, `pk_<id>_<secret><checksum>`: it is shown once and then known to its owner alone.
///
/// The id is 32 hexadecimal digits, the secret 43 characters of 62 (256 bits), the checksum the six of their CRC-32.
package struct APIKeySecret: Sendable {
    private static let prefix = "pk"
    private static let use = "api-key"

    package let id: Identifier
    package let text: Redacted<String>

    /// Reads a key; nil when it is of another form or its checksum is wrong, which needs no look into a store.
    package init?(_ text: String) {
        guard let id = SecretText.id(in: text, prefix: APIKeySecret.prefix) else { return nil }
        self.id = id
        self.text = Redacted(text)
    }

    /// A new secret for the key of that id.
    package init(id: Identifier, using generator: inout some RandomNumberGenerator) {
        self.id = id
        let secret = SecretText.random(using: &generator)
        text = Redacted(SecretText.compose(prefix: APIKeySecret.prefix, id: id, secret: secret))
    }

    /// What is stored in its place.
    package func hash(_ pepper: Pepper) -> KeyedHash { pepper.hash(text.reveal(), use: APIKeySecret.use) }

    func matches(_ hash: KeyedHash, _ pepper: Pepper) -> Bool {
        pepper.isHash(hash, of: text.reveal(), use: APIKeySecret.use)
    }
}
