import FaultProxy
import PunctualCore
import Synchronization
import TestPeers
import Testing

@testable import PunctualRedis

/// What has been written and read, and what of it breaks the promises of the cache.
private final class Ledger: Sendable {
    typealias Instant = ContinuousClock.Instant

    private struct Write {
        let node: Int
        let number: Int
        let endedAt: Instant
    }

    private struct State {
        var writes: [String: [Write]] = [:]
        var reads = 0
        var writeCount = 0
        var broken: [String] = []
        var sources: [CacheAnswer.Source: Int] = [:]
    }

    private let state = Mutex(State())

    var reads: Int { state.withLock { $0.reads } }
    var writes: Int { state.withLock { $0.writeCount } }
    var broken: [String] { state.withLock { $0.broken } }
    var sources: [CacheAnswer.Source: Int] { state.withLock { $0.sources } }

    func wrote(_ number: Int, of group: String, by node: Int) {
        state.withLock { state in
            state.writes[group, default: []].append(Write(node: node, number: number, endedAt: .now))
            state.writeCount += 1
        }
    }

    /// - Parameter begunAt: when the reader asked.
    func read(_ number: Int, of group: String, by node: Int, begunAt: Instant, _ source: CacheAnswer.Source) {
        state.withLock { state in
            state.reads += 1
            state.sources[source, default: 0] += 1
            for write in state.writes[group, default: []].reversed()
            where write.number > number && write.endedAt < begunAt {
                let age = write.endedAt.duration(to: begunAt)
                if write.node == node {
                    state.broken.append("\(group) by n\(node) itself \(age) ago, \(source)")
                } else if age > .seconds(1) {
                    state.broken.append("\(group) at n\(node) by n\(write.node) \(age) ago, \(source)")
                }
                break
            }
        }
    }
}

private final class Flag: Sendable {
    private let state = Atomic(false)

    var isSet: Bool { state.load(ordering: .relaxed) }
    func set() { state.store(true, ordering: .relaxed) }
}

@Suite("A cache under faults", .timeLimit(.minutes(5)))
struct CacheDrillTests {
    /// So many that what was missed is not soon mended by another change.
    private static let groups = (0..<30).map { "g\($0)" }

    /// A server to be struck, and a proxy to it for each of three nodes.
    private func server() async throws -> (peer: RedisPeer, proxies: [FaultProxy]) {
        let peer = try await blocking { try RedisPeer() }
        var proxies: [FaultProxy] = []
        for _ in 0..<3 { proxies.append(try await FaultProxy(to: peer.port)) }
        return (peer, proxies)
    }

    /// Strikes one fault after another until the time is up; all is well again at the end.
    private func strike(
        _ peer: RedisPeer, _ proxies: [FaultProxy], _ seed: UInt64, while goesOn: () -> Bool
    ) async throws {
        var random = Generator(state: seed)
        func pause(_ range: ClosedRange<Int>) async throws {
            try await Task.sleep(for: .milliseconds(Int.random(in: range, using: &random)))
        }
        while goesOn() {
            let proxy = proxies[Int.random(in: 0..<proxies.count, using: &random)]
            switch Int.random(in: 0..<7, using: &random) {
            case 0:
                // What was kept on disk is what it comes back with.
                _ = try await blocking { try? peer.cli(["SAVE"]) }
                try await pause(100...600)
                _ = try await blocking { peer.kill() }
                try await pause(0...800)
                try await blocking { try peer.start() }
            case 1: _ = try await blocking { try? peer.cli(["FLUSHALL"]) }
            case 2: _ = try await blocking { try? peer.cli(["CLIENT", "KILL", "TYPE", "normal"]) }
            case 3: _ = try await blocking { try? peer.cli(["CLIENT", "KILL", "TYPE", "pubsub"]) }
            case 4:
                proxy.set(.blackHole)
                try await pause(300...2500)
            case 5:
                proxy.set(.refuse)
                await proxy.cut()
                try await pause(300...2500)
            default:
                peer.pause()
                try await pause(50...900)
                peer.resume()
            }
            proxy.set(.pass)
            try await pause(200...700)
        }
    }

    @Test("three nodes read and write while Redis dies, forgets, relapses, stands still and is cut off: nothing stale")
    func drill() async throws {
        let seed = UInt64.random(in: .min ... .max)
        let (peer, made) = try await server()
        let ledger = Ledger()
        let end = ContinuousClock.now + .seconds(15)
        let store = NumberStore(pause: .milliseconds(3))
        try await withNodes(made.map { "redis://127.0.0.1:\($0.port)" }, store: store, isPatient: false) { nodes, _ in
            let isOver = Flag()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for (index, node) in nodes.enumerated() {
                    for _ in 0..<3 {
                        tasks.addTask {
                            while !isOver.isSet {
                                let group = CacheDrillTests.groups.randomElement() ?? ""
                                let begunAt = ContinuousClock.now
                                let (number, source) = try await node.read(group)
                                ledger.read(number, of: group, by: index, begunAt: begunAt, source)
                                try await Task.sleep(for: .milliseconds(2))
                            }
                        }
                    }
                    tasks.addTask {
                        while !isOver.isSet {
                            let group = CacheDrillTests.groups.randomElement() ?? ""
                            ledger.wrote(try await node.raise(group), of: group, by: index)
                            try await Task.sleep(for: .milliseconds(Int.random(in: 0...250)))
                        }
                    }
                }
                tasks.addTask {
                    // Over in any case, so that all others end.
                    defer { isOver.set() }
                    try await strike(peer, made, seed) { ContinuousClock.now < end }
                }
                try await tasks.waitForAll()
            }
            #expect(ledger.broken.isEmpty, "seed \(seed): \(ledger.broken.count): \(ledger.broken.prefix(5))")
            #expect(ledger.writes > 20 && ledger.reads > 200, "\(ledger.writes) \(ledger.reads)")
            // It was a cache all the while.
            #expect(ledger.sources[.local, default: 0] > 20, "\(ledger.sources)")
            try await until("all trust again") { nodes.allSatisfy(\.cache.isTrusted) }
        }
        for proxy in made { try await proxy.stop() }
        peer.kill()
    }

    @Test("the twin that gets, sets and deletes breaks the same promises under the same faults")
    func naive() async throws {
        let seed = UInt64.random(in: .min ... .max)
        let (peer, made) = try await server()
        let ledger = Ledger()
        let end = ContinuousClock.now + .seconds(120)
        let store = NumberStore(pause: .milliseconds(3))
        let isOver = Flag()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for (index, proxy) in made.enumerated() {
                let redis = try Redis(url: "redis://127.0.0.1:\(proxy.port)")
                let node = NaiveCache(redis: redis, store: store)
                tasks.addTask {
                    while !isOver.isSet {
                        let group = CacheDrillTests.groups.randomElement() ?? ""
                        let begunAt = ContinuousClock.now
                        // Redis may be away.
                        if let number = try? await node.read(group) {
                            ledger.read(number, of: group, by: index, begunAt: begunAt, .shared)
                        }
                        if Int.random(in: 0..<20) == 0 {
                            // The change is made; whether others hear of it is another question.
                            try? await node.raise(group)
                            ledger.wrote(store.number(of: group), of: group, by: index)
                        }
                        try await Task.sleep(for: .milliseconds(2))
                    }
                    await redis.close()
                }
            }
            tasks.addTask {
                defer { isOver.set() }
                try await strike(peer, made, seed) { ledger.broken.isEmpty && ContinuousClock.now < end }
            }
            try await tasks.waitForAll()
        }
        #expect(!ledger.broken.isEmpty, "seed \(seed): the twin is as good, so the drill shows nothing")
        for proxy in made { try await proxy.stop() }
        peer.kill()
    }
}
