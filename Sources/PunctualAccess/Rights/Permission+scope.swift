package import PunctualCore

extension Permission {
    /// Reads a word of an OAuth scope (RFC 6749, section 3.3): `operator:billing`, or `viewer:*` for all services; nil for
    /// anything else.
    package init?(scope text: some StringProtocol) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let role = Role(word: parts[0]), (1...64).contains(parts[1].utf8.count),
            parts[1] == "*" || Fields.isWord(String(parts[1]), extra: "._-")
        else { return nil }
        self.init(role, service: parts[1] == "*" ? nil : String(parts[1]))
    }

    /// The word of a permission; labels have no place in it.
    package var scope: String { "\(role.word):\(service ?? "*")" }
}
