import Foundation
import Testing

@testable import PunctualObservability

@Suite("The writer of log lines")
struct LogWriterTests {
    private func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(Foundation.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    /// What comes until the other end is closed.
    private func all(from descriptor: Int32) -> [Substring] {
        FileHandle(fileDescriptor: descriptor).readDataToEndOfFile().split(separator: 10)
            .map { Substring(decoding: $0, as: UTF8.self) }
    }

    @Test("holds nobody up whose log nobody reads, and says how many lines are missing")
    func stalled() throws {
        let (reading, writing) = try pipe()
        let writer = LogWriter(to: writing, room: 100_000) { "dropped \($0)\n" }
        // A pipe takes 64 KiB; what comes behind that would wait for ever.
        let line = String(repeating: "x", count: 99) + "\n"
        for _ in 0..<5000 { writer.take(line) }
        writer.flush(within: .milliseconds(10))
        Thread.detachNewThread {
            // Once the reader has made room, the next line says what is missing.
            writer.flush(within: .seconds(30))
            writer.take("last\n")
            writer.flush(within: .seconds(30))
            close(writing)
        }
        let lines = all(from: reading)
        let kept = lines.count { $0.first == "x" }
        #expect(kept < 5000 && lines.suffix(2) == ["dropped \(5000 - kept)", "last"], "\(kept), \(lines.suffix(3))")
        writer.close()
    }

    @Test("keeps the order of lines, also of those that are said after its end")
    func order() throws {
        let (reading, writing) = try pipe()
        let writer = LogWriter(to: writing) { "dropped \($0)\n" }
        for number in 0..<500 { writer.take("\(number)\n") }
        writer.flush(within: .seconds(30))
        writer.close()
        writer.take("500\n")
        close(writing)
        #expect(all(from: reading) == (0...500).map { "\($0)" })
    }

    @Test("an end that nobody reads is over at once, whatever is still said")
    func stalledEnd() throws {
        signal(SIGPIPE, SIG_IGN)
        let (reading, writing) = try pipe()
        let writer = LogWriter(to: writing) { "dropped \($0)\n" }
        for _ in 0..<2000 { writer.take(String(repeating: "x", count: 99) + "\n") }
        writer.flush(within: .milliseconds(50))
        writer.close()
        // Written by whoever says it, this would wait for ever.
        writer.take("late\n")
        close(reading)
    }

    @Test("nothing is written to what is closed, and nobody waits for it")
    func closed() throws {
        let (reading, writing) = try pipe()
        signal(SIGPIPE, SIG_IGN)
        close(reading)
        let writer = LogWriter(to: writing) { "dropped \($0)\n" }
        writer.take("x\n")
        writer.flush(within: .seconds(30))
        writer.close()
        close(writing)
    }
}
