internal import PunctualCore
internal import PunctualHTTP
internal import PunctualRedis
internal import ServiceLifecycle
internal import Synchronization

/// Tells the other nodes of events, and hears of theirs.
struct EventService: Service {
    private let relay: EventRelay
    /// Hears what comes over Redis, as long as the task is not cancelled.
    private let hear: (@Sendable () async -> Void)?

    /// nil where one process alone has the data.
    ///
    /// Over Redis where there is one; otherwise over the database, for which much of it would be a burden.
    /// - Throws: `SettingsError` when the database cannot be told from others that use the same Redis.
    static func make(
        _ log: EventLog, _ settings: Settings, redis: Redis?, _ opened: OpenStore
    ) async throws(SettingsError) -> EventService? {
        guard let notices = opened.eventNotices, let mark = opened.mark else { return nil }
        let keepsOthers = settings.roles.contains(.api)
        guard let redis else {
            // PostgreSQL takes no notice of 8,000 bytes.
            let link = EventRelay.Link(mostBytes: 7900, bytesPerSecond: 256 << 10) { await notices.say($0) }
            let relay = EventRelay(log: log, link: link, keepsOthers: keepsOthers)
            notices.hear { text in if let text { relay.hear(text) } else { relay.connected() } }
            return EventService(relay: relay, hear: nil)
        }
        // Two installations may use one Redis.
        let name: String
        do throws(StoreError) {
            name = "\(settings.brokers.redisPrefix.text):\(StaleNotices.digest(of: try await mark())):{events}"
        } catch {
            throw SettingsError("the database does not tell who it is, and events in Redis need its name: \(error)")
        }
        let channel: RedisChannel = redis.isCluster ? .sharded(name) : .plain(name)
        let link = EventRelay.Link(mostBytes: 64 << 10, bytesPerSecond: 2 << 20) { messages in
            do throws(RedisError) {
                for message in messages {
                    try await redis.publish(Array(message.utf8), to: channel, within: .seconds(1))
                }
                return true
            } catch { return false }
        }
        let relay = EventRelay(log: log, link: link, keepsOthers: keepsOthers)
        return EventService(relay: relay) {
            await redis.subscribe(to: [channel]) { event in
                switch event {
                case .subscribed: relay.connected()
                case .message(_, let payload): relay.hear(String(decoding: payload, as: UTF8.self))
                case .interrupted: break
                }
            }
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await relay.run() }
                if let hear { group.addTask { await hear() } }
            }
        }
    }
}

/// Messages of events over the database.
final class EventNotices: Sendable {
    private let send: @Sendable ([String]) async -> Bool
    private let ear = Mutex<(@Sendable (String?) -> Void)?>(nil)

    init(send: @escaping @Sendable ([String]) async -> Bool) { self.send = send }

    func say(_ messages: [String]) async -> Bool { await send(messages) }

    /// - Parameter ear: told what comes; nil when something may have been missed.
    func hear(_ ear: @escaping @Sendable (String?) -> Void) { self.ear.withLock { $0 = ear } }

    func come(_ text: String?) { ear.withLock { $0 }?(text) }
}
