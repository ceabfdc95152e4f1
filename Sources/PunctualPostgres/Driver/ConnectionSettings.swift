internal import CLibpq
package import PunctualCore

/// How to reach a PostgreSQL database: what a standard URI or a string of key words says, and our own defaults.
package struct ConnectionSettings: Sendable {
    /// What libpq is given, in no order.
    let keywords: [String: String]
    /// Whether a pooler hands out server connections by transaction: nothing may outlive one then, neither prepared
    /// statements nor settings nor LISTEN.
    package let isPooled: Bool
    /// The hosts to choose the primary from; nil when there is one, or when the choice is libpq's.
    let hosts: PrimaryHosts?
    /// How long a statement may take at the server.
    package var statementLimit = Duration.seconds(10)

    /// - Parameters:
    ///   - text: `postgres://…`, `postgresql://…` or `host=… dbname=…`, as libpq reads them; `pgbouncer=true` among the
    ///     parameters says that a pooler in transaction mode stands between.
    ///   - isReplica: whether a server that only reads will do.
    /// - Throws: `.unavailable` with what is wrong, without any password.
    package init(_ text: String, isReplica: Bool = false) throws(StoreError) {
        var text = text
        var isPooled = false
        for word in ["pgbouncer=true", "pgbouncer=false"] where text.contains(word) {
            isPooled = word.hasSuffix("true")
            for (sign, rest) in [("?\(word)&", "?"), ("&\(word)", ""), ("?\(word)", ""), (" \(word)", "")] {
                text = text.replacing(sign, with: rest)
            }
        }
        self.isPooled = isPooled
        var complaint: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &complaint) else {
            let said = complaint.map { String(cString: $0) } ?? "out of memory"
            PQfreemem(complaint)
            // The complaint may quote a piece of the text, and a password may be in it.
            let isQuoted = said.contains("\"") && !said.hasPrefix("invalid URI query parameter")
            let reason = isQuoted ? "its form is wrong" : oneLine(said)
            throw .unavailable(
                "the database URI cannot be read: \(reason); write postgres://USER:PASSWORD@HOST:5432/DATABASE")
        }
        defer { PQconninfoFree(options) }
        var keywords: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        // A piece of a password, which messages would show.
        if keywords["host"]?.contains("@") ?? false {
            throw .unavailable(
                "the database URI cannot be read: its host holds an @; write an @ of the password as %40")
        }
        for (keyword, value) in ConnectionSettings.defaults where keywords[keyword] == nil { keywords[keyword] = value }
        if keywords["target_session_attrs"] == nil, !isReplica { keywords["target_session_attrs"] = "read-write" }
        self.keywords = keywords
        let alone = ConnectionSettings.alone(keywords)
        let isPrimary = ["read-write", "primary"].contains(keywords["target_session_attrs"])
        // Behind a pooler in transaction mode are servers that the pooler chose.
        hosts = isPrimary && !isPooled && alone.count > 1 ? PrimaryHosts(alone) : nil
    }

    /// The key words for each of the hosts that they name, whose lists go in step; one port may stand for all.
    private static func alone(_ keywords: [String: String]) -> [[String: String]] {
        let lists = ["host", "hostaddr", "port"].compactMap { name in
            keywords[name].map { (name, $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)) }
        }
        let count = lists.map(\.1.count).max() ?? 1
        return (0..<count).map { index in
            lists.reduce(into: keywords) { alone, list in alone[list.0] = list.1[min(index, list.1.count - 1)] }
        }
    }

    /// A network that swallows packets is noticed within seconds.
    private static let defaults = [
        "connect_timeout": "5", "application_name": "punctual", "client_encoding": "UTF8", "keepalives_idle": "10",
        "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "10000",
    ]

    /// Server, port and database, for messages; never the user or a password.
    package var place: String {
        let hosts = ConnectionSettings.alone(keywords).map { alone in
            "\(alone["host"] ?? alone["hostaddr"] ?? "the local socket"):\(alone["port"] ?? "5432")"
        }
        return "\(hosts.joined(separator: ","))/\(keywords["dbname"] ?? keywords["user"] ?? "")"
    }

    /// What went wrong while connecting, with what to do, in one line.
    func advice(on complaint: String) -> String {
        let said = oneLine(complaint)
        let hints: [(sign: String, advice: String)] = [
            ("password authentication failed", "check user and password in the URI"),
            ("no password supplied", "put a password into the URI, or into the file named by PGPASSFILE"),
            ("permission denied for database", "grant this role CONNECT on the database, or use another"),
            ("database \"", "create it with createdb, or name another in the URI"),
            ("role \"", "create the role with createuser, or name another in the URI"),
            ("no pg_hba.conf entry", "allow this address in the server's pg_hba.conf"),
            ("session is read-only", "name the primary in the URI"),
            ("server is in hot standby", "name the primary in the URI"),
            ("does not support SSL", "set up TLS at the server, or another sslmode in the URI"),
            ("certificate", "check sslmode and sslrootcert in the URI"),
            ("could not translate host name", "check the host in the URI"),
            ("Connection refused", "check host and port in the URI, and that the server runs"),
            ("timeout expired", "check host and port in the URI, and the network between"),
        ]
        let advice = hints.first { said.contains($0.sign) }?.advice ?? "check the URI and the server's log"
        return "\(said); \(advice)"
    }
}

/// libpq's text without its line ends.
func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { line in
        String(line.drop { $0.isWhitespace }).replacing("FATAL:  ", with: "")
    }.joined(separator: "; ")
}
