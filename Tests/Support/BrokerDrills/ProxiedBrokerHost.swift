package import FaultProxy
package import PunctualCore
package import PunctualTestKit
internal import Synchronization

/// Proxies that are struck together.
package final class ProxySet: Sendable {
    private struct State {
        var proxies: [FaultProxy] = []
        var isStopped = false
    }

    private let state = Mutex(State())

    package init() {}

    /// A proxy to the port, which lets pass what all let pass.
    package func add(to port: Int) async throws -> FaultProxy {
        let proxy = try await FaultProxy(to: port)
        let isStopped = state.withLock { state in
            state.proxies.append(proxy)
            return state.isStopped
        }
        if isStopped { proxy.set(.refuse) }
        return proxy
    }

    private var all: [FaultProxy] { state.withLock { $0.proxies } }

    package func cut() async { for proxy in all { await proxy.cut() } }

    package func stop() async {
        state.withLock { $0.isStopped = true }
        for proxy in all {
            proxy.set(.refuse)
            await proxy.cut()
        }
    }

    package func start() {
        state.withLock { $0.isStopped = false }
        for proxy in all { proxy.set(.pass) }
    }

    package func end() async throws { for proxy in all { try await proxy.stop() } }
}

/// A server that other tests use, too, for one check: each process reaches it through a proxy of its own.
package final class ProxiedBrokerHost: BrokerHost {
    private let port: Int
    private let proxies = ProxySet()
    private let openBroker: @Sendable (_ port: Int) throws -> any ExecutionBroker

    package var patience: Duration { .seconds(60) }
    package var publishLimit: Duration { .seconds(20) }

    /// - Parameters:
    ///   - port: the server's.
    ///   - openBroker: opens it at a proxy's port, with names that no other check has.
    package init(port: Int, openBroker: @escaping @Sendable (_ port: Int) throws -> any ExecutionBroker) {
        self.port = port
        self.openBroker = openBroker
    }

    package func open() async throws -> BrokerPeer {
        let proxy = try await proxies.add(to: port)
        return BrokerPeer(broker: try openBroker(proxy.port)) {
            proxy.set(.refuse)
            await proxy.cut()
        }
    }

    package func cut() async throws { await proxies.cut() }
    package func stop() async throws { await proxies.stop() }
    package func start() async throws { proxies.start() }

    /// Runs the check, and ends the proxies however it ends.
    package func run(_ check: BrokerCheck) async throws {
        do {
            try await check.run(self)
        } catch {
            try await proxies.end()
            throw error
        }
        try await proxies.end()
    }
}
