internal import FaultProxy
internal import Foundation
internal import TestPeers

/// What Redis and RabbitMQ may suffer.
package enum BrokerFault: String, Sendable, CaseIterable {
    case flush, killMaster, freeze, partitionRedis, memoryAlarm, deleteQueues, partition, crash

    /// For the page.
    package var words: String {
        switch self {
        case .flush: "`FLUSHALL` on every Redis server, each second"
        case .killMaster: "`kill -9` of a Redis master; its replica takes over"
        case .freeze: "all six Redis servers frozen (SIGSTOP)"
        case .partitionRedis: "all of Redis behind a partition: all is swallowed"
        case .memoryAlarm: "memory alarm of RabbitMQ: it takes no messages"
        case .deleteQueues: "all queues of RabbitMQ deleted, again and again"
        case .partition: "RabbitMQ behind a partition: all is swallowed"
        case .crash: "`kill -9` of RabbitMQ, started again"
        }
    }

    /// Whether it strikes Redis; else RabbitMQ.
    package var isOfRedis: Bool {
        switch self {
        case .flush, .killMaster, .freeze, .partitionRedis: true
        case .memoryAlarm, .deleteQueues, .partition, .crash: false
        }
    }
}

/// The servers beside the database, and what is done to them.
struct BrokerPeers: Sendable {
    let redis: RedisCluster
    let rabbit: RabbitMQServer
    /// Between the nodes and RabbitMQ.
    let proxy: FaultProxy
    /// Between the nodes and each server of Redis, which tells clients the proxy's port as its own.
    private let redisProxies: [FaultProxy]

    var redisURL: String { RedisCluster.url(ports: redisProxies.map(\.port)) }

    init() async throws {
        redis = try await blocking { try RedisCluster() }
        rabbit = try await blocking { try RabbitMQServer() }
        proxy = try await FaultProxy(to: rabbit.port)
        var proxies: [FaultProxy] = []
        for server in redis.servers { proxies.append(try await FaultProxy(to: server.port)) }
        redisProxies = proxies
        let ports = proxies.map(\.port)
        try await blocking { [redis] in try redis.announce(ports: ports) }
    }

    func stop() async throws {
        try await proxy.stop()
        for proxy in redisProxies { try await proxy.stop() }
        try await blocking { [redis, rabbit] in
            redis.stop()
            rabbit.stop()
        }
    }

    /// Strikes for that long, and lets them be well again.
    func strike(_ fault: BrokerFault, for duration: Duration) async throws {
        let end = ContinuousClock.now + duration
        switch fault {
        case .flush:
            while ContinuousClock.now < end {
                try await blocking { [redis] in
                    for server in redis.servers where try server.cli(["ROLE"]).hasPrefix("master") {
                        try server.cli(["FLUSHALL"])
                    }
                }
                try await Task.sleep(for: .seconds(1))
            }
        case .killMaster:
            let master = try await blocking { [redis] in
                try redis.servers.first { try $0.cli(["ROLE"]).hasPrefix("master") }
            }
            guard let master else { throw ChaosFailure("the cluster has no master") }
            try await blocking { master.kill() }
            try await Task.sleep(until: end)
            try await blocking { try master.start() }
        case .freeze:
            for server in redis.servers { server.pause() }
            try await Task.sleep(until: end)
            for server in redis.servers { server.resume() }
        case .partitionRedis:
            for proxy in redisProxies { proxy.set(.blackHole) }
            try await Task.sleep(until: end)
            for proxy in redisProxies { proxy.set(.pass) }
        case .memoryAlarm:
            try await control(["set_vm_memory_high_watermark", "absolute", "1"])
            try await Task.sleep(until: end)
            try await control(["set_vm_memory_high_watermark", "absolute", "1GB"])
        case .deleteQueues:
            while ContinuousClock.now < end {
                let names = try await control(["list_queues", "--no-table-headers", "name"])
                // Somebody may have deleted it meanwhile.
                for name in names.split(separator: "\n") where !name.hasPrefix("drill-") {
                    _ = try? await control(["delete_queue", String(name)])  // It may have gone.
                }
            }
        case .partition:
            proxy.set(.blackHole)
            try await Task.sleep(until: end)
            proxy.set(.pass)
        case .crash:
            try await blocking { [rabbit] in rabbit.crash() }
            try await Task.sleep(until: end)
            try await blocking { [rabbit] in try rabbit.start() }
        }
    }

    @discardableResult
    func control(_ words: [String]) async throws -> String {
        try await blocking { [rabbit] in try rabbit.control(words) }
    }
}

extension Task where Success == Never, Failure == Never {
    fileprivate static func sleep(until instant: ContinuousClock.Instant) async throws {
        try await Task.sleep(until: instant, clock: .continuous)
    }
}
