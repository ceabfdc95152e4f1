import Foundation
import GRDB
import PunctualCore
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

@testable import PunctualSQLite

@Suite("A SQLite query")
struct QueryPlanTests {
    /// Every list that the API offers, by one filter each.
    private static let jobQueries: [JobQuery] = JobQuery.Sort.allCases.flatMap { sort in
        [false, true].map { descending in
            var query = JobQuery()
            (query.sort, query.descending) = (sort, descending)
            return query
        }
    }

    private static let executionQueries: [ExecutionQuery] = {
        let changes: [(inout ExecutionQuery) -> Void] = [
            { $0.jobID = Identifier(high: 1, low: 1) },
            { $0.statuses = [.running] },
            { $0.statuses = [.failed, .missed] },
            { $0.service = "s" },
            { $0.queue = "q" },
            { $0.reason = .overlap },
            { $0.from = ManualClock.start },
            { $0.to = ManualClock.start },
            {
                $0.statuses = [.succeeded, .failed]
                $0.service = "s"
                $0.queue = "q"
                $0.from = ManualClock.start
            },
            {
                $0.jobID = Identifier(high: 1, low: 1)
                $0.statuses = [.failed]
                $0.reason = .timeout
            },
        ]
        return changes.flatMap { change in
            var query = ExecutionQuery()
            change(&query)
            var behind = query
            behind.after = PageKey(value: "1767225600000", id: Identifier(high: 2, low: 2))
            return [query, behind]
        }
    }()

    @Test("goes by an index and sorts nothing but a few pages")
    func plans() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let store = try SQLiteStore(path: folder.file("punctual.db"), clock: clock)
        defer { store.close() }
        let seen = Statements()
        try await store.pool.writeWithoutTransaction { $0.trace { seen.add($0) } }
        // Every reader, however many the pool has opened.
        for _ in 0..<4 { try await store.pool.read { $0.trace { seen.add($0) } } }
        let job = Job(
            id: .random(at: clock.now()), draft: JobDraft(name: "one", schedule: .manual, target: .noop),
            nextRunAt: clock.now(), createdAt: clock.now())
        _ = try await store.create([job])
        let plan = try #require(job.plan(at: clock.now(), schedule: .manual))
        _ = try await store.apply([plan])
        let claimed = try #require(
            try await store.claim(ClaimRequest(worker: "w", limit: 5, lease: .seconds(1))).first)
        _ = try await store.claim(ClaimRequest(worker: "w", tasks: ["a", "b"], limit: 5, lease: .seconds(1)))
        _ = try await store.renew([claimed.lease], for: .seconds(1))
        _ = try await store.finish(Completion(lease: claimed.lease, outcome: .failed))
        _ = try await store.retry(claimed.execution.id, of: job.id)
        _ = try await store.cancel(claimed.execution.id, of: job.id)
        _ = try await store.reclaimExpired(limit: 5, random: 0)
        for place in [PrunePlace.start, .others(behind: nil)] {
            _ = try await store.prune(before: clock.now() + .seconds(1), limit: 5, from: place)
        }
        _ = try await store.dueJobs(shards: nil, limit: 5)
        _ = try await store.dueJobs(shards: [1, 2], limit: 5)
        _ = try await store.nextAvailable(lane: .builtIn)
        _ = try await store.job(job.id)
        _ = try await store.job(named: "one", service: "default")
        _ = try await store.setQueue("default", paused: true)
        _ = try await store.counts()
        for query in Self.jobQueries {
            let page = try await store.jobs(query)
            var next = query
            next.after = PageKey(value: page.items.first?.nextRunAt == nil ? "1" : "2", id: job.id)
            _ = try await store.jobs(next)
        }
        var filtered = JobQuery()
        filtered.status = .paused
        filtered.service = "default"
        _ = try await store.jobs(filtered)
        for query in Self.executionQueries { _ = try await store.executions(query) }
        _ = try await store.executions(ExecutionQuery())
        let statements = seen.all
        #expect(statements.count > 50)
        #expect(statements.contains { $0.contains("next_run_at <= ?") })
        #expect(statements.contains { $0.contains("UNION ALL SELECT * FROM") })
        for sql in statements {
            let steps = try await store.pool.read { database in
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
                // The plan is the same whatever the values are.
                statement.setUncheckedArguments(StatementArguments())
                return try Row.fetchAll(statement).map { $0["detail"] as String }
            }
            let isMerge = sql.contains("UNION ALL SELECT * FROM")
            // The table is in the order of the ids; such a scan ends with the page.
            let isPage = sql.hasSuffix("FROM executions  ORDER BY id DESC LIMIT ?")
            for step in steps {
                let isScan = ["SCAN jobs", "SCAN executions"].contains { step.hasPrefix($0) }
                #expect(!isScan || isPage || step.contains("USING"), "\(sql): \(step)")
                #expect(!step.contains("TEMP B-TREE") || isMerge, "\(sql): \(step)")
            }
        }
    }
}

/// The statements that touched jobs and executions, each once.
private final class Statements: Sendable {
    private let texts = Mutex<Set<String>>([])

    var all: [String] { texts.withLock { $0.sorted() } }

    func add(_ event: Database.TraceEvent) {
        guard case .statement(let statement) = event else { return }
        let words = ["SELECT", "UPDATE", "DELETE"]
        let sql = statement.sql
        guard words.contains(where: sql.hasPrefix), sql.contains("jobs") || sql.contains("executions") else { return }
        texts.withLock { _ = $0.insert(sql) }
    }
}
