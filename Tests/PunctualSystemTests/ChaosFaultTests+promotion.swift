import Chaos
import Foundation
import PunctualCore
import PunctualJSON
import PunctualSchedule
import PunctualTestKit
import TestPeers
import Testing

extension ChaosFaultTests {
    @Test("nodes find a promoted standby by themselves; no instant is lost or doubled, and nobody goes back")
    func promotion() async throws {
        let primary = try await blocking { try PostgresServer() }
        let standby = try await blocking {
            try PostgresServer(standbyOf: primary, settings: ["synchronous_standby_names": "''"])
        }
        // What is acknowledged is on both. Without this the last rows before the end may be lost with the primary.
        try await blocking {
            try primary.append("synchronous_standby_names = '*'\n", to: "postgresql.conf")
            try primary.reload()
        }
        let plans = (1...3).map { ClusterNode.Plan("n\($0)") }
        try await Cluster.with(plans, program: try Program.punctual(), postgres: primary, standby: standby) { cluster in
            var histories: [JobHistory] = []
            for number in 0..<24 { histories.append(try await everySecond(number, in: cluster)) }
            let hand = try await cluster.api.create(JobDraft(name: "by-hand", schedule: .manual, target: .noop))
            _ = try await eventually("all three schedule") {
                Set(try await cluster.api.holders().values).count == 3 ? true : nil
            }
            try await going(on: histories, after: .hostNow, in: cluster)
            let before = try await cluster.api.terms()

            let (acknowledged, unanswered) = try await triggering(hand.id, in: cluster) {
                try await blocking { try primary.stop("immediate") }
                try await blocking { try standby.promote() }
                try await going(on: histories, after: .hostNow, in: cluster)
            }
            #expect(acknowledged.count > 3)
            let after = try await cluster.api.terms()
            for (shard, term) in before {
                #expect(term < 1 << 32)
                #expect(after[shard].map { $0 > 1 << 32 } == true, "shard \(shard): \(term), \(after)")
            }

            // The old primary comes back alone and would take writes. Every connection is made anew, and a node starts.
            try await blocking {
                try primary.append("synchronous_standby_names = ''\n", to: "postgresql.conf")
                try primary.start()
            }
            let rows = "SELECT count(*), max(created_at) FROM executions"
            let left = try await cluster.sql(rows)
            _ = try await blocking {
                try standby.psql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(cluster.database)'")
            }
            let node = cluster.nodes[0]
            node.send(SIGKILL)
            _ = try await node.ended()
            try await node.start()
            try await node.ready()
            try await going(on: histories, after: .hostNow + .seconds(1), in: cluster)
            #expect(try await cluster.sql(rows) == left, "the old history stays as it was")
            #expect(cluster.nodes.allSatisfy { !$0.hasFailed })

            var byHand = JobHistory(hand, schedule: .manual, acknowledged: acknowledged, unanswered: unanswered)
            byHand.rows = try await cluster.api.executions(of: hand.id)
            let report = try await check(&histories, and: [byHand], in: cluster)
            #expect(report.due > 24 * 5)
            let latest = report.latenesses.map(\.planned).max() ?? .zero
            print(
                "chaos: \(report.due) instants over a promotion, recorded \(latest) late at most, "
                    + "\(acknowledged.count) triggers acknowledged, \(unanswered) without an answer")
        }
        try await blocking {
            try standby.stop("fast")
            try primary.stop("fast")
        }
    }

    func everySecond(_ number: Int, in cluster: Cluster) async throws -> JobHistory {
        var draft = JobDraft(
            name: "tick-\(number)",
            schedule: .interval(
                every: .seconds(1), anchor: Timestamp(milliseconds: 1_767_225_600_000 + Int64(number) * 41)),
            target: .noop)
        draft.misfireThreshold = .seconds(600)
        draft.overlapPolicy = .allowAll
        let job = try await cluster.api.create(draft)
        return JobHistory(job, schedule: try cluster.api.schedule(of: job))
    }

    /// Waits until each job has a row for an instant after that one.
    func going(on histories: [JobHistory], after instant: Timestamp, in cluster: Cluster) async throws {
        for history in histories {
            try await eventually("\(history.job.draft.name) goes on") {
                let newest = try await cluster.api.call(
                    "GET", "/api/v1/executions/\(history.job.id)", query: [("limit", "1")])["items"]?[0]
                let at = newest?["scheduled_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
                return at.map { $0 > instant } == true ? true : nil
            }
        }
    }

    /// Reads what became of the jobs up to now, once it has ended, and holds it to account.
    @discardableResult
    func check(
        _ histories: inout [JobHistory], and others: [JobHistory] = [], in cluster: Cluster
    ) async throws -> HistoryReport {
        let readAt = Timestamp.hostNow
        for index in histories.indices {
            histories[index].rows = try await eventually("what was due has ended") {
                let rows = try await cluster.api.executions(of: histories[index].job.id)
                    .filter { $0.scheduledAt <= readAt }
                return rows.allSatisfy(\.status.isFinal) ? rows : nil
            }
        }
        let report = HistoryChecker(readAt: readAt, settling: .seconds(5)).check(histories + others)
        #expect(report.faults.isEmpty, "\(report.faults)")
        return report
    }

    /// Triggers a job again and again while the body runs.
    func triggering(
        _ job: Identifier, in cluster: Cluster, _ body: () async throws -> Void
    ) async throws -> (acknowledged: Set<Identifier>, unanswered: Int) {
        try await withThrowingTaskGroup(of: (Set<Identifier>, Int).self) { group in
            group.addTask {
                var (acknowledged, unanswered) = (Set<Identifier>(), 0)
                while !Task.isCancelled {
                    switch await cluster.api.triggerOnce(job) {
                    case .made(let id): acknowledged.insert(id)
                    case .unknown: unanswered += 1
                    case .refused: break
                    }
                    // Its end is the group's.
                    try? await Task.sleep(for: .milliseconds(50))
                }
                return (acknowledged, unanswered)
            }
            try await body()
            group.cancelAll()
            return try await group.next() ?? ([], 0)
        }
    }
}
