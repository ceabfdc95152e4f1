import Logging
import PunctualCore
import PunctualEngine
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("The worker's steps")
struct WorkerServiceTests {
    /// A job with one waiting execution.
    private func waiting(_ scene: EngineScene, change: (inout JobDraft) -> Void = { _ in }) async throws -> Job {
        let job = try await scene.job("report", change: change)
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 1)
        return job
    }

    @Test("an execution is claimed, run and finished")
    func succeeds() async throws {
        let scene = EngineScene()
        let job = try await waiting(scene)
        let worker = scene.worker()
        let claimed = try #require(try await worker.claim().first)
        #expect(claimed.execution.attempt == 1)
        await worker.process(claimed)
        #expect(try await scene.executions(of: job).map(\.status) == [.succeeded])
        #expect(scene.seen.all == ["added pending", "started 1", "ended succeeded"])
    }

    @Test("what it does not take now is left to others, and costs no attempt")
    func leavesAside() async throws {
        let scene = EngineScene()
        let job = try await waiting(scene) { $0.target = .publish(broker: "redis", destination: "s", message: .null) }
        let worker = { (isReached: Bool) in
            WorkerService(
                name: "w", lane: .broker, tasks: ["redis", "rabbitmq"], takes: { $0 == "rabbitmq" || isReached },
                store: scene.store, executor: NoopExecutor(), bell: SignalBell(), options: EngineOptions(),
                instruments: Instruments(logger: Logger(label: "worker")))
        }
        #expect(try await worker(false).claim().isEmpty)
        #expect(try await scene.executions(of: job).map(\.attempt) == [0])
        #expect(try await worker(true).claim().count == 1)
    }

    @Test("a failure that may pass is tried again after the policy's pause")
    func retries() async throws {
        let scene = EngineScene()
        let job = try await waiting(scene)
        let worker = scene.worker(
            FixedExecutor(
                result: AttemptResult(
                    .failed(reason: .connection, error: "refused", isRetryable: true, retryAfter: nil))))
        await worker.process(try #require(try await worker.claim().first))
        let execution = try #require(try await scene.executions(of: job).first)
        #expect(execution.status == .pending)
        #expect(execution.availableAt == scene.clock.now() + .seconds(1))
        #expect(try await worker.claim().isEmpty)
        scene.clock.advance(by: .seconds(1))
        #expect(try await worker.claim().map(\.execution.attempt) == [2])
    }

    @Test("a failure that stays is the end")
    func fails() async throws {
        let scene = EngineScene()
        let job = try await waiting(scene)
        let worker = scene.worker(
            FixedExecutor(
                result: AttemptResult(
                    .failed(reason: .httpStatus, error: "404", isRetryable: false, retryAfter: nil))))
        await worker.process(try #require(try await worker.claim().first))
        let execution = try #require(try await scene.executions(of: job).first)
        #expect(execution.status == .failed)
        #expect(execution.reason == .httpStatus)
    }

    @Test("a type of target that the process cannot run fails without retries")
    func unknownTarget() async throws {
        let scene = EngineScene()
        let job = try await waiting(scene)
        let worker = scene.worker(ExecutorSet([:]))
        await worker.process(try #require(try await worker.claim().first))
        let execution = try #require(try await scene.executions(of: job).first)
        #expect(execution.status == .failed)
        #expect(execution.error?.contains("noop") == true)
    }

    @Test("a running execution that somebody cancels is stopped at the next heartbeat")
    func cancelled() async throws {
        let scene = EngineScene()
        let job = try await waiting(scene)
        let executor = EndlessExecutor()
        let worker = scene.worker(executor)
        let claimed = try #require(try await worker.claim().first)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await worker.process(claimed) }
            try await executor.began.wait(atMost: .seconds(60))
            _ = try await scene.store.cancel(claimed.execution.id, of: job.id)
            await worker.renew()
        }
        let execution = try #require(try await scene.executions(of: job).first)
        #expect(execution.status == .cancelled)
        #expect(execution.reason == .cancelled)
    }

    @Test("an attempt whose lease was taken is stopped and changes nothing")
    func leaseLost() async throws {
        let scene = EngineScene()
        let job = try await waiting(scene)
        let executor = EndlessExecutor()
        let worker = scene.worker(executor)
        let claimed = try #require(try await worker.claim().first)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await worker.process(claimed) }
            try await executor.began.wait(atMost: .seconds(60))
            scene.clock.advance(by: scene.options.lease + .seconds(1))
            #expect(try await scene.reaper.reap() == 1)
            await worker.renew()
        }
        let execution = try #require(try await scene.executions(of: job).first)
        #expect(execution.status == .pending)
        #expect(execution.pastAttempts.map(\.reason) == [.leaseExpired])
    }

    @Test("a worker that slept past its lease gives the attempt up by itself, and says so once")
    func trustRunOut() async throws {
        var scene = EngineScene()
        // Trust ends as it begins.
        scene.options.lease = scene.options.leaseMargin
        _ = try await waiting(scene)
        let executor = EndlessExecutor()
        let worker = scene.worker(executor)
        let claimed = try #require(try await worker.claim().first)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await worker.process(claimed) }
            try await executor.began.wait(atMost: .seconds(60))
            await worker.renew()
            await worker.renew()
        }
        #expect(scene.logs.messages.filter { $0.hasPrefix("a lease was lost") }.count == 1)
    }

    @Test("no more is claimed than there is room for, in all and by queue")
    func room() async throws {
        var scene = EngineScene()
        scene.options.concurrency = 3
        scene.options.queues = ["mail": 1, "default": 10]
        for index in 0..<3 { try await scene.job("mail-\(index)") { $0.queue = "mail" } }
        for index in 0..<3 { try await scene.job("other-\(index)") }
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 6)
        let worker = scene.worker()
        let claimed = try await worker.claim()
        #expect(claimed.count == 3)
        #expect(claimed.filter { $0.execution.queue == "mail" }.count <= 1)
        #expect(try await worker.claim().isEmpty)
    }

    @Test("with nothing to claim it waits for the bell as long as a poll, or until the next execution is available")
    func pauses() async throws {
        var scene = EngineScene()
        scene.options.pollInterval = .seconds(86_400)
        let worker = scene.worker()
        #expect(await worker.pause(claimed: 0) == .seconds(86_400))
        try await scene.job("report") { $0.jitter = .seconds(3600) }
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 1)
        let wait = try #require(try await scene.store.nextAvailable(lane: .builtIn))
        try #require(wait > .zero)
        #expect(try await worker.claim().isEmpty)
        #expect(await worker.pause(claimed: 0) == wait)
    }

    @Test("a worker for a service or for high priorities takes nothing else, and sleeps while only that waits")
    func dedicated() async throws {
        var scene = EngineScene()
        scene.options.services = ["billing"]
        scene.options.leastPriority = 5
        for (name, service, priority) in [("a", "search", 9), ("b", "billing", 4)] {
            try await scene.job(name) { ($0.service, $0.priority) = (service, priority) }
        }
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 2)
        let worker = scene.worker()
        #expect(try await worker.claim().isEmpty)
        #expect(await worker.pause(claimed: 0) == scene.options.pollInterval)
        try await scene.job("c") { ($0.service, $0.priority) = ("billing", 5) }
        scene.clock.advance(by: .seconds(60))
        _ = try await scene.scheduler.tick()
        #expect(try await worker.claim().map(\.execution.jobName) == ["c"])
    }

    @Test("what waits for room in its queue is looked for ever less often, until something can be claimed again")
    func noBusyPolling() async throws {
        var scene = EngineScene()
        scene.options.queues = ["mail": 1]
        for index in 0..<2 { try await scene.job("mail-\(index)") { $0.queue = "mail" } }
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 2)
        let worker = scene.worker()
        let claimed = try #require(try await worker.claim().first)
        var pauses: [Duration] = [await worker.pause(claimed: 1)]
        for _ in 0..<12 {
            #expect(try await worker.claim().isEmpty)
            pauses.append(await worker.pause(claimed: 0))
        }
        #expect(pauses == (0..<13).map { min(.milliseconds(1 << $0), .seconds(1)) })
        // Kept rings would hide whether the end of work rings.
        try await scene.bell.workers.wait(atMost: .milliseconds(1))
        await worker.process(claimed)
        try await scene.bell.workers.wait(atMost: .seconds(3600))
        #expect(try await worker.claim().count == 1)
        #expect(await worker.pause(claimed: 1) == .seconds(1))
    }

    @Test("with all hands full it waits for the end of work")
    func full() async throws {
        var scene = EngineScene()
        scene.options.concurrency = 1
        for index in 0..<2 { try await scene.job("job-\(index)") }
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 2)
        let worker = scene.worker()
        #expect(try await worker.claim().count == 1)
        #expect(await worker.pause(claimed: 1) == scene.options.pollInterval)
    }
}
