import Foundation
import PunctualCore
import PunctualSchedule
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("With 1,000,000 jobs and as many executions")
struct QueryPlanTests {
    private static let jobQueries: [JobQuery] = {
        var queries = JobQuery.Sort.allCases.flatMap { sort in
            [false, true].map { isDescending in
                var query = JobQuery()
                (query.sort, query.descending) = (sort, isDescending)
                return query
            }
        }
        for change: (inout JobQuery) -> Void in [
            { $0.status = .paused }, { $0.service = "s7" }, { $0.queue = "q7" }, { $0.name = "job-7" },
            { $0.labels = ["team": "t7"] },
        ] {
            var query = JobQuery()
            change(&query)
            queries.append(query)
        }
        for visible in filters {
            var query = JobQuery()
            query.visible = visible
            queries.append(query)
        }
        for text in ["JOB-77777", "nothing of the kind"] {
            var query = JobQuery()
            query.text = text
            queries.append(query)
        }
        return queries
    }()

    /// One service, several, labels of some jobs and of most, and all of it together.
    private static let filters = [
        ServiceFilter([Permission(.viewer, service: "s7")]),
        ServiceFilter((1...5).map { Permission(.viewer, service: "s\($0)") }),
        ServiceFilter([Permission(.viewer, service: nil, labels: ["team": "t7"])]),
        ServiceFilter([
            Permission(.viewer, service: "s1"), Permission(.viewer, service: "s7", labels: ["team": "t7"]),
            Permission(.viewer, service: nil, labels: ["team": "t8"]),
        ]),
    ]

    private static func executionQueries(_ job: Identifier, _ instant: Timestamp) -> [ExecutionQuery] {
        let changes: [(inout ExecutionQuery) -> Void] = [
            { _ in }, { $0.jobID = job }, { $0.statuses = [.running] }, { $0.statuses = [.failed, .missed] },
            { $0.statuses = [.succeeded] }, { $0.service = "s7" }, { $0.queue = "q7" }, { $0.reason = .overlap },
            { $0.from = instant }, { $0.to = instant },
        ]
        return changes.flatMap { change in
            ([.everything] + filters).compactMap { visible in
                var query = ExecutionQuery()
                query.visible = visible
                change(&query)
                // Of a service and a queue, one index finds what the other condition drops.
                return query.queue != nil && !visible.isEverything ? nil : query
            }
        }
    }

    /// What the guide has an operator do for a search among many jobs.
    private static func searchIndex() throws -> [String] {
        let guide = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/guides/postgresql.md")
        let block = try #require(
            String(contentsOf: guide, encoding: .utf8).firstMatch(of: #/```sql\n(CREATE EXTENSION [^`]*)```/#))
        return block.1.split(separator: ";").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            .filter { !$0.isEmpty }
    }

    @Test("no statement of the store reads more than a few pages")
    func plans() async throws {
        let server = try await blocking {
            try PostgresServer(settings: [
                "session_preload_libraries": "auto_explain", "auto_explain.log_analyze": "on", "autovacuum": "off",
                "auto_explain.log_timing": "off", "log_min_messages": "log",
            ])
        }
        let uri = try server.database()
        let store = try await PostgresStore(uri: uri)
        let database = String(uri.split(separator: "/").last ?? "")
        let now = try await store.now()
        // A minute's work for the server, and nothing for a thread of the pool to wait for.
        try await blocking {
            try server.psql(Self.filling(now), in: database)
            try server.psql(AccessPlans.filling(now), in: database)
            for statement in try Self.searchIndex() { try server.psql(statement, in: database) }
        }
        let job = Job(
            id: .random(at: now),
            draft: JobDraft(name: "one", schedule: .interval(every: .seconds(60), anchor: now), target: .noop),
            nextRunAt: now, createdAt: now)
        // From here on every statement's plan goes to the log, with what it read.
        try server.psql("ALTER SYSTEM SET auto_explain.log_min_duration = 0")
        try server.reload()
        await store.close()
        let watched = try await PostgresStore(uri: uri)
        _ = try await watched.create([job])
        let due = try await watched.dueJobs(shards: [1, 2, 3], limit: 50)
        #expect(due.jobs.count == 50)
        _ = try await watched.dueJobs(shards: nil, limit: 50)
        let plan = try #require(
            job.plan(at: now, schedule: .interval(IntervalSchedule(every: .seconds(60), anchor: now))))
        _ = try await watched.apply([plan])
        let claimed = try await watched.claim(ClaimRequest(worker: "w", limit: 20, lease: .seconds(60)))
        #expect(claimed.count == 20)
        _ = try await watched.claim(ClaimRequest(worker: "w", tasks: ["a", "b"], limit: 5, lease: .seconds(60)))
        _ = try await watched.renew(claimed.map(\.lease), for: .seconds(60))
        for _ in 0..<2 {
            _ = try await watched.keep(
                claimed.map {
                    AttemptReport(
                        $0.lease, lines: [SaidLine("x")], progress: ProgressReport(percent: 1, message: nil))
                })
        }
        #expect(try await watched.lines(of: claimed[0].execution.id, after: 1, limit: 200).count == 1)
        for one in claimed.prefix(10) {
            _ = try await watched.finish(Completion(lease: one.lease, outcome: .failed))
        }
        _ = try await watched.finish(Completion(lease: claimed[11].lease, outcome: .retry(after: .seconds(1))))
        _ = try await watched.retry(claimed[0].execution.id, of: claimed[0].execution.jobID)
        _ = try await watched.cancel(claimed[0].execution.id, of: claimed[0].execution.jobID)
        _ = try await watched.reclaimExpired(limit: 5, random: 0)
        _ = try await watched.nextAvailable(lane: .builtIn)
        var dedicated = ClaimRequest(worker: "w", limit: 5, lease: .seconds(60))
        (dedicated.services, dedicated.leastPriority) = (["s3", "s4"], 2)
        #expect(try await watched.claim(dedicated).count == 5)
        _ = try await watched.nextAvailable(for: dedicated.choice)
        for key in [
            WorkLimit.Key(.services, "s3"), .init(.queues, "q7"), .init(.jobs, "\(claimed[12].execution.jobID)"),
        ] {
            try await watched.setLimit(WorkLimit(key, concurrency: 7))
        }
        for _ in 0..<2 { _ = try await watched.claim(ClaimRequest(worker: "w", limit: 20, lease: .seconds(60))) }
        for limit in try await watched.limits() { _ = try await watched.removeLimit(limit.key) }
        let line = try #require(try await watched.waitingLines(of: .builtIn).first)
        let waiting = try await watched.waiting(in: line, after: nil, limit: 20)
        #expect(try await watched.waiting(in: line, after: waiting.last?.place, limit: 20).count == 20)
        var named = ClaimRequest(
            worker: "w", executions: Set(waiting.map(\.hint.executionID)), limit: 10, lease: .seconds(60))
        #expect(try await watched.claim(named).count == 10)
        named.tasks = ["a", "b"]
        _ = try await watched.claim(named)
        _ = try await watched.job(job.id)
        _ = try await watched.job(named: "one", service: "default")
        _ = try await watched.execution(claimed[0].execution.id, of: nil)
        for place in [PrunePlace.start, .others(behind: nil)] {
            _ = try await watched.prune(before: now + .seconds(-86_400 * 400), limit: 5, from: place)
        }
        for query in Self.jobQueries {
            let page = try await watched.jobs(query)
            var next = query
            next.after = page.next
            _ = try await watched.jobs(next)
        }
        for query in Self.executionQueries(claimed[0].execution.jobID, now) { _ = try await watched.executions(query) }
        let troubles = try await watched.troubles(of: [.failed], since: now, behind: nil, limit: 500)
        #expect(troubles.count == 500)
        let last = troubles.last?.id
        #expect(try await watched.troubles(of: [.failed], since: now, behind: last, limit: 500).count == 500)
        let minute = MinuteFigures.minute(of: now)
        try await watched.tell(
            [MinuteFigures(minute: minute), MinuteFigures(minute: minute - 1)],
            by: FigureTeller(node: "n", process: "1"))
        #expect(try await watched.toldFigures(ofLast: 60, limit: 1000).items.count == 1000)
        #expect(try await watched.pruneFigures(before: now + .seconds(-60 * 10_000)) == 0)
        try await AccessPlans.ask(watched, now)
        await watched.close()
        try check(String(contentsOf: server.folder.appendingPathComponent("log"), encoding: .utf8))
        try server.stop()
    }

    @Test("statistics of a queue that was empty lead no statement astray when it fills")
    func emptiedAndFilled() async throws {
        let server = try await blocking {
            try PostgresServer(settings: [
                "session_preload_libraries": "auto_explain", "auto_explain.log_analyze": "on", "autovacuum": "off",
                "auto_explain.log_timing": "off", "log_min_messages": "log",
            ])
        }
        let uri = try server.database()
        let database = String(uri.split(separator: "/").last ?? "")
        let store = try await PostgresStore(uri: uri)
        let now = try await store.now()
        let jobs = (0..<1000).map { number in
            Job(
                id: .random(at: now), draft: JobDraft(name: "job-\(number)", schedule: .manual, target: .noop),
                nextRunAt: nil, createdAt: now)
        }
        for job in try await store.create(jobs) { _ = try job.get() }
        func pass(_ store: PostgresStore, _ nonce: UInt64) async throws {
            for job in jobs {
                let execution = job.execution(at: now, trigger: .manual, now: now, nonce: nonce)
                _ = try await store.enqueue([execution], of: job.id, overlap: .skip)
            }
            for _ in 0..<2 {
                let claimed = try await store.claim(ClaimRequest(worker: "w", limit: 500, lease: .seconds(600)))
                #expect(claimed.count == 500)
                _ = try await store.renew(claimed.map(\.lease), for: .seconds(600))
                let ends = claimed.enumerated().map { index, one in
                    Completion(
                        lease: one.lease, outcome: index % 2 == 0 ? .succeeded : .handedBack,
                        reason: index % 2 == 0 ? nil : .shutdown)
                }
                _ = try await store.finish(ends)
                let again = try await store.claim(ClaimRequest(worker: "w", limit: 250, lease: .seconds(600)))
                _ = try await store.finish(again.map { Completion(lease: $0.lease, outcome: .succeeded) })
            }
        }
        try await pass(store, 1)
        // Its pages stay, and are known to hold nothing.
        try server.psql("VACUUM (TRUNCATE false) open_executions", in: database)
        try server.psql("ANALYZE open_executions", in: database)
        try server.psql("ALTER SYSTEM SET auto_explain.log_min_duration = 0")
        try server.reload()
        await store.close()
        let fresh = try await PostgresStore(uri: uri)
        try await pass(fresh, 2)
        await fresh.close()
        let log = try String(contentsOf: server.folder.appendingPathComponent("log"), encoding: .utf8)
        var most = (rows: 0, plan: "")
        for plan in log.components(separatedBy: "plan:").dropFirst() {
            // All of that index, whatever the estimate says.
            #expect(!plan.contains(#/using open_of_job [^\n]*\n\s*Index Cond: \(status/#), "\(plan.prefix(3000))")
            for line in plan.split(separator: "\n") {
                let loops = line.firstMatch(of: #/loops=(\d+)/#).flatMap { Int($0.1) } ?? 1
                let rows = [#/actual rows=(\d+)/#, #/Rows Removed by [A-Za-z ]+: (\d+)/#].compactMap { pattern in
                    line.firstMatch(of: pattern).flatMap { Int($0.1) }
                }.max()
                if let rows, rows * loops > most.rows { most = (rows * loops, String(plan.prefix(2000))) }
            }
        }
        // Each statement concerns 500 executions at most.
        #expect((500...5000).contains(most.rows), "\(most)")
        try server.stop()
    }

    /// Jobs that are due and not, open executions, and a history.
    private static func filling(_ now: Timestamp) -> String {
        let instant = now.milliseconds
        return """
            INSERT INTO jobs SELECT gen_random_uuid(), 's' || i % 100, 'job-' || i, '', 'q' || i % 50,
                jsonb_build_object('team', 't' || i % 1000),
                '{"name":"job","schedule":{"type":"manual"},"target":{"type":"noop"}}', 'anonymous', \(instant) - i,
                \(instant) - i FROM generate_series(1, 1000000) AS i;
            INSERT INTO minute_figures SELECT \(instant) / 60000 - i % 500, 'n' || i / 500, '1', 1, '{}'
                FROM generate_series(0, 99999) AS i;
            INSERT INTO job_progress SELECT id, \(instant) - 1000 + row_number() OVER (), row_number() OVER () % 256,
                CASE WHEN name LIKE '%37' THEN 'paused' ELSE 'active' END, 1, NULL, 0, NULL, 0, NULL, 0, NULL, false FROM jobs;
            INSERT INTO open_executions SELECT (lpad(to_hex(\(instant) - i), 12, '0') || '8000' || substr(md5(i::text), 1, 16))::uuid,
                j.id, j.name, j.service, j.queue, 5, 0, NULL, \(instant) - i, \(instant) - i, 'schedule', 'pending', NULL, 0,
                3, NULL, NULL, false, \(instant) - i, NULL, NULL, NULL, NULL, NULL
                FROM (SELECT *, row_number() OVER () AS i FROM jobs LIMIT 50000) j;
            INSERT INTO ended_executions SELECT (lpad(to_hex(\(instant) - i * 1000), 12, '0') || '8000' || substr(md5(i::text), 1, 16))::uuid,
                j.id, j.name, j.service, j.queue, 5, 0, NULL, \(instant) - i * 1000, \(instant) - i * 1000, 'schedule',
                CASE WHEN i % 100 = 0 THEN 'failed' WHEN i % 101 = 0 THEN 'skipped' ELSE 'succeeded' END,
                CASE WHEN i % 101 = 0 THEN 'overlap' END, 1, 3, 'w', NULL, false, \(instant), \(instant), \(instant), NULL,
                NULL, NULL FROM (SELECT *, row_number() OVER () AS i FROM jobs) j;
            INSERT INTO output_pieces SELECT id, i, 1, '[]', i, 0, i, false, 0
                FROM (SELECT id FROM ended_executions LIMIT 20000) e, generate_series(1, 5) AS i;
            ANALYZE
            """
    }

    /// Each node of each plan: by an index, and with few rows.
    private func check(_ log: String) throws {
        let plans = log.components(separatedBy: "plan:").dropFirst()
        #expect(plans.count > 80)
        for plan in plans {
            // What the planner chooses by what it believes to be frequent: lists of open executions, of which there are as
            // many as wait and not as many as ever ran, and labels, which it knows nothing of.
            let isWalk =
                plan.contains("UNION ALL (SELECT") || plan.contains("(SELECT id, job_id, job_name")
                || plan.contains("labels @>")
            for line in plan.split(separator: "\n") {
                for table in ["jobs", "job_progress", "open_executions", "ended_", "output_", "minute_"]
                    + AccessPlans.tables
                {
                    #expect(!line.contains("Seq Scan on \(table)"), "\(plan.prefix(3000))")
                }
                if let count = line.firstMatch(of: #/Rows Removed by [A-Za-z ]+: (\d+)/#).flatMap({ Int($0.1) }) {
                    // The shards asked for are some of those that are due.
                    #expect(count < (isWalk ? 51_000 : 6000), "\(plan.prefix(3000))")
                }
                if line.contains("Scan"), let rows = line.firstMatch(of: #/actual rows=(\d+)/#).flatMap({ Int($0.1) }) {
                    #expect(rows < 6000, "\(plan.prefix(3000))")
                }
            }
        }
    }
}
