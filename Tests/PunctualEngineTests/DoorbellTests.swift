import PunctualEngine
import Testing

@Suite("The bell within one process")
struct DoorbellTests {
    @Test("a ring that nobody heard is kept, once")
    func kept() async throws {
        let bell = Doorbell()
        bell.ring()
        bell.ring()
        let start = ContinuousClock.now
        try await bell.wait(atMost: .seconds(3600))
        #expect(ContinuousClock.now - start < .seconds(60))
        try await bell.wait(atMost: .milliseconds(1))
        #expect(ContinuousClock.now - start >= .milliseconds(1))
    }

    @Test("a ring wakes everybody who waits, wherever it falls", arguments: 0..<50)
    func wakes(_ round: Int) async throws {
        let bell = Doorbell()
        let start = ContinuousClock.now
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await bell.wait(atMost: .seconds(3600)) }
            for _ in 0..<round { await Task.yield() }
            bell.ring()
        }
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test("everybody who was elsewhere when it rang hears of it, by what each had counted")
    func counted() async throws {
        let bell = Doorbell()
        let mark = bell.rings
        bell.ring()
        let start = ContinuousClock.now
        for _ in 0..<3 { try await bell.wait(behind: mark, atMost: .seconds(3600)) }
        #expect(ContinuousClock.now - start < .seconds(60))
        try await bell.wait(behind: bell.rings, atMost: .milliseconds(1))
        #expect(ContinuousClock.now - start >= .milliseconds(1))
    }

    @Test("a wait that is cancelled throws")
    func cancelled() async throws {
        let bell = Doorbell()
        // Awaited by the check below.
        let waiting = Task { try await bell.wait(atMost: .seconds(3600)) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
