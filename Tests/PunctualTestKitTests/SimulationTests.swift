import PunctualTestKit
import Testing

@Suite("The whole cluster, played from seeds")
struct SimulationTests {
    /// One after the other; each run has a store and a clock of its own.
    private static func play(
        _ seeds: Range<UInt64>, twin: Simulation.Twin? = nil
    ) async -> [Simulation.Report] {
        var reports: [Simulation.Report] = []
        for seed in seeds {
            let clock = ManualClock()
            reports.append(
                await Simulation(seed: seed, twin: twin, clock: clock, store: MemoryStore(clock: clock)).run())
        }
        return reports
    }

    @Test("2,000 seeds of crashes, pauses, lost calls and lost answers break no guarantee", arguments: 0..<8)
    func seeds(part: UInt64) async {
        let reports = await SimulationTests.play(part * 250..<(part + 1) * 250)
        for report in reports where !report.violations.isEmpty {
            Issue.record("seed \(report.seed): \(report.violations.joined(separator: "; "))")
        }
        // The run is worth something only when the faults and the races happen in it.
        #expect(reports.reduce(0) { $0 + $1.crashes } > 100)
        #expect(reports.reduce(0) { $0 + $1.pauses } > 100)
        #expect(reports.reduce(0) { $0 + $1.failedCalls } > 100)
        #expect(reports.reduce(0) { $0 + $1.acts } > 1000)
        #expect(reports.reduce(0) { $0 + $1.racesLost } > 100)
        #expect(reports.reduce(0) { $0 + $1.staleCompletions } > 100)
        #expect(reports.reduce(0) { $0 + $1.completions } > 5000)
    }

    @Test("a seed plays the same twice", arguments: [1, 7, 42, 1234, 99_999] as [UInt64])
    func replay(seed: UInt64) async {
        let first = await SimulationTests.play(seed..<seed + 1)
        let second = await SimulationTests.play(seed..<seed + 1)
        #expect(first.map(\.traceHash) == second.map(\.traceHash))
        #expect(first.map(\.calls) == second.map(\.calls))
        #expect(first.map(\.executions) == second.map(\.executions))
    }

    @Test("two seeds play differently")
    func different() async {
        let hashes = Set(await SimulationTests.play(0..<20).map(\.traceHash))
        #expect(hashes.count == 20)
    }

    @Test("a guard that is taken away is noticed", arguments: Simulation.Twin.allCases)
    func twins(twin: Simulation.Twin) async {
        var seed: UInt64 = 0
        var violation: String?
        while violation == nil, seed < 1000 {
            violation = await SimulationTests.play(seed..<seed + 1, twin: twin).first?.violations.first
            seed += 1
        }
        print("\(twin.rawValue): noticed in seed \(seed - 1), \(violation ?? "and none before")")
        #expect(violation != nil, "1,000 seeds of \(twin.rawValue) and nothing was noticed")
    }
}
