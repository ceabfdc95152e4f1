import Logging
import PunctualCore
import PunctualEngine
import PunctualSchedule
import PunctualTestKit
import ServiceLifecycle
import Testing

@Suite("Workers that die or are asked to stop")
struct WorkerLossTests {
    @Test("a job that kills its worker ends as failed after its attempts, and others go on")
    func poison() async throws {
        let scene = EngineScene()
        let poison = try await scene.job("poison") { $0.maxRuns = 1 }
        var others: [Job] = []
        for index in 0..<5 { others.append(try await scene.job("other-\(index)") { $0.maxRuns = 1 }) }
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 6)
        var deaths = 0
        while try await scene.executions(of: poison).first?.status.isFinal == false {
            // A worker of its own each time: the one before is dead.
            let worker = scene.worker()
            for claimed in try await worker.claim() where claimed.execution.jobID != poison.id {
                await worker.process(claimed)
            }
            deaths += 1
            scene.clock.advance(by: scene.options.lease + .seconds(1))
            #expect(try await scene.reaper.reap() == 1)
            scene.clock.advance(by: .seconds(100))
        }
        #expect(deaths == 3)
        let row = try #require(try await scene.executions(of: poison).first)
        #expect(row.status == .failed)
        #expect(row.reason == .leaseExpired)
        #expect(row.attempts.map(\.number) == [1, 2, 3])
        #expect(try await scene.worker().claim().isEmpty)
        for job in others { #expect(try await scene.executions(of: job).map(\.status) == [.succeeded]) }
    }

    @Test("an attempt that was lost and ends late leaves the same worker's next attempt alone")
    func ownNextAttempt() async throws {
        let scene = EngineScene()
        let job = try await scene.job("report")
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 1)
        let worker = scene.worker()
        let first = try #require(try await worker.claim().first)
        scene.clock.advance(by: scene.options.lease)
        #expect(try await scene.reaper.reap() == 1)
        scene.clock.advance(by: .seconds(10))
        let second = try #require(try await worker.claim().first)
        #expect(second.execution.attempt == 2)
        await worker.conclude(first, AttemptResult(.succeeded), took: .zero)
        // The second attempt's heartbeats go on.
        scene.clock.advance(by: .seconds(10))
        await worker.renew()
        let row = try #require(try await scene.executions(of: job).first)
        #expect(row.status == .running)
        #expect(row.leaseExpiresAt == scene.clock.now() + scene.options.lease)
    }

    @Test("a worker that is asked to stop lets what runs finish")
    func finishes() async throws {
        let scene = EngineScene()
        let job = try await scene.job("report")
        let executor = GatedExecutor()
        try await stopping(scene, executor, of: job) { executor.gate.open() }
        let row = try #require(try await scene.executions(of: job).first)
        #expect(row.status == .succeeded)
        #expect(row.attempt == 1)
        #expect(row.pastAttempts.isEmpty)
    }

    @Test("work that outlasts the grace period is handed back and spends no attempt")
    func handsBack() async throws {
        var scene = EngineScene()
        scene.options.shutdownGrace = .milliseconds(50)
        let job = try await scene.job("report") { $0.retryPolicy.maximumAttempts = 1 }
        try await stopping(scene, EndlessExecutor(), of: job) {}
        // Though what is handed back rings the bell, the worker that stops does not take it again.
        let row = try #require(try await scene.executions(of: job).first)
        #expect(row.status == .pending)
        #expect(row.availableAt == scene.clock.now())
        #expect(row.pastAttempts.map(\.reason) == [.shutdown])
        // The number fences the old worker; the allowance is as it was.
        #expect(row.maxAttempts - row.attempt == 1)
        let another = scene.worker()
        let claimed = try #require(try await another.claim().first)
        #expect(claimed.execution.attempt == 2)
        await another.process(claimed)
        #expect(try await scene.executions(of: job).map(\.status) == [.succeeded])
    }

    /// Runs a worker as a service until its executor has begun, asks it to stop, and returns when it has.
    private func stopping(
        _ scene: EngineScene, _ executor: some BeginningExecutor, of job: Job, then: () -> Void
    ) async throws {
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 1)
        let group = ServiceGroup(
            services: [scene.worker(executor)], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingDiscardingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            try await executor.began.wait(atMost: .seconds(600))
            await group.triggerGracefulShutdown()
            then()
        }
    }
}

/// Tells when an attempt has begun.
protocol BeginningExecutor: Executor {
    var began: Doorbell { get }
}

extension EndlessExecutor: BeginningExecutor {}

/// Works until its gate is opened, whoever asks it to stop.
struct GatedExecutor: BeginningExecutor {
    let began = Doorbell()
    let gate = BlackHole()

    func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        began.ring()
        await gate.swallow()
        return AttemptResult(.succeeded)
    }
}
