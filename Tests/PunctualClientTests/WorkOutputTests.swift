import PunctualJSON
import Testing

@testable import PunctualClient

@Suite("What a worker says")
struct WorkOutputTests {
    private func texts(_ batch: WorkOutput.Batch?) -> [String] { batch?.lines.compactMap { $0["text"]?.string } ?? [] }

    @Test("goes along in order, with the number of its first line, until the server has taken it")
    func batches() throws {
        let output = WorkOutput()
        #expect(output.batch() == nil && !output.isWaiting)
        for number in 1...450 { output.add("\(number)", .info) }
        let first = try #require(output.batch())
        #expect(first.from == 1 && texts(first).count == 200 && output.isFull)
        #expect(output.batch()?.from == 1, "until it is taken it goes along again")
        output.took(first)
        output.took(first)
        let second = try #require(output.batch())
        #expect(second.from == 201 && texts(second).first == "201")
        output.took(second)
        let last = try #require(output.lastBatch())
        #expect(last.from == 401 && texts(last).count == 50 && !output.isFull)
        output.took(last)
        #expect(output.batch() == nil)
    }

    @Test("is bounded: the oldest makes room, and what goes with the end is the newest")
    func bounded() throws {
        let output = WorkOutput()
        let long = String(repeating: "x", count: 10_000)
        for _ in 0..<1000 { output.add(long, .debug) }
        let batch = try #require(output.batch())
        #expect(batch.bytes <= 128 * 1024 && batch.from > 500)
        #expect(texts(batch).allSatisfy { $0.utf8.count == 8192 })
        for number in 1...3000 { output.add("\(number)", .warn) }
        let last = try #require(output.lastBatch())
        #expect(texts(last).last == "3000" && texts(last).count == 200 && last.from == 4000 - 199)
    }

    @Test("the newest progress counts, and one that came meanwhile is not taken with the last")
    func progress() throws {
        let output = WorkOutput()
        output.tell(.nan, "a\0" + String(repeating: "é", count: 300))
        let first = try #require(output.batch())
        #expect(first.progress?["message"]?.string?.unicodeScalars.count == 200)
        #expect(first.joined(to: [:])["progress"]?["percent"] == nil)
        output.tell(120, nil)
        output.took(first)
        #expect(output.batch()?.joined(to: [:]) == ["progress": ["percent": 100]])
        output.refuse()
        output.add("x", .error)
        output.tell(1, nil)
        #expect(!output.isWaiting, "a server that knows no lines hears of none")
    }
}
