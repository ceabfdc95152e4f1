internal import NIOSSL
package import PunctualCore

/// Decides which addresses calls and mails may reach, public ones and those that the allow-list opens, and whose
/// certificates they trust there.
package struct EgressGuard: Sendable {
    private let allowed: [IPRange]
    private var authorities: [NIOSSLCertificate] = []
    private let resolve: @Sendable (String) async throws -> [IPAddress]

    /// - Parameters:
    ///   - allowed: ranges that may be reached although they are special.
    ///   - resolve: all addresses of a name.
    package init(
        allowed: [IPRange],
        resolve: @escaping @Sendable (String) async throws -> [IPAddress] = EgressGuard.systemResolve
    ) {
        self.allowed = allowed
        self.resolve = resolve
    }

    /// The guard that trusts the authorities of a PEM file besides the system's.
    /// - Throws: `Refusal` when there are none to be read.
    package func trusting(authoritiesOf file: String) throws(Refusal) -> EgressGuard {
        var trusting = self
        do { trusting.authorities += try NIOSSLCertificate.fromPEMFile(file) } catch {
            throw Refusal(description: "the certificates of \(file) cannot be read: \(error)")
        }
        if trusting.authorities.isEmpty { throw Refusal(description: "there is no certificate in \(file)") }
        return trusting
    }

    /// How others are met over TLS.
    var tls: TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if !authorities.isEmpty { tls.additionalTrustRoots = [.certificates(authorities)] }
        return tls
    }

    /// Why a call must not be made.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
        /// Whether another try may help: the name could not be resolved just now.
        package var isRetryable = false
    }

    /// Where a URL leads, after every address of its host was found harmless.
    package struct Destination: Hashable, Sendable {
        package let host: String
        package let address: IPAddress
    }

    /// A URL that was vetted, written with exactly the host that was vetted.
    package struct Call: Hashable, Sendable {
        package let url: String
        package let destination: Destination
    }

    /// Vets a URL and rewrites it: a client that is told the address of `destination.host` must find that very name in it,
    /// else capitals or a trailing dot would make it ask the resolver again.
    /// - Parameter turn: from 1; a name with several addresses is called at another one each turn.
    package func call(to url: String, turn: Int = 1) async throws(Refusal) -> Call {
        let destination = try await vet(url, turn: turn)
        return Call(url: try Self.parts(of: url).url, destination: destination)
    }

    /// Vets a URL and every address of its host; the caller must connect to the address it gets, and to no other.
    package func vet(_ url: String, turn: Int = 1) async throws(Refusal) -> Destination {
        let host = try Self.parts(of: url).host
        let addresses: [IPAddress]
        if let literal = IPAddress(host) {
            addresses = [literal]
        } else {
            do { addresses = try await resolve(host) } catch {
                throw Refusal(description: "\(host) cannot be resolved", isRetryable: true)
            }
        }
        if addresses.isEmpty { throw Refusal(description: "\(host) has no address", isRetryable: true) }
        for address in addresses where !isHarmless(address) {
            throw Refusal(
                description:
                    "\(host) leads to \(address), which is not a public address; PUNCTUAL_EGRESS_ALLOW opens exceptions"
            )
        }
        return Destination(host: host, address: addresses[max(0, turn - 1) % addresses.count])
    }

    /// Whether the address may be reached: allowed, or public in itself and in the IPv4 address that it stands for.
    package func isHarmless(_ address: IPAddress) -> Bool {
        if allowed.contains(where: { $0.contains(address) }) { return true }
        if let inner = address.embedded {
            if allowed.contains(where: { $0.contains(inner) }), address.bytes[0..<2] == [0, 0] { return true }
            return false
        }
        return !Self.special.contains { $0.contains(address) }
    }

    /// The IANA special-purpose registries (RFC 6890 and its updates), multicast, everything in IPv6 outside
    /// 2000::/3, and the one public address that is a cloud's metadata service (168.63.129.16).
    private static let special: [IPRange] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    ].compactMap { IPRange($0) }

    /// The host of an http or https URL in lower case, without brackets and trailing dots, and the URL written with it.
    static func parts(of url: String) throws(Refusal) -> (host: String, url: String) {
        func refuse(_ text: String) -> Refusal { Refusal(description: "the URL \(text)") }
        if url.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "\\") }) {
            throw refuse("holds spaces, control characters, backslashes or non-ASCII characters")
        }
        let lower = url.lowercased()
        guard lower.hasPrefix("http://") || lower.hasPrefix("https://") else { throw refuse("is not http or https") }
        let rest = lower.dropFirst(lower.hasPrefix("https") ? 8 : 7)
        let authority = rest.prefix { !"/?#".contains($0) }
        if authority.contains("@") { throw refuse("carries a user name") }
        var host = authority
        var port: Substring = ""
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw refuse("has an unclosed [") }
            host = authority[authority.index(after: authority.startIndex)..<end]
            guard IPAddress(String(host))?.bytes.count == 16 else {
                throw refuse("has no IPv6 address in its brackets")
            }
            let tail = authority[authority.index(after: end)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { throw refuse("has text behind its brackets") }
            port = tail.dropFirst()
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                port = authority[authority.index(after: colon)...]
            }
            while host.hasSuffix(".") { host = host.dropLast() }
            guard !host.isEmpty, host.utf8.count <= 253,
                host.utf8.allSatisfy({
                    (48...57).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 46 || $0 == 95
                })
            else { throw refuse("has no plain host name") }
            guard
                host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ (1...63).contains($0.count) })
            else { throw refuse("has a host with an empty or overlong part") }
            // Shortened, octal and hexadecimal numbers mean different hosts to different readers.
            let last = host.split(separator: ".").last ?? ""
            let isNumeric = last.utf8.allSatisfy { (48...57).contains($0) } || last.hasPrefix("0x")
            if isNumeric, IPAddress(String(host)) == nil { throw refuse("has a host that is half a number") }
        }
        if !port.isEmpty {
            guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt16(port), number > 0 else {
                throw refuse("has a port that is not from 1 to 65535")
            }
        }
        let scheme = lower.hasPrefix("https") ? "https://" : "http://"
        let written = host.contains(":") ? "[\(host)]" : String(host)
        // Only ASCII got here, so lower case has as many bytes.
        let tail = url.utf8.dropFirst(scheme.utf8.count + authority.utf8.count)
        return (String(host), scheme + written + (port.isEmpty ? "" : ":\(port)") + String(Substring(tail)))
    }

    /// Asks the system's resolver, for a few seconds at most.
    package static let systemResolve: @Sendable (String) async throws -> [IPAddress] = { host in
        try await NameLookup.system.addresses(of: host)
    }
}
