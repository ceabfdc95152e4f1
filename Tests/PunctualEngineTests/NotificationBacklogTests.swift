import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@testable import PunctualEngine

/// Tells whoever listens what it is given; messages of the rule `hangs` stay with it until they are cancelled.
private final class HangingSender: NotificationSender {
    let messages: AsyncStream<NotificationMessage>
    private let teller: AsyncStream<NotificationMessage>.Continuation
    private let hanging = Mutex<(now: Int, most: Int)>((0, 0))

    init() { (messages, teller) = AsyncStream.makeStream() }

    /// How many hung at once, at most.
    var most: Int { hanging.withLock { $0.most } }

    func send(_ message: NotificationMessage) async -> NotificationOutcome {
        teller.yield(message)
        guard message.rule.name == "hangs" else { return .sent }
        hanging.withLock { state in
            state.now += 1
            state.most = max(state.most, state.now)
        }
        try? await Task.sleep(for: .seconds(3600))  // Cancelled by the test.
        hanging.withLock { $0.now -= 1 }
        return .failed("no answer", isRetryable: true, retryAfter: nil)
    }
}

@Suite("Notifications of a large outage", .timeLimit(.minutes(2)))
struct NotificationBacklogTests {
    @Test("more at one instant than a step reads hides nothing that comes later")
    func instant() async throws {
        let scene = NotificationScene()
        try await scene.rule { $0.on = [.failed, .missed] }
        let (flood, later) = (try await scene.job("flood"), try await scene.job("later"))
        let service = scene.service(pages: 1)
        try await service.step()
        try await scene.ended(flood, .missed, count: 1700)
        scene.clock.advance(by: .milliseconds(5))
        try await scene.run(later)
        for _ in 0..<4 { try await service.step() }
        #expect(scene.sender.told.flatMap { $0 }.contains("later failed"))
        let notices = try await scene.store.notices(of: "r", limit: 5000)
        #expect(notices.count == 1701)
        // The look back over what was found costs no write and tells nothing twice.
        let told = scene.sender.all.count
        for _ in 0..<10 { try await service.step() }
        #expect(scene.sender.all.count == told)
        #expect(try await scene.store.noticeCursor() == scene.clock.now())
    }

    @Test("what no rule wants told costs no page of what one wants")
    func unwanted() async throws {
        let scene = NotificationScene()
        try await scene.rule()
        let (flood, later) = (try await scene.job("flood"), try await scene.job("later"))
        try await scene.ended(flood, .missed, count: 700)
        scene.clock.advance(by: .milliseconds(5))
        try await scene.run(later)
        try await scene.service(pages: 1).step()
        #expect(scene.sender.told == [["later failed"]])
    }

    @Test("a node that takes over in the middle of it finds the rest, and tells nothing twice")
    func takenOver() async throws {
        let scene = NotificationScene()
        try await scene.rule { $0.on = [.missed] }
        let job = try await scene.job("flood")
        try await scene.ended(job, .missed, count: 1700)
        scene.clock.advance(by: .milliseconds(5))
        try await scene.service(pages: 1).step()
        let other = scene.service(pages: 1)
        for _ in 0..<4 { try await other.step() }
        let states = try await scene.states()
        #expect(scene.sender.told.count == 1 && states.count == 100)
        #expect(try await scene.store.notices(of: "r", limit: 5000).count == 1700)
    }

    @Test("a rule that wants more later is not told of what was long before")
    func widened() async throws {
        let scene = NotificationScene()
        try await scene.rule { $0.on = [.late] }
        let (job, service) = (try await scene.job("a"), scene.service())
        try await scene.run(job)
        for _ in 0..<4 {
            scene.clock.advance(by: .seconds(50))
            try await service.step()
        }
        try await scene.rule { $0.on = [.late, .failed] }
        try await service.step()
        #expect(scene.sender.told.isEmpty)
        try await scene.run(job)
        try await service.step()
        #expect(scene.sender.told == [["a failed"]])
    }

    @Test("a job with a long backlog hides no other one of its queue that is late, and is told of once")
    func late() async throws {
        let scene = NotificationScene()
        try await scene.rule { ($0.on, $0.lateAfter, $0.groupBy) = ([.late], .seconds(5), .job) }
        let (stuck, other) = (try await scene.job("stuck"), try await scene.job("other"))
        for _ in 0..<620 { try await scene.waiting(stuck) }
        scene.clock.advance(by: .seconds(1))
        try await scene.waiting(other)
        scene.clock.advance(by: .seconds(10))
        let service = scene.service()
        try await service.step()
        #expect(scene.sender.told.sorted { $0[0] < $1[0] } == [["other late"], ["stuck late"]])
        // What becomes late behind them, too, and what comes to stand ahead of them.
        let third = try await scene.job("third")
        try await scene.waiting(third)
        scene.clock.advance(by: .seconds(6))
        try await service.step()
        #expect(scene.sender.told.last == ["third late"])
        let fourth = try await scene.job("fourth")
        scene.clock.advance(by: .seconds(-10))
        try await scene.waiting(fourth)
        for _ in 0..<8 {
            scene.clock.advance(by: .seconds(20))
            try await service.step()
        }
        #expect(scene.sender.told.last == ["fourth late"])
        #expect(scene.sender.told.count == 4)
    }

    @Test("however many jobs fail, the recovery of each is told")
    func recovered() async throws {
        let scene = NotificationScene()
        let rule = try await scene.rule { $0.on = [.failed, .recovered] }
        // Told as failing, and failing for good: more than one page.
        for number in 0..<600 {
            let job = try await scene.job("broken\(number)")
            var state = NoticeState(rule: rule.name, jobID: job.id, jobName: job.draft.name, service: "default")
            (state.isFailing, state.toldAt, state.revision) = (true, scene.clock.now(), 1)
            _ = try await scene.store.save([], [state])
        }
        let job = try await scene.job("well")
        let service = scene.service(pages: 1)
        try await scene.run(job)
        try await service.step()
        try await scene.run(job, .succeeded)
        try await service.step()
        #expect(scene.sender.told == [["well failed"], ["well recovered"]])
    }

    @Test("what was told of jobs that are gone is forgotten")
    func gone() async throws {
        let scene = NotificationScene()
        try await scene.rule()
        let (job, service) = (try await scene.job("a"), scene.service())
        try await scene.run(job)
        try await service.step()
        #expect(try await scene.store.noticeStates(of: "r", jobs: [job.id]).count == 1)
        try await scene.store.delete(job.id, ifVersion: nil)
        scene.clock.advance(by: .seconds(601))
        try await service.step()
        #expect(try await scene.store.noticeStates(of: "r", jobs: [job.id]).isEmpty)
    }

    @Test("a receiver that hangs holds up its own messages alone, and has a few in hand at most")
    func hanging() async throws {
        let (scene, sender) = (NotificationScene(), HangingSender())
        try await scene.rule("hangs") { ($0.service, $0.groupBy) = ("s", .job) }
        try await scene.rule("other") { ($0.service, $0.groupBy) = ("t", .job) }
        for number in 0..<64 { try await scene.run(try await scene.job("s\(number)", service: "s")) }
        let service = scene.service(sender: sender)
        let running = Task { try await service.run() }  // Cancelled below.
        var messages = sender.messages.makeAsyncIterator()
        while let message = await messages.next(), message.rule.name != "hangs" {}
        // What fails from now on is found and told, whatever hangs.
        for number in 0..<3 {
            try await scene.run(try await scene.job("t\(number)", service: "t"))
            while let message = await messages.next(), message.notices[0].jobName != "t\(number)" {}
        }
        #expect(sender.most <= NoticeQueue.mostOfRule)
        running.cancel()
        try? await running.value  // Its end is all that is wanted.
    }

    @Test("each incident of PagerDuty is a message, tried by itself, and none is closed before it was opened")
    func incidents() async throws {
        let scene = NotificationScene()
        try await scene.rule {
            $0.channel = .pagerDuty(routingKey: "k", severity: "error", url: "https://example.com")
        }
        let service = scene.service()
        var jobs: [Job] = []
        for number in 0..<30 {
            jobs.append(try await scene.job("j\(number)"))
            try await scene.run(jobs[number])
        }
        scene.sender.answer(.failed("status 503", isRetryable: true, retryAfter: nil))
        try await service.step()
        #expect(scene.sender.all.count == 30)
        #expect(scene.sender.all.allSatisfy { $0.call != nil })
        scene.sender.answer(.sent)
        try await scene.run(jobs[0], .succeeded)
        try await service.step()
        // The failure waits for its next try, and so does the recovery.
        #expect(scene.sender.all.count == 30)
        scene.clock.advance(by: .seconds(30))
        for _ in 0..<2 { try await service.step() }
        let told = scene.sender.told.dropFirst(30)
        #expect(told.count == 31 && told.last == ["j0 recovered"])
        #expect(told.filter { $0 == ["j0 failed"] }.count == 1)
    }

    @Test("of a mail that some have, the others get it by another try, and who is refused for good is told of")
    func partly() async throws {
        let scene = NotificationScene()
        try await scene.rule()
        try await scene.run(try await scene.job("a"))
        let service = scene.service()
        scene.sender.answer(.partly(refused: "x@e: 550", left: ["y@e"], why: "y@e: 450"))
        try await service.step()
        var notice = try await scene.store.notices(of: "r", limit: 1)[0]
        #expect(notice.state == .waiting && notice.error == "x@e: 550; y@e: 450")
        scene.sender.answer(.sent)
        scene.clock.advance(by: .seconds(30))
        try await service.step()
        notice = try await scene.store.notices(of: "r", limit: 1)[0]
        #expect(notice.state == .sent && notice.error == "x@e: 550")
        #expect(scene.sender.all.map(\.receivers) == [nil, ["y@e"]])
        #expect(scene.sender.all[0].delivery == scene.sender.all[1].delivery)
    }
}

@Suite("Which message goes next")
struct NoticeQueueTests {
    private func rule(
        _ name: String, of service: String?, _ channel: NotificationChannel = .webhook(url: "https://example.com")
    ) -> NotificationRule {
        let at = Timestamp(milliseconds: 1)
        return NotificationRule(name: name, service: service, channel: channel, createdAt: at, updatedAt: at)
    }

    /// Names of the rules of what goes until there is no room; each has plenty.
    private func taken(_ queue: inout NoticeQueue) -> [String] {
        var names: [String] = []
        while let turn = queue.next() {
            switch turn {
            case .send(let group): names.append(group.rule.name)
            case .read(let rule):
                queue.fill(rule, Array(repeating: NoticeGroup(rule: rule, notices: []), count: 200))
            }
        }
        return names
    }

    @Test("rules take turns, a rule has a few at once, and a service some more")
    func bounds() {
        var queue = NoticeQueue()
        queue.set((0..<20).map { rule("a\($0)", of: "a") } + [rule("b", of: "b"), rule("all", of: nil)])
        let names = taken(&queue)
        #expect(Set(names.prefix(3).map { $0.prefix(1) }).count == 2)
        #expect(names.count { $0.hasPrefix("a") && $0 != "all" } == NoticeQueue.mostOfService)
        #expect(names.count { $0 == "b" } == NoticeQueue.mostOfRule)
        #expect(names.count { $0 == "all" } == NoticeQueue.mostOfRule)
    }

    @Test("all services together have a bound, and who has the fewest under way is next when there is room")
    func all() {
        var queue = NoticeQueue()
        let many = (0..<8).flatMap { service in (0..<8).map { rule("\(service)-\($0)", of: "\(service)") } }
        queue.set(many)
        #expect(taken(&queue).count == NoticeQueue.mostOfAll)
        // What comes to be due while there is no room is in the queue as well.
        queue.set(many + [rule("new", of: "new")])
        queue.ended(NoticeGroup(rule: many[0], notices: []))
        #expect(taken(&queue) == ["new"])
    }

    @Test("what waits of a rule is read when its turn has come, and not before")
    func read() {
        var queue = NoticeQueue()
        let rules = (0..<100).map { rule("\($0)", of: "\($0)") }
        queue.set(rules)
        var reads = 0
        while let turn = queue.next() {
            guard case .read(let rule) = turn else { continue }
            reads += 1
            queue.fill(rule, [NoticeGroup(rule: rule, notices: [])])
        }
        #expect(reads == NoticeQueue.mostOfAll)
    }

    @Test("of an incident one message is under way at one time")
    func incidents() {
        var queue = NoticeQueue()
        let rule = rule("p", of: nil, .pagerDuty(routingKey: "k", severity: "error", url: "https://example.com"))
        let groups = (1...2).map { number in
            NoticeGroup(
                rule: rule,
                notices: [
                    Notice(
                        .failed, of: rule, execution: Identifier(high: 1, low: 1), attempt: number,
                        job: Identifier(high: 1, low: 1), name: "j", service: "s", at: rule.createdAt, text: "",
                        now: rule.createdAt)
                ])
        }
        func sent(_ group: NoticeGroup) -> Bool {
            queue.set([rule])
            queue.fill(rule, [group])
            guard case .send = queue.next() else { return false }
            return true
        }
        #expect(sent(groups[0]))
        #expect(!sent(groups[1]))
        queue.ended(groups[0])
        #expect(sent(groups[1]))
    }
}
