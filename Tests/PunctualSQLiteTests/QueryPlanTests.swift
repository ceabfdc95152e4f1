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
        let line = WaitingLine(lane: .builtIn, queue: "default", priority: 5, service: "default")
        _ = try await store.waitingLines(of: .builtIn)
        _ = try await store.waiting(
            in: line, after: WaitingPlace(availableAt: clock.now(), id: job.id), limit: 5)
        var named = ClaimRequest(worker: "w", executions: [job.id], limit: 5, lease: .seconds(1))
        _ = try await store.claim(named)
        named.tasks = ["a", "b"]
        _ = try await store.claim(named)
        try await store.setLimit(WorkLimit(.init(.jobs, "\(job.id)"), concurrency: 1))
        _ = try await store.claim(ClaimRequest(worker: "w", limit: 5, lease: .seconds(1)))
        _ = try await store.removeLimit(.init(.jobs, "\(job.id)"))
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
        try await askAboutAccess(store)
        try await askAboutNotices(store, clock.now())
        let statements = seen.all
        #expect(statements.count > 50)
        #expect(statements.contains { $0.contains("next_run_at <= ?") })
        #expect(statements.contains { $0.contains("UNION ALL SELECT * FROM") })
        for sql in statements {
            let steps = try await steps(of: sql, in: store)
            let isMerge = sql.contains("UNION ALL SELECT * FROM")
            // The table is in the order of the ids; such a scan ends with the page.
            let isPage =
                sql.hasSuffix("FROM executions  ORDER BY id DESC LIMIT ?")
                || sql.hasSuffix("FROM audit_entries ORDER BY sequence DESC LIMIT ?")
            for step in steps {
                let isScan = Statements.tables.contains { step.hasPrefix("SCAN \($0)") }
                #expect(!isScan || isPage || step.contains("USING"), "\(sql): \(step)")
                #expect(!step.contains("TEMP B-TREE") || isMerge, "\(sql): \(step)")
            }
        }
    }

    private func askAboutNotices(_ store: SQLiteStore, _ now: Timestamp) async throws {
        for place in [nil, Identifier(high: 1, low: 1)] {
            _ = try await store.troubles(of: [.failed, .missed], since: now, behind: place, limit: 5)
        }
        _ = try await store.waitingNotices(of: "r", limit: 5)
        _ = try await store.waitingRules()
        _ = try await store.noticeBacklog()
        _ = try await store.recoveredStates(after: nil, limit: 5)
        _ = try await store.toldFigures(ofLast: 60, limit: 5)
        _ = try await store.pruneFigures(before: now)
    }

    private func steps(of sql: String, in store: SQLiteStore) async throws -> [String] {
        try await store.pool.read { database in
            let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
            // The plan is the same whatever the values are.
            statement.setUncheckedArguments(StatementArguments())
            return try Row.fetchAll(statement).map { $0["detail"] as String }
        }
    }

    private static let filters = [
        ServiceFilter([Permission(.viewer, service: "a"), Permission(.viewer, service: "b")]),
        ServiceFilter([Permission(.viewer, service: nil, labels: ["team": "x"])]),
        ServiceFilter([
            Permission(.viewer, service: "a"), Permission(.viewer, service: "b", labels: ["team": "x"]),
            Permission(.viewer, service: "c", labels: ["team": "y"]),
        ]),
    ]

    @Test("with a filter goes by the indexes of its services and jobs", arguments: filters)
    func filtered(_ visible: ServiceFilter) async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let store = try SQLiteStore(path: folder.file("punctual.db"), clock: clock)
        defer { store.close() }
        let jobs = ["x", "y"].map { team in
            var draft = JobDraft(name: team, schedule: .manual, target: .noop)
            draft.labels = ["team": team]
            return Job(id: .random(at: clock.now()), draft: draft, nextRunAt: nil, createdAt: clock.now())
        }
        _ = try await store.create(jobs)
        for job in jobs {
            let row = job.execution(at: clock.now(), trigger: .manual, now: clock.now(), nonce: 1)
            _ = try await store.enqueue([row], of: job.id, overlap: .allowAll)
        }
        let seen = Statements()
        try await store.pool.writeWithoutTransaction { $0.trace { seen.add($0) } }
        for _ in 0..<4 { try await store.pool.read { $0.trace { seen.add($0) } } }
        for var query in Self.executionQueries + [ExecutionQuery()] {
            query.visible = visible
            _ = try await store.executions(query)
        }
        var names = JobQuery()
        names.visible = visible
        _ = try await store.jobs(names)
        _ = try await store.claim(ClaimRequest(worker: "w", visible: visible, limit: 5, lease: .seconds(1)))
        let statements = seen.all
        #expect(statements.count > 12)
        for sql in statements {
            for step in try await steps(of: sql, in: store) {
                // Labels have no index: the jobs are read once, and what was executed never.
                #expect(!step.hasPrefix("SCAN executions") || step.contains("USING"), "\(sql): \(step)")
                #expect(
                    !step.contains("TEMP B-TREE") || sql.contains("UNION ALL SELECT * FROM"), "\(sql): \(step)")
            }
        }
    }

    private static let troubles: [(ServiceFilter, String?)] = [
        (.everything, "a"), (ServiceFilter([Permission(.viewer, service: "a")]), nil),
        (ServiceFilter([Permission(.viewer, service: "a"), Permission(.viewer, service: "b")]), nil),
        (ServiceFilter([Permission(.viewer, service: "a"), Permission(.viewer, service: "b")]), "a"),
    ]

    @Test("for what went wrong in a service looks at nothing else, whoever asks", arguments: troubles)
    func troubleOfService(_ visible: ServiceFilter, _ service: String?) async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.file("punctual.db"), clock: ManualClock())
        defer { store.close() }
        let seen = Statements()
        for _ in 0..<4 { try await store.pool.read { $0.trace { seen.add($0) } } }
        for status in [ExecutionStatus.failed, .skipped, .missed] {
            for queue in [nil, "q"] {
                var query = ExecutionQuery()
                (query.visible, query.service, query.queue, query.statuses) = (visible, service, queue, [status])
                _ = try await store.executions(query)
                query.after = PageKey(value: "1767225600000", id: Identifier(high: 2, low: 2))
                query.from = ManualClock.start
                _ = try await store.executions(query)
            }
        }
        #expect(!seen.all.isEmpty)
        for sql in seen.all where sql.contains("FROM executions ") {
            for step in try await steps(of: sql, in: store) {
                // In the order of the index, but for services that are merged.
                #expect(!step.contains("TEMP B-TREE") || sql.contains("UNION ALL SELECT * FROM"), "\(sql): \(step)")
                guard step.contains(" executions ") else { continue }
                #expect(
                    step.contains("USING INDEX executions_of_service_with_trouble (service=? AND status=?"),
                    "\(sql): \(step)")
            }
        }
        // Of one job, its own index is the shorter way.
        var query = ExecutionQuery()
        (query.visible, query.service, query.statuses) = (visible, service, [.failed])
        query.jobID = Identifier(high: 1, low: 1)
        let known = Set(seen.all)
        _ = try await store.executions(query)
        for sql in Set(seen.all).subtracting(known) where sql.contains("FROM executions ") {
            #expect(try await steps(of: sql, in: store).contains { $0.contains("executions_of_job") }, "\(sql)")
        }
    }

    /// Every call about identities, secrets and the audit log.
    private func askAboutAccess(_ store: SQLiteStore) async throws {
        let (now, id) = (ManualClock.start, Identifier(high: 1, low: 1))
        let owner = Subject.user(id)
        _ = try await store.user(named: "rosa")
        _ = try await store.users(after: nil, limit: 5)
        _ = try await store.serviceAccounts(after: nil, limit: 5)
        _ = try await store.keys(of: owner, after: id, limit: 5)
        _ = try await store.keys(of: nil, after: id, limit: 5)
        try await store.noteUse([id: now])
        _ = try await store.grants(of: [owner, .group("ops")])
        _ = try await store.grants(after: id, limit: 5)
        _ = try await store.revokeFamilies(of: owner, at: now)
        _ = try await store.pruneFamilies(before: now, limit: 5)
        try await store.remove(owner)
        let record = SecretRecord(
            service: "s", name: "n", version: 1, sealed: SealedBytes(masterKeyID: "k", wrappedKey: [], box: []),
            createdAt: now, createdBy: "system")
        try await store.put(record, overlapUntil: now)
        _ = try await store.secret("n", service: "s")
        _ = try await store.secrets(service: "s", after: "a", limit: 5)
        _ = try await store.secrets(notWrappedBy: "k", limit: 5)
        try await store.rewrap([record])
        _ = try await store.pruneSecrets(before: now, limit: 5)
        try await store.removeSecret("n", service: "s")
        _ = try await store.append([AuditChain.draft(1)])
        _ = try await store.auditEntries(from: 1, limit: 5)
        let changes: [(inout AuditQuery) -> Void] = [
            { _ in }, { $0.principal = "user:1" }, { $0.operation = "getJob" }, { $0.resource = "job:1" },
            { $0.service = "billing" }, { $0.before = 7 },
            { ($0.principal, $0.service, $0.from, $0.to) = ("user:1", "billing", now, now) },
            { $0.to = now }, { $0.from = now }, { ($0.from, $0.to, $0.before) = (now, now, 7) },
        ]
        for change in changes {
            var query = AuditQuery()
            change(&query)
            _ = try await store.auditEntries(query)
        }
    }
}

/// The statements that touched tables which may be large, each once.
private final class Statements: Sendable {
    static let tables = [
        "jobs", "executions", "notices", "notice_states", "minute_figures", "users", "service_accounts", "api_keys",
        "grants",
        "refresh_families", "secrets",
        "audit_entries",
    ]

    private let texts = Mutex<Set<String>>([])

    var all: [String] { texts.withLock { $0.sorted() } }

    func add(_ event: Database.TraceEvent) {
        guard case .statement(let statement) = event else { return }
        let words = ["SELECT", "UPDATE", "DELETE"]
        let sql = statement.sql
        guard words.contains(where: sql.hasPrefix), Self.tables.contains(where: sql.contains) else { return }
        texts.withLock { _ = $0.insert(sql) }
    }
}
