import Chaos
import PunctualCore
import PunctualSchedule
import PunctualTestKit
import TestPeers
import Testing

@Suite("Chaos: a cluster that is broken for three minutes", .timeLimit(.minutes(15)))
struct ChaosTests {
    @Test("every due instant has one row, whatever strikes; the same history with one row changed does not pass")
    func drill() async throws {
        let seed = UInt64.random(in: 1...999_999)
        print("chaos: seed \(seed)")
        let postgres = try await blocking { try PostgresServer() }
        let result = try await Drill.run(
            Drill.Options(seed: seed, faultTime: .seconds(110)), program: try Program.punctual(), postgres: postgres)
        try await blocking { try postgres.stop("fast") }
        #expect(result.findings.isEmpty, "seed \(seed): \(result.findings.prefix(20).joined(separator: "\n"))")
        // The run is worth something only when the faults and the work happen in it.
        #expect(result.marks.count >= 8)
        #expect(result.report.due > 1000)
        #expect(result.report.calls > 300)
        #expect(result.report.rows[.succeeded] ?? 0 > 500)
        for takeover in result.takeovers {
            print(
                "chaos: \(takeover.mark.fault.rawValue) \(takeover.mark.target) taken over in \(takeover.took.map { "\($0)" } ?? "–")"
            )
        }
        try checkTwins(of: result)
    }

    /// The real history, each time with one thing changed in it.
    private func checkTwins(of result: Drill.Result) throws {
        let checker = HistoryChecker(readAt: result.readAt)
        func check(_ kind: HistoryReport.Kind, _ change: (inout [JobHistory]) -> Void) {
            var histories = result.histories
            change(&histories)
            let report = checker.check(histories, calls: result.calls)
            #expect(report.count(kind) > result.report.count(kind), "a tampered history passes: \(kind.rawValue)")
        }
        let watched = try #require(
            result.histories.firstIndex { history in
                history.isWatched && history.rows.contains { $0.status == .succeeded && $0.trigger == .schedule }
            })
        let row = try #require(
            result.histories[watched].rows.firstIndex { $0.status == .succeeded && $0.trigger == .schedule })
        let regular = try #require(
            result.histories.firstIndex { history in
                if case .interval = history.eras[0].schedule { return !history.rows.isEmpty }
                return false
            })
        let planned = try #require(result.histories[regular].rows.firstIndex { $0.trigger == .schedule })
        check(.missing) { $0[regular].rows.remove(at: planned) }
        check(.doubled) { $0[watched].rows.append($0[watched].rows[row]) }
        check(.notDrained) { $0[watched].rows[row].status = .running }
        check(.stale) { $0[watched].rows[row].attempt += 1 }
        check(.stale) { $0[watched].rows[row].attempt -= 1 }
    }
}
