internal import AsyncHTTPClient
internal import NIOCore
internal import NIOSSL
internal import PunctualCore
internal import Synchronization

/// The clients of the destinations that are called: one each, since a client is told where its one name leads.
final class HTTPClients: Sendable {
    private struct Slot {
        let client: HTTPClient
        var calls = 0
    }

    private let tls: TLSConfiguration
    private let slots = Mutex<[EgressGuard.Destination: Slot]>([:])
    /// The most clients that are kept without a call.
    static let idleLimit = 128

    init(tls: TLSConfiguration) { self.tls = tls }

    /// How many clients there are.
    var count: Int { slots.withLock { $0.count } }

    /// A client that connects to the vetted address, whatever the name says by then; SNI and certificate keep the name.
    /// It must be given back.
    func borrow(for destination: EgressGuard.Destination) -> HTTPClient {
        let (client, surplus) = slots.withLock { slots -> (HTTPClient, HTTPClient?) in
            if let slot = slots[destination] {
                slots[destination]?.calls += 1
                return (slot.client, nil)
            }
            let client = HTTPClient(
                eventLoopGroupProvider: .singleton, configuration: configuration(for: destination))
            // A busy client is never closed; so there are at most `idleLimit` idle ones, and one for each call.
            let idle = slots.count >= Self.idleLimit ? slots.first { $0.value.calls == 0 }?.key : nil
            let surplus = idle.flatMap { slots.removeValue(forKey: $0)?.client }
            slots[destination] = Slot(client: client, calls: 1)
            return (client, surplus)
        }
        if let surplus {
            // Nobody waits for it: it has no calls, only idle connections to close.
            Task { try? await surplus.shutdown() }  // Failing to close them loses nothing.
        }
        return client
    }

    func giveBack(_ destination: EgressGuard.Destination) {
        slots.withLock { $0[destination]?.calls -= 1 }
    }

    /// Closes every connection; nothing may be borrowed after it.
    func shutdown() async {
        let clients = slots.withLock { slots in
            defer { slots = [:] }
            return slots.values.map(\.client)
        }
        for client in clients { try? await client.shutdown() }  // What will not close is dropped with the process.
    }

    private func configuration(for destination: EgressGuard.Destination) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.timeout.connect = .seconds(10)
        configuration.tlsConfiguration = tls
        // The executor's own spans show less of an address.
        configuration.tracing.tracer = nil
        configuration.dnsOverride = [destination.host: "\(destination.address)"]
        configuration.connectionPool.idleTimeout = .seconds(30)
        // The job's retry policy tries again, and says so in the history.
        configuration.connectionPool.retryConnectionEstablishment = false
        // The worker bounds the calls; waiting in here for a connection would let slow calls delay quick ones.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 10_000
        // A call that came to nothing takes its connection with it. In HTTP/2 the next calls would share the dead one.
        configuration.httpVersion = .http1Only
        // Called for every connection, whatever its name says.
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.submit {
                try channel.pipeline.syncOperations.addHandler(AnswerMeter(), position: .first)
            }
        }
        return configuration
    }
}
