internal import PunctualCore
internal import PunctualRabbitMQ
internal import PunctualRedis

extension Settings {
    /// What tells workers of work besides the store, and where targets of type `publish` go.
    struct Brokers: Sendable, Equatable {
        /// Who tells workers that something waits.
        enum Kind: String, Sendable, CaseIterable { case store, redis, rabbitmq }

        var kind = Kind.store
        /// A URL as `RedisSettings` reads it; nil means none.
        var redisURL: String?
        /// A URL as `RabbitMQSettings` reads it; nil means none.
        var rabbitMQURL: String?
        /// Begin the names of all that is kept there, so that installations may share a server.
        var redisPrefix = BrokerPrefix.standard
        var rabbitMQPrefix = BrokerPrefix.standard
    }

    static let brokerKeys: Set = ["broker", "redis.url", "redis.prefix", "rabbitmq.url", "rabbitmq.prefix"]
}

extension Settings.Brokers {
    /// The settings with what is given in place of what is not.
    /// - Parameter text: the value of a key; nil when it is not given.
    func reading(_ text: (String) -> String?) throws(SettingsError) -> Settings.Brokers {
        var result = self
        // Compose files hand over variables that nobody has set as empty ones.
        if let url = text("redis.url"), !url.isEmpty {
            do throws(RedisError) { _ = try RedisSettings(url) } catch {
                throw SettingsError("redis.url: \(error.message)")
            }
            result.redisURL = url
        }
        if let url = text("rabbitmq.url"), !url.isEmpty {
            do throws(BrokerError) { _ = try RabbitMQSettings(url) } catch {
                throw SettingsError("rabbitmq.url: \(error.text)")
            }
            result.rabbitMQURL = url
        }
        if let word = text("broker") {
            guard let kind = Kind(rawValue: word) else {
                throw SettingsError("broker \"\(word)\": must be store, redis or rabbitmq")
            }
            result.kind = kind
        }
        for (key, field) in [
            ("redis.prefix", \Settings.Brokers.redisPrefix), ("rabbitmq.prefix", \.rabbitMQPrefix),
        ] {
            guard let name = text(key) else { continue }
            do throws(BrokerError) { result[keyPath: field] = try BrokerPrefix(name) } catch {
                throw SettingsError("\(key) \"\(name)\": \(error.text)")
            }
        }
        if result.kind == .redis, result.redisURL == nil {
            throw SettingsError("broker redis: redis.url is not set (PUNCTUAL_REDIS_URL)")
        }
        if result.kind == .rabbitmq, result.rabbitMQURL == nil {
            throw SettingsError("broker rabbitmq: rabbitmq.url is not set (PUNCTUAL_RABBITMQ_URL)")
        }
        return result
    }
}
