internal import PunctualCore
internal import PunctualHTTP
internal import PunctualRabbitMQ
internal import PunctualRedis

/// Redis and RabbitMQ as the settings name them. Nothing waits for them: each connects by itself, again and again.
struct OpenBrokers: Sendable {
    let redis: Redis?
    /// Who tells workers of what waits, once `openHints` has been called; nil means nobody but the store.
    private(set) var hints: (any ExecutionBroker)?
    /// By the name that targets have for them.
    let publishers: [String: any Executor]
    /// What is wrong with a destination of each; nil when nothing is.
    let destinations: [String: @Sendable (_ destination: String) -> String?]
    private let settings: Settings.Brokers
    private let grace: Duration
    private let stream: RedisPublisher?
    private let rabbit: RabbitMQPublisher?
    private let rabbitPlace: RabbitMQSettings?

    /// - Parameter grace: how long the process may take to end.
    /// - Throws: `SettingsError` for a URL, or a file that it names, that cannot be used.
    init(_ settings: Settings.Brokers, grace: Duration) throws(SettingsError) {
        self.settings = settings
        self.grace = grace
        var rabbitPlace: RabbitMQSettings?
        do throws(BrokerError) {
            if let url = settings.rabbitMQURL {
                var place = try RabbitMQSettings(url)
                try place.checkFiles()
                // Two lanes may end one after the other: a worker's and those of the process.
                place.closeTimeout = min(place.closeTimeout, grace / 4)
                rabbitPlace = place
            }
        } catch { throw SettingsError("rabbitmq.url: \(error.text)") }
        do throws(RedisError) {
            redis = try settings.redisURL.map { url throws(RedisError) in try Redis(url: url) }
        } catch { throw SettingsError("redis.url: \(error.message)") }
        var publishers: [String: any Executor] = [:]
        var destinations: [String: @Sendable (String) -> String?] = [:]
        stream = redis.map { RedisPublisher($0) }
        if let stream {
            publishers["redis"] = stream
            // Our own keys are nobody's to write to.
            destinations["redis"] = { [own = "\(settings.redisPrefix.text):"] name in
                RedisPublisher.complaint(about: name)
                    ?? (name.hasPrefix(own) ? "must not begin with \(own), as Punctual's own keys do" : nil)
            }
        }
        rabbit = rabbitPlace.map { RabbitMQPublisher($0) }
        if let rabbit {
            publishers["rabbitmq"] = rabbit
            destinations["rabbitmq"] = { [own = "\(settings.rabbitMQPrefix.text)."] name in
                if let text = RabbitMQPublisher.complaint(about: name) { return text }
                return name.hasPrefix("/\(own)") || name.hasPrefix(own)
                    ? "must not begin with \(own), as Punctual's own queues do" : nil
            }
        }
        self.rabbitPlace = rabbitPlace
        self.publishers = publishers
        self.destinations = destinations
    }

    /// Begins to use the broker that tells workers of what waits.
    /// - Parameter installation: tells its hints in Redis from those of others; in RabbitMQ vhost and prefix do.
    mutating func openHints(of installation: String) {
        switch settings.kind {
        case .store: break
        case .redis:
            var pace = RedisBroker.Pace()
            pace.leaving = min(pace.leaving, grace / 8)
            hints = redis.map { [pace] redis in
                RedisBroker(redis, prefix: settings.redisPrefix, installation: installation, pace: pace)
            }
        case .rabbitmq: hints = rabbitPlace.map { RabbitMQBroker($0, prefix: settings.rabbitMQPrefix) }
        }
    }

    /// How they are, as far as is known.
    func health() async -> [PartHealth] {
        var parts: [PartHealth] = []
        if let redis {
            var part = PartHealth(redis.health)
            part.latency = part.status == .ok ? await redis.latency() : nil
            parts.append(part)
        }
        if let rabbit { parts.append(PartHealth("rabbitmq", rabbit.health)) }
        if let hints { parts.append(PartHealth("broker", await hints.health(), kind: settings.kind.rawValue)) }
        return parts
    }

    /// Whether messages can be handed to the broker of that name; while it cannot be reached they are better left waiting.
    func isReached(_ name: String) -> Bool {
        let health: BrokerHealth?
        switch name {
        case "redis": health = stream?.health
        case "rabbitmq": health = rabbit?.health
        default: health = nil
        }
        if case .down? = health?.state { return false }
        return true
    }

    /// Ends all use of them, at once: one that is silent delays no other.
    func close() async {
        await withTaskGroup(of: Void.self) { group in
            if let hints { group.addTask { await hints.close() } }
            if let rabbit { group.addTask { await rabbit.close() } }
            if let stream { group.addTask { await stream.close() } }
        }
        await redis?.close()
    }
}

extension Redis {
    /// How long it takes to answer now; nil when it does not within half a second.
    fileprivate func latency() async -> Duration? {
        let began = ContinuousClock.now
        do throws(RedisError) { try await ping(within: .milliseconds(500)) } catch { return nil }
        return began.duration(to: .now)
    }
}

extension PartHealth {
    init(_ health: Redis.Health) {
        let place = health.servers.joined(separator: ", ")
        if !health.isUp {
            self.init(name: "redis", status: .unavailable, detail: health.reason ?? "not reached yet")
        } else if let refusal = health.refusal {
            self.init(name: "redis", status: .impaired, detail: "\(place): \(refusal)")
        } else {
            self.init(name: "redis", status: .ok, detail: place)
        }
    }

    init(_ name: String, _ health: BrokerHealth, kind: String? = nil) {
        let what = kind.map { "\($0): " } ?? ""
        switch health.state {
        case .up: self.init(name: name, status: .ok, detail: what + "\(health.unconfirmed) unconfirmed")
        case .impaired(let text): self.init(name: name, status: .impaired, detail: what + text)
        case .down(let text): self.init(name: name, status: .unavailable, detail: what + text)
        }
    }
}

/// Hands messages to the broker that the target names.
struct PublishExecutor: Executor {
    private let publishers: [String: any Executor]

    /// - Parameter publishers: by the name of their broker.
    init(_ publishers: [String: any Executor]) { self.publishers = publishers }

    func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        // Only those of brokers that are here are claimed; another process may have written another target since.
        guard case .publish(let broker, _, _) = attempt.target, let publisher = publishers[broker] else {
            return AttemptResult(
                .failed(
                    reason: nil, error: "this node has no such broker", isRetryable: true, retryAfter: nil))
        }
        return await publisher.execute(attempt)
    }
}
