package import PunctualCore

/// A refresh token, `pr_<family>_<secret><mark><checksum>`: opaque, good once.
///
/// The mark is made with the server's key: an invented token is told from a used one, so that who knows but a family's id can't
/// have it revoked.
package struct RefreshToken: Sendable {
    private static let prefix = "pr"
    private static let use = "refresh-token"
    private static let markUse = "refresh-mark"
    private static let markLength = 11
    private static let length = SecretText.secretLength + markLength

    package let family: Identifier
    package let text: Redacted<String>

    /// Reads a token; nil when it is of another form, its checksum is wrong, or it was never ours.
    package init?(_ text: String, pepper: Pepper) {
        guard let family = SecretText.id(in: text, prefix: RefreshToken.prefix, length: RefreshToken.length) else {
            return nil
        }
        let tail = text.dropLast(SecretText.checksumLength).suffix(RefreshToken.length)
        let mark = Array(tail.suffix(RefreshToken.markLength).utf8)
        let marks = RefreshToken.marks(tail.prefix(SecretText.secretLength), of: family, pepper)
        guard marks.contains(where: { areEqual($0, mark) }) else { return nil }
        self.family = family
        self.text = Redacted(text)
    }

    /// A new token of the family.
    package init(family: Identifier, pepper: Pepper, using generator: inout some RandomNumberGenerator) {
        self.family = family
        let secret = SecretText.random(using: &generator)
        let mark = String(decoding: RefreshToken.marks(secret, of: family, pepper)[0], as: UTF8.self)
        text = Redacted(SecretText.compose(prefix: RefreshToken.prefix, id: family, secret: secret + mark))
    }

    private static func marks(
        _ secret: some StringProtocol, of family: Identifier, _ pepper: Pepper
    ) -> [[UInt8]] {
        pepper.marks(of: "\(family)\(secret)", use: markUse).map {
            Array(SecretText.characters(Array($0.prefix(markLength))).utf8)
        }
    }

    /// What is stored in its place.
    package func hash(_ pepper: Pepper) -> KeyedHash { pepper.hash(text.reveal(), use: RefreshToken.use) }

    func matches(_ hash: KeyedHash, _ pepper: Pepper) -> Bool {
        pepper.isHash(hash, of: text.reveal(), use: RefreshToken.use)
    }
}
