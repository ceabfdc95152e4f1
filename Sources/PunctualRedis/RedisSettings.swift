/// How to reach Redis: what a URL says, and our own limits.
///
/// `redis://[USER:PASSWORD@]HOST[:6379][/DATABASE]` is one server,
/// `redis+sentinel://HOST[,HOST…]/MASTER-NAME[/DATABASE]` one that Sentinels watch, `redis+cluster://HOST[,HOST…]` a
/// cluster; `rediss` in place of `redis` means TLS. Parameters: `ca` names a file of authorities, `verify` is `full`,
/// `ca` (no host name) or `none`, `sentinel_user` and `sentinel_password` are for the Sentinels, `replicas=read` lets
/// commands that change nothing go to a cluster's replicas, `connections` is how many there are to each server.
package struct RedisSettings: Sendable, Hashable {
    package enum Topology: Sendable, Hashable {
        case single(RedisHost)
        case sentinel([RedisHost], master: String)
        case cluster([RedisHost])
    }

    package enum Verification: String, Sendable, Hashable, CaseIterable { case full, ca, none }

    package struct TLS: Sendable, Hashable {
        /// A PEM file; nil means the system's authorities.
        package var authority: String?
        package var verification = Verification.full
    }

    package struct Credential: Sendable, Hashable {
        /// nil means the user that is called `default`.
        package var user: String?
        package var password: String
    }

    package var topology: Topology
    package var credential: Credential?
    package var sentinelCredential: Credential?
    package var database = 0
    package var tls: TLS?
    package var readsReplicas = false
    /// To each server; subscriptions and calls that block have more, of their own.
    package var connections = 2
    /// How long a call may take.
    package var callLimit = Duration.seconds(2)
    /// How long it may take to connect and to be let in.
    package var openLimit = Duration.seconds(3)
    /// Commands that may wait on one connection, sent or not; more are refused at once.
    package var mostWaiting = 16_384
    /// Bytes that may wait on one connection to be sent; more are refused at once.
    package var mostBytes = 64 << 20
    /// Calls that block at the server, each on a connection of its own; more are refused at once.
    package var mostBlocking = 64
    /// The longest pause between two attempts to connect; the first is a hundredth of it.
    package var longestPause = Duration.seconds(2)
    package var parser = RESPParser.Limits()

    package init(topology: Topology) { self.topology = topology }

    /// - Throws: `.settings` with what is wrong and the form that is right, without any password.
    package init(_ url: String) throws(RedisError) {
        guard let scheme = url.firstRange(of: "://") else { throw RedisSettings.wrong("it has no scheme") }
        let word = url[..<scheme.lowerBound]
        let kinds = [
            "redis": "", "rediss": "", "redis+sentinel": "s", "rediss+sentinel": "s", "redis+cluster": "c",
            "rediss+cluster": "c",
        ]
        guard let kind = kinds[word.lowercased()] else {
            throw RedisSettings.wrong("its scheme is none of redis, rediss, redis+sentinel, redis+cluster")
        }
        var rest = url[scheme.upperBound...]
        guard !rest.contains("#") else {
            throw RedisSettings.wrong("it has a fragment; write a # of the password as %23")
        }
        var query = ""
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        var path: [Substring] = []
        if let slash = rest.firstIndex(of: "/") {
            path = rest[rest.index(after: slash)...].split(separator: "/", omittingEmptySubsequences: false)
            if path.last == "" { path.removeLast() }
            rest = rest[..<slash]
        }
        if let at = rest.lastIndex(of: "@") {
            credential = try RedisSettings.credential(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        let port = kind == "s" ? 26379 : 6379
        var hosts: [RedisHost] = []
        for part in rest.split(separator: ",", omittingEmptySubsequences: false) {
            hosts.append(try RedisHost(parsing: part, port: port))
        }
        switch kind {
        case "s":
            guard let name = path.first, !name.isEmpty, let master = RedisSettings.decoded(name) else {
                throw RedisSettings.wrong(
                    "it does not name the master", form: "redis+sentinel://HOST:26379,HOST:26379/MASTER-NAME")
            }
            path.removeFirst()
            topology = .sentinel(hosts, master: master)
        case "c": topology = .cluster(hosts)
        default:
            guard hosts.count == 1 else {
                throw RedisSettings.wrong("it has \(hosts.count) hosts; several need redis+sentinel or redis+cluster")
            }
            topology = .single(hosts[0])
        }
        if let text = path.first {
            guard let number = Int(text), number >= 0, path.count == 1 else {
                throw RedisSettings.wrong("after the host comes the number of a database, such as /0, and nothing else")
            }
            guard kind != "c" || number == 0 else { throw RedisSettings.wrong("a cluster has no database but 0") }
            database = number
        }
        if word.lowercased().hasPrefix("rediss") { tls = TLS() }
        try read(query: query)
    }

    private mutating func read(query: String) throws(RedisError) {
        var seen: Set<String> = []
        var sentinel = Credential(user: nil, password: "")
        for part in query.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(pair[0])
            guard pair.count == 2, let value = RedisSettings.decoded(pair[1]), !value.isEmpty else {
                throw RedisSettings.wrong("a parameter has no value; write NAME=VALUE")
            }
            guard seen.insert(name).inserted else { throw RedisSettings.wrong("the parameter \(name) is there twice") }
            switch name {
            case "ca", "verify":
                guard tls != nil else {
                    throw RedisSettings.wrong("the parameter \(name) is for TLS; write rediss in place of redis")
                }
                if name == "ca" {
                    tls?.authority = value
                } else {
                    guard let verification = Verification(rawValue: value) else {
                        throw RedisSettings.wrong("verify is none of full, ca, none")
                    }
                    tls?.verification = verification
                }
            case "sentinel_user": sentinel.user = value
            case "sentinel_password": sentinel.password = value
            case "replicas":
                guard value == "read" else { throw RedisSettings.wrong("replicas can only be read") }
                readsReplicas = true
            case "connections":
                guard let number = Int(value), (1...64).contains(number) else {
                    throw RedisSettings.wrong("connections is no number from 1 to 64")
                }
                connections = number
            default:
                throw RedisSettings.wrong(
                    "there is no parameter of that name; there are ca, verify, sentinel_user, sentinel_password, "
                        + "replicas, connections")
            }
        }
        if case .sentinel = topology {
            if !sentinel.password.isEmpty { sentinelCredential = sentinel }
            guard sentinel.user == nil || sentinelCredential != nil else {
                throw RedisSettings.wrong("sentinel_user needs sentinel_password")
            }
        } else if sentinel.user != nil || !sentinel.password.isEmpty {
            throw RedisSettings.wrong("sentinel_user and sentinel_password are for redis+sentinel")
        }
        if readsReplicas {
            guard case .cluster = topology else { throw RedisSettings.wrong("replicas=read is for redis+cluster") }
        }
    }

    /// Servers and database, for messages; never the user or a password.
    package var place: String {
        switch topology {
        case .single(let host): "\(host)/\(database)"
        case .sentinel(let hosts, let master):
            "\(master) of \(hosts.map(\.description).joined(separator: ","))/\(database)"
        case .cluster(let hosts): "the cluster of \(hosts.map(\.description).joined(separator: ","))"
        }
    }

    private static func credential(_ text: Substring) throws(RedisError) -> Credential? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let user = decoded(parts[0]), let password = decoded(parts[1]), !password.isEmpty else {
            throw wrong("before the @ comes USER:PASSWORD, or :PASSWORD")
        }
        return Credential(user: user.isEmpty ? nil : user, password: password)
    }

    /// The text without its percent signs; nil when one is wrong or the whole is no UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }

    static func wrong(_ what: String, form: String = "redis://USER:PASSWORD@HOST:6379/0") -> RedisError {
        RedisError(.settings, "the URL cannot be read: \(what); write \(form) or see the guide")
    }
}

/// A server's name or address, and its port.
package struct RedisHost: Sendable, Hashable, CustomStringConvertible {
    package let name: String
    package let port: Int

    package init(_ name: String, _ port: Int) {
        self.name = name
        self.port = port
    }

    /// `HOST`, `HOST:PORT`, `[IPV6]:PORT`.
    init(parsing text: Substring, port: Int) throws(RedisError) {
        var (name, rest) = (text, Substring())
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw RedisSettings.wrong("an IPv6 address ends with ]") }
            name = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard name.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }), rest.isEmpty || rest.first == ":" else {
                throw RedisSettings.wrong("the form of an address is [IPV6]:PORT")
            }
        } else if let colon = text.firstIndex(of: ":") {
            (name, rest) = (text[..<colon], text[colon...])
        }
        guard !name.isEmpty else { throw RedisSettings.wrong("a host is empty") }
        let isPlain = name.utf8.allSatisfy { byte in
            byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x3A || (0x30...0x39).contains(byte)
                || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        guard isPlain else { throw RedisSettings.wrong("a host has a sign that no host has") }
        self.name = String(name)
        if rest.isEmpty {
            self.port = port
        } else {
            guard let number = UInt16(rest.dropFirst()), number > 0 else {
                throw RedisSettings.wrong("a port is no number from 1 to 65535")
            }
            self.port = Int(number)
        }
    }

    package var description: String { name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)" }
}
