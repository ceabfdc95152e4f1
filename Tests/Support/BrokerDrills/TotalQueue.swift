internal import FaultProxy
package import PunctualCore
internal import TestPeers

/// Many executions through a broker that is struck meanwhile, as the outbox does it: published in pages, again until
/// confirmed; taken by consumers in two processes, which count.
package struct TotalQueue {
    package struct Result: CustomStringConvertible {
        package var count: Int
        package var lost: Int
        /// Deliveries beyond the first of each.
        package var doubled: Int
        /// Hints that were published more than once.
        package var republished: Int
        package var kills: Int
        package var cuts: Int
        package var duration: Duration

        package var description: String {
            "\(count) executions, lost \(lost), doubled \(doubled), published again \(republished), "
                + "\(kills) kills, \(cuts) cuts, \(duration)"
        }
    }

    private struct Progress {
        var published = 0
        var again = 0
        /// Calls of `publish` so far, and whether the last of them waits for its answers.
        var calls = 0
        var isWaiting = false
        var isOver = false
    }

    private let port: Int
    private let count: Int
    private let open: @Sendable (_ port: Int) throws -> any ExecutionBroker
    private let restart: @Sendable () throws -> Void
    /// False is the broken twin: what was not confirmed is forgotten.
    private let publishesAgain: Bool
    private let page = 250

    /// - Parameters:
    ///   - port: the server's.
    ///   - open: opens the broker at a proxy's port, as one more process.
    ///   - restart: kills the server and starts it again; it may block.
    package init(
        port: Int, count: Int, publishesAgain: Bool = true,
        open: @escaping @Sendable (_ port: Int) throws -> any ExecutionBroker,
        restart: @escaping @Sendable () throws -> Void
    ) {
        self.port = port
        self.count = count
        self.publishesAgain = publishesAgain
        self.open = open
        self.restart = restart
    }

    package func run() async throws -> Result {
        let began = ContinuousClock.now
        let proxy = try await FaultProxy(to: port)
        let (publisher, workers) = (try open(proxy.port), [try open(proxy.port), try open(proxy.port)])
        let hints = freshHints(count)
        let (seen, progress) = (Shared<[ExecutionHint: Int]>([:]), Shared(Progress()))
        var consumers: [any HintConsumer] = []
        for worker in workers { consumers.append(await worker.consume([defaultLine], prefetch: 100)) }
        var (kills, cuts) = (0, 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for consumer in consumers {
                group.addTask {
                    for await batch in consumer.deliveries {
                        seen.withLock { seen in for delivery in batch { seen[delivery.hint, default: 0] += 1 } }
                        await consumer.settle(batch.map(\.done))
                    }
                }
            }
            group.addTask {
                for start in stride(from: 0, to: count, by: page) {
                    var left = Array(hints[start..<min(start + page, count)])
                    while !left.isEmpty {
                        progress.withLock {
                            $0.calls += 1
                            $0.isWaiting = true
                        }
                        let outcomes = await publisher.publish(left)
                        progress.withLock { $0.isWaiting = false }
                        left = zip(left, outcomes).filter { !$1.isConfirmed }.map(\.0)
                        if !publishesAgain { break }
                        progress.withLock { $0.again += left.count }
                        // A broker that is gone is not asked without a pause.
                        if !left.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
                    }
                    progress.withLock { $0.published = start + page }
                    // So that the faults strike in the midst of it.
                    try await Task.sleep(for: .milliseconds(50))
                }
                progress.withLock { $0.isOver = true }
            }
            // Faults at fractions of the way, so that they strike whatever the machine's speed.
            for turn in 1...6 {
                while progress.withLock({ $0.published < count * turn / 8 && !$0.isOver }) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                // What is under way then is in doubt, whatever the machine's speed.
                proxy.set(.delay(.seconds(2)))
                let calls = progress.withLock { $0.calls }
                while progress.withLock({ ($0.calls == calls || !$0.isWaiting) && !$0.isOver }) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                if turn.isMultiple(of: 3) {
                    kills += 1
                    try await blocking { try restart() }
                } else {
                    cuts += 1
                    await proxy.cut()
                }
                proxy.set(.pass)
            }
            while !progress.withLock({ $0.isOver }) { try await Task.sleep(for: .milliseconds(20)) }
            // Until all have come, or nothing more comes.
            var (last, since) = (0, ContinuousClock.now)
            while ContinuousClock.now - since < .seconds(10) {
                let now = seen.withLock { $0.count }
                if now >= count { break }
                if now > last { (last, since) = (now, .now) }
                try await Task.sleep(for: .milliseconds(20))
            }
            for consumer in consumers { await consumer.close() }
            try await group.waitForAll()
        }
        for worker in workers { await worker.close() }
        await publisher.close()
        try await proxy.stop()
        let total = seen.withLock { $0.values.reduce(0, +) }
        let distinct = seen.withLock { $0.count }
        return Result(
            count: count, lost: count - distinct, doubled: total - distinct,
            republished: progress.withLock { $0.again }, kills: kills, cuts: cuts,
            duration: .now - began)
    }
}
