import PunctualCore
import PunctualEngine
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("Reaper, retention, shards")
struct UpkeepServicesTests {
    private func node(
        _ id: String, _ scene: EngineScene, over store: (any JobStore & LeaseStore)? = nil, shards: Int = 8
    ) -> ShardService {
        let now = scene.clock.now()
        let record = NodeRecord(
            id: id, roles: ["scheduler"], version: "test", address: nil, startedAt: now, lastSeenAt: now,
            shards: shards)
        var options = scene.options
        options.shards = shards
        return ShardService(
            node: record, store: store ?? scene.store, bell: SignalBell(), options: options,
            instruments: scene.instruments)
    }

    @Test("a node that another is faster than turns again at once, so that no free shard waits for a whole turn")
    func lostShard() async throws {
        let scene = EngineScene()
        let hole = BlackHole()
        hole.open()
        var store = SwallowingStore(inner: scene.store, hole: hole)
        let lease = scene.options.shardLease
        store.beforeAcquire = { () async throws(StoreError) in
            _ = try await scene.store.acquire([0], holder: "rival", duration: lease)
        }
        let node = node("slow", scene, over: store)
        #expect(try await node.renew() == .zero)
        #expect(node.virtualShards().count == 256 - 32)
        // What is gone is not asked for again.
        #expect(try await node.renew() == lease)
    }

    @Test("a lease that holds is left alone; one that ran out is taken back")
    func reaper() async throws {
        let scene = EngineScene()
        try await scene.job("report")
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 1)
        #expect(try await scene.worker().claim().count == 1)
        #expect(try await scene.reaper.reap() == 0)
        scene.clock.advance(by: scene.options.lease + .milliseconds(1))
        #expect(try await scene.reaper.reap() == 1)
        #expect(try await scene.reaper.reap() == 0)
    }

    @Test("executions are kept for as long as they are to be, and then removed")
    func retention() async throws {
        let scene = EngineScene()
        let job = try await scene.job("report") { $0.maxRuns = 1 }
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 1)
        let worker = scene.worker()
        await worker.process(try #require(try await worker.claim().first))
        var figures = MinuteFigures(minute: MinuteFigures.minute(of: scene.clock.now()))
        figures.ended = [.succeeded: 1]
        try await scene.store.tell([figures], by: FigureTeller(node: "a", process: "1"))
        let retention = RetentionService(
            store: scene.store, figures: scene.store, options: scene.options, instruments: scene.instruments)
        scene.clock.advance(by: scene.options.figureRetention)
        #expect(try await retention.prune() == 0)
        #expect(try await scene.store.toldFigures(ofLast: 999, limit: 9).items.count == 1)
        scene.clock.advance(by: .seconds(60))
        #expect(try await retention.prune() == 0)
        #expect(try await scene.store.toldFigures(ofLast: 999, limit: 9).items.isEmpty)
        scene.clock.advance(by: scene.options.retention - scene.options.figureRetention - .seconds(60))
        #expect(try await retention.prune() == 0)
        scene.clock.advance(by: .seconds(1))
        #expect(try await retention.prune() == 1)
        #expect(try await scene.executions(of: job).isEmpty)
    }

    @Test("a node alone holds every shard; a second one gets its half")
    func shares() async throws {
        let scene = EngineScene()
        let (first, second) = (node("a", scene), node("b", scene))
        try await first.renew()
        #expect(first.virtualShards() == Set(0..<256))
        // The second finds all taken; the first gives its surplus up when it sees the second.
        try await second.renew()
        #expect(second.virtualShards().isEmpty)
        try await first.renew()
        try await second.renew()
        #expect(first.virtualShards().count == 128)
        #expect(second.virtualShards() == Set(0..<256).subtracting(first.virtualShards()))
    }

    @Test("nodes set to different numbers of shards leave no job to nobody", arguments: [(8, 16), (16, 8), (8, 3)])
    func differentNumbers(_ old: Int, _ new: Int) async throws {
        let scene = EngineScene()
        let first = node("b", scene, shards: old)
        try await first.renew()
        scene.clock.advance(by: .seconds(1))
        let second = node("a", scene, shards: new)
        for _ in 0..<2 {
            try await second.renew()
            try await first.renew()
        }
        #expect(first.virtualShards().union(second.virtualShards()) == Set(0..<256))
        #expect(first.virtualShards().isDisjoint(with: second.virtualShards()))
        #expect(scene.logs.messages.filter { $0.hasPrefix("another scheduler is set to") }.count == 1)
        try await scene.store.leave("b")
        try await second.renew()
        #expect(second.virtualShards() == Set(0..<256))
        let held = try await scene.store.leases().filter { $0.holder == "a" }
        #expect(held.map(\.shard) == Array(0..<new))
    }

    @Test("two processes that run as one node are told so, once; one that started again is not")
    func twins() async throws {
        let scene = EngineScene()
        func told() -> Int { scene.logs.messages.filter { $0.hasPrefix("another process runs as this node") }.count }
        let first = node("a", scene)
        try await first.renew()
        scene.clock.advance(by: .seconds(1))
        let again = node("a", scene)
        for _ in 0..<3 { try await again.renew() }
        #expect(told() == 0)
        for _ in 0..<3 {
            try await first.renew()
            try await again.renew()
        }
        #expect(told() == 2, "each says it once")
    }

    @Test("the shards of a node that is gone go to the others when its leases run out")
    func takeover() async throws {
        let scene = EngineScene()
        let (first, second) = (node("a", scene), node("b", scene))
        try await first.renew()
        try await second.renew()
        scene.clock.advance(by: scene.options.shardLease - .milliseconds(1))
        #expect(try await second.renew() == .milliseconds(1))
        #expect(second.virtualShards().isEmpty)
        scene.clock.advance(by: .milliseconds(1))
        #expect(try await second.renew() == nil)
        #expect(second.virtualShards() == Set(0..<256))
        let terms = try await scene.store.leases().map(\.term)
        #expect(terms.allSatisfy { $0 == 2 })
    }
}
