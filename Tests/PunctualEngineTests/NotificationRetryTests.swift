import Logging
import PunctualCore
import PunctualSchedule
import PunctualTestKit
import ServiceLifecycle
import Synchronization
import Testing

@testable import PunctualEngine

/// Sends when its gate is opened; until then a message stays with it, unless it is cancelled.
private final class GatedSender: NotificationSender {
    let began = Doorbell()
    let gate = Doorbell()

    func send(_ message: NotificationMessage) async -> NotificationOutcome {
        began.ring()
        do { try await gate.wait(atMost: .seconds(600)) } catch {
            return .failed("the node stops", isRetryable: true, retryAfter: nil)
        }
        // Whoever would cancel it has time to.
        for _ in 0..<10_000 { await Task.yield() }
        return Task.isCancelled ? .failed("the node stops", isRetryable: true, retryAfter: nil) : .sent
    }
}

/// Lets time pass with each message.
private final class SlowSender: NotificationSender {
    let inner: SentMessages
    let clock: ManualClock

    init(_ scene: NotificationScene) { (inner, clock) = (scene.sender, scene.clock) }

    func send(_ message: NotificationMessage) async -> NotificationOutcome {
        clock.advance(by: .milliseconds(1))
        return await inner.send(message)
    }
}

@Suite("Notifications that are tried again, given up or broken off", .timeLimit(.minutes(2)))
struct NotificationRetryTests {
    /// Adds notices of jobs of their own, due now.
    private func add(
        _ count: Int, of rule: NotificationRule, _ scene: NotificationScene,
        kind: NotificationRule.Trigger = .failed, service: (Int) -> String = { _ in "s" }
    ) async throws {
        let now = scene.clock.now()
        try await scene.store.add(
            (0..<count).map { number in
                Notice(
                    kind, of: rule, execution: .random(at: now), attempt: 1, job: .random(at: now),
                    name: "\(service(number))-\(number)", service: service(number), at: now, text: "", now: now)
            }, cursor: nil)
    }

    @Test(
        "a message that is tried again is the same one, however many are due with it",
        arguments: [false, true])
    func whole(atOneInstant: Bool) async throws {
        let scene = NotificationScene()
        let rule = try await scene.rule { $0.groupBy = .service }
        let sender: any NotificationSender = atOneInstant ? scene.sender : SlowSender(scene)
        let service = scene.service(sender: sender)
        // More than one page, in many messages of a few, so that pages end within them.
        scene.sender.answer(.failed("status 503", isRetryable: true, retryAfter: nil))
        for _ in 0..<3 {
            try await add(700, of: rule, scene) { "s\($0 % 100)" }
            try await service.step()
        }
        #expect(scene.sender.all.map(\.notices.count) == Array(repeating: 7, count: 300))
        scene.sender.answer(.sent)
        scene.clock.advance(by: .seconds(30))
        for _ in 0..<8 { try await service.step() }
        let messages = Dictionary(grouping: scene.sender.all, by: \.delivery)
        #expect(messages.values.allSatisfy { $0.count == 2 })
        #expect(messages.values.allSatisfy { Set($0.map { Set($0.notices.map(\.id)) }).count == 1 })
        #expect(try await scene.store.waitingRules().isEmpty)
    }

    @Test("an incident that was closed while its opening waited for another try is not opened for good")
    func overtaken() async throws {
        let scene = NotificationScene()
        let rule = try await scene.rule {
            $0.channel = .pagerDuty(routingKey: "k", severity: "error", url: "https://example.com")
        }
        let (job, service) = (try await scene.job("a"), scene.service())
        try await scene.run(job)
        scene.sender.answer(.failed("status 503", isRetryable: true, retryAfter: nil))
        try await service.step()
        scene.sender.answer(.sent)
        try await scene.run(job, .succeeded)
        // So much is due that the opening, which waits, is in no page.
        try await add(NoticeDesk.page - 1, of: rule, scene, kind: .late)
        for _ in 0..<3 { try await service.step() }
        scene.clock.advance(by: .seconds(60))
        for _ in 0..<3 { try await service.step() }
        let told = scene.sender.told.filter { $0[0].hasPrefix("a ") }
        #expect(told == [["a failed"], ["a recovered"]])
        let notices = try await scene.store.notices(of: "r", limit: 2000)
        #expect(notices.filter { $0.kind == .failed }.map(\.state) == [.suppressed])
        #expect(notices.allSatisfy { $0.state != .waiting })
    }

    @Test("what was given up is not taken for told: the next failure is, with what was not, and no recovery before it")
    func givenUp() async throws {
        let scene = NotificationScene()
        try await scene.rule { $0.on = [.failed, .recovered, .skipped] }
        let (job, service) = (try await scene.job("a"), scene.service())
        scene.sender.answer(.failed("status 404", isRetryable: false, retryAfter: nil))
        try await scene.run(job)
        try await scene.ended(job, .skipped, count: 1)
        try await service.step()
        #expect(scene.sender.told.count == 1)
        // Its owner mends the URL.
        scene.sender.answer(.sent)
        scene.clock.advance(by: .seconds(300))
        try await scene.run(job, .succeeded)
        for _ in 0..<2 { try await service.step() }
        #expect(scene.sender.told.count == 1)
        try await scene.run(job)
        try await scene.ended(job, .skipped, count: 1)
        try await service.step()
        #expect(scene.sender.told.last?.sorted() == ["a failed", "a skipped"])
        #expect(scene.sender.all.last?.suppressed == [job.id: 2])
        #expect(try await scene.states() == [.failed, .failed, .sent, .sent])
    }

    @Test("another try says again how often something was left out, and that no more is told for a while")
    func again() async throws {
        let scene = NotificationScene()
        try await scene.rule { $0.repeatInterval = .seconds(600) }
        let (job, service) = (try await scene.job("a"), scene.service())
        for _ in 0..<3 {
            try await scene.run(job)
            try await service.step()
            scene.clock.advance(by: .seconds(100))
        }
        for outcome: AttemptOutcome in [.succeeded, .failed, .succeeded, .failed] {
            scene.sender.answer(.failed("status 503", isRetryable: true, retryAfter: nil))
            try await scene.run(job, outcome)
            try await service.step()
            let first = try #require(scene.sender.all.last)
            scene.sender.answer(.sent)
            scene.clock.advance(by: .seconds(30))
            try await service.step()
            let second = try #require(scene.sender.all.last)
            #expect(second.delivery == first.delivery && first.attempt == 1 && second.attempt == 2)
            #expect(second.lines == first.lines)
        }
        #expect(scene.sender.all.contains { $0.suppressed == [job.id: 2] && $0.attempt == 2 })
        #expect(scene.sender.all.last?.flapping == [job.id])
    }

    @Test(
        "a node that stops ends what is under way within a while, and notes what became of it",
        arguments: [true, false])
    func stopped(goesInTime: Bool) async throws {
        let (scene, sender) = (NotificationScene(), GatedSender())
        try await scene.rule()
        try await scene.run(try await scene.job("a"))
        let service = scene.service(sender: sender, patience: goesInTime ? .seconds(600) : .milliseconds(20))
        let group = ServiceGroup(services: [service], logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingDiscardingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            try await sender.began.wait(atMost: .seconds(600))
            await group.triggerGracefulShutdown()
            if goesInTime { sender.gate.ring() }
        }
        let notice = try await scene.store.notices(of: "r", limit: 1)[0]
        #expect(notice.state == (goesInTime ? .sent : .waiting) && notice.attempts == 1)
        // The next node need not wait until this one's time is up.
        if !goesInTime {
            #expect(notice.error == "the node stops" && notice.dueAt < scene.clock.now() + NoticeDesk.claim)
        }
    }
}
