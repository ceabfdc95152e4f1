import Logging
import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@testable import PunctualEngine

/// Counts what is read of lines.
private final class CountedOutbox: OutboxStore {
    private let inner: any OutboxStore
    private let count = Mutex(0)

    init(_ inner: any OutboxStore) { self.inner = inner }

    /// Pages read since it was asked last.
    func take() -> Int {
        count.withLock { count in
            defer { count = 0 }
            return count
        }
    }

    func waitingLines(of lane: Lane, evenPaused: Bool) async throws(StoreError) -> [WaitingLine] {
        try await inner.waitingLines(of: lane, evenPaused: evenPaused)
    }

    func waiting(
        in line: WaitingLine, after place: WaitingPlace?, limit: Int
    ) async throws(StoreError) -> [WaitingExecution] {
        count.withLock { $0 += 1 }
        return try await inner.waiting(in: line, after: place, limit: limit)
    }
}

@Suite("What notifications find", .timeLimit(.minutes(2)))
struct NoticeFindingTests {
    @Test("a rule hears of what ended after it was made, although it was seen before the rule was")
    func made() async throws {
        let scene = NotificationScene()
        try await scene.rule("first")
        let (made, service) = (scene.clock.now(), scene.service())
        try await scene.run(try await scene.job("a"))
        try await service.step()
        try await scene.rule("second") { $0.createdAt = made }
        for _ in 0..<3 { try await service.step() }
        #expect(scene.sender.all.map(\.rule.name) == ["first", "second"])
    }

    @Test("a job that was late is told of again when it is late again, wherever it comes to stand")
    func lateAgain() async throws {
        let scene = NotificationScene()
        try await scene.rule {
            ($0.on, $0.lateAfter, $0.groupBy, $0.repeatInterval) = ([.late], .seconds(5), .job, .seconds(60))
        }
        let (a, b, service) = (try await scene.job("a"), try await scene.job("b"), scene.service())
        try await scene.waiting(a)
        scene.clock.advance(by: .seconds(10))
        try await service.step()
        let request = ClaimRequest(worker: "w", limit: 1, lease: .seconds(600))
        #expect(try await scene.store.claim(request).count == 1)
        scene.clock.advance(by: .seconds(100))
        try await scene.waiting(b)
        scene.clock.advance(by: .seconds(10))
        try await service.step()
        // Ahead of what was found.
        scene.clock.advance(by: .seconds(-20))
        try await scene.waiting(a)
        scene.clock.advance(by: .seconds(20))
        for _ in 0..<8 {
            scene.clock.advance(by: .seconds(20))
            try await service.step()
        }
        #expect(scene.sender.told == [["a late"], ["b late"], ["a late"]])
    }

    @Test("what waits in a paused queue is late as well")
    func paused() async throws {
        let scene = NotificationScene()
        try await scene.rule { ($0.on, $0.lateAfter) = ([.late], .seconds(5)) }
        try await scene.waiting(try await scene.job("a"))
        _ = try await scene.store.setQueue("default", paused: true)
        scene.clock.advance(by: .seconds(10))
        try await scene.service().step()
        #expect(scene.sender.told == [["a late"]])
    }

    @Test("many lines have so much of a step together, and each has its turn; what fails is found in each")
    func lines() async throws {
        let scene = NotificationScene()
        let outbox = CountedOutbox(scene.store)
        try await scene.rule { ($0.on, $0.lateAfter, $0.groupBy) = ([.late, .failed], .seconds(5), .job) }
        for number in 0..<25 { try await scene.waiting(try await scene.job("j\(number)", service: "s\(number)")) }
        scene.clock.advance(by: .seconds(10))
        let failing = try await scene.job("failing", service: "other")
        let service = NotificationService(
            store: scene.store, outbox: outbox, notifications: scene.store, sender: scene.sender,
            instruments: Instruments(logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }), pages: 1,
            isMine: { true })
        let most = NoticeFinder.page / LatenessFinder.leastCost
        var told = 0
        for step in 1...3 {
            try await scene.ended(failing, .failed, count: 1)
            try await service.step()
            #expect(outbox.take() <= most)
            let late = scene.sender.told.flatMap { $0 }.count { $0.hasSuffix(" late") }
            #expect(late == min(25, step * most) && late > told)
            told = late
            #expect(try await scene.store.notices(of: "r", limit: 99).count { $0.kind == .failed } == step)
            scene.clock.advance(by: .milliseconds(5))
        }
    }

    @Test("while nothing is found the cursor is kept every few seconds; nothing is found twice or not at all for it")
    func cursor() async throws {
        let scene = NotificationScene()
        try await scene.rule()
        let (job, service) = (try await scene.job("a"), scene.service())
        try await service.step()
        var moves: Set<Timestamp?> = []
        for _ in 0..<50 {
            scene.clock.advance(by: .seconds(2))
            try await service.step()
            moves.insert(try await scene.store.noticeCursor())
        }
        #expect((9...11).contains(moves.count), "\(moves.count)")
        scene.clock.advance(by: .seconds(2))
        try await scene.run(job)
        for _ in 0..<30 {
            try await service.step()
            scene.clock.advance(by: .seconds(2))
        }
        #expect(scene.sender.told == [["a failed"]])
    }
}
