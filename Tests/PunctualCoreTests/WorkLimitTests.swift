import PunctualCore
import PunctualSchedule
import Testing

@Suite("What limits leave room for")
struct WorkLimitTests {
    private let start = Timestamp(seconds: 1_767_225_600)
    private let key = WorkLimit.Key(.queues, "q")

    private func candidate(_ queue: String = "q") -> ClaimCandidate {
        ClaimCandidate(
            id: .random(at: start), jobID: Identifier(high: 1, low: 1), queue: queue, service: "s", priority: 5,
            availableAt: start)
    }

    /// Takes all that is left at each of the instants.
    private func beginnings(_ rate: WorkLimit.Rate, at seconds: [Double]) -> [Int] {
        var state = LimitState(WorkLimit(key, rate: rate))
        return seconds.map { second in
            var limits = WorkLimits([state], running: [:], now: start + .milliseconds(Int64(second * 1000)))
            var count = 0
            while limits.admits(candidate()), count < 10_000 {
                limits.take(candidate())
                count += 1
            }
            state = limits.spent.first ?? state
            return count
        }
    }

    @Test("a rate lets a whole time's begin at once after a pause, then keeps to its pace")
    func rates() {
        #expect(
            beginnings(.init(count: 5, per: .seconds(10)), at: [0, 1, 2, 4, 5, 9, 100, 100]) == [
                5, 0, 1, 1, 0, 2, 5, 0,
            ])
        #expect(beginnings(.init(count: 1, per: .seconds(60)), at: [0, 59.9, 60, 61, 120]) == [1, 0, 1, 0, 1])
        // A clock that is set back holds nothing up for longer than the time.
        #expect(beginnings(.init(count: 4, per: .seconds(8)), at: [1000, 0, 2, 8]) == [4, 0, 1, 3])
    }

    @Test("over any stretch no more begin than the rate times the stretch, and one burst")
    func bounded() {
        for (count, per) in [(7, 1), (1000, 1), (3, 86_400), (333_333, 60)] {
            let instants = (0..<200).map { Double($0) * Double(per) / 37 }
            let seen = beginnings(.init(count: min(count, 9000), per: .seconds(Int64(per))), at: instants)
            var sum = 0
            for (second, begun) in zip(instants, seen) {
                sum += begun
                let most = Double(min(count, 9000)) * (second / Double(per) + 1)
                #expect(Double(sum) <= most + 0.001, "\(count) in \(per) s: \(sum) after \(second) s")
            }
        }
    }

    @Test("what runs takes places, and one without places admits nothing")
    func places() {
        var limits = WorkLimits(
            [LimitState(WorkLimit(key, concurrency: 5))], running: [key: 3, .init(.services, "s"): 9], now: start)
        #expect(limits.room(of: key) == 2)
        #expect(limits.room(of: .init(.services, "s")) == nil)
        for _ in 0..<2 {
            #expect(limits.admits(candidate()))
            limits.take(candidate())
        }
        #expect(!limits.admits(candidate()) && limits.full == [key])
        #expect(limits.admits(candidate("other")))
        #expect(limits.spent.isEmpty)
        // A limit that was set below what runs.
        #expect(WorkLimits([LimitState(WorkLimit(key, concurrency: 1))], running: [key: 7], now: start).full == [key])
    }
}
