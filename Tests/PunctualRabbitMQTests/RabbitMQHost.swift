import FaultProxy
import PunctualCore
import PunctualTestKit
import Synchronization
import TestPeers

@testable import PunctualRabbitMQ

/// Names of its own at the shared server, for one check; each process reaches it through a proxy of its own.
final class RabbitMQHost: BrokerHost {
    private struct State {
        var proxies: [FaultProxy] = []
        var isStopped = false
    }

    private let server: RabbitMQServer
    private let prefix: String
    private let change: @Sendable (inout RabbitMQSettings) -> Void
    private let state = Mutex(State())

    var patience: Duration { .seconds(60) }
    var publishLimit: Duration { .seconds(20) }

    init(_ server: RabbitMQServer, change: @escaping @Sendable (inout RabbitMQSettings) -> Void = { _ in }) {
        self.server = server
        self.change = change
        prefix = server.newName("check")
    }

    func open() async throws -> BrokerPeer {
        let proxy = try await FaultProxy(to: server.port)
        let isStopped = state.withLock { state in
            state.proxies.append(proxy)
            return state.isStopped
        }
        if isStopped { proxy.set(.refuse) }
        var settings = try RabbitMQSettings(server.url(port: proxy.port))
        settings.reconnectAtMost = .milliseconds(500)
        settings.publishTimeout = .seconds(3)
        change(&settings)
        let broker = try RabbitMQBroker(settings, prefix: prefix)
        return BrokerPeer(broker: broker) {
            proxy.set(.refuse)
            await proxy.cut()
        }
    }

    func cut() async throws {
        for proxy in state.withLock({ $0.proxies }) { await proxy.cut() }
    }

    func stop() async throws {
        let proxies = state.withLock { state in
            state.isStopped = true
            return state.proxies
        }
        for proxy in proxies {
            proxy.set(.refuse)
            await proxy.cut()
        }
    }

    func start() async throws {
        let proxies = state.withLock { state in
            state.isStopped = false
            return state.proxies
        }
        for proxy in proxies { proxy.set(.pass) }
    }

    func end() async throws {
        for proxy in state.withLock({ $0.proxies }) { try await proxy.stop() }
    }
}

/// Runs the body with a host at the shared server.
func withHost<Value: Sendable>(
    _ change: @escaping @Sendable (inout RabbitMQSettings) -> Void = { _ in },
    _ body: (RabbitMQHost) async throws -> Value
) async throws -> Value {
    // The first one waits until the server has started.
    let server = try await blocking { RabbitMQServer.shared }
    let host = RabbitMQHost(server, change: change)
    let value: Value
    do {
        value = try await body(host)
    } catch {
        try await host.end()
        throw error
    }
    try await host.end()
    return value
}
