import BrokerDrills
import FaultProxy
import PunctualCore
import PunctualRedis
import PunctualTestKit
import TestPeers
import Testing

@Suite("The Redis broker", .timeLimit(.minutes(10)))
struct RedisBrokerCheckTests {
    @Test("keeps every promise of a broker, at one server", arguments: BrokerCheck.all)
    func server(_ check: BrokerCheck) async throws {
        let peer = try await blocking { RedisPeer.shared }
        try await withBrokers { scene in
            let host = ProxiedBrokerHost(port: peer.port) { port in try scene.open("redis://127.0.0.1:\(port)") }
            await #expect(throws: Never.self) { try await host.run(check) }
        }
    }
}

/// One cluster that the checks strike, one after the other.
@Suite("The Redis broker at a cluster", .serialized, .timeLimit(.minutes(10)))
struct RedisClusterBrokerCheckTests {
    /// A cluster whose servers tell clients, and each other, of proxies in their place.
    private struct Place: Sendable {
        let cluster: RedisCluster
        let proxies: ProxySet
        let url: String
    }

    private static let place = Task {
        let cluster = try await blocking { try RedisCluster() }
        let proxies = ProxySet()
        var ports: [Int] = []
        for server in cluster.servers { ports.append(try await proxies.add(to: server.port).port) }
        let announced = ports
        try await blocking {
            for (server, port) in zip(cluster.servers, announced) {
                try server.cli(["CONFIG", "SET", "cluster-announce-port", "\(port)"])
            }
        }
        try await until("all tell of the proxies") {
            try await blocking {
                try cluster.servers.allSatisfy { server in
                    let nodes = try server.cli(["CLUSTER", "NODES"])
                    return announced.allSatisfy { nodes.contains("127.0.0.1:\($0)@") }
                        && !nodes.contains("disconnected")
                }
            }
        }
        return Place(
            cluster: cluster, proxies: proxies,
            url: "redis+cluster://" + announced.map { "127.0.0.1:\($0)" }.joined(separator: ","))
    }

    private struct Host: BrokerHost {
        let place: Place
        let scene: BrokerTestScene

        var patience: Duration { .seconds(60) }
        var publishLimit: Duration { .seconds(20) }

        func open() async throws -> BrokerPeer {
            let client = Shared<Redis?>(nil)
            let broker = try scene.open(place.url) { redis in client.withLock { $0 = redis } }
            // All processes share the proxies: this one's connections end, and no others.
            return BrokerPeer(broker: broker) { await client.withLock { $0 }?.close() }
        }

        func cut() async throws { await place.proxies.cut() }
        func stop() async throws { await place.proxies.stop() }
        func start() async throws { place.proxies.start() }
    }

    @Test("keeps every promise of a broker", arguments: BrokerCheck.all)
    func holds(_ check: BrokerCheck) async throws {
        let place = try await Self.place.value
        try await withBrokers { scene in
            await #expect(throws: Never.self) { try await check.run(Host(place: place, scene: scene)) }
            place.proxies.start()
        }
    }
}
