package import PunctualCore

/// How to reach RabbitMQ: what a URL says, and limits of our own.
///
/// `amqp://USER:PASSWORD@HOST:5672,HOST2/VHOST?heartbeat=10`; `amqps` means TLS, port 5671. Several hosts are one cluster.
/// The parameters are those of RabbitMQ's own clients: `cacertfile`, `certfile`, `keyfile` (paths of PEM files), `verify`
/// (`verify_peer`, the default, or `verify_none`), `heartbeat` (seconds), `connection_timeout` (milliseconds).
package struct RabbitMQSettings: Sendable {
    package struct Host: Hashable, Sendable {
        package var name: String
        package var port: Int

        package var text: String { name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)" }
    }

    package struct TLS: Hashable, Sendable {
        /// A PEM file of the authorities that may sign the server's certificate.
        package var authorities = "/etc/ssl/certs/ca-certificates.crt"
        /// PEM files of our own certificate and key; nil for none.
        package var certificate: String?
        package var key: String?
        /// Whether the server's certificate must be of a known authority and for the host's name.
        package var isVerified = true
    }

    package var hosts: [Host] = []
    package var user = "guest"
    var password = "guest"
    package var vhost = "/"
    /// nil means no TLS.
    package var tls: TLS?
    /// A connection that is silent for twice as long is given up.
    package var heartbeat = Duration.seconds(10)
    /// How long to wait for each host, login included.
    package var connectTimeout = Duration.seconds(5)
    /// How long to wait for the server's answer to one question, such as a declaration.
    package var answerTimeout = Duration.seconds(5)
    /// How long a good-bye may take before the connection is dropped without one.
    package var closeTimeout = Duration.seconds(1)
    /// How long a publish may wait for its confirmation.
    package var publishTimeout = Duration.seconds(5)
    /// Messages that are on their way and not confirmed, at most.
    package var window = 256
    /// Bytes of messages that are on their way and not confirmed, unless one alone is longer.
    package var windowBytes = 1 << 20
    /// The longest pause before connecting again; the first ones are shorter, and all are random.
    package var reconnectAtMost = Duration.seconds(5)

    /// - Throws: `.refused` with what is wrong in the URL, without any password.
    package init(_ url: String) throws(BrokerError) {
        do throws(URLFault) {
            try read(url)
        } catch {
            throw .refused(
                "the RabbitMQ URL cannot be read: \(error.reason); write amqp://USER:PASSWORD@HOST:5672/VHOST")
        }
    }

    /// Sees that the files of certificates that the URL names can be used; asks no server.
    /// - Throws: `.refused` with the file and what to do.
    package func checkFiles() throws(BrokerError) {
        do throws(AMQPFault) { try Link.check(self) } catch { throw .refused(error.message) }
    }

    /// Hosts and virtual host, for messages; never the user or a password.
    package var place: String { "\(hosts.map(\.text).joined(separator: ",")), vhost \(vhost)" }

    // MARK: Reading

    private struct URLFault: Error { var reason: String }

    private mutating func read(_ url: String) throws(URLFault) {
        let isSecure: Bool
        var rest: Substring
        if url.hasPrefix("amqp://") {
            (isSecure, rest) = (false, url.dropFirst(7))
        } else if url.hasPrefix("amqps://") {
            (isSecure, rest) = (true, url.dropFirst(8))
        } else {
            throw URLFault(reason: "it begins with neither amqp:// nor amqps://")
        }
        if url.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F || $0 == "#" }) {
            throw URLFault(reason: "it holds a space, a control character or a #; write those as %XX")
        }
        if isSecure { tls = TLS() }
        var parameters: Substring?
        if let mark = rest.firstIndex(of: "?") {
            parameters = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        if let slash = rest.firstIndex(of: "/") {
            let name = try Self.decoded(rest[rest.index(after: slash)...], "its vhost")
            guard !rest[rest.index(after: slash)...].contains("/") || name == "/" else {
                throw URLFault(reason: "its vhost holds a /; write it as %2F")
            }
            // RabbitMQ takes an empty name for one that is empty; nobody has such a vhost.
            vhost = name.isEmpty ? "/" : name
            rest = rest[..<slash]
        }
        if let at = rest.lastIndex(of: "@") {
            let words = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try Self.decoded(words[0], "its user")
            password = words.count > 1 ? try Self.decoded(words[1], "its password") : ""
            guard !rest[..<at].contains("@") else {
                throw URLFault(reason: "there are two @ in it; write an @ of the password as %40")
            }
            rest = rest[rest.index(after: at)...]
        }
        hosts = []
        for part in rest.split(separator: ",", omittingEmptySubsequences: false) {
            hosts.append(try Self.host(part, defaultPort: isSecure ? 5671 : 5672))
        }
        guard hosts.count <= 32 else { throw URLFault(reason: "it names more than 32 hosts") }
        for part in (parameters ?? "").split(separator: "&", omittingEmptySubsequences: true) {
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            try set(String(words[0]), words.count > 1 ? try Self.decoded(words[1], "a parameter") : "")
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(URLFault) {
        func number(_ range: ClosedRange<Int>) throws(URLFault) -> Int {
            guard let number = Int(value), range.contains(number) else {
                let (least, most) = (range.lowerBound, range.upperBound)
                throw URLFault(reason: "its parameter \(name) must be a whole number from \(least) to \(most)")
            }
            return number
        }
        switch name {
        case "heartbeat": heartbeat = .seconds(try number(1...3600))
        case "connection_timeout": connectTimeout = .milliseconds(try number(1...60_000))
        case "cacertfile", "certfile", "keyfile", "verify":
            guard tls != nil else { throw URLFault(reason: "its parameter \(name) needs amqps://") }
            guard !value.isEmpty else { throw URLFault(reason: "its parameter \(name) is empty") }
            switch name {
            case "cacertfile": tls?.authorities = value
            case "certfile": tls?.certificate = value
            case "keyfile": tls?.key = value
            default:
                guard ["verify_peer", "verify_none"].contains(value) else {
                    throw URLFault(reason: "its parameter verify must be verify_peer or verify_none")
                }
                tls?.isVerified = value == "verify_peer"
            }
        default:
            // The name may be a piece of a password with a question mark in it.
            throw URLFault(
                reason: "it has a parameter other than cacertfile, certfile, keyfile, verify, heartbeat and "
                    + "connection_timeout")
        }
    }

    private static func host(_ text: Substring, defaultPort: Int) throws(URLFault) -> Host {
        var name = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw URLFault(reason: "a [ in its host has no ]") }
            name = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":"), name.utf8.allSatisfy({ isAddress($0) }), name.contains(":")
            else {
                throw URLFault(reason: "what is in [ ] of its host is no IPv6 address")
            }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            (name, port) = (text[..<colon], text[text.index(after: colon)...])
        }
        guard !name.isEmpty else { throw URLFault(reason: "it names no host") }
        guard name.utf8.count <= 253, text.hasPrefix("[") || name.utf8.allSatisfy({ isName($0) }) else {
            throw URLFault(reason: "its host may hold letters, digits, dots, hyphens and underscores only")
        }
        guard let port else { return Host(name: String(name), port: defaultPort) }
        guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(port), (1...65535).contains(number)
        else { throw URLFault(reason: "a port is not a number from 1 to 65535") }
        return Host(name: String(name), port: number)
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46, 95: true
        default: false
        }
    }

    private static func isAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...58, 65...70, 97...102, 46: true
        default: false
        }
    }

    private static func decoded(_ text: Substring, _ what: String) throws(URLFault) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == 37 else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                throw URLFault(reason: "\(what) holds a % that two hexadecimal digits do not follow; write a % as %25")
            }
            bytes.append(high << 4 | low)
        }
        guard bytes.count <= 1024, !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else {
            throw URLFault(reason: "\(what) is too long, is not UTF-8, or holds a zero byte")
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
