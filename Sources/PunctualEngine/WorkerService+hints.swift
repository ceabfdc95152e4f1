package import PunctualCore
internal import PunctualSchedule
internal import ServiceLifecycle
internal import Synchronization

/// How a worker learns from a broker of what waits.
package final class Hints: Sendable {
    private let broker: any ExecutionBroker
    private let waiting: @Sendable () async throws(StoreError) -> Set<HintLine>
    private let isAnythingLimited: @Sendable () async throws(StoreError) -> Bool
    private let lines = Mutex(Lines())

    /// - Parameters:
    ///   - waiting: the lines of the worker's lane in which something waits.
    ///   - isAnythingLimited: whether there are limits of work.
    package init(
        _ broker: any ExecutionBroker, waiting: @escaping @Sendable () async throws(StoreError) -> Set<HintLine>,
        isAnythingLimited: @escaping @Sendable () async throws(StoreError) -> Bool = { () async throws(StoreError) in
            false
        }
    ) {
        self.broker = broker
        self.waiting = waiting
        self.isAnythingLimited = isAnythingLimited
    }

    /// Whether hints tell of everything: not of the room that the end of limited work makes, for what was told of before.
    func tellAll() async throws(StoreError) -> Bool {
        if await !areTaken { return false }
        return try await !isAnythingLimited()
    }

    /// Whether the broker works; while it does not, the bell tells of work, as without one.
    private var areTaken: Bool { get async { await broker.health().state == .up } }

    func consume(prefetch: Int) async -> any HintConsumer { await broker.consume([], prefetch: prefetch) }

    /// Lines of queues that nobody has used for a day are left, so that names which come and go do not add up.
    private struct Lines {
        static let forgottenAfter = Duration.seconds(86_400)
        static let most = 1000
        var seen: [HintLine: ContinuousClock.Instant] = [:]
        var told: Set<HintLine> = []
    }

    /// Something was there to be claimed.
    func saw(_ lines: Set<HintLine>) {
        let now = ContinuousClock.now
        self.lines.withLock { known in
            for line in lines { known.seen[line] = now }
        }
    }

    /// The lines to take hints of, when they are others than the last time.
    func change() async throws(StoreError) -> Set<HintLine>? {
        saw(try await waiting())
        let now = ContinuousClock.now
        return lines.withLock { known in
            known.seen = known.seen.filter { now - $0.value < Lines.forgottenAfter }
            let newest = known.seen.sorted { ($1.value, $0.key.queue) < ($0.value, $1.key.queue) }.prefix(Lines.most)
            let wanted = Set(newest.map(\.key))
            defer { known.told = wanted }
            return wanted == known.told ? nil : wanted
        }
    }
}

extension WorkerService {
    /// Claims what hints tell of, until the signal to stop.
    func follow(_ hints: Hints, _ give: @escaping @Sendable ([ClaimedExecution]) -> Void) async {
        let consumer = await hints.consume(prefetch: max(1, options.concurrency))
        await withDiscardingTaskGroup { group in
            group.addTask { await self.keepLines(of: hints, consumer) }
            do {
                try await cancelWhenGracefulShutdown {
                    for await deliveries in consumer.deliveries { try await self.take(deliveries, consumer, give) }
                }
            } catch {
                // The signal to stop: what is out and not settled goes to others.
            }
            group.cancelAll()
        }
        await consumer.close()
    }

    /// Tells the broker of which lines hints are wanted.
    private func keepLines(of hints: Hints, _ consumer: any HintConsumer) async {
        if let queues = options.queues {
            return await consumer.change(to: Set(queues.keys.map { HintLine(lane: lane, queue: $0) }))
        }
        do {
            try await repeatUntilShutdown { [self] in
                do throws(StoreError) {
                    if let lines = try await hints.change() { await consumer.change(to: lines) }
                } catch {
                    instruments.loopFailed("hints", error)
                }
                try await Task.sleep(for: options.pollInterval)
            }
        } catch {
            instruments.loopFailed("hints", error)
        }
    }

    /// Takes what the deliveries tell of as soon as there is room, in parts.
    private func take(
        _ deliveries: [HintDelivery], _ consumer: any HintConsumer, _ give: ([ClaimedExecution]) -> Void
    ) async throws {
        var left = deliveries[...]
        while !left.isEmpty {
            let room = min(room, options.claimBatch)
            guard room > 0 else {
                try await doorbell.wait(atMost: options.pollInterval)
                continue
            }
            let part = Array(left.prefix(room))
            left = left.dropFirst(room)
            do throws(StoreError) {
                give(try await claim(part, from: consumer))
            } catch {
                instruments.loopFailed("worker", error)
                try await Task.sleep(for: options.pollInterval)
            }
        }
    }

    /// Takes as many as the deliveries tell of, and settles them.
    ///
    /// Hints come in the order in which they were told, work goes by turns: first those are taken whose turn it is in the
    /// queues that the hints name, then the named ones for what is left, as when their lines are not known here yet.
    /// A hint is done with when the store was asked, whatever it said: what was not given has an owner, has ended, or may not
    /// be taken now and is told of again. All come again when the store cannot be asked.
    package func claim(
        _ deliveries: [HintDelivery], from consumer: any HintConsumer
    ) async throws(StoreError) -> [ClaimedExecution] {
        let ids = Set(deliveries.map(\.hint.executionID))
        let queues = Dictionary(
            Dictionary(deliveries.map { ($0.hint.executionID, $0.hint.queue) }, uniquingKeysWith: { first, _ in first })
                .values.map { ($0, 1) }, uniquingKeysWith: +)
        var claimed: [ClaimedExecution]
        do throws(StoreError) {
            claimed = try await claim(from: queues, room: ids.count)
        } catch {
            await consumer.settle(deliveries.map(\.again))
            throw error
        }
        let left = ids.subtracting(claimed.map(\.execution.id))
        if claimed.count < ids.count, !left.isEmpty {
            do throws(StoreError) {
                claimed += try await claim(of: left, room: ids.count - claimed.count)
            } catch {
                // What was taken is in hand; the others are told of again.
                instruments.loopFailed("worker", error)
            }
        }
        await consumer.settle(deliveries.map(\.done))
        instruments.hinted(taken: claimed.count, vain: ids.count - claimed.count)
        return claimed
    }
}
