import BrokerDrills
import PunctualCore
import PunctualRedis
import TestPeers

/// Brokers of several processes at one Redis, with names that no other test has.
final class BrokerTestScene: Sendable {
    let prefix = fresh("broker")
    private let clients = Shared<[Redis]>([])
    private let brokers = Shared<[RedisBroker]>([])

    /// As one more process, with a client of its own.
    /// - Parameter made: gets the client.
    func open(
        _ url: String, lineLimit: Int = 100_000, patience: Duration = .seconds(3),
        made: (Redis) -> Void = { _ in }
    ) throws -> RedisBroker {
        var settings = try RedisSettings(url)
        (settings.callLimit, settings.longestPause) = (.seconds(3), .milliseconds(300))
        let redis = try Redis(settings)
        made(redis)
        clients.withLock { $0.append(redis) }
        var pace = RedisBroker.Pace()
        (pace.beat, pace.patience, pace.publishing) = (.milliseconds(250), patience, .seconds(3))
        let broker = RedisBroker(redis, prefix: try BrokerPrefix(prefix), lineLimit: lineLimit, pace: pace)
        brokers.withLock { $0.append(broker) }
        return broker
    }

    /// Closes every broker and every client.
    func end() async {
        for broker in brokers.withLock({ $0 }) { await broker.close() }
        for redis in clients.withLock({ $0 }) { await redis.close() }
    }

    func key(_ line: HintLine = defaultLine, priority: Int = 5) -> String {
        "\(prefix):{\(line.lane.word):\(line.queue)}:hints:\(priority)"
    }
}

/// Runs the body with a scene, and ends that however the body ends.
func withBrokers<Value>(_ body: (BrokerTestScene) async throws -> Value) async throws -> Value {
    let scene = BrokerTestScene()
    do {
        let value = try await body(scene)
        await scene.end()
        return value
    } catch {
        await scene.end()
        throw error
    }
}
