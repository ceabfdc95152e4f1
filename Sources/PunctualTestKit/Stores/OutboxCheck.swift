public import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// One sentence that holds for every outbox, and how to see that it does.
public struct OutboxCheck: Sendable, CustomStringConvertible {
    /// The sentence.
    public let name: String
    /// Runs the check on an empty store whose clock is the one given; throws `CheckFailure` when the sentence does not hold.
    public let run: @Sendable (any Store & OutboxStore, ManualClock) async throws -> Void

    init(
        _ name: String, _ body: @escaping @Sendable (StoreScene, any OutboxStore) async throws -> Void
    ) {
        self.name = name
        run = { store, clock in try await body(StoreScene(store: store, clock: clock), store) }
    }

    public var description: String { name }

    /// Every check.
    public static let all: [OutboxCheck] = [
        OutboxCheck("each line in which something waits is told, paused queues left aside") { scene, outbox in
            try same(try await outbox.waitingLines(of: .builtIn), [])
            for (queue, priority, service) in [
                ("a", 3, "default"), ("a", 9, "default"), ("a", 9, "mail"), ("b", 0, "default"),
                ("paused", 5, "default"),
            ] {
                try await scene.trigger(
                    try await scene.job("\(queue)\(priority)") {
                        ($0.queue, $0.priority, $0.service) = (queue, priority, service)
                    })
            }
            _ = try await scene.store.setQueue("paused", paused: true)
            try await scene.trigger(try await scene.job("o") { $0.target = .worker(task: "t", payload: .null) })
            let lines = Set(try await outbox.waitingLines(of: .builtIn))
            try same(
                lines,
                [
                    WaitingLine(lane: .builtIn, queue: "a", priority: 3, service: "default"),
                    WaitingLine(lane: .builtIn, queue: "a", priority: 9, service: "default"),
                    WaitingLine(lane: .builtIn, queue: "a", priority: 9, service: "mail"),
                    WaitingLine(lane: .builtIn, queue: "b", priority: 0, service: "default"),
                ])
            let all = Set(try await outbox.waitingLines(of: .builtIn, evenPaused: true))
            try same(
                all.subtracting(lines),
                [WaitingLine(lane: .builtIn, queue: "paused", priority: 5, service: "default")])
            try same(all.isSuperset(of: lines), true)
            try same(
                try await outbox.waitingLines(of: .outside),
                [WaitingLine(lane: .outside, queue: "default", priority: 5, service: "default")])
        },
        OutboxCheck("a line is read in pages, each execution once, in order") { scene, outbox in
            let job = try await scene.job()
            let other = try await scene.job("other") { $0.service = "other" }
            var rows: [Execution] = []
            for index in 0..<7 {
                rows.append(try await scene.trigger(job, overlap: .allowAll))
                // Of another line.
                try await scene.trigger(other, overlap: .allowAll)
                if index.isMultiple(of: 3) { scene.clock.advance(by: .milliseconds(1)) }
            }
            let line = WaitingLine(lane: .builtIn, queue: "default", priority: 5, service: "default")
            var seen: [WaitingExecution] = []
            while true {
                let page = try await outbox.waiting(in: line, after: seen.last?.place, limit: 3)
                try expect(page.count <= 3)
                seen += page
                if page.count < 3 { break }
            }
            let wanted = rows.map { WaitingPlace(availableAt: $0.availableAt, id: $0.id) }.sorted()
            try same(seen.map(\.place), wanted)
            try same(Set(seen.map(\.jobID)), [job.id])
            try same(
                seen.first?.hint,
                ExecutionHint(executionID: wanted[0].id, lane: .builtIn, queue: "default", priority: 5))
            try same(try await outbox.waiting(in: line, after: nil, limit: 0), [])
        },
        OutboxCheck("what runs, has ended or is not available yet is not told") { scene, outbox in
            let job = try await scene.job { $0.target = .worker(task: "mail", payload: .null) }
            let line = WaitingLine(lane: .outside, queue: "default", priority: 5, service: "default")
            try await scene.trigger(job, overlap: .allowAll)
            _ = try await scene.claim(lane: .outside)
            var later = job.execution(at: scene.now, trigger: .manual, now: scene.now, nonce: 1)
            later.availableAt = scene.now + .seconds(5)
            _ = try await scene.store.enqueue([later], of: job.id, overlap: .allowAll)
            try same(try await outbox.waiting(in: line, after: nil, limit: 10), [])
            scene.clock.advance(by: .seconds(5))
            let waiting = try await outbox.waiting(in: line, after: nil, limit: 10)
            try same(waiting.map(\.hint.executionID), [later.id])
            try same(waiting.map(\.hint.task), ["mail"])
        },
    ]
}
