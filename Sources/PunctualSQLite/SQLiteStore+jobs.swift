package import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension SQLiteStore {
    package func create(
        _ jobs: [Job], within limits: [String: Int]
    ) async throws(StoreError) -> [Result<Job, StoreError>] {
        try await lane.write { transaction in
            var counts: [String: Int] = [:]
            return try jobs.map { job in
                let service = job.draft.service
                if let limit = limits[service] {
                    let count = try counts[service] ?? transaction.jobCount(of: service, upTo: limit)
                    counts[service] = count
                    if count >= limit, try transaction.isNew(job) {
                        return .failure(.quotaExceeded(.jobs(of: service, limit: limit)))
                    }
                }
                if try transaction.insert(job) {
                    counts[service]? += 1
                    return .success(job)
                }
                // A repeated call, or somebody else's name.
                if let existing = try transaction.jobRow(job.id)?.job { return .success(existing) }
                return .failure(.nameTaken)
            }
        }
    }

    package func job(_ id: Identifier) async throws(StoreError) -> Job? {
        try await reads.read { try $0.jobRow(id)?.job }
    }

    package func jobs(_ ids: [Identifier]) async throws(StoreError) -> [Job?] {
        try await reads.read { transaction in try ids.map { try transaction.jobRow($0)?.job } }
    }

    package func job(named name: String, service: String) async throws(StoreError) -> Job? {
        try await reads.read { transaction in
            try transaction.database.first(
                "SELECT \(Transaction.jobColumns) FROM jobs WHERE service = ? AND name = ?", service, name,
                read: transaction.jobRow)?.job
        }
    }

    package func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int, within limit: Int?
    ) async throws(StoreError) -> Job {
        try await lane.write { transaction in
            guard let row = try transaction.jobRow(id) else { throw StoreError.notFound }
            let job = row.job
            guard job.version == version else { throw StoreError.versionConflict(current: job.version) }
            if job.draft.name != change.draft.name || job.draft.service != change.draft.service {
                let taken = try transaction.database.first(
                    "SELECT 1 FROM jobs WHERE service = ? AND name = ? AND id <> ?", change.draft.service,
                    change.draft.name, id
                ) { $0.bool() }
                if taken == true { throw StoreError.nameTaken }
            }
            let service = change.draft.service
            if let limit, service != job.draft.service, try transaction.jobCount(of: service, upTo: limit) >= limit {
                throw StoreError.quotaExceeded(.jobs(of: service, limit: limit))
            }
            let changed = job.changed(by: change)
            try transaction.update(changed, from: row.status)
            let (target, old) = (changed.draft.target, job.draft.target)
            if (target.lane, target.task) != (old.lane, old.task) {
                for open in try transaction.open(of: id) { try transaction.move(open.id, to: target) }
            }
            return changed
        }
    }

    package func delete(_ id: Identifier, ifVersion version: Int?) async throws(StoreError) {
        try await lane.write { transaction in
            guard let row = try transaction.jobRow(id) else { throw StoreError.notFound }
            if let version, version != row.job.version {
                throw StoreError.versionConflict(current: row.job.version)
            }
            for open in try transaction.open(of: id) {
                if let next = open.cancelling(at: transaction.now) { try transaction.update(next, from: open) }
            }
            try transaction.database.run("DELETE FROM jobs WHERE id = ?", id)
            _ = try transaction.removeLimit(.init(.jobs, "\(id)"))
            transaction.tally.moved(from: row.status, to: nil)
        }
    }

    package func dueJobs(shards: Set<Int>?, limit: Int) async throws(StoreError) -> DueJobs {
        // All 256 is no restriction, and the plain statement is the faster one.
        let shards = shards?.count == 256 ? nil : shards
        let list = shards.map { JSONValue.array($0.sorted().map { .int(Int64($0)) }).description }
        let (due, unreadable) = try await read { transaction in
            let (now, database) = (transaction.now, transaction.database)
            var jobs: [Job] = []
            var unreadable: [Identifier] = []
            func sort(_ row: JobRow) {
                if row.complaint == nil { jobs.append(row.job) } else { unreadable.append(row.job.id) }
            }
            let next: Timestamp?
            if let list {
                for row in try database.rows(Self.dueOfShards, now, list, limit, read: transaction.jobRow) {
                    sort(row)
                }
                next = try database.first(Self.nextOfShards, now, list) { $0.instant() }
            } else {
                for row in try database.rows(Self.due, now, limit, read: transaction.jobRow) { sort(row) }
                next = try database.first(Self.next, now) { $0.instant() }
            }
            return (DueJobs(now: now, jobs: jobs, nextDue: next), unreadable)
        }
        if !unreadable.isEmpty {
            try await lane.write { transaction in
                for id in unreadable { if let row = try transaction.jobRow(id) { try transaction.setAside(row) } }
            }
        }
        return due
    }

    private static let ofShards = "AND shard IN (SELECT value FROM json_each(?))"
    private static let due = due("")
    private static let dueOfShards = due(ofShards)
    private static let next = next("")
    private static let nextOfShards = next(ofShards)

    private static func due(_ filter: String) -> String {
        """
        SELECT \(Transaction.jobColumns) FROM jobs WHERE next_run_at <= ? AND status <> 'completed' \(filter)
        ORDER BY next_run_at, id LIMIT ?
        """
    }

    private static func next(_ filter: String) -> String {
        """
        SELECT next_run_at FROM jobs WHERE next_run_at > ? AND status <> 'completed' \(filter)
        ORDER BY next_run_at, id LIMIT 1
        """
    }

    package func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] {
        try await lane.write { transaction in
            try plans.map { plan in
                guard let row = try transaction.jobRow(plan.jobID) else { return .lostRace }
                if row.complaint != nil {
                    try transaction.setAside(row)
                    return .lostRace
                }
                var job = row.job
                guard job.nextRunAt == plan.expected, job.version == plan.version, job.status != .completed else {
                    return .lostRace
                }
                let old = job.status
                let added = try plan.executions.compactMap {
                    try transaction.add($0, target: job.draft.target, overlap: plan.overlap)
                }
                job.nextRunAt = plan.next
                job.status = plan.status
                job.countRuns(of: added)
                // What was there already may have ended: no end is to come.
                if added.count < plan.executions.count, try transaction.open(of: job.id).isEmpty {
                    job = job.resumed(afterEndAt: transaction.now) ?? job
                }
                try transaction.updateProgress(job, from: old)
                return .applied(added)
            }
        }
    }

    package func enqueue(
        _ executions: [Execution], of job: Identifier, overlap: OverlapPolicy, within limit: Int?
    ) async throws(StoreError) -> [EnqueueOutcome] {
        try await lane.write { transaction in
            guard var owner = try transaction.job(job) else { throw StoreError.notFound }
            var added: [Execution] = []
            let outcomes = try executions.map { execution -> EnqueueOutcome in
                if let existing = try transaction.execution(execution.id) { return .existing(existing) }
                guard let new = try transaction.add(execution, target: owner.draft.target, overlap: overlap) else {
                    return .existing(execution)
                }
                added.append(new)
                return .created(new)
            }
            if let limit, let line = outcomes.line, try transaction.waiting(line.service, line.queue) > limit {
                throw StoreError.quotaExceeded(.waiting(of: line.service, queue: line.queue, limit: limit))
            }
            owner.countRuns(of: added)
            try transaction.updateProgress(owner, from: owner.status)
            return outcomes
        }
    }
}

extension Job {
    /// Counts executions that were added to run.
    fileprivate mutating func countRuns(of added: [Execution]) {
        for row in added where row.status == .pending || row.status == .buffered {
            runCount += 1
            lastRunAt = max(lastRunAt ?? row.scheduledAt, row.scheduledAt)
        }
    }
}
