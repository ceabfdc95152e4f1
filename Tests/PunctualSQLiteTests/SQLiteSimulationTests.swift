import PunctualSQLite
import PunctualTestKit
import Testing

@Suite("The whole cluster over SQLite, played from seeds")
struct SQLiteSimulationTests {
    private func play(_ seed: UInt64, twin: Simulation.Twin? = nil) async throws -> Simulation.Report {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let store = try SQLiteStore(path: folder.file("punctual.db"), clock: clock)
        defer { store.close() }
        return await Simulation(seed: seed, twin: twin, clock: clock, store: store).run()
    }

    @Test("a seed breaks no guarantee, and plays call by call as over the reference store", arguments: 0..<48)
    func seeds(seed: UInt64) async throws {
        let clock = ManualClock()
        let expected = await Simulation(seed: seed, clock: clock, store: MemoryStore(clock: clock)).run()
        let report = try await play(seed)
        #expect(report.violations == [])
        #expect(report.traceHash == expected.traceHash)
        #expect(report.calls == expected.calls)
        #expect(report.completions == expected.completions)
        #expect(report.executions == expected.executions)
    }

    @Test("a guard that is taken away is noticed")
    func twin() async throws {
        var caught = 0
        for seed in UInt64(0)..<12 {
            let report = try await play(seed, twin: .withoutCompareAndSet)
            if !report.violations.isEmpty { caught += 1 }
        }
        #expect(caught > 0, "12 seeds without compare-and-set and nothing was noticed")
    }
}
