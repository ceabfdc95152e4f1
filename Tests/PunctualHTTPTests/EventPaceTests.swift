import HTTPTypes
import HummingbirdTesting
import PunctualAPI
import PunctualCore
import PunctualJSON
import PunctualSchedule
import Testing

@testable import PunctualHTTP

@Suite("The pace of events", .timeLimit(.minutes(2)))
struct EventPaceTests {
    private func job(_ number: Int) -> Job {
        Job(
            id: Identifier(high: 0, low: UInt64(number)),
            draft: JobDraft(name: "j\(number)", schedule: .manual, target: .noop), nextRunAt: nil,
            createdAt: Timestamp(milliseconds: 0))
    }

    @Test("who is far behind catches up in one go, though nothing new happens")
    func farBehind() async throws {
        let scene = APIScene()
        let log = scene.services.events
        log.publish(.jobCreated, (0..<4000).map(job))
        try await scene.run(.live) { client in
            let port = try #require(client.port)
            let began = ContinuousClock.now
            let events = try await readEvents(4000, from: port, after: "\(log.epoch)-0")
            #expect(events.map { $0.json["name"]?.string } == (0..<4000).map { "j\($0)" })
            // A piece a second would take a minute.
            #expect(began.duration(to: .now) < .seconds(20))
        }
    }

    @Test("readers that go while something happens hold nobody up")
    func leaving() async {
        let start = ContinuousClock.now
        // Each event wakes.
        let log = EventLog(epoch: Timestamp(milliseconds: 1)) { start + (ContinuousClock.now - start) * 1_000_000 }
        await withTaskGroup { group in
            group.addTask {
                for number in 0..<20_000 {
                    log.publish(.jobCreated, [self.job(number)])
                    if number % 50 == 0 { await Task.yield() }
                }
            }
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<3000 {
                        let reader = Task { for await _ in log.news() {} }  // Cancelled and awaited at once.
                        await Task.yield()
                        reader.cancel()
                        await reader.value
                    }
                }
            }
        }
        #expect(!log.hasReaders)
    }

    @Test("events that follow each other closely wake readers seldom, and the last of them always")
    func wakes() async throws {
        let log = EventLog(epoch: Timestamp(milliseconds: 1))
        var news = log.news().makeAsyncIterator()
        var place = 0
        for round in 0..<60 {
            // Some come within the pause, some behind it.
            let count = round % 3 + 1
            for number in 0..<count { log.publish(.jobCreated, [job(number)]) }
            let wanted = place + count
            while place < wanted {
                _ = await news.next()
                guard case .events(let events) = log.read(from: place, limit: 100) else { break }
                place += events.count
            }
            #expect(place == wanted)
        }
    }

    @Test(
        "an event is written once for all who read it, a large one for each, and an old one never in place of a newer")
    func texts() {
        let texts = EventTexts()
        var made = 0
        func text(_ number: Int, _ count: Int = 10) -> [UInt8] {
            texts.text(of: number) {
                made += 1
                return Array(repeating: UInt8(number % 251), count: count)
            }
        }
        for _ in 0..<3 { #expect(text(5) == Array(repeating: 5, count: 10)) }
        #expect(made == 1)
        for _ in 0..<2 { #expect(text(6, 20_000).count == 20_000) }
        #expect(made == 3)
        #expect(text(5 + 1024) != text(5), "they have one place")
        _ = (text(5 + 1024), text(5))
        #expect(made == 6, "the newer one stays")
    }
}
