import PunctualCore
import PunctualTestKit
import Synchronization
import Testing

@testable import PunctualHTTP

@Suite("Answers that many share", .timeLimit(.minutes(10)))
struct HealthTests {
    private struct Broken: Error {}

    /// Counts its questions, and answers each with its number.
    private final class Source: Sendable {
        let asked = Mutex(0)
        let isBroken = Mutex(false)
        func ask() async throws -> Int {
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            try await Task.sleep(for: .milliseconds(50))
            if isBroken.withLock({ $0 }) { throw Broken() }
            return number
        }
    }

    @Test("come from one question, and are good for as long as was said; a failure is nobody's later on")
    func shared() async throws {
        let source = Source()
        let answer = SharedAnswer(age: .seconds(600)) { try await source.ask() }
        source.isBroken.withLock { $0 = true }
        await #expect(throws: Broken.self) { try await answer.value() }
        source.isBroken.withLock { $0 = false }
        let values = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 { group.addTask { try await answer.value() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(values == Array(repeating: 2, count: 100))
        #expect(try await answer.value() == 2 && source.asked.withLock { $0 } == 2)
    }

    @Test("of no age are asked for anew, though not at once")
    func fresh() async throws {
        let source = Source()
        let answer = SharedAnswer(age: .zero) { try await source.ask() }
        #expect(try await answer.value() == 1)
        #expect(try await answer.value() == 2)
        async let one = answer.value()
        async let other = answer.value()
        _ = try await (one, other)
        #expect(source.asked.withLock { $0 } <= 4)
    }
}
