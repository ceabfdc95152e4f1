internal import Foundation

/// A password as it is hashed: NFKC (Unicode Standard Annex 15), so that it is the same from every keyboard; shown by no log.
package struct Password: Sendable {
    /// The UTF-8 bytes of the normalized text.
    let bytes: [UInt8]

    /// The longest that is looked at, in bytes; nobody's password, and no work worth having for a stranger.
    package static let mostBytes = 1024

    /// - Returns: nil when the text is longer than `mostBytes`.
    package init?(_ text: String) {
        guard text.utf8.count <= Password.mostBytes else { return nil }
        bytes = Array(text.precomposedStringWithCompatibilityMapping.utf8)
    }

    /// The text of a new one, 120 random bits as 24 letters and digits: for somebody who is let in by somebody else.
    package static func randomText(using generator: inout some RandomNumberGenerator) -> String {
        Base32.encode(randomBytes(15, using: &generator)).lowercased()
    }

    /// The normalized text.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Password: CustomStringConvertible, CustomReflectable {
    package var description: String { "(password)" }
    package var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
