/// What users and service accounts are called.
package enum UserName {
    /// The longest, in characters.
    package static let most = 64
    /// Allowed beside letters and digits.
    package static let extra = "._-@+"

    /// The name as it is stored and looked for; nil when it may be nobody's.
    package static func normal(_ text: String) -> String? {
        let isFit = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || extra.utf8.contains(byte)
        }
        return isFit && (1...most).contains(text.utf8.count) ? text.lowercased() : nil
    }
}
