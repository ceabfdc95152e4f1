internal import GRDB
package import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension SQLiteStore {
    package func create(_ jobs: [Job]) async throws(StoreError) -> [Result<Job, StoreError>] {
        try await lane.write { database, tally in
            try jobs.map { job in
                try job.insert(into: database)
                if database.changesCount > 0 {
                    tally.moved(from: nil, to: job.status)
                    return .success(job)
                }
                // A repeated call, or somebody else's name.
                if let existing = try Job.find(job.id, in: database) { return .success(existing) }
                return .failure(.nameTaken)
            }
        }
    }

    package func job(_ id: Identifier) async throws(StoreError) -> Job? {
        try await read { try Job.find(id, in: $0) }
    }

    package func job(named name: String, service: String) async throws(StoreError) -> Job? {
        try await read { database in
            try Row.fetchOne(
                database.cachedStatement(sql: "SELECT \(Job.columns) FROM jobs WHERE service = ? AND name = ?"),
                arguments: [service, name]
            ).map(Job.init(row:))
        }
    }

    package func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job> {
        try await read { database in
            let (sql, arguments) = query.statement
            var jobs = try Row.fetchAll(database, sql: sql, arguments: arguments).map(Job.init(row:))
            let hasMore = jobs.count > query.limit
            if hasMore { jobs.removeLast() }
            return Page(items: jobs, next: hasMore ? jobs.last.map { query.key(of: $0) } : nil)
        }
    }

    package func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int
    ) async throws(StoreError) -> Job {
        try await lane.write { database, tally in
            guard var job = try Job.find(id, in: database) else { throw StoreError.notFound }
            guard job.version == version else { throw StoreError.versionConflict(current: job.version) }
            if job.draft.name != change.draft.name || job.draft.service != change.draft.service {
                let taken = try Bool.fetchOne(
                    database.cachedStatement(
                        sql: "SELECT EXISTS (SELECT 1 FROM jobs WHERE service = ? AND name = ? AND id <> ?)"),
                    arguments: [change.draft.service, change.draft.name, id.data])
                if taken == true { throw StoreError.nameTaken }
            }
            tally.moved(from: job.status, to: change.status)
            job.draft = change.draft
            job.status = change.status
            job.pauseReason = change.pauseReason
            if let next = change.nextRunAt { job.nextRunAt = next }
            job.updatedAt = change.updatedAt
            job.version += 1
            try database.cachedStatement(
                sql: """
                    UPDATE jobs SET service = ?, name = ?, description = ?, queue = ?, definition = ?, status = ?,
                        pause_reason = ?, next_run_at = ?, updated_at = ?, version = ? WHERE id = ?
                    """
            ).execute(arguments: [
                job.draft.service, job.draft.name, job.draft.description, job.draft.queue, job.draft.json.description,
                job.status.rawValue, job.pauseReason, job.nextRunAt?.milliseconds, job.updatedAt.milliseconds,
                job.version, id.data,
            ])
            return job
        }
    }

    package func delete(_ id: Identifier, ifVersion version: Int?) async throws(StoreError) {
        let now = clock.now()
        try await lane.write { database, tally in
            guard let job = try Job.find(id, in: database) else { throw StoreError.notFound }
            if let version, version != job.version { throw StoreError.versionConflict(current: job.version) }
            for open in try Execution.open(of: id, in: database) {
                try open.cancelling(at: now)?.update(in: database, from: open, tally)
            }
            try database.cachedStatement(sql: "DELETE FROM jobs WHERE id = ?").execute(arguments: [id.data])
            tally.moved(from: job.status, to: nil)
        }
    }

    package func dueJobs(shards: Set<Int>?, limit: Int) async throws(StoreError) -> DueJobs {
        let now = clock.now()
        // All 256 is no restriction, and the plain statement is the faster one.
        let shards = shards?.count == 256 ? nil : shards
        return try await read { database in
            let filter = shards.map { "AND shard IN (\($0.sorted().map(String.init).joined(separator: ",")))" } ?? ""
            if shards?.isEmpty == true { return DueJobs(now: now, jobs: [], nextDue: nil) }
            let open = "next_run_at IS NOT NULL AND status <> 'completed' \(filter)"
            let jobs = try Row.fetchAll(
                database.cachedStatement(
                    sql:
                        "SELECT \(Job.columns) FROM jobs WHERE next_run_at <= ? AND \(open) ORDER BY next_run_at, id LIMIT ?"
                ),
                arguments: [now.milliseconds, limit]
            ).map(Job.init(row:))
            let next = try Int64.fetchOne(
                database.cachedStatement(
                    sql: "SELECT next_run_at FROM jobs WHERE next_run_at > ? AND \(open) ORDER BY next_run_at LIMIT 1"),
                arguments: [now.milliseconds])
            return DueJobs(now: now, jobs: jobs, nextDue: next.map { Timestamp(milliseconds: $0) })
        }
    }

    package func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] {
        let now = clock.now()
        return try await lane.write { database, tally in
            try plans.map { plan in
                guard var job = try Job.find(plan.jobID, in: database), job.nextRunAt == plan.expected,
                    job.version == plan.version, job.status != .completed
                else { return .lostRace }
                let added = try plan.executions.compactMap { planned in
                    try planned.add(to: database, target: job.draft.target, overlap: plan.overlap, now: now, tally)
                }
                tally.moved(from: job.status, to: plan.status)
                job.nextRunAt = plan.next
                job.status = plan.status
                job.countRuns(of: added)
                try job.updateProgress(in: database)
                return .applied(added)
            }
        }
    }

    package func enqueue(
        _ executions: [Execution], of job: Identifier, overlap: OverlapPolicy
    ) async throws(StoreError) -> [EnqueueOutcome] {
        let now = clock.now()
        return try await lane.write { database, tally in
            guard var owner = try Job.find(job, in: database) else { throw StoreError.notFound }
            var added: [Execution] = []
            let outcomes = try executions.map { execution -> EnqueueOutcome in
                if let existing = try Execution.find(execution.id, in: database) { return .existing(existing) }
                guard
                    let new = try execution.add(
                        to: database, target: owner.draft.target, overlap: overlap, now: now, tally)
                else { return .existing(execution) }
                added.append(new)
                return .created(new)
            }
            owner.countRuns(of: added)
            try owner.updateProgress(in: database)
            return outcomes
        }
    }
}

extension Job {
    static func find(_ id: Identifier, in database: Database) throws -> Job? {
        try Row.fetchOne(
            database.cachedStatement(sql: "SELECT \(columns) FROM jobs WHERE id = ?"), arguments: [id.data]
        ).map(Job.init(row:))
    }

    fileprivate func insert(into database: Database) throws {
        try database.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO jobs (id, service, name, description, queue, definition, status, pause_reason, next_run_at,
                    last_run_at, last_status, run_count, failure_count, created_by, created_at, updated_at, version, shard)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            id.data, draft.service, draft.name, draft.description, draft.queue, draft.json.description, status.rawValue,
            pauseReason, nextRunAt?.milliseconds, lastRunAt?.milliseconds, lastStatus?.rawValue, runCount, failureCount,
            createdBy, createdAt.milliseconds, updatedAt.milliseconds, version, id.virtualShard,
        ])
    }

    /// Counts executions that were added to run.
    fileprivate mutating func countRuns(of added: [Execution]) {
        let runs = added.filter { $0.status == .pending || $0.status == .buffered }
        runCount += runs.count
        if let newest = runs.map(\.scheduledAt).max() { lastRunAt = max(lastRunAt ?? newest, newest) }
    }

    /// Writes what the scheduler and the workers move; the definition and the version stay.
    func updateProgress(in database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE jobs SET next_run_at = ?, status = ?, last_run_at = ?, last_status = ?, run_count = ?, failure_count = ?
                WHERE id = ?
                """
        ).execute(arguments: [
            nextRunAt?.milliseconds, status.rawValue, lastRunAt?.milliseconds, lastStatus?.rawValue, runCount,
            failureCount, id.data,
        ])
    }
}

extension Execution {
    /// The job's executions that have not ended, oldest first.
    static func open(of job: Identifier, in database: Database) throws -> [Execution] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT \(columns) FROM executions
                    WHERE job_id = ? AND status IN ('buffered', 'pending', 'running') ORDER BY scheduled_at, id
                    """), arguments: [job.data]
        ).map(Execution.init(row:))
    }

    static func openCounts(of job: Identifier, in database: Database) throws -> [String: Int] {
        let rows = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT status, count(*) FROM executions
                    WHERE job_id = ? AND status IN ('buffered', 'pending', 'running') GROUP BY status
                    """), arguments: [job.data])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int) })
    }

    /// Adds this execution after asking the overlap policy; nil when its id is there already.
    fileprivate func add(
        to database: Database, target: Target, overlap: OverlapPolicy, now: Timestamp, _ tally: Tally
    ) throws -> Execution? {
        var row = self
        if status == .pending, overlap != .allowAll {
            let open = try Execution.openCounts(of: jobID, in: database)
            let decision = overlap.decide(
                waiting: open["pending"] ?? 0, running: open["running"] ?? 0, buffered: open["buffered"] ?? 0)
            switch decision {
            case .run: break
            case .buffer: row.status = .buffered
            case .skip(let reason):
                row.status = .skipped
                row.reason = reason
                row.finishedAt = now
            case .replace(let waits):
                if try Execution.find(id, in: database) != nil { return nil }
                for other in try Execution.open(of: jobID, in: database) {
                    try other.cancelling(at: now, reason: .overlap)?.update(in: database, from: other, tally)
                }
                if waits { row.status = .buffered }
            }
        }
        return try row.insert(into: database, target: target, tally) ? row : nil
    }
}

extension JobQuery {
    private var sortColumn: String {
        switch sort {
        case .name: "name"
        case .createdAt: "created_at"
        case .updatedAt: "updated_at"
        // A missing instant sorts last both ways.
        case .nextRunAt: descending ? "coalesce(next_run_at, -1)" : "coalesce(next_run_at, 9223372036854775807)"
        }
    }

    fileprivate func key(of job: Job) -> PageKey {
        switch sort {
        case .name: PageKey(value: job.draft.name, id: job.id)
        case .createdAt: PageKey(value: String(job.createdAt.milliseconds), id: job.id)
        case .updatedAt: PageKey(value: String(job.updatedAt.milliseconds), id: job.id)
        case .nextRunAt: PageKey(value: job.nextRunAt.map { String($0.milliseconds) }, id: job.id)
        }
    }

    fileprivate var statement: (String, StatementArguments) {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        func add(_ condition: String, _ values: any DatabaseValueConvertible...) {
            conditions.append(condition)
            arguments += StatementArguments(values)
        }
        if let service { add("service = ?", service) }
        if let status { add("status = ?", status.rawValue) }
        if let queue { add("queue = ?", queue) }
        if let name { add("name = ?", name) }
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            add(
                "EXISTS (SELECT 1 FROM json_each(definition, '$.labels') AS label WHERE label.key = ? AND label.value = ?)",
                name, value)
        }
        if let text, !text.isEmpty {
            let pattern =
                "%" + text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_") + "%"
            add("(name LIKE ? ESCAPE '\\' OR description LIKE ? ESCAPE '\\')", pattern, pattern)
        }
        let column = sortColumn
        let (sign, order) = descending ? ("<", "DESC") : (">", "ASC")
        if let after {
            let value: any DatabaseValueConvertible =
                sort == .name
                ? after.value ?? "" : after.value.flatMap { Int64($0) } ?? (descending ? -1 : Int64.max)
            add("(\(column), id) \(sign) (?, ?)", value, after.id.data)
        }
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        arguments += [limit + 1]
        return (
            "SELECT \(Job.columns) FROM jobs \(filter) ORDER BY \(column) \(order), id \(order) LIMIT ?", arguments
        )
    }
}
