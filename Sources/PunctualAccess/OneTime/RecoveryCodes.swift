package import PunctualCore

/// Codes that stand in for a lost second factor, each once.
package enum RecoveryCodes {
    /// How many a user gets at a time.
    package static let count = 10
    private static let use = "recovery"

    /// New codes to show, `k7f2qx-…` of 24 letters and digits in four groups (120 random bits), and their hashes to store.
    package static func make(
        pepper: Pepper, using generator: inout some RandomNumberGenerator
    ) -> (shown: Redacted<[String]>, stored: [KeyedHash]) {
        let bare = (0..<count).map { _ in Base32.encode(randomBytes(15, using: &generator)).lowercased() }
        let shown = bare.map { code in
            stride(from: 0, to: 24, by: 6).map { code.dropFirst($0).prefix(6) }.joined(separator: "-")
        }
        return (Redacted(shown), bare.map { pepper.hash($0, use: use) })
    }

    /// Takes a code out of the stored ones.
    /// - Parameter code: as it was shown; case, dashes and blanks do not count.
    /// - Returns: those that are left to store; nil when the code is none of them.
    package static func accept(_ code: String, stored: [KeyedHash], pepper: Pepper) -> [KeyedHash]? {
        let bare = code.lowercased().filter { $0 != "-" && $0 != " " }
        guard bare.utf8.count == 24 else { return nil }
        let rest = stored.filter { !pepper.isHash($0, of: bare, use: use) }
        return rest.count < stored.count ? rest : nil
    }
}
