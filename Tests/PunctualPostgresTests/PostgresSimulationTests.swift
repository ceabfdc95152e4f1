import PunctualTestKit
import Testing

@testable import PunctualPostgres

@Suite("The whole cluster over PostgreSQL, played from seeds")
struct PostgresSimulationTests {
    @Test("a seed breaks no guarantee, and plays call by call as over the reference store", arguments: 0..<6)
    func seeds(seed: UInt64) async throws {
        let memory = ManualClock()
        let expected = await Simulation(seed: seed, clock: memory, store: MemoryStore(clock: memory)).run()
        let clock = ManualClock()
        let report = try await withStore(clock: clock) { store in
            await Simulation(seed: seed, clock: clock, store: store).run()
        }
        #expect(report.violations == [])
        #expect(report.traceHash == expected.traceHash)
        #expect(report.calls == expected.calls)
        #expect(report.completions == expected.completions)
        #expect(report.executions == expected.executions)
    }
}
