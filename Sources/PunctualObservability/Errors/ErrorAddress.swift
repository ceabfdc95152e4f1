/// Where error reports go: a DSN of Sentry and of what speaks its protocol (GlitchTip, Bugsink, Highlight).
package struct ErrorAddress: Hashable, Sendable {
    /// The public key: who may report.
    package let key: String
    /// Where envelopes are posted.
    package let url: String

    /// Reads `https://KEY@HOST[:PORT][/PATH]/PROJECT`; nil for anything else.
    package init?(dsn: String) {
        guard let scheme = ["https://", "http://"].first(where: dsn.hasPrefix),
            dsn.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 34 && $0 != 92 })
        else { return nil }
        let rest = dsn.dropFirst(scheme.count)
        guard let at = rest.firstIndex(of: "@"), !rest.contains("?"), !rest.contains("#") else { return nil }
        // Old ones have a secret behind the key, which nobody needs any more.
        let key = rest[..<at].prefix { $0 != ":" }
        let place = rest[rest.index(after: at)...].split(separator: "/", omittingEmptySubsequences: true)
        guard !key.isEmpty, place.count >= 2, let project = place.last, !place[0].contains("@") else { return nil }
        self.key = String(key)
        url = scheme + (place.dropLast() + ["api", project, "envelope"]).joined(separator: "/") + "/"
    }
}
