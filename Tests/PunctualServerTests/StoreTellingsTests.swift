import PunctualCore
import PunctualObservability
import PunctualTestKit
import Synchronization
import Testing

@testable import PunctualServer

@Suite("What the store told last", .timeLimit(.minutes(1)))
struct StoreTellingsTests {
    /// A store that tells how often it was asked, once it is let, and a clock set by hand.
    private final class SlowStore: Sendable {
        struct Away: Error {}

        let asked = Mutex(0)
        let isAway = Mutex(false)
        let elapsed = Mutex(Duration.zero)
        private let start = ContinuousClock.now
        private let door = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

        /// Lets all pass who wait, and who come.
        func open() {
            let waiters = door.withLock { door in
                defer { door = (true, []) }
                return door.waiters
            }
            for waiter in waiters { waiter.resume() }
        }

        func tell() async throws -> [MetricFigure] {
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            if isAway.withLock({ $0 }) { throw Away() }
            await withCheckedContinuation { continuation in
                let isOpen = door.withLock { door in
                    if !door.isOpen { door.waiters.append(continuation) }
                    return door.isOpen
                }
                if isOpen { continuation.resume() }
            }
            return [MetricFigure("shard_held", number)]
        }

        /// - Parameter patience: of readers; what is not to be waited for needs none.
        func tellings(patience: Duration) -> StoreTellings {
            StoreTellings(
                patience: patience, pause: .zero, now: { [self] in start + elapsed.withLock { $0 } },
                { [self] in try await tell() })
        }
    }

    private func values(_ figures: [MetricFigure]) -> [String: Double] {
        Dictionary(uniqueKeysWithValues: figures.map { ($0.name, $0.value) })
    }

    @Test("a store that takes longer than a reader waits has its figures shown to the next one, with their age")
    func slow() async throws {
        let store = SlowStore()
        let tellings = store.tellings(patience: .milliseconds(1))
        #expect(values(await tellings.figures()) == ["punctual_store_figures_age_seconds": 0])
        store.elapsed.withLock { $0 = .seconds(3) }
        store.open()
        var shown: [String: Double] = [:]
        // The first question was asked three seconds ago, and its answer is on its way.
        while shown["shard_held"] == nil { shown = values(await tellings.figures()) }
        #expect(shown["shard_held"].map { $0 >= 1 } == true)
        #expect(shown["punctual_store_figures_age_seconds"].map { $0 <= 3 } == true)
    }

    @Test("a store that is away has the figures of the last minute shown, and then their age alone, which grows")
    func away() async throws {
        let store = SlowStore()
        store.open()
        let tellings = store.tellings(patience: .seconds(600))
        let fresh = ["shard_held": 1, "punctual_store_figures_age_seconds": 0.0]
        #expect(values(await tellings.figures()) == fresh)
        store.isAway.withLock { $0 = true }
        store.elapsed.withLock { $0 = .seconds(60) }
        let old = ["shard_held": 1, "punctual_store_figures_age_seconds": 60.0]
        #expect(values(await tellings.figures()) == old)
        store.elapsed.withLock { $0 = .seconds(61) }
        #expect(values(await tellings.figures()) == ["punctual_store_figures_age_seconds": 61])
        store.isAway.withLock { $0 = false }
        let back = values(await tellings.figures())
        #expect(back["punctual_store_figures_age_seconds"] == 0 && back["shard_held"] == 4)
    }

    @Test("a store that never told anything is as old as the node")
    func never() async {
        let store = SlowStore()
        store.isAway.withLock { $0 = true }
        let tellings = store.tellings(patience: .seconds(600))
        store.elapsed.withLock { $0 = .seconds(90) }
        #expect(values(await tellings.figures()) == ["punctual_store_figures_age_seconds": 90])
    }

    @Test("of too many queues those have figures in which work has waited longest or in which most waits")
    func queues() {
        func queue(_ name: String, depth: Int = 0, age: Int? = nil, paused: Bool = false) -> QueueSummary {
            QueueSummary(
                name: name, paused: paused, depth: depth, running: 0, oldestAge: age.map { .seconds($0) }, workers: 0)
        }
        let many = (0..<1100).map { queue("aaa\($0)", depth: 1, age: 1) }
        let old = queue("zzz-old", depth: 1, age: 900)
        let deep = queue("zzz-deep", depth: 20_000, age: 0)
        let paused = queue("zzz-paused", depth: 20_000, age: 9000, paused: true)
        let shown = StoreFigures.worst(1000, of: many + [old, deep, paused])
        #expect(shown.count == 1000 && Set(shown.map(\.name)).count == 1000)
        #expect(shown.contains(old) && shown.contains(deep) && !shown.contains(paused))
        #expect(StoreFigures.worst(2, of: many + [old, deep]) == [old, deep])
        #expect(StoreFigures.worst(1200, of: many + [old]) == many + [old])
    }

    @Test("however many queues there are, /metrics shows the one that waits")
    func shown() async throws {
        let clock = ManualClock()
        let store = MemoryStore(clock: clock)
        var jobs: [Job] = []
        for name in (0..<1100).map({ "aaa\($0)" }) + ["zzz"] {
            var draft = JobDraft(name: name, schedule: .manual, target: .noop)
            draft.queue = name
            jobs.append(Job(id: .random(at: clock.now()), draft: draft, nextRunAt: nil, createdAt: clock.now()))
        }
        for outcome in try await store.create(jobs) { _ = try outcome.get() }
        let last = try #require(jobs.last)
        let execution = last.execution(at: clock.now(), trigger: .manual, now: clock.now(), nonce: 7)
        _ = try await store.enqueue([execution], of: last.id, overlap: .allowAll)
        clock.advance(by: .seconds(400))
        let figures = try await StoreFigures.read(store, clock, .seconds(10))
        let text = PrometheusRegistry(MetricWords.all).text(figures: figures)
        #expect(text.contains("\npunctual_queue_oldest_age_seconds{queue=\"zzz\"} 400\n"))
        #expect(text.contains("\npunctual_queues_left_out 101\n"))
        #expect(text.matches(of: /\npunctual_queue_depth\{/).count == 1000)
    }
}
