import Logging
import PunctualCore
import PunctualEngine
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@Suite("The dispatch of what waits")
struct DispatchServiceTests {
    /// A store and a broker in memory, and time that passes by hand.
    private struct Scene: Sendable {
        let clock = ManualClock()
        let store: MemoryStore
        let server = MemoryBrokerServer()
        let broker: MemoryBroker
        let monotonic = Moment()
        let logs = SeenLogs()
        var options = DispatchService.Options()

        init() {
            store = MemoryStore(clock: clock)
            broker = MemoryBroker(server)
            options.storeTimeout = nil
        }

        func dispatch(isMine: @escaping @Sendable (Identifier) -> Bool = { _ in true }) -> DispatchService {
            DispatchService(
                lane: .builtIn, store: store, broker: broker, bell: Doorbell(), isMine: isMine, options: options,
                instruments: Instruments(logger: Logger(label: "dispatch") { [logs] _ in SeenLogHandler(seen: logs) }),
                pace: Pace(now: { [monotonic] in monotonic.now }, sleep: { _ in }))
        }

        func job(_ name: String = "job", change: (inout JobDraft) -> Void = { _ in }) async throws -> Job {
            var draft = JobDraft(name: name, schedule: .manual, target: .noop)
            draft.overlapPolicy = .allowAll
            change(&draft)
            let job = Job(id: .random(at: clock.now()), draft: draft, nextRunAt: nil, createdAt: clock.now())
            return try #require(try await store.create([job]).first).get()
        }

        func worker(
            over store: (any ExecutionStore)? = nil, bell: SignalBell = SignalBell(), hints: Hints? = nil,
            change: (inout EngineOptions) -> Void = { _ in }
        ) -> WorkerService {
            var options = EngineOptions()
            change(&options)
            return WorkerService(
                name: "w", store: store ?? self.store, executor: NoopExecutor(), bell: bell, hints: hints,
                options: options, instruments: Instruments(logger: Logger(label: "worker")))
        }

        /// What hints tell a worker of this scene.
        var hints: Hints {
            Hints(
                broker,
                waiting: { [store] () async throws(StoreError) in
                    Set(try await store.waitingLines(of: .builtIn).map { HintLine(lane: $0.lane, queue: $0.queue) })
                }, isAnythingLimited: { [store] () async throws(StoreError) in try await store.hasLimits() })
        }

        func succeeded(_ job: Job) async throws -> Int {
            var query = ExecutionQuery()
            (query.jobID, query.limit) = (job.id, 200)
            return try await store.executions(query).items.count { $0.status == .succeeded }
        }

        /// Executions of the job that wait; their ids.
        func wait(_ count: Int, of job: Job, delay: Duration = .zero) async throws -> [Identifier] {
            let rows = (0..<count).map { _ in
                var row = job.execution(
                    at: clock.now(), trigger: .manual, now: clock.now(), nonce: .random(in: 1 ... .max))
                row.availableAt = clock.now() + delay
                return row
            }
            _ = try await store.enqueue(rows, of: job.id, overlap: .allowAll)
            return rows.map(\.id)
        }

        /// All hints that the broker holds, taken out of it.
        func told(_ lines: Set<HintLine> = [HintLine(lane: .builtIn, queue: "default")]) async -> [Identifier] {
            let consumer = await broker.consume(lines, prefetch: 1_000_000)
            // Ends the line, since the broker brings what waits at once.
            let end = ExecutionHint(
                executionID: Identifier(high: 0, low: 0), lane: .builtIn, queue: lines.first?.queue ?? "", priority: 0)
            _ = await broker.publish([end])
            var told: [Identifier] = []
            for await batch in consumer.deliveries {
                await consumer.settle(batch.map(\.done))
                told += batch.map(\.hint.executionID)
                if told.contains(end.executionID) { break }
            }
            await consumer.close()
            return told.filter { $0 != end.executionID }
        }
    }

    private final class Moment: Sendable {
        private let value = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { value.withLock { $0 } }
        func advance(by duration: Duration) { value.withLock { $0 += duration } }
    }

    @Test("tells of each execution once, and of new ones when they come")
    func once() async throws {
        let scene = Scene()
        let (job, dispatch) = (try await scene.job(), scene.dispatch())
        let first = try await scene.wait(1200, of: job)
        #expect(try await dispatch.pass() == 1200)
        #expect(Set(await scene.told()) == Set(first))
        #expect(try await dispatch.pass() == 0)
        let later = try await scene.wait(3, of: job)
        #expect(try await dispatch.pass() == 3)
        #expect(Set(await scene.told()) == Set(later))
    }

    @Test("tells again of what nobody took, and forgets what was taken")
    func again() async throws {
        var scene = Scene()
        scene.options.page = 7
        let (job, dispatch) = (try await scene.job(), scene.dispatch())
        let ids = try await scene.wait(40, of: job)
        #expect(try await dispatch.pass() == 40)
        _ = await scene.told()
        let taken = try await scene.store.claim(ClaimRequest(worker: "w", limit: 30, lease: .seconds(60)))
        scene.monotonic.advance(by: .seconds(29))
        #expect(try await dispatch.pass() == 0)
        scene.monotonic.advance(by: .seconds(1))
        #expect(try await dispatch.pass() == 10)
        #expect(Set(await scene.told()) == Set(ids).subtracting(taken.map(\.execution.id)))
        for _ in 0..<2 {
            scene.monotonic.advance(by: .seconds(30))
            #expect(try await dispatch.pass() == 10)
        }
        #expect(dispatch.remembered == 10)
        _ = try await scene.store.claim(ClaimRequest(worker: "w", limit: 30, lease: .seconds(60)))
        _ = try await dispatch.pass()
        #expect(dispatch.remembered == 0)
    }

    @Test("finds within the time for telling again what came to stand before what was told")
    func before() async throws {
        let scene = Scene()
        let (job, dispatch) = (try await scene.job(), scene.dispatch())
        _ = try await scene.wait(3, of: job)
        #expect(try await dispatch.pass() == 3)
        let early = try await scene.wait(1, of: job, delay: .seconds(-60))
        scene.monotonic.advance(by: .seconds(30))
        #expect(try await dispatch.pass() == 4)
        #expect(await scene.told().contains(early[0]))
    }

    @Test("tells of an execution once it is available, of none in a paused queue, of the higher priority first")
    func choice() async throws {
        let scene = Scene()
        let dispatch = scene.dispatch()
        let later = try await scene.wait(1, of: try await scene.job("later"), delay: .seconds(5))
        let paused = try await scene.wait(1, of: try await scene.job("paused") { $0.queue = "slow" })
        _ = try await scene.store.setQueue("slow", paused: true)
        #expect(try await dispatch.pass() == 0)
        scene.clock.advance(by: .seconds(5))
        #expect(try await dispatch.pass() == 1)
        #expect(await scene.told() == later)
        _ = try await scene.store.setQueue("slow", paused: false)
        #expect(try await dispatch.pass() == 1)
        #expect(await scene.told([HintLine(lane: .builtIn, queue: "slow")]) == paused)
    }

    @Test("publishes again what was not confirmed, and goes no further meanwhile")
    func unconfirmed() async throws {
        var scene = Scene()
        scene.options.page = 10
        let (job, dispatch) = (try await scene.job(), scene.dispatch())
        let ids = try await scene.wait(35, of: job)
        let host = MemoryBrokerHost(scene.server)
        try await host.stop()
        for _ in 0..<3 { #expect(try await dispatch.pass() == 0) }
        #expect(dispatch.remembered == 0)
        #expect(scene.logs.messages.isEmpty, "a moment is no news")
        scene.monotonic.advance(by: .seconds(5))
        for _ in 0..<3 { #expect(try await dispatch.pass() == 0) }
        try await host.start()
        #expect(try await dispatch.pass() == 35)
        // Told once, however long it lasts.
        #expect(
            scene.logs.messages == [
                "the broker takes no hints; workers look at the store meanwhile", "the broker takes hints again",
            ])
        #expect(Set(await scene.told()) == Set(ids))
    }

    @Test("says that a broker which was away is back, although there is nothing to tell")
    func back() async throws {
        var scene = Scene()
        (scene.options.complainAfter, scene.options.pollInterval) = (.zero, .milliseconds(5))
        let (dispatch, host) = (scene.dispatch(), MemoryBrokerHost(scene.server))
        try await host.stop()
        let running = Task { try await dispatch.run() }  // Cancelled and awaited below.
        let logs = scene.logs
        func wait(_ count: Int) async throws {
            while logs.messages.count < count { try await Task.sleep(for: .milliseconds(5)) }
        }
        try await wait(1)
        try await host.start()
        try await wait(2)
        running.cancel()
        _ = try? await running.value  // Cancelled.
        #expect(
            logs.messages == [
                "the broker takes no hints; workers look at the store meanwhile", "the broker takes hints again",
            ])
    }

    @Test("keeps no further ahead of the workers than it is told to")
    func ahead() async throws {
        var scene = Scene()
        scene.options.page = 10
        scene.options.ahead = 30
        let (job, dispatch) = (try await scene.job(), scene.dispatch())
        _ = try await scene.wait(100, of: job)
        #expect(try await dispatch.pass() == 30)
        // While nobody takes them, these are told again, and no others.
        for _ in 0..<3 {
            scene.monotonic.advance(by: .seconds(30))
            #expect(try await dispatch.pass() == 30)
        }
        #expect(dispatch.remembered == 30)
        #expect(try await dispatch.pass() == 0)
        // What was taken makes room at once.
        _ = await scene.told()
        _ = try await scene.store.claim(ClaimRequest(worker: "w", limit: 25, lease: .seconds(60)))
        #expect(try await dispatch.pass() == 25)
        #expect(Set(await scene.told()).count == 25)
    }

    @Test("tells of this node's jobs alone")
    func shards() async throws {
        let scene = Scene()
        let (mine, other) = (try await scene.job("mine"), try await scene.job("other"))
        let ids = try await scene.wait(5, of: mine)
        _ = try await scene.wait(5, of: other)
        #expect(try await scene.dispatch(isMine: { $0 == mine.id }).pass() == 5)
        #expect(Set(await scene.told()) == Set(ids))
    }

    @Test("and claims by hints run each execution once, though every hint comes twice and half of them are lost")
    func wholeWay() async throws {
        let scene = Scene()
        let (job, dispatch) = (try await scene.job(), scene.dispatch())
        let ids = try await scene.wait(200, of: job)
        var ran: [Identifier] = []
        for round in 0..<3 {
            _ = try await dispatch.pass()
            // The broker is wiped in the first round's midst.
            let consumer = await scene.broker.consume([HintLine(lane: .builtIn, queue: "default")], prefetch: 20)
            let worker = scene.worker()
            var handled = 0
            for await batch in consumer.deliveries {
                let twice = batch + batch
                ran += try await worker.claim(twice, from: consumer).map(\.execution.id)
                handled += 1
                if round == 0, handled == 5 { break }
                if Set(ran).count == ids.count { break }
            }
            await consumer.close()
            if round == 0 { _ = await scene.told() }
            if Set(ran).count == ids.count { break }
            scene.monotonic.advance(by: .seconds(30))
        }
        #expect(Set(ran) == Set(ids))
        #expect(ran.count == ids.count)
    }

    @Test("and claims by hints let services take turns, however many hints of one were told before")
    func turns() async throws {
        let scene = Scene()
        let (busy, other) = (
            try await scene.job("busy") { $0.service = "busy" }, try await scene.job("other") { $0.service = "other" }
        )
        _ = try await scene.wait(500, of: busy)
        let dispatch = scene.dispatch()
        #expect(try await dispatch.pass() == 500)
        let late = try await scene.wait(5, of: other)
        #expect(try await dispatch.pass() == 5)
        let consumer = await scene.broker.consume([HintLine(lane: .builtIn, queue: "default")], prefetch: 10)
        let worker = scene.worker()
        var ran: [Identifier] = []
        for await batch in consumer.deliveries {
            ran += try await worker.claim(batch, from: consumer).map(\.execution.id)
            if ran.count >= 20 { break }
        }
        await consumer.close()
        #expect(Set(ran).isSuperset(of: late), "the other service waits behind what was told before")
    }

    @Test("lets hints come again when the store cannot be asked, and settles those of what is taken")
    func settles() async throws {
        let scene = Scene()
        let job = try await scene.job()
        let ids = try await scene.wait(3, of: job)
        _ = try await scene.dispatch().pass()
        let consumer = await scene.broker.consume([HintLine(lane: .builtIn, queue: "default")], prefetch: 10)
        let hole = BlackHole()
        let broken = scene.worker(over: SwallowingStore(inner: scene.store, hole: hole)) {
            $0.claimTimeout = .milliseconds(20)
        }
        let worker = scene.worker()
        var failures = 0
        var ran: [Identifier] = []
        for await batch in consumer.deliveries {
            if failures == 0 {
                failures += 1
                await #expect(throws: StoreError.self) { _ = try await broken.claim(batch, from: consumer) }
                continue
            }
            ran += try await worker.claim(batch, from: consumer).map(\.execution.id)
            if ran.count == 3 { break }
        }
        #expect(Set(ran) == Set(ids))
        await consumer.close()
        #expect(await scene.told() == [])
        hole.open()
    }

    @Test("keeps no limited work waiting for the next look: an end makes room at once")
    func limited() async throws {
        let scene = Scene()
        let (job, dispatch) = (try await scene.job { $0.queue = "q" }, scene.dispatch())
        try await scene.store.setLimit(WorkLimit(.init(.queues, "q"), concurrency: 1))
        _ = try await scene.wait(50, of: job)
        #expect(try await dispatch.pass() == 50)
        let worker = scene.worker(hints: scene.hints) { $0.pollInterval = .seconds(3600) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            while try await scene.succeeded(job) < 50 { await Task.yield() }
            group.cancelAll()
        }
    }

    @Test("brings its work to a worker that looks at the store too rarely to find any", arguments: [1, 50])
    func hinted(concurrency: Int) async throws {
        let scene = Scene()
        let (job, dispatch) = (try await scene.job(), scene.dispatch())
        // Nothing waits when it looks first, and before it looks again the test is over.
        let hole = BlackHole()
        hole.open()
        let worker = scene.worker(over: SwallowingStore(inner: scene.store, hole: hole), hints: scene.hints) {
            $0.concurrency = concurrency
            $0.queues = ["default": concurrency]
            $0.pollInterval = .seconds(3600)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            while hole.calls == 0 { await Task.yield() }
            _ = try await scene.wait(100, of: job)
            while try await scene.succeeded(job) < 100 {
                try await dispatch.pass()
                scene.monotonic.advance(by: .seconds(30))
                await Task.yield()
            }
            group.cancelAll()
        }
    }

    @Test("is not needed by a worker whose broker is away: the bell tells it")
    func unhinted() async throws {
        let scene = Scene()
        let job = try await scene.job()
        let bell = SignalBell()
        try await MemoryBrokerHost(scene.server).stop()
        let worker = scene.worker(bell: bell, hints: scene.hints) { $0.pollInterval = .seconds(3600) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            _ = try await scene.wait(20, of: job)
            while try await scene.succeeded(job) < 20 {
                bell.workWaiting()
                await Task.yield()
            }
            group.cancelAll()
        }
    }
}
