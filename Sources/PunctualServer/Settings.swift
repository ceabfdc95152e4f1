internal import Configuration
package import Logging
internal import PunctualCore
internal import PunctualHTTP
internal import PunctualObservability
internal import PunctualSchedule

/// What a node is told: flags, then `PUNCTUAL_*` variables, then the YAML file of `--config`, then defaults.
package struct Settings: Sendable, Equatable {
    /// `sqlite:PATH`, or a URI of PostgreSQL.
    package var databaseURL = "sqlite:punctual.sqlite"
    /// How many connections to PostgreSQL this node opens at most.
    package var databaseConnections = 8
    /// URIs of standbys of a PostgreSQL that lists and statistics are read from.
    package var databaseReplicas: [String] = []
    /// A replica whose data are older is not read.
    package var replicaAge = Duration.seconds(5)
    /// The role of PostgreSQL as which lists that not everybody may see are read; nil means the node's own.
    package var databaseReaderRole: String?
    package var httpHost = "127.0.0.1"
    package var httpPort = 8640
    /// Paths of the certificate chain and its private key, both PEM; nil serves without TLS.
    package var httpCertificate: String?
    package var httpKey: String?
    /// How many connections the API holds at once; further ones wait until one ends.
    package var httpConnections = 10_000
    /// Origins whose pages may call the API, as browsers write them.
    package var httpOrigins: [String] = []
    /// Names this process among the nodes; made from host name and process id unless given.
    package var nodeID: String?
    package var roles: Set<Role> = Set(Role.allCases)
    package var logLevel = Logger.Level.info
    package var logFormat = LogFormatName.text
    /// Addresses and ranges that HTTP targets may reach although they are private.
    package var egressAllow: [String] = []
    /// A PEM file of authorities that outgoing calls and mails trust besides the system's; nil for none.
    package var egressCertificate: String?
    /// Secrets that sign HTTP calls, `whsec_…`, with commas or white space between them; empty means no signature.
    package var webhookSecret = ""
    /// Paths or patterns of commands that may run; empty means none.
    package var commandAllow: [String] = []
    /// What each process of a command may use: bytes of address space and of a file, open files, seconds of processor
    /// time. 0 means no limit, nil what the executor takes by itself.
    package var commandMemory: UInt64?
    package var commandFileSize: UInt64?
    package var commandOpenFiles: UInt64?
    package var commandCPUSeconds: UInt64?
    /// The bytes of answers that this node keeps; 0 keeps none.
    package var cacheSize = 64 << 20
    package var schedulerShards = 8
    /// How long a scheduler that is not heard of keeps its shards.
    package var schedulerLease = Duration.seconds(10)
    /// How many executions this node works on at once.
    package var workerConcurrency = 512
    /// How many of each queue; queues that are not named share `workerConcurrency`. nil means all queues.
    package var workerQueues: [String: Int]?
    /// What tells workers of work, and where messages go.
    var brokers = Brokers()
    /// The services whose executions this node works on; nil means all.
    package var workerServices: Set<String>?
    /// The lowest priority that this node works on.
    package var workerLeastPriority = 0
    /// How long running work may go on after SIGTERM.
    package var shutdownGrace = Duration.seconds(20)
    /// Who may come in.
    var access = Access()
    /// What services may have.
    var quotas = standardQuotas
    /// Where reports of errors go.
    var errors = Errors()
    /// Where the dashboard leads besides.
    var links = OutsideLinks()
    /// Which traces are made, and where they go.
    var tracing = TracingSettings()
    /// Where the head of the audit log is put by.
    var anchors = Anchors()
    /// The jobs that have figures of their own, each `NAME` or `SERVICE:NAME`, with `*` for any characters.
    package var metricJobs: [String] = []
    /// How long ended executions are kept; nil means 90 days in SQLite and twelve months in PostgreSQL.
    package var retention: Duration?
    /// The folder into which PostgreSQL's months are archived before they are dropped; nil means that they are not.
    package var archive: String?

    /// How long ended executions are kept.
    var keptFor: Duration { retention ?? .seconds(Settings.isPostgres(databaseURL) ? 365 * 86_400 : 90 * 86_400) }

    package enum Role: String, Sendable, CaseIterable { case api, scheduler, worker }
    package enum LogFormatName: String, Sendable, CaseIterable { case text, json }

    package init() {}

    /// The defaults of `punctual dev`: a file in the working directory, commands and loopback calls allowed.
    package static var development: Settings {
        var settings = Settings()
        settings.databaseURL = "sqlite:punctual-dev.sqlite"
        settings.egressAllow = ["127.0.0.0/8", "::1/128"]
        settings.commandAllow = ["*"]
        settings.access.mode = .open
        settings.logLevel = .warning
        return settings
    }
}

/// A setting that cannot be used: where it came from, what is wrong, what would be right.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

extension Settings {
    /// Every key that a config file may have; the variable of `http.port` is `PUNCTUAL_HTTP_PORT`.
    static let keys: Set<String> = Set([
        "database.url", "database.connections", "database.replicas", "database.replica_age", "database.reader_role",
        "http.host", "http.port", "http.tls.certificate", "http.tls.key", "http.max_connections", "http.cors.origins",
        "node.id", "roles", "log.level", "log.format", "egress.allow", "egress.certificate",
        "webhook.secret", "command.allow", "command.memory", "command.file_size", "command.open_files",
        "command.cpu_seconds", "cache.size", "scheduler.shards", "scheduler.lease", "worker.concurrency",
        "worker.queues", "worker.services", "worker.least_priority", "shutdown.grace",
        "history.retention", "history.archive",
    ]).union(accessKeys).union(quotaKeys).union(anchorKeys).union(brokerKeys).union(metricKeys).union(tracingKeys)
        .union(errorKeys).union(linkKeys)
    /// Settings whose value may be a list.
    static let lists: Set = accessLists.union(quotaLists).union([
        "database.replicas", "http.cors.origins", "roles", "egress.allow", "command.allow", "worker.queues",
        "worker.services", "metrics.jobs",
    ])
    /// Settings whose values are never shown.
    private static let secretKeys: Set = [
        "database.url", "database.replicas", "webhook.secret", "access.master_key", "redis.url", "rabbitmq.url",
        "tracing.headers", "errors.dsn",
    ]

    /// Reads all settings.
    /// - Parameters:
    ///   - flags: by dotted key, `http.port`; they win.
    ///   - environment: the process's variables; `PUNCTUAL_X_FILE` names a file that holds the value of `PUNCTUAL_X`.
    ///   - configFile: a YAML file; nil means none.
    /// - Throws: `SettingsError` with one line about the first setting that cannot be used.
    package static func load(
        flags: [String: String], environment: [String: String], configFile: String?, base: Settings = Settings()
    ) async throws(SettingsError) -> Settings {
        let variables = try withFiles(environment)
        var providers: [any ConfigProvider] = [
            EnvironmentVariablesProvider(
                environmentVariables: Dictionary(
                    uniqueKeysWithValues: flags.map { ($0.replacing(".", with: "_").uppercased(), $1) })),
            EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "punctual"),
        ]
        var base = base
        if let configFile {
            let file = try ConfigFile.read(configFile, environment: variables)
            providers.append(InMemoryProvider(values: file.values))
            base.access.providers = file.providers
        }
        let settings = try base.reading(ConfigReader(providers: providers), environment)
        try settings.access.checkProviders()
        return settings
    }

    /// Puts the contents of the files that `PUNCTUAL_…_FILE` variables name in place of the variables they stand for.
    private static func withFiles(_ environment: [String: String]) throws(SettingsError) -> [String: String] {
        var result = environment
        // Settings that are paths themselves, one of them the client's, stand for no other.
        let paths = Set(keys.map { "PUNCTUAL_\($0.replacing(".", with: "_").uppercased())" } + ["PUNCTUAL_CA_FILE"])
        for (name, path) in environment
        where name.hasPrefix("PUNCTUAL_") && name.hasSuffix("_FILE") && !paths.contains(name) {
            let plain = String(name.dropLast("_FILE".count))
            if environment[plain] != nil { throw SettingsError("both \(plain) and \(name) are set; keep one") }
            guard let bytes = readFile(path, limit: 65_536) else {
                throw SettingsError("\(name): cannot read \(path)")
            }
            result[plain] = String(decoding: bytes, as: UTF8.self).trimmingSuffix { $0.isNewline }
        }
        // The one that a whole installation shares is known without its group's name, too.
        if let key = result.removeValue(forKey: "PUNCTUAL_MASTER_KEY") { result["PUNCTUAL_ACCESS_MASTER_KEY"] = key }
        return result
    }

    private func reading(
        _ config: ConfigReader, _ environment: [String: String]
    ) throws(SettingsError) -> Settings {
        var result = self
        func text(_ key: String) -> String? {
            assert(Self.keys.contains(key), "\(key) is read, but a config file with it would be refused")
            return config.string(forKey: ConfigKey(key), isSecret: Self.secretKeys.contains(key))
        }
        func value<Value>(
            _ key: String, _ wanted: String, _ read: (String) -> Value?
        ) throws(SettingsError) -> Value? {
            guard let text = text(key) else { return nil }
            if let value = read(text) { return value }
            let shown = Self.secretKeys.contains(key) ? "" : " \"\(text)\""
            throw SettingsError("\(key)\(shown): must be \(wanted)")
        }
        func list(_ key: String) -> [String]? {
            text(key).map { $0.split(separator: ",").map { $0.drop { $0 == " " }.trimmingSuffix { $0 == " " } } }
                ?? config.stringArray(forKey: ConfigKey(key))
        }
        if let value = try value(
            "database.url", Self.databaseURLForms, { Self.isDatabaseURL($0) ? $0 : nil })
        {
            result.databaseURL = value
        }
        if let value = try value(
            "database.connections", "from 2 to 1000", { Int($0).flatMap { (2...1000).contains($0) ? $0 : nil } })
        {
            result.databaseConnections = value
        }
        // A URI may name several hosts with commas, so these stand apart by white space.
        if let value = text("database.replicas").map({ $0.split(whereSeparator: \.isWhitespace).map(String.init) })
            ?? config.stringArray(forKey: "database.replicas", isSecret: true)
        {
            for uri in value where !Self.isPostgres(uri) {
                throw SettingsError("database.replicas: each must be postgres://USER@HOST/DATABASE")
            }
            result.databaseReplicas = value
        }
        result.databaseReaderRole =
            try value(
                "database.reader_role", "the name of a role of PostgreSQL, 1 to 63 bytes",
                { (1...63).contains($0.utf8.count) ? $0 : nil }) ?? result.databaseReaderRole
        if let value = text("http.host") { result.httpHost = value }
        if let value = try value("http.port", "a port from 0 to 65535", { UInt16($0) }) { result.httpPort = Int(value) }
        result.httpCertificate = text("http.tls.certificate") ?? result.httpCertificate
        result.httpKey = text("http.tls.key") ?? result.httpKey
        if (result.httpCertificate == nil) != (result.httpKey == nil) {
            throw SettingsError("http.tls.certificate and http.tls.key: give both, or neither")
        }
        if let value = try value(
            "http.max_connections", "from 1 to 1000000",
            { Int($0).flatMap { (1...1_000_000).contains($0) ? $0 : nil } })
        {
            result.httpConnections = value
        }
        if let origins = list("http.cors.origins") {
            for origin in origins where !CrossOrigin.isOrigin(origin) {
                throw SettingsError(
                    "http.cors.origins \"\(origin)\": write each as browsers do, https://app.example.com; "
                        + "no * and no path")
            }
            result.httpOrigins = origins
        }
        if let value = try value(
            "node.id", "1 to 64 of A–Z a–z 0–9 . _ -",
            // The same form, so that a node's id may stand in a broker's names.
            { text in (try? BrokerPrefix(text))?.text })  // The message says what was wrong.
        {
            result.nodeID = value
        }
        if let names = list("roles") {
            var roles: Set<Role> = []
            for name in names {
                guard let role = Role(rawValue: name) else {
                    throw SettingsError("roles \"\(name)\": must be a list of api, scheduler and worker")
                }
                roles.insert(role)
            }
            if roles.isEmpty { throw SettingsError("roles: name at least one of api, scheduler and worker") }
            result.roles = roles
        }
        if let value = try value(
            "log.level", "trace, debug, info, notice, warning, error or critical",
            {
                Logger.Level(rawValue: $0.lowercased())
            })
        {
            result.logLevel = value
        }
        if let value = try value("log.format", "text or json", { LogFormatName(rawValue: $0) }) {
            result.logFormat = value
        }
        if let value = list("egress.allow") { result.egressAllow = value }
        result.egressCertificate = text("egress.certificate") ?? result.egressCertificate
        result.access = try access.reading(text, list: list)
        result.quotas = try quotas.reading(text, list: list)
        result.anchors = try anchors.reading(text)
        result.brokers = try brokers.reading(text)
        if let value = list("metrics.jobs") { result.metricJobs = try Self.watchedJobs(value) }
        result.tracing = try Self.tracing(environment, text)
        result.errors = try errors.reading(text)
        result.links = try links.reading(text)
        if let value = text("webhook.secret") { result.webhookSecret = value }
        if let value = list("command.allow") { result.commandAllow = value }
        for (key, field) in [
            ("command.memory", \Settings.commandMemory), ("command.file_size", \.commandFileSize),
            ("command.open_files", \.commandOpenFiles), ("command.cpu_seconds", \.commandCPUSeconds),
        ] {
            if let value = try value(key, "a number such as 512M or 8G, or 0 for no limit", { Self.amount($0) }) {
                result[keyPath: field] = value
            }
        }
        if let value = try value(
            "cache.size", "0, or from 1M to 64G", { Self.amount($0).flatMap { Self.cacheSizes($0) ? Int($0) : nil } })
        {
            result.cacheSize = value
        }
        if let value = try value(
            "scheduler.shards", "from 1 to 256", { Int($0).flatMap { (1...256).contains($0) ? $0 : nil } })
        {
            result.schedulerShards = value
        }
        if let value = try value(
            "worker.concurrency", "from 1 to 10000",
            {
                Int($0).flatMap { (1...10_000).contains($0) ? $0 : nil }
            })
        {
            result.workerConcurrency = value
        }
        if let names = list("worker.queues") {
            var queues: [String: Int] = [:]
            for name in names {
                let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                guard parts.count <= 2, Self.isName(parts[0]),
                    let limit = parts.count == 2 ? Int(parts[1]) : result.workerConcurrency, limit > 0
                else {
                    throw SettingsError(
                        "worker.queues \"\(name)\": write NAME or NAME:LIMIT, such as mail:4; a name is \(Self.nameForm)"
                    )
                }
                guard queues.updateValue(limit, forKey: parts[0]) == nil else {
                    throw SettingsError("worker.queues \"\(name)\": the queue is there twice; name it once")
                }
            }
            if queues.isEmpty { throw SettingsError("worker.queues: name at least one queue, such as mail:4") }
            result.workerQueues = queues
        }
        if let services = list("worker.services") {
            if services.isEmpty { throw SettingsError("worker.services: name at least one service, such as billing") }
            for name in services where !Self.isName(name) {
                throw SettingsError("worker.services \"\(name)\": a service's name is \(Self.nameForm)")
            }
            guard Set(services).count == services.count else {
                throw SettingsError("worker.services: a service is there twice; name each once")
            }
            result.workerServices = Set(services)
        }
        if let value = try value(
            "worker.least_priority", "from 0 to 9", { Int($0).flatMap { (0...9).contains($0) ? $0 : nil } })
        {
            result.workerLeastPriority = value
        }
        for (key, wanted, range, field) in [
            ("shutdown.grace", "from 0s to 1h", Duration.zero ... .seconds(3600), \Settings.shutdownGrace),
            ("scheduler.lease", "from 3s to 5m", .seconds(3) ... .seconds(300), \.schedulerLease),
            ("database.replica_age", "from 1s to 1h", .seconds(1) ... .seconds(3600), \.replicaAge),
        ] {
            if let value = try value(
                key, "a duration \(wanted)", { Duration(text: $0).flatMap { range.contains($0) ? $0 : nil } })
            {
                result[keyPath: field] = value
            }
        }
        result.retention =
            try value(
                "history.retention", "a duration from 1m to 3650d",
                { text in
                    Duration(text: text).flatMap { (.seconds(60) ... .seconds(3650 * 86_400)).contains($0) ? $0 : nil }
                }) ?? result.retention
        result.archive = text("history.archive") ?? result.archive
        if !result.databaseReplicas.isEmpty, !Self.isPostgres(result.databaseURL) {
            throw SettingsError("database.replicas: only PostgreSQL has replicas; database.url is sqlite:")
        }
        if result.databaseReaderRole != nil, !Self.isPostgres(result.databaseURL) {
            throw SettingsError("database.reader_role: only PostgreSQL has roles; database.url is sqlite:")
        }
        return result
    }
}

extension Settings {
    /// What `database.url` may be, for messages.
    package static let databaseURLForms = "sqlite:PATH or postgres://USER@HOST/DATABASE"

    package static func isDatabaseURL(_ text: String) -> Bool {
        (text.hasPrefix("sqlite:") && text.count > 7) || isPostgres(text)
    }

    static func isPostgres(_ text: String) -> Bool {
        text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
    }

    /// The URL without what nobody should see: of PostgreSQL's, host and database.
    package static func shown(databaseURL text: String) -> String {
        guard isPostgres(text) else { return text.hasPrefix("sqlite:") ? text : "…" }
        let rest = text.drop { $0 != "/" }.dropFirst(2)
        let place = rest.split(separator: "?", omittingEmptySubsequences: false).first ?? ""
        return "postgres://" + (place.split(separator: "@", omittingEmptySubsequences: false).last ?? "")
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while matches: (Character) -> Bool) -> String {
        var end = endIndex
        while end > startIndex, matches(self[index(before: end)]) { end = index(before: end) }
        return String(self[..<end])
    }
}
