public import PunctualCore
internal import Synchronization

/// The reference broker: what a driver must do, in one process and without any outside.
public final class MemoryBroker: ExecutionBroker {
    private struct State {
        var isClosed = false
        var unconfirmed = 0
        var consumers: [MemoryConsumer] = []
    }

    let server: MemoryBrokerServer
    private let state = Mutex(State())

    /// A process at this server.
    public init(_ server: MemoryBrokerServer) { self.server = server }

    public func publish(_ hints: [ExecutionHint]) async -> [HintOutcome] {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.unconfirmed += hints.count }
            return state.isClosed
        }
        let twin = server.twin
        if isClosed, twin != .publishesAfterClose {
            return Array(repeating: .failed(.closed), count: hints.count)
        }
        defer { if !isClosed { state.withLock { $0.unconfirmed -= hints.count } } }
        if twin == .losesAtClose {
            try? await Task.sleep(for: .milliseconds(30))  // Cancelled, it loses sooner.
            if state.withLock({ $0.isClosed }) { return Array(repeating: .confirmed, count: hints.count) }
        }
        if server.put(hints) {
            let forgotten = twin == .forgetsOutcomes && hints.count > 900 ? 1 : 0
            return Array(repeating: .confirmed, count: hints.count - forgotten)
        }
        if twin == .hangs {
            try? await Task.sleep(for: .seconds(2))  // The check ends it sooner.
        }
        if twin == .confirmsInVain { return Array(repeating: .confirmed, count: hints.count) }
        let text = "the broker in memory is stopped; start it again"
        return Array(
            repeating: .failed(.unavailable(twin == .isSilent ? "" : text)), count: hints.count)
    }

    public func consume(_ lines: Set<HintLine>, prefetch: Int) async -> any HintConsumer {
        let consumer = MemoryConsumer(server)
        let isClosed = state.withLock { state in
            if !state.isClosed { state.consumers.append(consumer) }
            return state.isClosed
        }
        if isClosed, server.twin != .staysOpen {
            consumer.inbox.finish()
        } else {
            server.begin(consumer.number, consumer.inbox, lines: lines, prefetch: max(1, prefetch))
        }
        return consumer
    }

    public func health() async -> BrokerHealth {
        let isUp = server.isRunning || server.twin == .looksHealthy
        return BrokerHealth(
            state: isUp ? .up : .down("the broker in memory is stopped; start it again"),
            unconfirmed: state.withLock { $0.unconfirmed })
    }

    public func close() async {
        let consumers = state.withLock { state in
            state.isClosed = true
            defer { state.consumers = [] }
            return state.consumers
        }
        if server.twin != .staysOpen { for consumer in consumers { await consumer.close() } }
        while server.twin != .losesAtClose, state.withLock({ $0.unconfirmed > 0 }) { await Task.yield() }
    }

    /// Ends the process at the server without a word.
    func die() {
        let consumers = state.withLock { state in
            state.isClosed = true
            return state.consumers
        }
        for consumer in consumers {
            server.end(consumer.number, isLost: server.twin == .losesWhatTheDeadHeld)
            consumer.inbox.finish()
        }
    }
}

/// A consumer of the reference broker.
final class MemoryConsumer: HintConsumer {
    private let server: MemoryBrokerServer
    let inbox = HintInbox()
    let number: Int

    init(_ server: MemoryBrokerServer) {
        self.server = server
        number = server.nextConsumer()
    }

    var deliveries: HintDeliveries { HintDeliveries(inbox) }
    func settle(_ settlements: [HintSettlement]) async { server.settle(settlements, of: number) }
    func change(to lines: Set<HintLine>) async { server.change(number, to: lines) }

    func close() async {
        server.end(number, isLost: server.twin == .losesWhatTheClosedHeld)
        inbox.finish()
    }
}

/// The reference broker as a host for checks.
public struct MemoryBrokerHost: BrokerHost {
    public let server: MemoryBrokerServer
    public let patience: Duration
    public var publishLimit: Duration { patience }

    /// - Parameter patience: how long a check waits for what must come.
    public init(_ server: MemoryBrokerServer, patience: Duration = .seconds(10)) {
        self.server = server
        self.patience = patience
    }

    public func open() async throws -> BrokerPeer {
        let broker = MemoryBroker(server)
        return BrokerPeer(broker: broker) { broker.die() }
    }

    public func cut() async throws { server.cut() }
    public func stop() async throws { server.stop() }
    public func start() async throws { server.start() }
}
