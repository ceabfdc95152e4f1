import Logging
import PunctualAPI
import PunctualCore
import PunctualEngine
import PunctualHTTP
import PunctualSchedule
import PunctualTestKit
import ServiceLifecycle
import Synchronization
import Testing

@testable import PunctualServer

@Suite("Telling the store of the last minutes", .timeLimit(.minutes(1)))
struct FigureTellingTests {
    /// The reference store, and what became of each telling.
    private final class Told: FigureStore {
        let inner: MemoryStore
        /// The minutes of each telling.
        let tellings = Mutex<[[Int]]>([])
        let isAway = Mutex(false)
        /// Of those that a silent store keeps waiting; nil when it is not silent.
        private let waiting = Mutex<[CheckedContinuation<Void, Never>]?>(nil)
        /// How many tellings have come back.
        let ended = Mutex(0)

        init(_ clock: ManualClock) { inner = MemoryStore(clock: clock) }

        func tell(_ figures: [MinuteFigures], by teller: FigureTeller) async throws(StoreError) {
            tellings.withLock { $0.append(figures.map(\.minute)) }
            defer { ended.withLock { $0 += 1 } }
            await withCheckedContinuation { continuation in
                let waits = waiting.withLock { waiting in
                    waiting?.append(continuation)
                    return waiting != nil
                }
                if !waits { continuation.resume() }
            }
            if isAway.withLock({ $0 }) { throw .unavailable("away") }
            try await inner.tell(figures, by: teller)
        }

        func toldFigures(ofLast minutes: Int, limit: Int) async throws(StoreError) -> ToldFigures {
            try await inner.toldFigures(ofLast: minutes, limit: limit)
        }

        func fallSilent() { waiting.withLock { $0 = [] } }

        /// Lets all pass who wait, and who come.
        func speak() {
            let all = waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting ?? []
            }
            for one in all { one.resume() }
        }

        func pruneFigures(before instant: Timestamp) async throws(StoreError) -> Int { 0 }

        /// How many ended in each minute, newest first.
        var totals: [Int] {
            get async throws { try await toldFigures(ofLast: 60, limit: 99).items.compactMap(\.figures?.total) }
        }
    }

    private struct Scene {
        let clock = ManualClock()
        let events = EventLog(epoch: ManualClock.start)
        let store: Told
        let telling: FigureTelling

        init(timeout: Duration? = nil) {
            store = Told(clock)
            telling = FigureTelling(
                FleetMinutes(store, events: events, node: "n1", clock: clock), to: store, timeout: timeout,
                instruments: Instruments(logger: Logger(label: "figures") { _ in SwiftLogNoOpLogHandler() }))
        }

        func see(_ status: ExecutionStatus = .succeeded) {
            let now = clock.now()
            let ended = Execution(
                id: .random(at: now), jobID: Identifier(high: 1, low: 1), jobName: "j", service: "s", queue: "q",
                priority: 5, scheduledAt: now, availableAt: now, trigger: .schedule, status: status, attempt: 1,
                maxAttempts: 1, createdAt: now, startedAt: now, finishedAt: status.isFinal ? now : nil)
            events.publish(.executionUpdated, ended)
        }
    }

    @Test("takes one call for the minutes that have changed, and none when nothing has")
    func changes() async throws {
        let scene = Scene()
        let minute = MinuteFigures.minute(of: scene.clock.now())
        await scene.telling.round()
        scene.see(.running)
        await scene.telling.round()
        #expect(scene.store.tellings.withLock { $0 } == [])
        scene.see()
        scene.clock.advance(by: .seconds(60))
        for _ in 0..<3 { scene.see(.failed) }
        for _ in 0..<5 { await scene.telling.round() }
        #expect(scene.store.tellings.withLock { $0 } == [[minute, minute + 1]])
        scene.see()
        await scene.telling.round()
        #expect(scene.store.tellings.withLock { $0.last } == [minute + 1])
        #expect(try await scene.store.totals == [4, 1])
    }

    @Test("of what a store did not take comes again, with what has ended since")
    func away() async throws {
        let scene = Scene()
        scene.store.isAway.withLock { $0 = true }
        for _ in 0..<3 {
            scene.see()
            await scene.telling.round()
            scene.clock.advance(by: .seconds(60))
        }
        #expect(try await scene.store.totals == [])
        scene.store.isAway.withLock { $0 = false }
        await scene.telling.round()
        #expect(try await scene.store.totals == [1, 1, 1])
    }

    @Test("that hangs is given up and made again; when it takes effect behind the next one it changes nothing")
    func silent() async throws {
        let scene = Scene(timeout: .milliseconds(50))
        scene.store.fallSilent()
        scene.see()
        await scene.telling.round()
        scene.see()
        await scene.telling.round()
        #expect(scene.store.tellings.withLock { $0.count } == 2)
        scene.store.speak()
        scene.see()
        await scene.telling.round()
        while scene.store.ended.withLock({ $0 < 3 }) { await Task.yield() }
        #expect(try await scene.store.totals == [3])
    }

    @Test("comes once more at the end, with what ended while the node drained")
    func end() async throws {
        let scene = Scene()
        let group = ServiceGroup(
            services: [scene.telling], logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            scene.see()
            while try await scene.store.totals != [1] { await scene.telling.round() }
            for _ in 0..<4 { scene.see() }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(try await scene.store.totals == [5])
    }
}
