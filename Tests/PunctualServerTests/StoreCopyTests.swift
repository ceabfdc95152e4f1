import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@testable import PunctualServer

@Suite("Copying a store into another")
struct StoreCopyTests {
    private let clock = ManualClock()
    private let source: MemoryStore
    private let target: MemoryStore

    init() {
        source = MemoryStore(clock: clock)
        target = MemoryStore(clock: clock)
    }

    /// Fills the source: more than a page of each, in several states.
    private func fill() async throws {
        let now = clock.now()
        let jobs = (0..<1100).map { number in
            Job(
                id: .random(at: now), draft: JobDraft(name: "j\(number)", schedule: .manual, target: .noop),
                nextRunAt: nil, createdAt: now)
        }
        _ = try await source.create(jobs)
        for job in jobs {
            let execution = job.execution(at: now, trigger: .manual, now: now, nonce: 1)
            _ = try await source.enqueue([execution], of: job.id, overlap: .allowAll)
        }
        let request = ClaimRequest(worker: "w", limit: 100, lease: .seconds(60))
        for claimed in try await source.claim(request).dropFirst(50) {
            _ = try await source.finish(Completion(lease: claimed.lease, outcome: .succeeded))
        }
        _ = try await source.setQueue("stopped", paused: true)
        try await source.setLimit(WorkLimit(.init(.queues, "mail"), concurrency: 3))
        try await source.setLimit(
            WorkLimit(.init(.jobs, "\(jobs[0].id)"), rate: WorkLimit.Rate(count: 5, per: .seconds(60))))
    }

    @Test("takes all, tells how far it is, and a second run writes nothing")
    func whole() async throws {
        try await fill()
        let steps = Mutex<[StoreCopy.Progress]>([])
        let copy = StoreCopy(source: source, target: target)
        let report = try await copy.run { step in steps.withLock { $0.append(step) } }
        #expect(report.jobs == 1100 && report.executions == 1100 && report.written == 2200 && report.pausedQueues == 1)
        #expect(report.checksum.count == 64)
        let stopped = try await source.queues().first { $0.name == "stopped" }
        #expect(stopped?.pausedAt != nil)
        #expect(try await target.queues().first { $0.name == "stopped" }?.pausedAt == stopped?.pausedAt)
        #expect(report.limits == 2)
        #expect(Set(try await target.limits()) == Set(try await source.limits()))
        let seen = steps.withLock { $0 }
        #expect(seen.allSatisfy { (0...$0.total).contains($0.done) })
        #expect(seen.last.map { $0.phase == .verifying && $0.done == $0.total } == true)
        var again = try await copy.run { _ in }
        #expect(again.written == 0)
        again.written = report.written
        #expect(again == report)
        // A limit that has gone since goes from the copy, too.
        #expect(try await source.removeLimit(.init(.queues, "mail")))
        _ = try await copy.run { _ in }
        #expect(Set(try await target.limits()) == Set(try await source.limits()))
    }

    @Test("rules of notifications go along, and up to when their jobs were told of", arguments: [true, false])
    func rules(hasLooked: Bool) async throws {
        let now = clock.now()
        let rule = NotificationRule(
            name: "r", channel: .webhook(url: "https://example.com"), createdAt: now, updatedAt: now)
        try await source.setNotificationRule(rule)
        clock.advance(by: .seconds(86_400))
        if hasLooked { try await source.add([], cursor: clock.now()) }
        clock.advance(by: .seconds(5))
        var copy = StoreCopy(source: source, target: target)
        copy.notifications = (source, target)
        let report = try await copy.run { _ in }
        #expect(report.notifications == 1)
        #expect(try await target.notificationRules() == [rule])
        #expect(try await target.noticeCursor() == clock.now() - .seconds(hasLooked ? 5 : 0))
    }

    @Test("goes on where it was broken off, and takes what has changed since")
    func resumed() async throws {
        try await fill()
        let half = try await source.exportJobs(after: nil, limit: 600)
        try await target.importJobs(half)
        try await target.importExecutions(try await source.exportExecutions(after: nil, limit: 300))
        let one = try #require(half.first)
        try await source.delete(one.id, ifVersion: nil)
        try await target.delete(one.id, ifVersion: nil)
        let report = try await StoreCopy(source: source, target: target).run { _ in }
        #expect(report.jobs == 1099 && report.executions == 1100)
        // The rest of both, and the execution that the deletion cancelled in both at other instants or not at all.
        #expect((1300 - 1...1300 + 1).contains(report.written), "\(report.written)")
    }

    @Test("refuses a target that holds something else")
    func other() async throws {
        try await fill()
        let stranger = Job(
            id: .random(at: clock.now()), draft: JobDraft(name: "stranger", schedule: .manual, target: .noop),
            nextRunAt: nil, createdAt: clock.now())
        _ = try await target.create([stranger])
        let error = await #expect(throws: SettingsError.self) {
            _ = try await StoreCopy(source: source, target: target).run { _ in }
        }
        #expect(error?.description.contains("default/stranger") == true)
        #expect(try await target.exportJobs(after: nil, limit: 10) == [stranger], "nothing was written")
    }

    @Test("refuses a target that has moved on since, and leaves it as it is", arguments: [false, true])
    func movedOn(hasRun: Bool) async throws {
        try await fill()
        let copy = StoreCopy(source: source, target: target)
        _ = try await copy.run { _ in }
        var job = try #require(try await target.exportJobs(after: nil, limit: 1001).last)
        if hasRun { job.runCount += 1 } else { job.version += 1 }
        try await target.importJobs([job])
        let error = await #expect(throws: SettingsError.self) { _ = try await copy.run { _ in } }
        #expect(error?.description.contains("has moved on") == true)
        #expect(try await target.job(job.id) == job)
    }

    @Test("refuses a target on which a node runs")
    func inUse() async throws {
        try await target.heartbeat(
            NodeRecord(
                id: "n1", roles: ["api"], version: "1", address: nil, startedAt: clock.now(), lastSeenAt: clock.now()))
        let error = await #expect(throws: SettingsError.self) {
            _ = try await StoreCopy(source: source, target: target).run { _ in }
        }
        #expect(error?.description.contains("n1") == true)
    }
}
