import PunctualCore
import PunctualEngine
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("Notifications of jobs")
struct NotificationServiceTests {
    @Test("a failure is told once, however often it is looked for, and by one of the nodes that look")
    func once() async throws {
        let scene = NotificationScene()
        try await scene.rule()
        try await scene.run(try await scene.job("a"))
        let services = (0..<4).map { _ in scene.service() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { for _ in 0..<5 { try await service.step() } } }
            try await group.waitForAll()
        }
        #expect(scene.sender.told == [["a failed"]])
        #expect(scene.sender.all[0].notices[0].text == "why")
        try await scene.service().step()
        try await scene.service(isMine: false).step()
        #expect(scene.sender.told.count == 1)
        #expect(try await scene.states() == [.sent])
    }

    @Test("what happened before a rule was made is not told, and neither is what another one is for")
    func scope() async throws {
        let scene = NotificationScene()
        let (a, b) = (try await scene.job("a", service: "s", labels: ["team": "x"]), try await scene.job("b"))
        try await scene.run(a)
        try await scene.rule("service") { $0.service = "s" }
        try await scene.rule("job") { $0.jobID = b.id }
        try await scene.rule("labels") { $0.labels = ["team": "x"] }
        try await scene.rule("other") { $0.labels = ["team": "y"] }
        try await scene.rule("none") { $0.on = [.missed] }
        scene.clock.advance(by: .seconds(1))
        try await scene.run(a)
        try await scene.run(b)
        try await scene.service().step()
        let told = scene.sender.all.map { "\($0.rule.name): \($0.notices.map(\.jobName))" }.sorted()
        #expect(told == [#"job: ["b"]"#, #"labels: ["a"]"#, #"service: ["a"]"#])
    }

    @Test(
        "failures within the wait are one message, by job, service or rule",
        arguments: [(NotificationRule.Grouping.job, 3), (.service, 2), (.rule, 1)])
    func grouped(by: NotificationRule.Grouping, messages: Int) async throws {
        let scene = NotificationScene()
        try await scene.rule { ($0.groupWait, $0.groupBy) = (.seconds(30), by) }
        let service = scene.service()
        for (name, of) in [("a", "s"), ("b", "s"), ("c", "t")] {
            try await scene.run(try await scene.job(name, service: of))
            try await service.step()
            scene.clock.advance(by: .seconds(5))
        }
        #expect(scene.sender.told.isEmpty)
        scene.clock.advance(by: .seconds(30))
        try await service.step()
        #expect(scene.sender.told.count == messages)
        #expect(scene.sender.all.flatMap(\.notices).count == 3)
    }

    @Test("a job that goes on failing is told of again only after the interval, with how often it was left out")
    func throttled() async throws {
        let scene = NotificationScene()
        try await scene.rule { $0.repeatInterval = .seconds(3600) }
        let (job, service) = (try await scene.job("a"), scene.service())
        for _ in 0..<5 {
            try await scene.run(job)
            try await service.step()
            scene.clock.advance(by: .seconds(600))
        }
        #expect(scene.sender.told.count == 1)
        scene.clock.advance(by: .seconds(1200))
        try await scene.run(job)
        try await service.step()
        #expect(scene.sender.told.count == 2)
        #expect(scene.sender.all[1].suppressed == [job.id: 4])
        #expect(try await scene.states() == [.sent, .suppressed, .suppressed, .suppressed, .suppressed, .sent])
    }

    @Test("the first success after a failure that was told is told once; a job that flaps is told of three times")
    func recovered() async throws {
        let scene = NotificationScene()
        try await scene.rule()
        let (job, service) = (try await scene.job("a"), scene.service())
        try await scene.run(job, .succeeded)
        try await service.step()
        #expect(scene.sender.told.isEmpty)
        for _ in 0..<5 {
            try await scene.run(job)
            try await service.step()
            try await scene.run(job, .succeeded)
            for _ in 0..<3 { try await service.step() }
            scene.clock.advance(by: .seconds(10))
        }
        let pair = [["a failed"], ["a recovered"]]
        #expect(scene.sender.told == pair + pair + pair)
        #expect(scene.sender.all[4].flapping == [job.id])
        scene.clock.advance(by: .seconds(4 * 3600))
        try await scene.run(job)
        try await service.step()
        #expect(scene.sender.told.count == 7)
        #expect(scene.sender.all[6].suppressed == [job.id: 2])
    }

    @Test("what waits too long for its start is told once, whether it ever starts or not")
    func late() async throws {
        let scene = NotificationScene()
        try await scene.rule { ($0.on, $0.lateAfter) = ([.late], .seconds(60)) }
        let (job, service) = (try await scene.job("a"), scene.service())
        try await scene.waiting(job)
        for _ in 0..<10 {
            try await service.step()
            scene.clock.advance(by: .seconds(9))
        }
        #expect(scene.sender.told == [["a late"]])
    }

    @Test(
        "a node that dies with a message in hand loses nothing: another one sends the same message when its time is up")
    func died() async throws {
        let scene = NotificationScene()
        try await scene.rule()
        try await scene.run(try await scene.job("a"))
        // What the dead one did: it found the notice and took it, and perhaps sent it.
        scene.sender.answer(.failed("killed", isRetryable: true, retryAfter: nil))
        try await scene.service().step()
        var notice = try #require(try await scene.store.notices(of: "r", limit: 1).first)
        (notice.dueAt, notice.error, notice.revision) = (scene.clock.now() + .seconds(120), nil, notice.revision + 1)
        #expect(try await scene.store.save([notice], []))
        scene.sender.answer(.sent)
        let other = scene.service()
        try await other.step()
        #expect(scene.sender.told.count == 1)
        scene.clock.advance(by: .seconds(121))
        for _ in 0..<3 { try await other.step() }
        #expect(scene.sender.told.count == 2)
        #expect(scene.sender.all[0].delivery == scene.sender.all[1].delivery)
        #expect(try await scene.states() == [.sent])
    }

    @Test("a message that does not go is tried again, ever more rarely, and what cannot go is given up; both say why")
    func retried() async throws {
        let scene = NotificationScene()
        try await scene.rule()
        try await scene.run(try await scene.job("a"))
        let service = scene.service()
        scene.sender.answer(.failed("status 503", isRetryable: true, retryAfter: nil))
        for _ in 0..<300 {
            try await service.step()
            scene.clock.advance(by: .seconds(2))
        }
        #expect((4...7).contains(scene.sender.told.count), "\(scene.sender.told.count)")
        let waiting = try await scene.store.notices(of: "r", limit: 1)[0]
        #expect(waiting.state == .waiting && waiting.error == "status 503")
        scene.sender.answer(.failed("status 404", isRetryable: false, retryAfter: nil))
        scene.clock.advance(by: .seconds(900))
        try await service.step()
        scene.clock.advance(by: .seconds(9000))
        let count = scene.sender.told.count
        try await service.step()
        #expect(scene.sender.told.count == count)
        #expect(try await scene.states() == [.failed])
    }

    @Test("without a rule nothing is read or written, and with one what ended late is still found")
    func cursor() async throws {
        let scene = NotificationScene()
        try await scene.service().step()
        #expect(try await scene.store.noticeCursor() == nil)
        try await scene.rule()
        let job = try await scene.job("a")
        try await scene.run(job)
        scene.clock.advance(by: .seconds(5))
        let service = scene.service()
        try await service.step()
        // Its transaction ended after the look, and its instant is before it.
        scene.clock.advance(by: .seconds(-3))
        try await scene.run(try await scene.job("b"))
        scene.clock.advance(by: .seconds(3))
        try await service.step()
        #expect(scene.sender.told == [["a failed"], ["b failed"]])
    }
}
