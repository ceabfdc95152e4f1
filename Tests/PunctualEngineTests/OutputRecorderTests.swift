import PunctualCore
import PunctualEngine
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@Suite("What attempts of this process say")
struct OutputRecorderTests {
    /// Says lines, and ends when it may.
    private struct Speaker: Executor {
        let texts: [String]
        var end: @Sendable () async -> Void = {}

        func execute(_ attempt: AttemptRequest) async -> AttemptResult {
            for text in texts { attempt.output?(SaidLine(text)) }
            await end()
            return AttemptResult(.succeeded)
        }
    }

    private func claimed(_ scene: EngineScene, by worker: WorkerService) async throws -> ClaimedExecution {
        try await scene.job("report")
        scene.clock.advance(by: .seconds(60))
        _ = try await scene.scheduler.tick()
        return try #require(try await worker.claim().first)
    }

    private func texts(_ claimed: ClaimedExecution, _ scene: EngineScene) async throws -> [String] {
        try await scene.store.lines(of: claimed.execution.id, after: 0, limit: 10_000).map(\.text)
    }

    @Test("is kept in order before the end is told, however much of it comes at the end")
    func order() async throws {
        let scene = EngineScene()
        let all = (1...1500).map { "line \($0)" }
        let worker = scene.worker(Speaker(texts: all))
        let claimed = try await claimed(scene, by: worker)
        await worker.process(claimed)
        #expect(try await texts(claimed, scene) == all)
        #expect(try await scene.store.execution(claimed.execution.id, of: nil)?.status == .succeeded)
    }

    @Test("is kept while the attempt runs")
    func live() async throws {
        let scene = EngineScene()
        let (ends, end) = AsyncStream<Void>.makeStream()
        let worker = scene.worker(Speaker(texts: ["one"]) { for await _ in ends { return } })
        let claimed = try await claimed(scene, by: worker)
        async let run: Void = worker.process(claimed)
        while try await texts(claimed, scene).isEmpty { await Task.yield() }
        #expect(try await scene.store.execution(claimed.execution.id, of: nil)?.status == .running)
        end.yield()
        await run
        #expect(try await texts(claimed, scene) == ["one"])
    }

    @Test("of more than a store takes in time the oldest is left out, and the output tells of it")
    func tooMuch() async throws {
        let scene = EngineScene()
        let all = (1...5000).map { "line \($0)" }
        let worker = scene.worker(Speaker(texts: all))
        let claimed = try await claimed(scene, by: worker)
        await worker.process(claimed)
        let kept = try await texts(claimed, scene)
        #expect(kept.count > 1000 && kept.count < 5000 && kept.last == "line 5000")
        #expect(kept.contains { $0.hasSuffix("lines are missing here]") })
    }

    @Test("is not wanted any more of an attempt that has lost its lease")
    func lost() async throws {
        let scene = EngineScene()
        let (ends, end) = AsyncStream<Void>.makeStream()
        let worker = scene.worker(Speaker(texts: ["stale"]) { for await _ in ends { return } })
        let claimed = try await claimed(scene, by: worker)
        scene.clock.advance(by: .seconds(3600))
        _ = try await scene.store.reclaimExpired(limit: 10, random: 0)
        end.yield()
        await worker.process(claimed)
        #expect(try await texts(claimed, scene).isEmpty)
    }
}
