import Foundation
import Logging
import PunctualAccess
import PunctualCore
import PunctualExecutors
import PunctualHTTP
import PunctualObservability
import Testing

@testable import PunctualServer

@Suite("Settings")
struct SettingsTests {
    /// The settings that flags, variables and a YAML file make.
    func load(
        flags: [String: String] = [:], environment: [String: String] = [:], yaml: String? = nil,
        base: Settings = Settings()
    ) async throws -> Settings {
        guard let yaml else {
            return try await Settings.load(flags: flags, environment: environment, configFile: nil, base: base)
        }
        return try await withFile(yaml) {
            try await Settings.load(flags: flags, environment: environment, configFile: $0, base: base)
        }
    }

    private func withFile<Value>(_ text: String, _ body: (String) async throws -> Value) async throws -> Value {
        let url = FileManager.default.temporaryDirectory.appending(path: "punctual-\(UUID().uuidString).yaml")
        try text.write(to: url, atomically: true, encoding: .utf8)
        // A file that stays behind in the temporary folder harms nobody.
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(url.path(percentEncoded: false))
    }

    @Test("without any source the defaults of the command stand")
    func defaults() async throws {
        let settings = try await load()
        #expect(settings == Settings())
        #expect(settings.httpHost == "127.0.0.1" && settings.httpPort == 8640)
        #expect(settings.commandAllow.isEmpty && settings.egressAllow.isEmpty, "nothing is open unless asked for")
        #expect(try await load(base: .development) == .development)
    }

    @Test("flags win over variables, those over the file, and that over defaults")
    func precedence() async throws {
        let yaml = "http: {port: 1}\nlog: {level: debug}\nnode: {id: from-file}\nscheduler: {shards: 3}\n"
        let environment = [
            "PUNCTUAL_HTTP_PORT": "2", "PUNCTUAL_LOG_LEVEL": "error", "PUNCTUAL_NODE_ID": "from-variable",
        ]
        let settings = try await load(
            flags: ["http.port": "3", "node.id": "from-flag"], environment: environment, yaml: yaml)
        #expect(settings.httpPort == 3 && settings.nodeID == "from-flag")
        #expect(settings.logLevel == .error)
        #expect(settings.schedulerShards == 3)
        #expect(settings.workerConcurrency == Settings().workerConcurrency)
    }

    @Test(
        "a variable that is no setting is told of, with what was probably meant",
        arguments: [
            ("PUNCTUAL_HTPP_PORT", "PUNCTUAL_HTTP_PORT"), ("PUNCTUAL_DATABSE_URL", "PUNCTUAL_DATABASE_URL"),
            ("PUNCTUAL_ACESS_ISSUER", "PUNCTUAL_ACCESS_ISSUER"), ("PUNCTUAL_SERVICE_HOST", nil),
            ("PUNCTUAL_PORT_80_TCP_ADDR", nil), ("PUNCTUAL_", nil),
        ] as [(String, String?)])
    func stray(name: String, nearest: String?) async throws {
        let environment = [name: "x", "PUNCTUALITY": "x", "PUNCTUAL_HTTP_PORT": "1"]
        let found = StrayVariables.names(in: environment)
        #expect(found.map(\.name) == [name] && found.first?.nearest == nearest, "\(found)")
        #expect(StrayVariables.words(in: environment)?.contains(nearest ?? name) == true)
        // They stop nothing.
        #expect(try await load(environment: environment).httpPort == 1)
    }

    @Test("a variable that something reads is no stray one")
    func known() {
        var environment = ["PUNCTUAL_ACCESS_PROVIDERS_CORP_CLIENT_SECRET_FILE": "x", "PUNCTUAL_CA_FILE": "x"]
        for key in Settings.keys { environment["PUNCTUAL_\(key.replacing(".", with: "_").uppercased())"] = "x" }
        for name in ["MASTER_KEY_FILE", "WEBHOOK_SECRET_FILE", "TOKEN", "TOKEN_FILE", "URL", "CONFIG", "PROFILE"] {
            environment["PUNCTUAL_\(name)"] = "x"
        }
        #expect(StrayVariables.words(in: environment) == nil)
    }

    @Test("a variable's value may come from a file, without the line end; it wins over the config file")
    func variableFile() async throws {
        try await withFile("from-secret\n") { path in
            let settings = try await load(environment: ["PUNCTUAL_NODE_ID_FILE": path], yaml: "node: {id: from-file}")
            #expect(settings.nodeID == "from-secret")
            #expect(try await load(flags: ["node.id": "a"], environment: ["PUNCTUAL_NODE_ID_FILE": path]).nodeID == "a")
        }
    }

    private static let masterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    @Test(
        "what of access control cannot be used is refused by its name, the master key unseen",
        arguments: [
            ("access.mode", "closed"), ("access.master_key", "hunter2"), ("access.issuer", "jobs.example.com"),
            ("access.issuer", "https://jobs.example.com/"), ("access.admin_addresses", "10.0.0.0/40"),
            ("http.trusted_proxies", "proxy"), ("http.forwarded_field", "Via"), ("limits.address", "-1"),
            ("limits.user", "many"), ("limits.sign_in", "0"), ("limits.tier", "gold"),
            ("limits.work", "0"), ("limits.concurrency", "-1"), ("limits.streams", "1e3"),
            ("quotas.jobs_per_service", "0"), ("quotas.jobs_per_service", "many"), ("quotas.jobs_per_service", "10,20"),
            ("quotas.jobs_per_service", "a:5,a:6"), ("quotas.jobs_per_service", ":5"),
            ("quotas.jobs_per_service", "a/b:5"), ("quotas.jobs_per_service", "a:"),
            ("quotas.jobs_per_service", "a:5:6"), ("quotas.jobs_per_service", "99999999999999999999"),
            ("quotas.smallest_interval", "99ms"), ("quotas.smallest_interval", "367d"),
            ("quotas.smallest_interval", "-1s"), ("quotas.smallest_interval", "10"),
            ("quotas.smallest_interval", "a:b:1s"), ("quotas.queue_share", "0%"), ("quotas.queue_share", "50"),
            ("quotas.queue_share", "101%"), ("quotas.queue_share", "-5%"), ("quotas.queue_share", "%"),
            ("quotas.queue_share", "a:2.5%"), ("quotas.queue_room", "99"), ("quotas.queue_room", "off"),
            ("audit.anchor.url", "ftp://a.example.com"), ("audit.anchor.url", "https://"),
            ("audit.anchor.url", "https://a.example.com/ hunter2"), ("audit.anchor.every", "0s"),
            ("audit.anchor.every", "31d"), ("audit.anchor.every", "hourly"),
        ])
    func access(_ key: String, _ value: String) async throws {
        let error = await #expect(throws: SettingsError.self) { try await load(flags: [key: value]) }
        #expect(error?.description.hasPrefix(key) == true && error?.description.contains("hunter2") == false)
    }

    @Test("a quota may be of all services or of single ones, and leaves the others as they are")
    func quotas() async throws {
        let standard = try await load().quotas
        #expect(standard.jobs["a"] == nil && standard.queueShare["a"] == nil)
        #expect(standard.smallestInterval["a"] == .seconds(1))
        let given = try await load(
            environment: [
                "PUNCTUAL_QUOTAS_JOBS_PER_SERVICE": "1000, billing:5000,ops:off",
                "PUNCTUAL_QUOTAS_SMALLEST_INTERVAL": "billing:1m", "PUNCTUAL_QUOTAS_QUEUE_SHARE": "ops.night:40%",
            ], yaml: "quotas: {smallest_interval: 5s, queue_room: 500, jobs_per_service: 7}"
        ).quotas
        #expect(given.jobLimits(of: ["a", "billing", "ops"]) == ["a": 1000, "billing": 5000])
        // The variable takes the place of the file's whole list.
        #expect(given.smallestInterval["a"] == .seconds(1) && given.smallestInterval["billing"] == .seconds(60))
        #expect(given.waitingLimit(of: "ops.night") == 200 && given.waitingLimit(of: "ops") == nil)
        let listed = try await load(yaml: "quotas: {jobs_per_service: [10, 'ops:off'], smallest_interval: off}").quotas
        #expect(listed.jobLimits(of: ["a", "ops"]) == ["a": 10] && listed.smallestInterval["a"] == nil)
    }

    @Test("the master key has a variable of its own")
    func masterKeyVariable() async throws {
        let settings = try await load(environment: ["PUNCTUAL_MASTER_KEY": Self.masterKey])
        #expect(settings.access.masterKey == Self.masterKey)
    }

    @Test("every setting can be given as a flag or variable, and in the file")
    func every() async throws {
        var wanted = Settings()
        wanted.databaseURL = "postgres://u@h/d"
        wanted.databaseConnections = 12
        wanted.databaseReplicas = ["postgres://a,b/d", "postgresql://c/d"]
        wanted.databaseReaderRole = "lists"
        wanted.replicaAge = .seconds(9)
        (wanted.httpHost, wanted.httpPort) = ("127.0.0.2", 9000)
        (wanted.httpCertificate, wanted.httpKey) = ("/etc/a.crt", "/etc/a.key")
        wanted.httpConnections = 500
        wanted.httpOrigins = ["https://a.example.com", "http://localhost:3000"]
        (wanted.nodeID, wanted.roles) = ("n-1", [.api, .worker])
        wanted.logLevel = .debug
        wanted.logFormat = .json
        wanted.egressAllow = ["10.0.0.0/8", "::1"]
        wanted.egressCertificate = "/etc/own.pem"
        wanted.commandAllow = ["/bin/*", "/usr/bin/make"]
        wanted.webhookSecret = "whsec_AAAA"
        (wanted.commandMemory, wanted.commandFileSize) = (512 << 20, 2 << 30)
        (wanted.commandOpenFiles, wanted.commandCPUSeconds) = (64, 0)
        wanted.schedulerShards = 4
        wanted.schedulerLease = .seconds(5)
        wanted.workerConcurrency = 7
        wanted.workerQueues = ["mail": 2, "slow": 7]
        (wanted.workerServices, wanted.workerLeastPriority) = (["billing", "search"], 5)
        (wanted.shutdownGrace, wanted.retention) = (.seconds(5), .seconds(30 * 86_400))
        wanted.archive = "/var/archive"
        wanted.metricJobs = ["nightly", "billing:*"]
        wanted.access.mode = .open
        wanted.access.masterKey = Self.masterKey
        wanted.access.issuer = "https://jobs.example.com"
        wanted.access.adminAddresses = [IPRange("10.0.0.0/8")!, IPRange("::1")!]
        wanted.access.trustedProxies = [IPRange("192.0.2.0/24")!]
        wanted.access.forwardedField = .forwarded
        wanted.access.limits.address = LimitPolicy(name: "address", .rate(7, burst: 2, seconds: 10))
        wanted.access.limits.principal = nil
        wanted.access.limits.service = LimitPolicy(name: "service", .rate(9, burst: 2, seconds: 10))
        wanted.access.limits.signIn = LimitPolicy(name: "sign-in", .window(quota: 5, seconds: 60))
        wanted.access.tier = .premium
        wanted.access.limits.work = RequestLimits.Work(rate: 70)
        (wanted.access.concurrency, wanted.access.streams) = (10, nil)
        wanted.quotas.jobs = Quota(100, services: ["a": nil])
        wanted.quotas.smallestInterval = Quota(.seconds(60))
        wanted.quotas.queueShare = Quota(services: ["a": 25])
        wanted.quotas.queueRoom = 2000
        wanted.cacheSize = 128 << 20
        (wanted.anchors.file, wanted.anchors.url) = ("/mnt/anchors", "https://a.example.com/x")
        wanted.anchors.every = .seconds(60)
        wanted.brokers.kind = .rabbitmq
        wanted.brokers.redisURL = "redis://:p@r.example.com/1"
        wanted.brokers.redisPrefix = try BrokerPrefix("a")
        wanted.brokers.rabbitMQURL = "amqp://u:p@q.example.com/v"
        wanted.brokers.rabbitMQPrefix = try BrokerPrefix("b")
        wanted.errors.address = ErrorAddress(dsn: "https://k@e.example.com/1")
        wanted.errors.environment = "test"
        (wanted.links.traces, wanted.links.logs) = ("https://t.example.com/{trace_id}", "http://l/?q={execution_id}")
        wanted.tracing.endpoint = "http://c.example.com:4318/v1/traces"
        wanted.tracing.isOn = true
        wanted.tracing.headers = [.init(name: "authorization", value: "Bearer x")]
        wanted.tracing.sampler = Sampler(root: .ratio(0.5), followsParent: false)
        wanted.tracing.timeout = .seconds(3)
        wanted.tracing.packs = true
        wanted.tracing.certificate = "/etc/ca.pem"
        wanted.tracing.serviceName = "jobs"
        let texts = [
            "errors.dsn": "https://k@e.example.com/1", "errors.environment": "test",
            "tracing.endpoint": "http://c.example.com:4318", "tracing.headers": "authorization=Bearer%20x",
            "tracing.sampler": "traceidratio", "tracing.ratio": "0.5", "tracing.timeout": "3s",
            "tracing.compression": "gzip", "tracing.certificate": "/etc/ca.pem", "tracing.service_name": "jobs",
            "database.url": "postgres://u@h/d", "database.connections": "12",
            "database.replicas": "postgres://a,b/d postgresql://c/d", "database.replica_age": "9s",
            "dashboard.traces": "https://t.example.com/{trace_id}", "dashboard.logs": "http://l/?q={execution_id}",
            "database.reader_role": "lists", "http.host": "127.0.0.2", "http.port": "9000", "node.id": "n-1",
            "http.tls.certificate": "/etc/a.crt", "http.tls.key": "/etc/a.key", "http.max_connections": "500",
            "http.cors.origins": "https://a.example.com, http://localhost:3000",
            "roles": "api, worker", "log.level": "DEBUG", "log.format": "json", "egress.allow": "10.0.0.0/8, ::1",
            "egress.certificate": "/etc/own.pem", "command.allow": "/bin/*,/usr/bin/make", "scheduler.shards": "4",
            "scheduler.lease": "5s", "worker.concurrency": "7",
            "worker.queues": "mail:2,slow", "worker.services": "billing, search", "worker.least_priority": "5",
            "webhook.secret": "whsec_AAAA", "command.memory": "512M",
            "command.file_size": "2g", "command.open_files": "64", "command.cpu_seconds": "0",
            "shutdown.grace": "5s", "history.retention": "30d", "history.archive": "/var/archive",
            "metrics.jobs": "nightly,billing:*",
            "access.mode": "open", "access.master_key": Self.masterKey, "access.issuer": "https://jobs.example.com",
            "access.admin_addresses": "10.0.0.0/8, ::1", "http.trusted_proxies": "192.0.2.0/24",
            "http.forwarded_field": "forwarded", "limits.address": "7", "limits.user": "off", "limits.service": "9",
            "limits.sign_in": "5", "limits.tier": "premium", "limits.work": "70", "limits.concurrency": "10",
            "limits.streams": "off", "quotas.jobs_per_service": "100,a:off", "quotas.smallest_interval": "1m",
            "quotas.queue_share": "a:25%", "quotas.queue_room": "2000", "audit.anchor.file": "/mnt/anchors",
            "audit.anchor.url": "https://a.example.com/x", "audit.anchor.every": "1m",
            "broker": "rabbitmq", "redis.url": "redis://:p@r.example.com/1", "redis.prefix": "a",
            "rabbitmq.url": "amqp://u:p@q.example.com/v", "rabbitmq.prefix": "b",
            "cache.size": "128M",
        ]
        let yaml = """
            database:
              url: postgres://u@h/d
              connections: 12
              replicas: ["postgres://a,b/d", "postgresql://c/d"]
              replica_age: 9s
              reader_role: lists
            http:
              host: 127.0.0.2
              port: 9000
              tls: {certificate: /etc/a.crt, key: /etc/a.key}
              max_connections: 500
              cors: {origins: ["https://a.example.com", "http://localhost:3000"]}
              trusted_proxies: [192.0.2.0/24]
              forwarded_field: Forwarded
            access:
              mode: open
              master_key: \(Self.masterKey)
              issuer: https://jobs.example.com
              admin_addresses: [10.0.0.0/8, "::1"]
            limits: {address: "7", user: "off", service: "9", sign_in: "5", tier: premium, work: 70, concurrency: 10, streams: off}
            quotas: {jobs_per_service: [100, "a:off"], smallest_interval: 1m, queue_share: "a:25%", queue_room: 2000}
            audit: {anchor: {file: /mnt/anchors, url: "https://a.example.com/x", every: 1m}}
            cache: {size: 128M}
            node: {id: n-1}
            roles: [api, worker]
            log: {level: debug, format: json}
            egress: {allow: [10.0.0.0/8, "::1"], certificate: /etc/own.pem}
            dashboard: {traces: "https://t.example.com/{trace_id}", logs: "http://l/?q={execution_id}"}
            command:
              allow:
              - /bin/*
              - /usr/bin/make
              memory: 512M
              file_size: 2G
              open_files: 64
              cpu_seconds: 0
            webhook: {secret: whsec_AAAA}
            scheduler: {shards: 4, lease: 5s}
            worker: {concurrency: 7, queues: ["mail:2", slow], services: [billing, search], least_priority: 5}
            errors: {dsn: "https://k@e.example.com/1", environment: test}
            tracing:
              endpoint: http://c.example.com:4318
              headers: authorization=Bearer%20x
              sampler: traceidratio
              ratio: 0.5
              timeout: 3s
              compression: gzip
              certificate: /etc/ca.pem
              service_name: jobs
            broker: rabbitmq
            redis: {url: "redis://:p@r.example.com/1", prefix: a}
            rabbitmq: {url: "amqp://u:p@q.example.com/v", prefix: b}
            shutdown: {grace: 5s}
            metrics: {jobs: [nightly, "billing:*"]}
            history: {retention: 30d, archive: /var/archive}
            """
        #expect(Settings.keys == Set(texts.keys))
        #expect(try await load(flags: texts) == wanted)
        let variables = texts.map { ("PUNCTUAL_" + $0.uppercased().replacing(".", with: "_"), $1) }
        #expect(try await load(environment: Dictionary(uniqueKeysWithValues: variables)) == wanted)
        #expect(try await load(yaml: yaml) == wanted)
    }

    @Test("what OpenTelemetry's variables say holds where ours say nothing; its switch holds over all")
    func openTelemetry() async throws {
        let theirs = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://theirs:4318", "OTEL_SERVICE_NAME": "theirs"]
        let plain = try await load(environment: theirs).tracing
        #expect(plain.endpoint == "http://theirs:4318/v1/traces" && plain.isOn && plain.serviceName == "theirs")
        let both = try await load(flags: ["tracing.endpoint": "http://ours"], environment: theirs).tracing
        #expect(both.endpoint == "http://ours/v1/traces" && both.serviceName == "theirs")
        let off = theirs.merging(["OTEL_SDK_DISABLED": "true"]) { first, _ in first }
        #expect(try await !load(flags: ["tracing.endpoint": "http://ours"], environment: off).tracing.isOn)
        #expect(try await !load().tracing.isOn)
        await #expect(throws: SettingsError.self) {
            try await load(environment: ["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"])
        }
    }

    @Test("every password of an address, and every other secret, is known to those who take them out of logs")
    func secrets() async throws {
        let settings = try await load(flags: [
            "database.url": "postgres://u:hunter%21two@h/d", "redis.url": "redis://:redis-word@r",
            "rabbitmq.url": "amqp://u:rabbit-word@q", "tracing.headers": "authorization=Bearer%20header-word",
            "webhook.secret": "whsec_aaaaaaaa,whsec_bbbbbbbb",
        ])
        #expect(
            Set(settings.secrets).isSuperset(of: [
                "hunter%21two", "hunter!two", "redis-word", "rabbit-word", "Bearer header-word", "whsec_aaaaaaaa",
                "whsec_bbbbbbbb",
            ]))
    }

    @Test(
        "an empty list closes what a default opens",
        arguments: [["PUNCTUAL_COMMAND_ALLOW": "", "PUNCTUAL_EGRESS_ALLOW": ""]])
    func closed(_ environment: [String: String]) async throws {
        let settings = try await load(environment: environment, base: .development)
        #expect(settings.commandAllow.isEmpty && settings.egressAllow.isEmpty)
        #expect(try await load(yaml: "command: {allow: []}", base: .development).commandAllow.isEmpty)
    }

    @Test(
        "a file may be empty, or hold sections that say nothing", arguments: ["", "# nothing\n", "~", "http:\nlog:\n"])
    func empty(_ yaml: String) async throws {
        #expect(try await load(yaml: yaml) == Settings())
    }

    @Test(
        "a value that cannot be used is told in one line with its key",
        arguments: [
            ("http.port", "seven"), ("http.port", "65536"), ("http.port", "-1"), ("http.port", ""), ("node.id", ""),
            ("http.tls.certificate", "/etc/a.crt"), ("http.max_connections", "0"), ("http.max_connections", "many"),
            ("http.cors.origins", "*"), ("http.cors.origins", "null"), ("http.cors.origins", "https://a.example.com/x"),
            ("node.id", "a b"), ("node.id", "ä"), ("node.id", String(repeating: "a", count: 65)), ("roles", "king"),
            ("roles", ""), ("roles", ","), ("log.level", "loud"), ("log.format", "xml"), ("scheduler.shards", "0"),
            ("scheduler.shards", "257"), ("worker.concurrency", "0"), ("shutdown.grace", "61m"),
            ("history.retention", "1s"), ("history.retention", "ever"), ("worker.concurrency", "10001"),
            ("worker.queues", "mail:0"), ("worker.queues", "mail:x"), ("worker.queues", "mail:1:2"),
            ("worker.queues", ","), ("worker.queues", ""), ("worker.queues", "a,a:3"), ("worker.queues", "mä"),
            ("worker.queues", ":3"), ("worker.queues", "a b"), ("worker.queues", String(repeating: "q", count: 65)),
            ("worker.services", "a b"), ("worker.services", "ä"), ("worker.services", "a,a"),
            ("worker.services", ""), ("worker.services", ","), ("worker.least_priority", "10"),
            ("worker.least_priority", "high"),
            ("command.memory", "much"), ("command.cpu_seconds", "-1"), ("command.file_size", "9999999T"),
            ("database.reader_role", "lists"), ("database.url", "mysql:x"), ("database.url", "sqlite:"),
            ("database.url", "/x.sqlite"),
        ])
    func bad(_ key: String, _ text: String) async throws {
        let error = await #expect(throws: SettingsError.self) { try await load(flags: [key: text]) }
        let told = try #require(error?.description)
        #expect(told.hasPrefix(key) && !told.contains("\n"), "\(told)")
    }

    @Test("an empty URL of a broker is none, as compose files write what nobody has set")
    func emptyURLs() async throws {
        let settings = try await load(environment: ["PUNCTUAL_REDIS_URL": "", "PUNCTUAL_RABBITMQ_URL": ""])
        #expect(settings == Settings())
        let error = await #expect(throws: SettingsError.self) {
            try await load(environment: ["PUNCTUAL_REDIS_URL": "", "PUNCTUAL_BROKER": "redis"])
        }
        #expect(error?.description.contains("redis.url is not set") == true)
    }

    @Test("a URL of Sentinels without their master's name is answered with the form that is right, and no other")
    func sentinelForm() async throws {
        let error = await #expect(throws: SettingsError.self) {
            try await load(flags: ["redis.url": "redis+sentinel://h"])
        }
        let told = try #require(error?.description)
        #expect(told.contains("/MASTER-NAME") && !told.contains("redis://"), "\(told)")
    }

    @Test("a key without its certificate is refused, and the client's own file is none of a server's settings")
    func halves() async throws {
        let error = await #expect(throws: SettingsError.self) { try await load(flags: ["http.tls.key": "/etc/a.key"]) }
        #expect(error?.description.contains("give both") == true)
        #expect(try await load(environment: ["PUNCTUAL_CA_FILE": "/nowhere"]) == Settings())
    }
}
