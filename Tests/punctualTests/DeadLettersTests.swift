import ArgumentParser
import PunctualJSON
import Testing

@testable import punctual

@Suite("Dead letters of several answers")
struct DeadLettersTests {
    private func group(_ job: String, _ key: String, _ ids: [String], oldest: String) -> JSONValue {
        [
            "key": .string(key), "job_id": .string(job), "job_name": .string("job-\(job)"),
            "count": .int(Int64(ids.count)),
            "newest_scheduled_at": "n", "oldest_scheduled_at": .string(oldest),
            "execution_ids": .array(ids.map { .string($0) }),
        ]
    }

    @Test("a group that goes on behind a page is one group, and the largest comes first")
    func merged() {
        var letters = DeadLetters()
        letters.add([
            "items": [group("a", "k", ["1", "2"], oldest: "5"), group("b", "k", ["3"], oldest: "4")],
            "next_cursor": "c",
        ])
        #expect(letters.hasMore && letters.count == 3)
        letters.add(["items": [group("b", "k", ["4", "5"], oldest: "1"), group("b", "l", ["6"], oldest: "2")]])
        #expect(!letters.hasMore && letters.count == 6)
        #expect(letters.groups.map { $0["count"] } == [3, 2, 1])
        #expect(letters.groups[0]["oldest_scheduled_at"] == "1" && letters.groups[0]["newest_scheduled_at"] == "n")
        let executions = DeadLetters.executions(of: letters.groups)
        #expect(executions.map { $0["id"] } == ["3", "4", "5", "1", "2", "6"])
        #expect(executions.allSatisfy { $0["job_id"]?.string != nil && $0["job_name"]?.string != nil })
        #expect(Redrive.words(for: executions) == "6 executions (job-b 4, job-a 2)")
    }

    @Test("an answer of another form is passed over")
    func hostile() {
        var letters = DeadLetters()
        letters.add(["items": [7, .null, ["count": "x"]], "next_cursor": .null])
        #expect(letters.count == 0 && DeadLetters.executions(of: letters.groups).isEmpty)
        letters.add(.null)
        #expect(!letters.hasMore)
    }

    @Test(
        "refuses to run everything again, and two beginnings at once",
        arguments: [
            ["dead-letter", "redrive"], ["dead-letter", "redrive", "--yes"],
            ["dead-letter", "redrive", "x", "--limit", "0"], ["dead-letter", "list", "--within", "soon"],
            ["dead-letter", "list", "--from", "2026-01-01T00:00:00Z", "--within", "1h"],
            ["execution", "list", "--from", "2026-01-01T00:00:00Z", "--within", "1h"],
            ["audit", "list", "--within", "-1h"],
        ])
    func refused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { _ = try PunctualCommand.parseAsRoot(arguments) }
    }
}
