package import PunctualCore
internal import Synchronization

/// Hints over Redis: a stream for each priority of each line, and a group of consumers that share it.
///
/// A hint is confirmed when the server has it. How long it has it is the server's to say: `appendfsync always` keeps it
/// through a crash, `min-replicas-to-write` refuses what no replica would get, and a failover may lose what was not
/// replicated yet. What is lost is told again by who dispatches.
///
/// A consumer that dies is missed by the others, who put back what it had; one that is slow is not, since it tells Redis
/// that it lives. Lines need Redis 7 or newer.
package final class RedisBroker: ExecutionBroker {
    /// How often and how long; tests are more hasty than servers.
    package struct Pace: Sendable {
        /// How often a consumer says that it lives, and looks at lines of which it has heard nothing.
        package var beat = Duration.seconds(1)
        /// Without a beat for so long a consumer is dead, and others get what it had.
        package var patience = Duration.seconds(15)
        /// How long a publish may wait for its confirmation.
        package var publishing = Duration.seconds(5)
        /// How long a consumer that is closed may take to give back what it has.
        package var leaving = Duration.seconds(2)

        package init() {}
    }

    private struct State {
        var consumers: [RedisConsumer] = []
        var isClosed = false
        /// What pings the server, and what listens to the channel; `close` ends both and awaits them.
        var tasks: [Task<Void, Never>] = []
        var isListening = false
    }

    /// What was seen last.
    private final class Sight: Sendable {
        /// Why the server did not answer; nil when it did.
        let absence: Mutex<RedisError?>
        /// Why it did not take what was published; nil when it did.
        let refusal = Mutex<BrokerError?>(nil)
        let unreadable = Atomic(0)

        init(_ absence: RedisError) { self.absence = Mutex(absence) }
    }

    private let redis: Redis
    private let keys: HintKeys
    private let lineLimit: Int
    private let pace: Pace
    private let calls = OpenCalls()
    private let sight: Sight
    private let state = Mutex(State())

    /// Begins to look whether the server is there; `health` tells.
    /// - Parameters:
    ///   - redis: may serve others, too, and is theirs to close, after the broker.
    ///   - prefix: begins the names of keys and channels, so that several clusters may share a Redis.
    ///   - installation: stands behind the prefix, so that those that have the same do not share hints either; empty for
    ///     none.
    ///   - lineLimit: hints that a line holds at most. What comes then is not confirmed, and told again later: dropping
    ///     the oldest would lose those that have waited longest, and nobody would hear of it.
    package init(
        _ redis: Redis, prefix: BrokerPrefix = .standard, installation: String = "", lineLimit: Int = 100_000,
        pace: Pace = Pace()
    ) {
        self.redis = redis
        keys = HintKeys(prefix: installation.isEmpty ? prefix.text : "\(prefix.text):\(installation)")
        self.lineLimit = max(1, lineLimit)
        self.pace = pace
        sight = Sight(RedisError(.unavailable, "not connected yet"))
        let (sight, beat) = (sight, pace.beat)
        let watch = Task {  // `close` ends it and awaits it.
            while !Task.isCancelled {
                do throws(RedisError) {
                    try await redis.ping()
                    sight.absence.withLock { $0 = nil }
                } catch {
                    sight.absence.withLock { $0 = error }
                }
                try? await Task.sleep(for: beat)  // Cancelled by `close`; the loop then ends.
            }
        }
        state.withLock { $0.tasks = [watch] }
    }

    /// Entries that the consumers of this process found in streams of hints and could not read: they are deleted.
    package var unreadable: Int { sight.unreadable.load(ordering: .relaxed) }

    // MARK: Publishing

    /// Hints that go in one call; Redis does nothing else meanwhile.
    private static let chunk = 250
    /// Calls of one publish that are on their way at once.
    private static let mostChunks = 8

    package func publish(_ hints: [ExecutionHint]) async -> [HintOutcome] {
        guard calls.begin(hints.count) else { return Array(repeating: .failed(.closed), count: hints.count) }
        defer { calls.end(hints.count) }
        var chunks: [[Int]] = []
        for places in Dictionary(grouping: hints.indices, by: { hints[$0].line }).values {
            for start in stride(from: 0, to: places.count, by: RedisBroker.chunk) {
                chunks.append(Array(places[start..<min(start + RedisBroker.chunk, places.count)]))
            }
        }
        let waiting = chunks
        return await withTaskGroup(of: (places: [Int], outcomes: [HintOutcome]).self) { group in
            var outcomes = [HintOutcome](repeating: .failed(.closed), count: hints.count)
            for (number, places) in waiting.enumerated() {
                if number >= RedisBroker.mostChunks, let ended = await group.next() {
                    for (place, outcome) in zip(ended.places, ended.outcomes) { outcomes[place] = outcome }
                }
                group.addTask { (places, await self.add(places.map { hints[$0] })) }
            }
            for await ended in group {
                for (place, outcome) in zip(ended.places, ended.outcomes) { outcomes[place] = outcome }
            }
            return outcomes
        }
    }

    /// Adds hints of one line, in one call.
    private func add(_ hints: [ExecutionHint]) async -> [HintOutcome] {
        let line = hints[0].line
        var words: [RedisCommand.Argument] = [
            .integer(lineLimit), .text(keys.channel), .text(HintKeys.word(of: line)),
        ]
        for hint in hints { words += [.integer(HintKeys.number(of: hint.priority)), .bytes(hint.message)] }
        do throws(RedisError) {
            let answer = try await redis.run(
                HintScripts.publish, keys: keys.streams(of: line), words, within: pace.publishing)
            guard let added = answer.int.map({ Int($0) }), (0...hints.count).contains(added) else {
                throw answer.unexpected("EVALSHA")
            }
            // It was there for this, whether or not the first ping has come back.
            sight.absence.withLock { $0 = nil }
            var outcomes = [HintOutcome](repeating: .confirmed, count: added)
            var refusal: BrokerError?
            if added < hints.count {
                let error = BrokerError.full(
                    "Redis did not take the message: the line \(HintKeys.word(of: line)) is full; start workers to "
                        + "empty it")
                outcomes += Array(repeating: .failed(error), count: hints.count - added)
                refusal = error
            }
            sight.refusal.withLock { [refusal] in $0 = refusal }
            return outcomes
        } catch {
            let error = BrokerError(error, at: redis.settings.place)
            switch error {
            case .full, .barred, .refused: sight.refusal.withLock { $0 = error }
            case .unavailable, .closed: break
            }
            return Array(repeating: .failed(error), count: hints.count)
        }
    }

    // MARK: Consuming

    package func consume(_ lines: Set<HintLine>, prefetch: Int) async -> any HintConsumer {
        let consumer = RedisConsumer(
            redis, keys, lines: lines, prefetch: prefetch, pace: pace,
            unreadable: { [sight] in sight.unreadable.add($0, ordering: .relaxed) })
        let isClosed = state.withLock { state in
            if state.isClosed { return true }
            state.consumers.removeAll(where: \.hasEnded)
            state.consumers.append(consumer)
            if !state.isListening {
                state.isListening = true
                let (redis, channel) = (redis, RedisChannel.plain(keys.channel))
                // `close` ends it and awaits it.
                state.tasks.append(Task { await redis.subscribe(to: [channel]) { [weak self] in self?.hear($0) } })
            }
            return false
        }
        if isClosed { await consumer.close() } else { consumer.start() }
        return consumer
    }

    private func hear(_ event: RedisEvent) {
        let consumers = state.withLock { $0.consumers }
        switch event {
        case .message(_, let payload):
            guard let line = HintKeys.line(String(decoding: payload, as: UTF8.self)) else { return }
            for consumer in consumers { consumer.ring(line) }
        case .subscribed: for consumer in consumers { consumer.ring(nil) }
        case .interrupted: break
        }
    }

    // MARK: State

    package func health() async -> BrokerHealth {
        BrokerHealth(state: seen, unconfirmed: calls.unconfirmed)
    }

    private var seen: BrokerHealth.State {
        if calls.isClosed { return .down("the connection to Redis was closed by this process") }
        func text(_ error: RedisError) -> String { "Redis at \(redis.settings.place): \(error.advice)" }
        let absence = sight.absence.withLock { $0 }
        let health = redis.health
        if let absence { return .down(text(absence)) }
        if !health.isUp {
            let reason = "Redis at \(redis.settings.place): \(health.reason ?? "no server is known")"
            // One server of a cluster may be away while others serve their lines.
            return redis.isCluster ? .impaired(reason) : .down(reason)
        }
        if let refusal = sight.refusal.withLock({ $0 }) { return .impaired(refusal.text) }
        for consumer in state.withLock({ $0.consumers }) where !consumer.hasEnded {
            if let fault = consumer.fault { return .impaired(text(fault)) }
        }
        return .up
    }

    package func close() async {
        let (consumers, tasks) = state.withLock { state in
            state.isClosed = true
            return (state.consumers, state.tasks)
        }
        await withTaskGroup(of: Void.self) { group in
            for consumer in consumers { group.addTask { await consumer.close() } }
        }
        await calls.close()
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
