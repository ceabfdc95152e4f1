package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func create(
        _ jobs: [Job], within limits: [String: Int]
    ) async throws(StoreError) -> [Result<Job, StoreError>] {
        if jobs.isEmpty { return [] }
        return jobs.count > PostgresStore.sharedLimit
            ? try await insert(jobs, within: limits) : try await lanes.creations.submit((jobs, limits), to: self)
    }

    /// More jobs than this in one call go alone.
    private static let sharedLimit = 64

    /// Adds jobs with one statement; one outcome each, in order.
    func insert(
        _ jobs: [Job], within limits: [String: Int]
    ) async throws(StoreError) -> [Result<Job, StoreError>] {
        var seen: Set<Identifier> = []
        let rows = jobs.filter { seen.insert($0.id).inserted }
        let (added, refused) =
            limits.isEmpty
            ? (Set(try await run(insertion(of: PostgresStore.lockOrder(rows)))[1].map { $0.identifier() }), [])
            : try await insertWithin(limits, rows)
        for job in rows { dueHead.added([job.nextRunAt], at: job.updatedAt) }
        if rows.contains(where: { added.contains($0.id) && $0.isDueSoon }) { bell.jobsChanged() }
        // A repeated call, or somebody else's name.
        let missing = rows.map(\.id).filter { !added.contains($0) && !refused.contains($0) }
        var existing: [Identifier: Job] = [:]
        if !missing.isEmpty {
            for job in try await self.jobs(missing) { if let job { existing[job.id] = job } }
        }
        return jobs.map { job in
            if added.contains(job.id) { return .success(job) }
            if refused.contains(job.id), let limit = limits[job.draft.service] {
                return .failure(.quotaExceeded(.jobs(of: job.draft.service, limit: limit)))
            }
            return existing[job.id].map { .success($0) } ?? .failure(.nameTaken)
        }
    }

    /// In the order in which the names are locked, so that two batches never wait for each other.
    static func lockOrder(_ jobs: [Job]) -> [Job] {
        jobs.sorted { ($0.draft.service, $0.draft.name) < ($1.draft.service, $1.draft.name) }
    }

    /// Adds those whose ids and names are free; the second answers with the ids that were added.
    func insertion(of rows: [Job]) -> [Call] {
        let drafts = rows.map(\.draft)
        return [
            PostgresStore.insertion(
                rows.map(\.id), drafts.map(\.service), drafts.map(\.name), drafts.map(\.description),
                drafts.map(\.queue), drafts.map(\.labelsText), drafts.map(\.storedText), rows.map(\.createdBy),
                rows.map(\.createdAt), rows.map(\.updatedAt), drafts.map { $0.retention?.wholeMilliseconds }),
            PostgresStore.progressInsertion(
                rows.map(\.id), rows.map(\.nextRunAt), rows.map(\.id.virtualShard), rows.map(\.status.rawValue),
                rows.map(\.version), rows.map(\.lastRunAt), rows.map(\.runCount), rows.map { $0.lastStatus?.rawValue },
                rows.map(\.failureCount), rows.map(\.pauseReason), drafts.map(\.target.lane.rawValue),
                drafts.map(\.target.task), drafts.map(\.waitsForEnd)),
        ]
    }

    private static let insertion = Statement(
        """
        INSERT INTO jobs (id, service, name, description, queue, labels, definition, created_by, created_at, updated_at,
            retention)
        SELECT id, service, name, description, queue, labels::jsonb, definition, created_by, created_at, updated_at,
            retention
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::int8[], $10::int8[], $11::int8[])
        AS g (id, service, name, description, queue, labels, definition, created_by, created_at, updated_at, retention)
        ON CONFLICT DO NOTHING
        """)
    /// A statement of its own, which sees what the other has added.
    private static let progressInsertion = Statement(
        """
        WITH added AS (
            INSERT INTO job_progress (id, next_run_at, shard, status, version, last_run_at, run_count, last_status,
                failure_count, pause_reason, lane, task, waits_for_end)
            SELECT * FROM unnest($1::uuid[], $2::int8[], $3::int8[], $4::text[], $5::int8[], $6::int8[], $7::int8[],
                $8::text[], $9::int8[], $10::text[], $11::int8[], $12::text[], $13::bool[]) AS g (id)
            WHERE EXISTS (SELECT 1 FROM jobs j WHERE j.id = g.id)
            ON CONFLICT DO NOTHING RETURNING id, status
        ), tallied AS (
            INSERT INTO tallies (active, paused, completed)
            SELECT count(*) FILTER (WHERE status = 'active'), count(*) FILTER (WHERE status = 'paused'),
                count(*) FILTER (WHERE status = 'completed')
            FROM added HAVING count(*) > 0
        )
        SELECT id FROM added
        """)

    package func job(_ id: Identifier) async throws(StoreError) -> Job? { try await lanes.jobs.submit(id, to: self) }

    /// The jobs, or nil, in order.
    package func jobs(_ ids: [Identifier]) async throws(StoreError) -> [Job?] {
        let rows = try await run([PostgresStore.jobsByID(ids)])
        var found: [Identifier: Job] = [:]
        for stored in rows[0].map({ StoredJob(&$0) }) { found[stored.id] = stored.job(definitions).job }
        return ids.map { found[$0] }
    }

    private static let joined = "jobs j JOIN job_progress p ON p.id = j.id"
    private static let jobsByID = Statement("SELECT \(StoredJob.columns) FROM \(joined) WHERE j.id = ANY ($1::uuid[])")

    package func job(named name: String, service: String) async throws(StoreError) -> Job? {
        try await run([PostgresStore.jobByName(service, name)])[0].first { StoredJob(&$0).job(definitions).job }
    }

    private static let jobByName = Statement(
        "SELECT \(StoredJob.columns) FROM \(joined) WHERE j.service = $1 AND j.name = $2")

    package func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int, within limit: Int?
    ) async throws(StoreError) -> Job {
        do {
            let (changed, hasMovedWork) = try await transact(.init(jobs: [id], countsOpen: false)) {
                [definitions] transaction, isRepetition in
                guard let stored = transaction.jobs[id] else { throw StoreError.notFound }
                let job = stored.job(definitions).job
                if isRepetition, job.version == version + 1, job.updatedAt == change.updatedAt,
                    job.draft == change.draft
                {
                    return (job, true)
                }
                guard job.version == version else { throw StoreError.versionConflict(current: job.version) }
                let changed = job.changed(by: change)
                let draft = changed.draft
                if let limit, draft.service != job.draft.service {
                    let count = try await transaction.jobCounts(upTo: [draft.service: limit])[draft.service] ?? 0
                    if count >= limit { throw StoreError.quotaExceeded(.jobs(of: draft.service, limit: limit)) }
                }
                do {
                    // Now, while the name's fault can still be told from others.
                    _ = try await transaction.connection.run([
                        PostgresStore.definition(
                            id, draft.service, draft.name, draft.description, draft.queue, draft.labelsText,
                            draft.storedText, changed.updatedAt, draft.retention?.wholeMilliseconds)
                    ])
                } catch let fault as PostgresFault where fault.state == "23505" && fault.constraint == "jobs_name" {
                    throw StoreError.nameTaken
                }
                transaction.also(
                    PostgresStore.progress(
                        id, changed.nextRunAt, changed.status.rawValue, changed.version, changed.pauseReason,
                        draft.target.lane.rawValue, draft.target.task, draft.waitsForEnd), from: stored.status,
                    to: changed.status)
                let (lane, task) = (draft.target.lane.rawValue, draft.target.task)
                if (lane, task) != (stored.lane, stored.task) {
                    for open in try await transaction.openExecutions(of: id) {
                        transaction.change(open.row, lane: lane, task: task)
                    }
                }
                return (changed, !transaction.written.isEmpty)
            }
            dueHead.added([changed.nextRunAt], at: changed.updatedAt)
            if changed.isDueSoon { bell.jobsChanged() }
            if hasMovedWork { bell.workWaiting() }
            return changed
        }
    }

    private static let definition = Statement(
        """
        UPDATE jobs SET service = $2, name = $3, description = $4, queue = $5, labels = $6::text::jsonb, definition = $7,
            updated_at = $8, retention = $9
        WHERE id = $1
        """)
    private static let progress = Statement(
        """
        UPDATE job_progress SET next_run_at = $2, status = $3, version = $4, pause_reason = $5, lane = $6::int8, task = $7,
            waits_for_end = $8
        WHERE id = $1
        """)

    package func delete(_ id: Identifier, ifVersion version: Int?) async throws(StoreError) {
        let wasRunning = try await transact(.init(jobs: [id], countsOpen: false)) { transaction, isRepetition in
            guard let stored = transaction.jobs[id] else {
                if isRepetition { return true }
                throw StoreError.notFound
            }
            if let version, version != stored.version { throw StoreError.versionConflict(current: stored.version) }
            var isRunning = false
            for open in try await transaction.openExecutions(of: id) {
                guard let next = open.row.cancelling(at: transaction.now) else { continue }
                isRunning = isRunning || next.status == .running
                transaction.change(next)
            }
            transaction.also(PostgresStore.removeJob(id), from: stored.status, to: nil)
            transaction.also(PostgresStore.removeProgress(id))
            transaction.also(PostgresStore.removeLimit(WorkLimit.Kind.jobs.rawValue, "\(id)"))
            return isRunning
        }
        if wasRunning { bell.workCancelled() }
    }

    private static let removeJob = Statement("DELETE FROM jobs WHERE id = $1")
    private static let removeProgress = Statement("DELETE FROM job_progress WHERE id = $1")

    package func dueJobs(shards: Set<Int>?, limit: Int) async throws(StoreError) -> DueJobs {
        // All 256 is no restriction.
        let token = dueHead.begin(shards: shards)
        let shards = shards?.count == 256 ? nil : shards.map { $0.sorted() }
        let rows = try await run([
            PostgresStore.due(given, shards, limit, token.start ?? Timestamp(milliseconds: .min)),
            PostgresStore.nextDue(given, shards),
        ])
        var jobs: [Job] = []
        var unreadable: [Identifier] = []
        var first: Timestamp?
        for stored in rows[0].map({ StoredJob(&$0) }) {
            let (job, complaint) = stored.job(definitions)
            first = first ?? stored.nextRunAt
            if complaint == nil { jobs.append(job) } else { unreadable.append(job.id) }
        }
        let end = rows[1].first { (now: $0.instant(), next: $0.optionalInstant()) }
        let now = end?.now ?? Timestamp(milliseconds: 0)
        dueHead.end(token, first: first, now: now)
        if !unreadable.isEmpty { try await setAside(unreadable) }
        return DueJobs(now: now, jobs: jobs, nextDue: end?.next)
    }

    /// The same for both statements: what becomes due between two readings of a clock would be in neither.
    private static let transactionTime = "coalesce($1::int8, floor(extract(epoch FROM now()) * 1000)::int8)"
    private static let due = Statement(
        """
        SELECT \(StoredJob.columns) FROM job_progress p JOIN jobs j ON j.id = p.id
        WHERE p.next_run_at >= $4::int8 AND p.next_run_at <= \(transactionTime) AND p.status <> 'completed'
            AND ($2::int8[] IS NULL OR p.shard = ANY ($2::int8[]))
        ORDER BY p.next_run_at, p.id LIMIT $3::int8
        """)
    private static let nextDue = Statement(
        """
        SELECT \(transactionTime), (
            SELECT p.next_run_at FROM job_progress p
            WHERE p.next_run_at > \(transactionTime) AND p.status <> 'completed'
                AND ($2::int8[] IS NULL OR p.shard = ANY ($2::int8[]))
            ORDER BY p.next_run_at, p.id LIMIT 1
        )
        """)

    /// Takes unreadable jobs off the schedule, so that they are seen as paused and the others go on.
    func setAside(_ ids: [Identifier]) async throws(StoreError) {
        try await transact(.init(jobs: ids, countsOpen: false)) { [definitions] transaction, _ in
            for stored in transaction.jobs.values {
                guard let complaint = stored.job(definitions).complaint else { continue }
                transaction.also(
                    PostgresStore.aside(stored.id, StoredJob.pauseReason(complaint)), from: stored.status, to: .paused)
            }
        }
    }

    private static let aside = Statement(
        """
        UPDATE job_progress SET status = 'paused', pause_reason = $2, next_run_at = NULL, version = version + 1
        WHERE id = $1
        """)
}
