import PunctualCore
import PunctualEngine
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@Suite("Store calls that never end")
struct CallLimitTests {
    private func limit(_ duration: Duration?, abandonedAtMost: Int = 2) -> CallLimit {
        CallLimit("test", duration, abandonedAtMost: abandonedAtMost, instruments: EngineScene().instruments)
    }

    /// A call that a busy machine made late is made again; one that is refused is not.
    private func goesOn(_ limit: CallLimit) async throws {
        while true {
            do throws(StoreError) {
                #expect(try await limit.run { () async throws(StoreError) in 7 } == 7)
                return
            } catch {
                try #require(error == .unavailable("test: no answer within 0.02 seconds"))
                while limit.abandoned > 0 { await Task.yield() }
            }
        }
    }

    @Test("an answer and an error come through", arguments: [nil, .seconds(600)] as [Duration?])
    func answers(_ duration: Duration?) async throws {
        let limit = limit(duration)
        #expect(try await limit.run { () async throws(StoreError) in 7 } == 7)
        await #expect(throws: StoreError.nameTaken) {
            try await limit.run { () async throws(StoreError) in throw StoreError.nameTaken }
        }
        #expect(limit.abandoned == 0)
    }

    @Test("a call that ignores cancellation is given up at the limit, and its answer dropped when it comes")
    func hard() async throws {
        let limit = limit(.milliseconds(20))
        let hole = BlackHole()
        await #expect(throws: StoreError.self) {
            try await limit.run { () async throws(StoreError) in await hole.swallow() }
        }
        #expect(limit.abandoned == 1)
        hole.open()
        while limit.abandoned > 0 { await Task.yield() }
        try await goesOn(limit)
    }

    @Test("only so many calls are left behind; more are refused until one has come back")
    func bounded() async throws {
        let limit = limit(.milliseconds(20))
        let hole = BlackHole()
        let begun = Mutex(0)
        for _ in 0..<5 {
            await #expect(throws: StoreError.self) {
                try await limit.run { () async throws(StoreError) in
                    begun.withLock { $0 += 1 }
                    await hole.swallow()
                }
            }
        }
        #expect(begun.withLock { $0 } == 2)
        #expect(limit.abandoned == 2)
        hole.open()
        while limit.abandoned > 0 { await Task.yield() }
        try await goesOn(limit)
    }

    @Test("each of many calls at once has its own answer, and only the stuck ones are given up")
    func many() async throws {
        let limit = limit(.milliseconds(200), abandonedAtMost: 1000)
        let hole = BlackHole()
        let stuck = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<500 {
                group.addTask {
                    do throws(StoreError) {
                        let answer = try await limit.run { () async throws(StoreError) in
                            if number % 10 == 0 { await hole.swallow() }
                            return number
                        }
                        return answer != number
                    } catch {
                        return true
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        // A very slow machine may give up others too; none of the stuck ones may be missing.
        #expect(stuck >= 50)
        hole.open()
        while limit.abandoned > 0 { await Task.yield() }
    }

    @Test("no loop's step waits for a store that swallows everything, and each goes on when it answers again")
    func steps() async throws {
        var scene = EngineScene()
        scene.options.tickTimeout = .milliseconds(20)
        scene.options.claimTimeout = .milliseconds(20)
        scene.options.renewTimeout = .milliseconds(20)
        scene.options.reclaimTimeout = .milliseconds(20)
        scene.options.retentionTimeout = .milliseconds(20)
        scene.options.shardTimeout = .milliseconds(20)
        let job = try await scene.job("report") {
            $0.maxRuns = 1
            $0.retryPolicy.maximumAttempts = 0
        }
        scene.clock.advance(by: .seconds(60))
        let hole = BlackHole()
        let store = SwallowingStore(inner: scene.store, hole: hole)
        let (options, instruments, bell) = (scene.options, scene.instruments, scene.bell)
        let scheduler = SchedulerService(
            store: store, zones: ZoneCatalog { _ in nil }, bell: bell, options: options, instruments: instruments)
        let worker = WorkerService(
            name: "worker-1", store: store, executor: NoopExecutor(), bell: bell, options: options,
            instruments: instruments)
        let reaper = ReaperService(store: store, bell: bell, options: options, instruments: instruments)
        let retention = RetentionService(
            store: store, figures: scene.store, options: options, instruments: instruments)
        let now = scene.clock.now()
        let record = NodeRecord(
            id: "a", roles: ["scheduler"], version: "test", address: nil, startedAt: now, lastSeenAt: now)
        let shards = ShardService(
            node: record, store: store, bell: SignalBell(), options: options, instruments: instruments)
        await #expect(throws: StoreError.self) { try await scheduler.tick() }
        await #expect(throws: StoreError.self) { try await worker.claim() }
        await #expect(throws: StoreError.self) { try await reaper.reap() }
        await #expect(throws: StoreError.self) { try await retention.prune() }
        await #expect(throws: StoreError.self) { try await shards.renew() }
        hole.open()
        // The store answers again. A slow machine may still meet the limits, and what a claim took that was given up
        // comes back with its lease.
        while try await scene.executions(of: job).first?.status != .succeeded {
            scene.clock.advance(by: options.lease)
            do throws(StoreError) {
                _ = try await scheduler.tick()
                _ = try await reaper.reap()
                for claimed in try await worker.claim() { await worker.process(claimed) }
            } catch {
                guard case .unavailable = error else { throw error }
            }
        }
    }

    @Test("what a claim brings after it was given up is run all the same")
    func lateClaim() async throws {
        var scene = EngineScene()
        scene.options.claimTimeout = .milliseconds(20)
        let job = try await scene.job("report") { $0.retryPolicy.maximumAttempts = 1 }
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 1)
        let hole = BlackHole()
        let worker = WorkerService(
            name: "worker-1", store: SwallowingStore(inner: scene.store, hole: hole), executor: NoopExecutor(),
            bell: scene.bell, options: scene.options, instruments: scene.instruments)
        await #expect(throws: StoreError.self) { try await worker.claim() }
        hole.open()
        // The first or a later call takes it: a slow machine may give those up, too.
        var claimed: [ClaimedExecution] = []
        while claimed.isEmpty {
            do throws(StoreError) {
                claimed = try await worker.claim()
            } catch {
                guard case .unavailable = error else { throw error }
            }
        }
        for one in claimed { await worker.process(one) }
        #expect(try await scene.executions(of: job).map(\.attempt) == [1])
        #expect(try await scene.executions(of: job).map(\.status) == [.succeeded])
    }
}

/// Where calls wait until it is opened; it takes no notice of cancellation.
final class BlackHole: Sendable {
    private let state = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))
    private let count = Atomic(0)

    /// Calls that came by.
    var calls: Int { count.load(ordering: .relaxed) }

    func swallow() async {
        count.add(1, ordering: .relaxed)
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiters = state.withLock { state in
            defer { state = (true, []) }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
