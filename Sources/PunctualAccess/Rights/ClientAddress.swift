package import PunctualCore

/// Finds the client's address behind proxies that are trusted.
package struct ClientAddress: Sendable {
    /// The proxies of the house; empty means that nobody stands in front.
    package var trusted: [IPRange]
    /// The one field that the proxies write. The other one is never read: it passes them as the client sent it.
    package var field: Field

    package enum Field: String, Hashable, Sendable, CaseIterable {
        case forwarded = "Forwarded"
        case xForwardedFor = "X-Forwarded-For"
    }

    package init(trusted: [IPRange], field: Field) {
        self.trusted = trusted
        self.field = field
    }

    /// The address of the client: that of the connection, unless a trusted proxy is at its other end; then the first one from
    /// the right of the field that is no trusted proxy's. An entry that is no address ends the walk at the proxy that wrote it.
    /// - Parameter values: the lines of the field, in order.
    package func resolve(peer: IPAddress, values: [String]) -> IPAddress {
        var client = peer.mapped ?? peer
        guard trusted.contains(client) else { return client }
        for entry in entries(values).reversed() {
            guard let address = entry.flatMap({ IPAddress($0) }) else { break }
            client = address.mapped ?? address
            guard trusted.contains(client) else { break }
        }
        return client
    }

    /// The addresses of the entries, without ports; nil for an entry that has none.
    private func entries(_ values: [String]) -> [String?] {
        // More than that is nobody's chain of proxies.
        let parts = values.suffix(16).flatMap { ClientAddress.split($0, at: ",") }.suffix(64)
        return parts.map { part in
            field == .xForwardedFor
                ? ClientAddress.host(part.trimmed)
                : ClientAddress.split(part, at: ";").compactMap { ClientAddress.forValue($0.trimmed) }.first
                    .flatMap { ClientAddress.host($0) }
        }
    }

    /// The value of `for=` (RFC 7239) without its quotes; nil for another parameter.
    private static func forValue(_ text: Substring) -> Substring? {
        guard text.lowercased().hasPrefix("for=") else { return nil }
        let value = text.dropFirst(4)
        guard value.hasPrefix("\"") else { return value }
        return value.count >= 2 && value.hasSuffix("\"") ? value.dropFirst().dropLast() : nil
    }

    /// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80` without brackets and port.
    private static func host(_ text: Substring) -> String? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let tail = text[text.index(after: end)...]
            guard tail.isEmpty || isPort(tail) else { return nil }
            return String(text[text.index(after: text.startIndex)..<end])
        }
        guard let colon = text.firstIndex(of: ":"), text[colon...].count(where: { $0 == ":" }) == 1 else {
            return String(text)
        }
        return isPort(text[colon...]) ? String(text[..<colon]) : nil
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.hasPrefix(":") && (2...6).contains(text.utf8.count)
            && text.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
    }

    /// Splits outside of quotes.
    private static func split(_ text: some StringProtocol, at separator: Character) -> [Substring] {
        var (parts, start, isQuoted): ([Substring], String.Index, Bool) = ([], text.startIndex, false)
        let text = Substring(text)
        for index in text.indices {
            if text[index] == "\"" { isQuoted.toggle() }
            if text[index] == separator, !isQuoted {
                parts.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        return parts + [text[start...]]
    }
}

extension Substring {
    /// Without blanks at both ends.
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return start[...last]
    }
}
