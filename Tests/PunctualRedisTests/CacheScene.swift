import FaultProxy
import PunctualCore
import Synchronization
import TestPeers
import Testing

@testable import PunctualRedis

/// A store of numbers that only grow, one for each group, which takes a moment to answer.
final class NumberStore: Sendable {
    private struct State {
        var numbers: [String: Int] = [:]
        var loads = 0
        /// Before whose end a load that has read waits; nil means that nobody waits.
        var gate: Task<Void, any Error>?
    }

    private let state = Mutex(State())
    private let pause: Duration

    init(pause: Duration = .zero) { self.pause = pause }

    var loads: Int { state.withLock { $0.loads } }

    /// From now on a load waits after it has read, until the task ends.
    func hold(until gate: Task<Void, any Error>?) { state.withLock { $0.gate = gate } }

    func load(_ group: String) async throws(StoreError) -> CacheLoad? {
        let (number, gate) = state.withLock { state in
            state.loads += 1
            return (state.numbers[group, default: 0], state.gate)
        }
        // A test that is cancelled is over.
        try? await gate?.value
        if pause > .zero { try? await Task.sleep(for: pause) }
        return CacheLoad(Array("\(number)".utf8))
    }

    func number(of group: String) -> Int { state.withLock { $0.numbers[group, default: 0] } }

    /// - Returns: the number that is the group's now.
    @discardableResult
    func raise(_ group: String) -> Int {
        state.withLock { state in
            state.numbers[group, default: 0] += 1
            return state.numbers[group, default: 0]
        }
    }
}

/// A load that waits until it is let go.
struct Gate: Sendable {
    let task: Task<Void, any Error>
    private let open: AsyncStream<Void>.Continuation

    init() {
        let (stream, open) = AsyncStream.makeStream(of: Void.self)
        // Awaited by the load that is held.
        task = Task { for await _ in stream {} }
        self.open = open
    }

    func lift() { open.finish() }
}

/// One node with its cache.
struct CacheNode: Sendable {
    let redis: Redis
    let cache: SharedCache
    let store: NumberStore

    func read(_ group: String, _ policy: CachePolicy = .job) async throws -> (number: Int, source: CacheAnswer.Source) {
        let store = store
        let answer = try await cache.value(of: CacheKey(group), policy) { () async throws(StoreError) in
            try await store.load(group)
        }
        return (Int(String(decoding: answer.value ?? [], as: UTF8.self)) ?? -1, answer.source)
    }

    /// - Returns: the number that is the group's after the change.
    @discardableResult
    func raise(_ group: String) async throws -> Int {
        let store = store
        return try await cache.change([group]) { () async throws(StoreError) in store.raise(group) }
    }
}

/// Runs the body with nodes over one store, each with a client of its own; they trust their copies when it begins.
/// - Parameter isPatient: for what must not depend on how busy the machine is.
func withNodes<Value>(
    _ urls: [String], store: NumberStore = NumberStore(), mostBytes: Int = 1 << 20,
    isPatient: Bool = true, _ body: ([CacheNode], NumberStore) async throws -> Value
) async throws -> Value {
    let prefix = fresh("t")
    var nodes: [CacheNode] = []
    for (index, url) in urls.enumerated() {
        var settings = try RedisSettings(url)
        settings.openLimit = isPatient ? .seconds(30) : .milliseconds(500)
        settings.longestPause = .milliseconds(200)
        let redis = try Redis(settings)
        var pace = CacheTrust.Pace()
        if isPatient { (pace.life, pace.silence) = (.seconds(60), .seconds(60)) }
        let cache = SharedCache(
            redis, node: "n\(index)", prefix: prefix, mostBytes: mostBytes,
            patience: isPatient ? .seconds(20) : .milliseconds(50), pace: pace)
        nodes.append(CacheNode(redis: redis, cache: cache, store: store))
    }
    let made = nodes
    let result: Result<Value, any Error> = await withTaskGroup(of: Void.self) { group in
        for node in made { group.addTask { await node.cache.run() } }
        let result: Result<Value, any Error>
        do {
            try await until("all trust") { made.allSatisfy(\.cache.isTrusted) }
            result = .success(try await body(made, store))
        } catch { result = .failure(error) }
        group.cancelAll()
        return result
    }
    for node in nodes { await node.redis.close() }
    return try result.get()
}

/// Reads until the number is there; one that is asked for more than a second after the change is never an older one.
func see(
    _ number: Int, of group: String, on node: CacheNode, since changedAt: ContinuousClock.Instant = .now,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    while true {
        let askedAt = ContinuousClock.now
        let (found, source) = try await node.read(group)
        if found >= number { return }
        guard changedAt.duration(to: askedAt) <= .seconds(1) else {
            Issue.record("\(found) instead of \(number) after a second: \(source)", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// A cache as it is often written: get, else load and set; a change deletes. The twin that must fail where ours holds.
struct NaiveCache: Sendable {
    let redis: Redis
    let store: NumberStore

    func read(_ group: String) async throws -> Int {
        let found = try await redis.send(RedisCommand("GET", .key(group)))
        if let number = found.int { return Int(number) }
        let value = try await store.load(group)?.bytes ?? []
        _ = try await redis.send(RedisCommand("SET", .key(group), .bytes(value), "EX", 300))
        return Int(String(decoding: value, as: UTF8.self)) ?? -1
    }

    func raise(_ group: String) async throws {
        store.raise(group)
        _ = try await redis.send(RedisCommand("DEL", .key(group)))
    }
}
