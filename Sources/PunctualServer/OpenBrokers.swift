internal import PunctualCore
internal import PunctualHTTP
internal import PunctualRabbitMQ
internal import PunctualRedis

/// Redis and RabbitMQ as the settings name them. Nothing waits for them: each connects by itself, again and again.
struct OpenBrokers: Sendable {
    let redis: Redis?
    /// Who tells workers of what waits; nil means nobody but the store.
    let hints: (any ExecutionBroker)?
    /// By the name that targets have for them.
    let publishers: [String: any Executor]
    /// What is wrong with a destination of each; nil when nothing is.
    let destinations: [String: @Sendable (_ destination: String) -> String?]
    /// How they are, as far as is known.
    let health: @Sendable () async -> [PartHealth]
    /// Ends all use of them.
    let close: @Sendable () async -> Void

    /// - Throws: `SettingsError` for a URL, or a file that it names, that cannot be used.
    init(_ settings: Settings.Brokers) throws(SettingsError) {
        do throws(RedisError) {
            redis = try settings.redisURL.map { url throws(RedisError) in try Redis(url: url) }
        } catch { throw SettingsError("redis.url: \(error.message)") }
        let (redis, kind) = (redis, settings.kind)
        var publishers: [String: any Executor] = [:]
        var destinations: [String: @Sendable (String) -> String?] = [:]
        let stream = redis.map { RedisPublisher($0) }
        if let stream {
            publishers["redis"] = stream
            // Our own keys are nobody's to write to.
            destinations["redis"] = { [own = "\(settings.redisPrefix.text):"] name in
                name.hasPrefix(own) ? "must not begin with \(own), as Punctual's own keys do" : nil
            }
        }
        var rabbit: RabbitMQPublisher?
        var hints: (any ExecutionBroker)? = redis.flatMap { redis in
            kind == .redis ? RedisBroker(redis, prefix: settings.redisPrefix) : nil
        }
        do throws(BrokerError) {
            if let url = settings.rabbitMQURL {
                let place = try RabbitMQSettings(url)
                let publisher = RabbitMQPublisher(place)
                rabbit = publisher
                publishers["rabbitmq"] = publisher
                destinations["rabbitmq"] = { [own = "\(settings.rabbitMQPrefix.text)."] name in
                    if let text = RabbitMQPublisher.complaint(about: name) { return text }
                    return name.hasPrefix("/\(own)") || name.hasPrefix(own)
                        ? "must not begin with \(own), as Punctual's own queues do" : nil
                }
                if kind == .rabbitmq { hints = RabbitMQBroker(place, prefix: settings.rabbitMQPrefix) }
            }
        } catch { throw SettingsError("rabbitmq.url: \(error.text)") }
        self.publishers = publishers
        self.destinations = destinations
        self.hints = hints
        health = { [rabbit, hints] in
            var parts: [PartHealth] = []
            if let redis {
                var part = PartHealth(redis.health)
                part.latency = part.status == .ok ? await redis.latency() : nil
                parts.append(part)
            }
            if let rabbit { parts.append(PartHealth("rabbitmq", rabbit.health)) }
            if let hints { parts.append(PartHealth("broker", await hints.health(), kind: kind.rawValue)) }
            return parts
        }
        close = { [rabbit, hints] in
            await hints?.close()
            await rabbit?.close()
            await stream?.close()
            await redis?.close()
        }
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
        self.init(
            name: "redis", status: health.isUp ? .ok : .unavailable,
            detail: health.isUp ? place : health.reason ?? "not reached yet")
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
