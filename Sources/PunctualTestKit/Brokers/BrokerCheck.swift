internal import PunctualCore
internal import Synchronization

/// One sentence that holds for every broker, and how to see that it does.
public struct BrokerCheck: Sendable, CustomStringConvertible {
    /// The sentence.
    public let name: String
    /// Runs the check on a broker that holds nothing; throws `CheckFailure` when the sentence does not hold.
    public let run: @Sendable (any BrokerHost) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (BrokerScene) async throws -> Void) {
        self.name = name
        run = { host in
            let scene = BrokerScene(host: host)
            do { try await body(scene) } catch {
                await scene.closeAll()
                throw error
            }
            await scene.closeAll()
        }
    }

    public var description: String { name }

    /// Every check, by topic.
    public static let all: [BrokerCheck] = publishing + delivery + sharing + faults + closing
}

/// What the checks share: the brokers they opened, hints of their own, and patience.
final class BrokerScene: Sendable {
    let host: any BrokerHost
    private let opened = Mutex<[any ExecutionBroker]>([])
    private let numbers = Mutex<UInt64>(0)

    init(host: any BrokerHost) { self.host = host }

    static let line = HintLine(lane: .builtIn, queue: "default")

    func open() async throws -> BrokerPeer {
        let peer = try await host.open()
        opened.withLock { $0.append(peer.broker) }
        return peer
    }

    func closeAll() async {
        for broker in opened.withLock({ $0 }) { await broker.close() }
    }

    /// Hints that were never made before.
    func hints(_ count: Int, _ line: HintLine = BrokerScene.line, priority: Int = 5) -> [ExecutionHint] {
        numbers.withLock { number in
            (0..<count).map { _ in
                number += 1
                return ExecutionHint(
                    executionID: Identifier(high: 0x0197_0000_0000_8000, low: 0x8000_0000_0000_0000 | number),
                    lane: line.lane, queue: line.queue, priority: priority)
            }
        }
    }

    /// Publishes until each is confirmed; for at most the host's patience.
    func publishAll(_ hints: [ExecutionHint], to broker: any ExecutionBroker) async throws {
        var left = hints
        var last = ""
        let end = ContinuousClock.now + host.patience
        while !left.isEmpty {
            try expect(ContinuousClock.now < end, "\(left.count) of \(hints.count) are not confirmed: \(last)")
            let outcomes = await broker.publish(left)
            try same(outcomes.count, left.count)
            for case .failed(let error) in outcomes { last = error.text }
            left = zip(left, outcomes).filter { !$1.isConfirmed }.map(\.0)
            if !left.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    /// A broker with so many hints in the line, and a consumer of it.
    func begin(
        _ count: Int, prefetch: Int
    ) async throws -> (broker: any ExecutionBroker, hints: [ExecutionHint], consumer: any HintConsumer) {
        let broker = try await open().broker
        let hints = hints(count)
        try await publishAll(hints, to: broker)
        return (broker, hints, await broker.consume([BrokerScene.line], prefetch: prefetch))
    }

    /// Takes deliveries until `isEnough` or the end of patience, which fails the check.
    /// - Parameter settle: what is said of each at once; nil says nothing.
    func take(
        from consumer: any HintConsumer, settle: (@Sendable (HintDelivery) -> HintSettlement)? = { $0.done },
        until isEnough: @escaping @Sendable ([HintDelivery]) -> Bool, file: StaticString = #fileID, line: Int = #line
    ) async throws -> [HintDelivery] {
        let seen = Mutex<[HintDelivery]>([])
        if isEnough([]) { return [] }
        try await within(host.patience) {
            for await batch in consumer.deliveries {
                let isOver = seen.withLock { seen in
                    seen += batch
                    return isEnough(seen)
                }
                if let settle { await consumer.settle(batch.map(settle)) }
                if isOver { return }
            }
        } otherwise: {
            "what must come did not within \(self.host.patience); came \(seen.withLock { $0.count })"
        }
        let all = seen.withLock { $0 }
        try expect(isEnough(all), "the deliveries ended after \(all.count)", file: file, line: line)
        return all
    }

    /// As above, until all of these have come, however often.
    func take(
        _ hints: [ExecutionHint], from consumer: any HintConsumer,
        settle: (@Sendable (HintDelivery) -> HintSettlement)? = { $0.done }
    ) async throws -> [HintDelivery] {
        let wanted = Set(hints)
        return try await take(from: consumer, settle: settle) { wanted.isSubset(of: $0.map(\.hint)) }
    }

    /// Waits until the condition holds; for at most the host's patience.
    func until(_ what: String, _ condition: @Sendable () async throws -> Bool) async throws {
        let end = ContinuousClock.now + host.patience
        while try await !condition() {
            try expect(ContinuousClock.now < end, "not within \(host.patience): \(what)")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Runs the work; fails the check when it takes longer.
    func within<Value: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value,
        otherwise note: @escaping @Sendable () -> String = { "took too long" }
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try? await Task.sleep(for: limit)  // Cancelled when the work is done.
                return nil
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() ?? nil else { throw CheckFailure(description: note()) }
            return value
        }
    }
}
