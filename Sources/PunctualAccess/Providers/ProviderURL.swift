internal import PunctualCore

/// The addresses at which a provider may be called.
package enum ProviderURL {
    /// Whether calls to it are safe from listeners: https, or http on this machine. Whether this machine may be called is the
    /// egress guard's to say.
    package static func isSafe(_ text: String) -> Bool {
        guard text.utf8.count <= 1024,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\\\"<>^`{|}#".utf8.contains($0) })
        else { return false }
        let isPlain = text.hasPrefix("http://")
        guard isPlain || text.hasPrefix("https://") else { return false }
        let authority = text.dropFirst(isPlain ? 7 : 8).prefix { !"/?".contains($0) }
        return !authority.isEmpty && !authority.contains("@") && (!isPlain || isLoopback(authority))
    }

    /// Whether it may be an issuer: no query either.
    package static func isIssuer(_ text: String) -> Bool { isSafe(text) && !text.contains("?") }

    /// Whether it is called without TLS.
    static func isPlain(_ text: String) -> Bool { text.hasPrefix("http://") }

    private static func isLoopback(_ authority: Substring) -> Bool {
        if authority.hasPrefix("[::1]") { return authority.dropFirst(5).allSatisfy { $0 == ":" || $0.isNumber } }
        let host = authority.prefix { $0 != ":" }
        return host == "localhost" || (host.hasPrefix("127.") && IPAddress(String(host)) != nil)
    }
}
