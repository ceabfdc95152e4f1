import PunctualCore
import PunctualEngine
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("The scheduler's tick")
struct SchedulerServiceTests {
    @Test("nothing happens before a job's instant")
    func early() async throws {
        let scene = EngineScene()
        let job = try await scene.job("report")
        scene.clock.advance(by: .milliseconds(59_999))
        #expect(try await scene.scheduler.tick() == 0)
        #expect(try await scene.executions(of: job).isEmpty)
    }

    @Test("a due instant becomes one waiting execution, and the workers' bell rings")
    func due() async throws {
        let scene = EngineScene()
        let job = try await scene.job("report")
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 1)
        let executions = try await scene.executions(of: job)
        #expect(executions.map(\.status) == [.pending])
        #expect(executions.map(\.scheduledAt) == [ManualClock.start + .seconds(60)])
        #expect(scene.seen.all == ["added pending"])
        // The ring was kept: this returns at once though its limit is an hour.
        try await scene.bell.workers.wait(atMost: .seconds(3600))
    }

    @Test("what replaces a running execution rings for the heartbeat that stops it")
    func replaces() async throws {
        let scene = EngineScene()
        _ = try await scene.job("report") { $0.overlapPolicy = .cancelOther }
        scene.clock.advance(by: .seconds(60))
        _ = try await scene.scheduler.tick()
        _ = try await scene.store.claim(ClaimRequest(worker: "w", limit: 1, lease: .seconds(600)))
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 1)
        // The ring was kept: this returns at once though its limit is an hour.
        try await scene.bell.heartbeats.wait(atMost: .seconds(3600))
    }

    @Test("two schedulers that tick after each other add the instant once")
    func twice() async throws {
        let scene = EngineScene()
        let job = try await scene.job("report")
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 1)
        #expect(try await scene.scheduler.tick() == 0)
        #expect(try await scene.executions(of: job).count == 1)
    }

    @Test("many schedulers that tick at once add each instant once")
    func together() async throws {
        let scene = EngineScene()
        var jobs: [Job] = []
        for index in 0..<20 { jobs.append(try await scene.job("job-\(index)")) }
        scene.clock.advance(by: .seconds(61))
        let moved = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { try await scene.scheduler.tick() } }
            return try await group.reduce(0, +)
        }
        #expect(moved == 20)
        for job in jobs { #expect(try await scene.executions(of: job).count == 1) }
    }

    @Test("a job whose zone has vanished stops no other")
    func brokenZone() async throws {
        let scene = EngineScene()
        let broken = try await scene.job("broken") {
            $0.schedule = .cron(
                expression: "* * * * *", timezone: "Europe/Atlantis", dialect: .ocps, dst: DSTPolicy())
        }
        let good = try await scene.job("good")
        scene.clock.advance(by: .seconds(60))
        // One runs, the other is set aside.
        #expect(try await scene.scheduler.tick() == 2)
        #expect(try await scene.executions(of: broken).isEmpty)
        #expect(try await scene.executions(of: good).count == 1)
    }

    @Test("jobs whose schedule cannot be computed any more are paused with the reason, and starve no other")
    func setAside() async throws {
        var scene = EngineScene()
        scene.options.tickBatch = 2
        var broken: [Job] = []
        for index in 0..<4 {
            broken.append(
                try await scene.job("broken-\(index)") {
                    $0.schedule = .cron(
                        expression: "* * * * *", timezone: "Europe/Atlantis", dialect: .ocps, dst: DSTPolicy())
                })
        }
        let paused = broken.removeLast()
        let change = JobChange(
            draft: paused.draft, status: .paused, pauseReason: "holidays", nextRunAt: nil, updatedAt: scene.clock.now())
        _ = try await scene.store.update(paused.id, change, ifVersion: paused.version)
        scene.clock.advance(by: .seconds(1))
        // Due after all of them.
        let good = try await scene.job("good")
        scene.clock.advance(by: .seconds(60))
        let scheduler = scene.scheduler
        while try await scheduler.tick() >= 2 {}
        #expect(try await scene.executions(of: good).count == 1)
        for job in broken {
            let now = try #require(try await scene.store.job(job.id))
            #expect(now.status == .paused)
            #expect(now.pauseReason?.hasPrefix("the schedule cannot be computed: timezone") == true)
            #expect(now.nextRunAt == nil)
            #expect(now.draft == job.draft)
        }
        let owners = try #require(try await scene.store.job(paused.id))
        #expect(owners.pauseReason == "holidays")
        #expect(owners.nextRunAt == nil)
        #expect(try await scheduler.tick() == 0)
    }

    @Test("a backlog larger than a batch takes several ticks")
    func batches() async throws {
        var scene = EngineScene()
        scene.options.tickBatch = 2
        for index in 0..<5 { try await scene.job("job-\(index)") }
        scene.clock.advance(by: .seconds(60))
        let scheduler = scene.scheduler
        #expect(try await scheduler.tick() == 2)
        #expect(try await scheduler.tick() == 2)
        #expect(try await scheduler.tick() == 1)
        #expect(try await scheduler.tick() == 0)
    }

    @Test("only the shards that are held are ticked")
    func shards() async throws {
        let scene = EngineScene()
        let job = try await scene.job("report")
        scene.clock.advance(by: .seconds(60))
        let others = Set(0..<256).subtracting([job.id.virtualShard])
        let elsewhere = SchedulerService(
            store: scene.store, zones: ZoneCatalog { _ in nil }, bell: scene.bell, options: scene.options,
            instruments: scene.instruments, shards: { others })
        #expect(try await elsewhere.tick() == 0)
        #expect(try await scene.scheduler.tick() == 1)
    }
}
