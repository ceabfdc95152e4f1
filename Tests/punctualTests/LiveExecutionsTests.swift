import PunctualJSON
import Testing

@testable import punctual

@Suite("The newest executions, kept up to date")
struct LiveExecutionsTests {
    private func execution(
        _ id: String, at second: Int, _ status: String = "pending", attempt: Int64 = 0, queue: String = "default"
    ) -> JSONValue {
        [
            "id": .string(id), "scheduled_at": .string("2026-01-01T00:00:0\(second).000Z"), "status": .string(status),
            "attempt": .int(attempt), "queue": .string(queue),
        ]
    }

    private func ids(_ live: LiveExecutions) -> [String] { live.items.compactMap { $0["id"]?.string } }

    @Test("a list is told oldest first, and a second time only where it differs")
    func replace() {
        var live = LiveExecutions(query: [], limit: 10)
        let list = [execution("b", at: 2), execution("a", at: 1)]
        #expect(live.replace(with: list) == list.reversed())
        #expect(live.replace(with: list) == [])
        let changed = [execution("c", at: 3), execution("b", at: 2, "running", attempt: 1), execution("a", at: 1)]
        #expect(live.replace(with: changed) == [changed[1], changed[0]])
    }

    @Test("an execution takes its place by its instant, newest first, and the oldest leaves")
    func order() {
        var live = LiveExecutions(query: [], limit: 3)
        for (id, second) in [("b", 2), ("d", 4), ("c", 3), ("a", 1), ("e", 5)] {
            _ = live.take(execution(id, at: second))
        }
        #expect(ids(live) == ["e", "d", "c"])
        #expect(live.take(execution("a", at: 1, "running", attempt: 1)) == nil, "it is none of the newest")
    }

    @Test("what is as it was, or of before what is known, is not told")
    func stale() {
        var live = LiveExecutions(query: [], limit: 3)
        let ended = execution("a", at: 1, "succeeded", attempt: 2)
        #expect(live.take(ended) == ended)
        for old in [ended, execution("a", at: 1, "running", attempt: 2), execution("a", at: 1, "failed", attempt: 1)] {
            #expect(live.take(old) == nil)
            #expect(live.items == [ended])
        }
        let waiting = execution("b", at: 2, "pending", attempt: 1)
        #expect(live.take(execution("b", at: 2, "running", attempt: 1)) != nil)
        #expect(live.take(waiting) == waiting, "an attempt that failed waits for the next")
    }

    @Test("only what the filter takes stays")
    func filter() {
        var live = LiveExecutions(
            query: [
                ("status", "running"), ("queue", "mail"), ("from", "2026-01-01T00:00:02Z"),
                ("to", "2026-01-01T01:00:04+01:00"),
            ],
            limit: 10)
        #expect(live.take(execution("a", at: 1, "running", queue: "mail")) == nil, "before")
        #expect(live.take(execution("b", at: 2, "running", queue: "mail")) != nil)
        #expect(live.take(execution("c", at: 3, "pending", queue: "mail")) == nil)
        #expect(live.take(execution("d", at: 3, "running")) == nil, "another queue")
        #expect(live.take(execution("e", at: 4, "running", queue: "mail")) == nil, "the end is not within")
        #expect(ids(live) == ["b"])
        #expect(live.take(execution("b", at: 2, "succeeded", queue: "mail")) == nil)
        #expect(ids(live) == [], "it is no longer what was asked for")
    }
}
