import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Testing

@Suite("The checker of histories")
struct HistoryCheckerTests {
    @Test("500 good histories pass", arguments: 0..<5)
    func good(part: UInt64) {
        for seed in part * 100..<(part + 1) * 100 {
            let history = InventedHistory(seed: seed)
            let report = history.checker.check(history.jobs, calls: history.calls)
            #expect(report.faults.isEmpty, "seed \(seed): \(report.faults)")
            #expect(report.due > 20)
            #expect(report.rows.values.reduce(0, +) == history.jobs.reduce(0) { $0 + $1.rows.count })
            #expect(report.calls > 0)
        }
    }

    @Test("a planted fault is found, and nothing else is taken for it", arguments: PlantedFault.all)
    func planted(fault: PlantedFault) {
        var found = 0
        for seed in 0..<60 as Range<UInt64> {
            var history = InventedHistory(seed: seed)
            guard fault.plant(&history) else { continue }
            let report = history.checker.check(history.jobs, calls: history.calls)
            #expect(report.count(fault.kind) > 0, "seed \(seed): \(report.findings)")
            found += 1
        }
        #expect(found >= 10, "only \(found) of 60 histories have a place for it")
    }

    @Test("every kind of fault is planted")
    func complete() {
        let planted = Set(PlantedFault.all.map(\.kind))
        #expect(planted == Set(HistoryReport.Kind.allCases.filter(\.isFault)))
    }

    @Test("two attempts at once are reported and no fault")
    func together() throws {
        for seed in 0..<20 as Range<UInt64> {
            var history = InventedHistory(seed: seed)
            let index = try #require(history.calls.firstIndex { $0.attempt == 2 })
            history.calls[index].startedAt = history.calls[index - 1].startedAt
            let report = history.checker.check(history.jobs, calls: history.calls)
            #expect(report.count(.together) == 1)
            #expect(report.faults.isEmpty, "seed \(seed): \(report.faults)")
        }
    }

    @Test("an instant just before a change of schedule may be dropped with the old one, an earlier one may not")
    func changes() throws {
        var history = InventedHistory(seed: 3)
        let change = InventedHistory.start + .seconds(30)
        let old = history.jobs[0].eras[0].schedule
        let new = Schedule.interval(IntervalSchedule(every: .seconds(3), anchor: change))
        history.jobs[0].eras = [
            JobHistory.Era(schedule: old, first: history.jobs[0].job.nextRunAt, until: change),
            JobHistory.Era(schedule: new, first: change + .seconds(3)),
        ]
        history.jobs[0].rows.removeAll { $0.scheduledAt > change }
        var next: Timestamp? = change + .seconds(3)
        while let instant = next, instant <= InventedHistory.start + InventedHistory.life {
            var row = history.jobs[0].job.execution(at: instant, trigger: .schedule, now: instant)
            (row.status, row.finishedAt) = (.cancelled, instant)
            history.jobs[0].rows.append(row)
            next = new.next(after: instant)
        }
        let rows = Set(history.jobs[0].rows.map(\.id))
        history.calls.removeAll { call in
            !rows.contains(call.execution)
                && !history.jobs.dropFirst().contains { $0.rows.map(\.id).contains(call.execution) }
        }
        #expect(history.checker.check(history.jobs, calls: history.calls).faults.isEmpty)
        func without(_ seconds: ClosedRange<Int>) -> HistoryReport {
            var jobs = history.jobs
            jobs[0].rows.removeAll { row in
                row.trigger != .manual && row.scheduledAt >= change - .seconds(seconds.upperBound)
                    && row.scheduledAt <= change - .seconds(seconds.lowerBound)
            }
            let ids = Set(jobs.flatMap { $0.rows.map(\.id) })
            return history.checker.check(jobs, calls: history.calls.filter { ids.contains($0.execution) })
        }
        #expect(without(0...4).faults.isEmpty)
        #expect(without(8...12).count(.missing) > 0)
    }

    @Test("what is not settled at the reading is neither missing nor undrained")
    func settling() throws {
        let history = InventedHistory(seed: 5)
        var checker = HistoryChecker(readAt: InventedHistory.start + .seconds(40))
        var jobs = history.jobs
        for index in jobs.indices {
            jobs[index].rows.removeAll { $0.scheduledAt > InventedHistory.start + .seconds(30) }
        }
        let ids = Set(jobs.flatMap { $0.rows.map(\.id) })
        let calls = history.calls.filter { ids.contains($0.execution) }
        #expect(checker.check(jobs, calls: calls).count(.missing) > 0)
        checker.settling = .seconds(12)
        // A fixed delay has no instants of its own to hold it to; its successor may just be on its way.
        #expect(
            checker.check(jobs.enumerated().filter { $0.offset != 2 }.map(\.element), calls: []).count(.missing) == 0)
    }

    @Test("a takeover is counted until the first later instant is recorded")
    func takeover() throws {
        var history = InventedHistory(seed: 8).jobs[0]
        let death = InventedHistory.start + .seconds(10)
        history.rows = [-2000, 700, 2700, 4700].map { offset in
            let instant = death + .milliseconds(offset)
            return history.job.execution(
                at: instant, trigger: .schedule, now: offset < 0 ? instant : death + .seconds(9))
        }
        #expect(HistoryChecker.takeover(after: death, of: [history]) == .seconds(9))
        #expect(HistoryChecker.takeover(after: death + .seconds(60), of: [history]) == nil)
    }
}
