import PunctualCore
import PunctualSchedule
import Testing

@Suite("The turns of services")
struct ServiceTurnTests {
    private let start = Timestamp(seconds: 1_767_225_600)

    private func row(_ service: String, _ place: Int, priority: Int = 5, queue: String = "default") -> Execution {
        let job = Identifier(high: 1, low: 1)
        return Execution(
            id: Identifier(high: UInt64(place) << 16, low: UInt64(service.utf8.reduce(0) { $0 * 31 + Int($1) })),
            jobID: job, jobName: service, service: service, queue: queue, priority: priority, scheduledAt: start,
            availableAt: start + .milliseconds(Int64(place)), trigger: .manual, maxAttempts: 1, createdAt: start)
    }

    private func choose(
        _ waiting: [Execution], _ limit: Int, _ turns: ServiceTurns, queues: [String: Int]? = nil
    ) -> [Execution] {
        let byID = Dictionary(uniqueKeysWithValues: waiting.map { ($0.id, $0) })
        var order = ClaimOrder(queues: queues, limit: limit, turns: turns)
        return order.choose(from: waiting.map(ClaimCandidate.init)).compactMap { byID[$0.id] }
    }

    @Test("services that always have something waiting are given as much each, however much is taken at a time")
    func equal() {
        var random = SplitMix(state: 7)
        for _ in 0..<20 {
            var turns = ServiceTurns()
            let services = (0..<random.next(from: 2, to: 9)).map { "s\($0)" }
            var waiting = services.flatMap { service in (0..<400).map { row(service, $0 * random.next(from: 1, to: 3)) }
            }
            waiting = Dictionary(waiting.map { ($0.id, $0) }) { first, _ in first }.values.sorted { $0.id < $1.id }
            var given: [String: Int] = [:]
            for _ in 0..<30 {
                let taken = choose(waiting, random.next(from: 1, to: 12), turns)
                turns.gave(taken)
                for one in taken { given[one.service, default: 0] += 1 }
                let gone = Set(taken.map(\.id))
                waiting.removeAll { gone.contains($0.id) }
                let counts = services.map { given[$0, default: 0] }
                #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "\(given)")
            }
        }
    }

    @Test("a service that comes to wait is next, or second, whatever was given before")
    func newcomer() {
        var turns = ServiceTurns()
        for place in 0..<1000 { turns.gave([row("old", place)]) }
        #expect(turns.turn(of: "new", priority: 5) < turns.turn(of: "old", priority: 5))
        turns.gave([row("new", 1)])
        #expect(turns.turn(of: "new", priority: 5) == turns.turn(of: "old", priority: 5))
        // Of another priority nothing was given.
        #expect(turns.turn(of: "old", priority: 6) == 0)
    }

    @Test("the turns of ten thousand services that came once are not kept")
    func forgotten() {
        var turns = ServiceTurns()
        for index in 0..<10_000 { turns.gave([row("s\(index)", index)]) }
        #expect(turns.known <= 4096)
    }

    @Test("a queue without room gives nothing, and its service's turn goes to its other queues")
    func rooms() {
        let waiting =
            (0..<5).map { row("a", $0, queue: "full") } + (5..<8).map { row("a", $0, queue: "free") }
            + (0..<8).map { row("b", $0, queue: "free") }
        let taken = choose(waiting, 5, ServiceTurns(), queues: ["full": 1, "free": 4])
        #expect(taken.count { $0.service == "a" } == 2)
        #expect(taken.count { $0.service == "b" } == 3)
        #expect(taken.count { $0.queue == "full" } <= 1)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
private struct SplitMix {
    var state: UInt64

    mutating func next(from low: Int, to high: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return low + Int((mixed ^ (mixed >> 31)) % UInt64(high - low + 1))
    }
}
