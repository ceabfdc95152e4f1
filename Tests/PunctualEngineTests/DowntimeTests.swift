import PunctualCore
import PunctualEngine
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("After 112 minutes without a scheduler")
struct DowntimeTests {
    private static let missed = 112

    /// A minutely job that has run on time once, and then nothing for 112 minutes; the scheduler is back 45 seconds after
    /// the last instant, which is later than the threshold.
    private func comeBack(
        _ scene: EngineScene, _ policy: MisfirePolicy, change: (inout JobDraft) -> Void = { _ in }
    ) async throws -> [Execution] {
        let job = try await scene.job("report") {
            $0.misfirePolicy = policy
            $0.misfireThreshold = .seconds(30)
            $0.maxCatchup = 1000
            change(&$0)
        }
        scene.clock.advance(by: .seconds(60))
        #expect(try await scene.scheduler.tick() == 1)
        try await work(scene)
        scene.clock.advance(by: .seconds(60 * DowntimeTests.missed + 45))
        let scheduler = scene.scheduler
        while try await scheduler.tick() > 0 {}
        try await work(scene)
        let rows = try await scene.executions(of: job).sorted { $0.scheduledAt < $1.scheduledAt }
        // Each instant of the job has its row, whatever the policy.
        #expect(
            rows.map(\.scheduledAt) == (1...DowntimeTests.missed + 1).map { ManualClock.start + .seconds(60 * $0) })
        #expect(rows.first?.trigger == .schedule)
        let next = try #require(try await scene.store.job(job.id)).nextRunAt
        #expect(next == ManualClock.start + .seconds(60 * (DowntimeTests.missed + 2)))
        return Array(rows.dropFirst())
    }

    /// Runs what there is to run.
    private func work(_ scene: EngineScene) async throws {
        let worker = scene.worker()
        while true {
            let claimed = try await worker.claim()
            if claimed.isEmpty { return }
            for one in claimed { await worker.process(one) }
        }
    }

    @Test("fire_all runs every one of them, also where they must not overlap", arguments: OverlapPolicy.allCases)
    func fireAll(overlap: OverlapPolicy) async throws {
        let rows = try await comeBack(EngineScene(), .fireAll) { $0.overlapPolicy = overlap }
        switch overlap {
        case .skip, .bufferAll, .allowAll:
            #expect(rows.filter { $0.status == .succeeded && $0.trigger == .misfire }.count == 112)
        case .bufferOne:
            #expect(rows.filter { $0.status == .succeeded }.count == 2)
            #expect(rows.filter { $0.status == .skipped && $0.reason == .bufferFull }.count == 110)
        case .cancelOther:
            #expect(rows.filter { $0.status == .succeeded }.map(\.scheduledAt) == [rows[111].scheduledAt])
            #expect(rows.filter { $0.status == .cancelled && $0.reason == .overlap }.count == 111)
        }
    }

    @Test("fire_all runs no more than its limit, the latest ones, and the rest has a reason")
    func limited() async throws {
        let rows = try await comeBack(EngineScene(), .fireAll) { $0.maxCatchup = 100 }
        #expect(rows.prefix(12).allSatisfy { $0.status == .missed && $0.reason == .catchupWindow })
        #expect(rows.dropFirst(12).allSatisfy { $0.status == .succeeded })
        #expect(rows.count == 112)
    }

    @Test("fire_all runs none that is older than the window")
    func window() async throws {
        let rows = try await comeBack(EngineScene(), .fireAll) { $0.catchupWindow = .seconds(3600) }
        #expect(rows.filter { $0.status == .succeeded }.count == 60)
        #expect(rows.filter { $0.status == .missed && $0.reason == .catchupWindow }.count == 52)
    }

    @Test("fire_once runs the latest alone, and the rest has a reason")
    func fireOnce() async throws {
        let rows = try await comeBack(EngineScene(), .fireOnce)
        #expect(rows.last?.status == .succeeded)
        #expect(rows.last?.trigger == .misfire)
        #expect(rows.dropLast().allSatisfy { $0.status == .missed && $0.reason == .misfire })
        #expect(rows.count == 112)
    }

    @Test("skip runs none, and each has a reason")
    func skip() async throws {
        let rows = try await comeBack(EngineScene(), .skip)
        #expect(rows.allSatisfy { $0.status == .missed && $0.reason == .misfire })
        #expect(rows.count == 112)
    }
}
