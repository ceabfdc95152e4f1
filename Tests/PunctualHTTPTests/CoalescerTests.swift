import Synchronization
import Testing

@testable import PunctualHTTP

/// A thing that changes, and is read slowly.
private final class Page: Sendable {
    struct Broken: Error {}

    private let state = Mutex((version: 0, askers: 0, makings: 0, isBroken: false))
    let gate = AsyncStream<Void>.makeStream()

    var makings: Int { state.withLock { $0.makings } }
    var askers: Int { state.withLock { $0.askers } }
    func ask() { state.withLock { $0.askers += 1 } }
    func change() { state.withLock { $0.version += 1 } }
    func breakDown(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }

    /// Begins to read, and has done so when the gate opens once.
    func make() async throws -> Int {
        let (version, isBroken) = state.withLock { state in
            state.makings += 1
            return (state.version, state.isBroken)
        }
        for await _ in gate.stream { break }
        try Task.checkCancellation()
        if isBroken { throw Broken() }
        return version
    }
}

@Suite("Questions of one moment", .timeLimit(.minutes(2)))
struct CoalescerTests {
    @Test("who comes while one is answered shares the next answer, which nobody has begun before he came")
    func next() async throws {
        let (page, coalescer) = (Page(), Coalescer<String, Int>())
        let first = Task { try await coalescer.value(of: "a") { try await page.make() } }
        try await until { page.makings == 1 }
        page.change()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    page.ask()
                    return try await coalescer.value(of: "a") { try await page.make() }
                }
            }
            try await until { page.askers == 200 }
            try await Task.sleep(for: .milliseconds(50))
            #expect(page.makings == 1, "one at a time")
            page.gate.continuation.yield()
            #expect(try await first.value == 0)
            page.gate.continuation.finish()
            for try await version in group { #expect(version == 1) }
        }
        // Who came very late on a busy machine has had one of his own.
        #expect((2...10).contains(page.makings))
    }

    @Test("other things have answers of their own, and a failure is nobody's later on")
    func apart() async throws {
        let (page, coalescer) = (Page(), Coalescer<String, Int>())
        page.breakDown(true)
        let broken = Task { try await coalescer.value(of: "a") { try await page.make() } }
        try await until { page.makings == 1 }
        page.breakDown(false)
        let after = Task { try await coalescer.value(of: "a") { try await page.make() } }
        #expect(try await coalescer.value(of: "b") { 7 } == 7)
        page.gate.continuation.yield()
        await #expect(throws: Page.Broken.self) { try await broken.value }
        page.gate.continuation.yield()
        #expect(try await after.value == 0)
        page.gate.continuation.yield()
        #expect(try await coalescer.value(of: "a") { try await page.make() } == 0)
        #expect(page.makings == 3, "nothing is kept")
    }

    @Test("who goes away does not end it for the others")
    func cancelled() async throws {
        let (page, coalescer) = (Page(), Coalescer<String, Int>())
        let first = Task { try await coalescer.value(of: "a") { try await page.make() } }
        try await until { page.makings == 1 }
        let second = Task { try await coalescer.value(of: "a") { try await page.make() } }
        let third = Task { try await coalescer.value(of: "a") { try await page.make() } }
        try await Task.sleep(for: .milliseconds(20))
        first.cancel()
        second.cancel()
        page.gate.continuation.finish()
        #expect(try await third.value == 0)
    }
}
