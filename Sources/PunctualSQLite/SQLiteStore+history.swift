internal import Foundation
internal import GRDB
package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

extension SQLiteStore {
    package func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution? {
        try await read { database in
            guard let execution = try Execution.find(id, in: database), job == nil || execution.jobID == job else {
                return nil
            }
            return execution
        }
    }

    package func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        try await read { database in
            var conditions: [String] = []
            var arguments: StatementArguments = []
            func add(_ condition: String, _ values: any DatabaseValueConvertible...) {
                conditions.append(condition)
                arguments += StatementArguments(values)
            }
            if let job = query.jobID { add("job_id = ?", job.data) }
            if let service = query.service { add("service = ?", service) }
            if let queue = query.queue { add("queue = ?", queue) }
            if let reason = query.reason { add("reason = ?", reason.rawValue) }
            if !query.statuses.isEmpty {
                let words = query.statuses.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
                conditions.append("status IN (\(words))")
            }
            if let from = query.from { add("scheduled_at >= ?", from.milliseconds) }
            if let to = query.to { add("scheduled_at < ?", to.milliseconds) }
            if let after = query.after {
                add("(scheduled_at, id) < (?, ?)", after.value.flatMap { Int64($0) } ?? Int64.max, after.id.data)
            }
            let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            arguments += [query.limit + 1]
            var found = try Row.fetchAll(
                database,
                sql:
                    "SELECT \(Execution.columns) FROM executions \(filter) ORDER BY scheduled_at DESC, id DESC LIMIT ?",
                arguments: arguments
            ).map(Execution.init(row:))
            let hasMore = found.count > query.limit
            if hasMore { found.removeLast() }
            return Page(
                items: found,
                next: hasMore
                    ? found.last.map { PageKey(value: String($0.scheduledAt.milliseconds), id: $0.id) } : nil)
        }
    }

    package func counts() async throws(StoreError) -> Counts {
        let now = clock.now()
        return try await read { database in
            var jobs: [JobStatus: Int] = [:]
            var executions: [ExecutionStatus: Int] = [:]
            for row in try Row.fetchAll(database.cachedStatement(sql: "SELECT name, count FROM tallies")) {
                let parts = (row[0] as String).split(separator: ".")
                guard let kind = parts.first, let word = parts.last.map(String.init) else { continue }
                if kind == "job", let status = JobStatus(rawValue: word) { jobs[status] = row[1] }
                if kind == "execution", let status = ExecutionStatus(rawValue: word) { executions[status] = row[1] }
            }
            let due = try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT count(*), min(next_run_at) FROM jobs
                        WHERE next_run_at IS NOT NULL AND status <> 'completed' AND next_run_at <= ?
                        """), arguments: [now.milliseconds])
            let oldest = due?[1] as Int64?
            return Counts(
                jobs: jobs, executions: executions, due: due?[0] ?? 0,
                lag: oldest.map { now - Timestamp(milliseconds: $0) } ?? .zero)
        }
    }

    package func prune(before instant: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await lane.write { database, tally in
            let rows = try Row.fetchAll(
                database.cachedStatement(
                    sql: "SELECT id, status FROM executions WHERE finished_at IS NOT NULL AND finished_at < ? LIMIT ?"),
                arguments: [instant.milliseconds, limit])
            let delete = try database.cachedStatement(sql: "DELETE FROM executions WHERE id = ?")
            for row in rows {
                try delete.execute(arguments: [row[0] as Data])
                tally.add(-1, to: "execution.\(row[1] as String)")
            }
            return rows.count
        }
    }
}

// Leases and nodes.
extension SQLiteStore {
    package func acquire(
        _ shards: [Int], holder: String, duration: Duration
    ) async throws(StoreError) -> [ShardLease] {
        let now = clock.now()
        return try await lane.write { database, _ in
            for shard in shards {
                try database.cachedStatement(
                    sql: """
                        INSERT INTO shard_leases (shard, holder, term, expires_at) VALUES (?1, ?2, 1, ?3)
                        ON CONFLICT (shard) DO UPDATE SET
                            term = term + (holder IS NOT ?2), holder = ?2, expires_at = ?3
                        WHERE holder IS ?2 OR holder IS NULL OR expires_at <= ?4
                        """
                ).execute(arguments: [shard, holder, (now + duration).milliseconds, now.milliseconds])
            }
            return try Row.fetchAll(
                database, sql: "SELECT * FROM shard_leases WHERE holder = ? AND expires_at > ? ORDER BY shard",
                arguments: [holder, now.milliseconds]
            ).map(ShardLease.init(row:))
        }
    }

    package func release(_ leases: [ShardLease]) async throws(StoreError) {
        try await lane.write { database, _ in
            for lease in leases {
                try database.cachedStatement(
                    sql: """
                        UPDATE shard_leases SET holder = NULL, expires_at = NULL WHERE shard = ? AND holder IS ? AND term = ?
                        """
                ).execute(arguments: [lease.shard, lease.holder, lease.term])
            }
        }
    }

    package func leases() async throws(StoreError) -> [ShardLease] {
        try await read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM shard_leases ORDER BY shard").map(ShardLease.init(row:))
        }
    }

    package func heartbeat(_ node: NodeRecord) async throws(StoreError) {
        let now = clock.now()
        try await lane.write { database, _ in
            try database.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO nodes (id, roles, version, address, started_at, last_seen_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                node.id, node.roles.joined(separator: ","), node.version, node.address, node.startedAt.milliseconds,
                now.milliseconds,
            ])
        }
    }

    package func nodes(seenSince instant: Timestamp) async throws(StoreError) -> [NodeRecord] {
        try await read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM nodes WHERE last_seen_at >= ? ORDER BY id",
                arguments: [instant.milliseconds]
            ).map { row in
                NodeRecord(
                    id: row["id"], roles: (row["roles"] as String).split(separator: ",").map(String.init),
                    version: row["version"], address: row["address"],
                    startedAt: Timestamp(milliseconds: row["started_at"]),
                    lastSeenAt: Timestamp(milliseconds: row["last_seen_at"]))
            }
        }
    }
}

extension ShardLease {
    fileprivate init(row: Row) {
        self.init(
            shard: row["shard"], holder: row["holder"], term: row["term"], expiresAt: row.instant("expires_at"))
    }
}

// Answers to repeat.
extension SQLiteStore {
    package func begin(
        key: String, fingerprint: String, staleAfter: Duration
    ) async throws(StoreError) -> IdempotencyState {
        let now = clock.now()
        return try await lane.write { database, _ in
            let row = try Row.fetchOne(
                database.cachedStatement(sql: "SELECT * FROM idempotency_keys WHERE key = ?"), arguments: [key])
            if let row, Timestamp(milliseconds: row["taken_at"]) > now - .seconds(86_400) {
                guard row["fingerprint"] as String == fingerprint else { return .mismatch }
                if let status = row["status"] as Int? {
                    let headers = try JSONValue(parsing: row["headers"] as String).object?.members ?? []
                    return .replay(
                        StoredAnswer(
                            status: status,
                            headers: Dictionary(
                                headers.map { ($0.name, $0.value.string ?? "") },
                                uniquingKeysWith: { first, _ in first }),
                            body: Array(row["body"] as Data)))
                }
                if Timestamp(milliseconds: row["taken_at"]) > now - staleAfter { return .inProgress }
            }
            try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO idempotency_keys (key, fingerprint, taken_at) VALUES (?, ?, ?)"
            ).execute(arguments: [key, fingerprint, now.milliseconds])
            return .fresh
        }
    }

    package func finish(key: String, answer: StoredAnswer?) async throws(StoreError) {
        try await lane.write { database, _ in
            guard let answer else {
                try database.cachedStatement(sql: "DELETE FROM idempotency_keys WHERE key = ?")
                    .execute(arguments: [key])
                return
            }
            var headers = JSONObject()
            for (name, value) in answer.headers { headers[name] = .string(value) }
            try database.cachedStatement(
                sql: "UPDATE idempotency_keys SET status = ?, headers = ?, body = ? WHERE key = ?"
            ).execute(arguments: [
                answer.status, JSONValue.object(headers).description, Data(answer.body), key,
            ])
        }
    }

    package func pruneKeys(before instant: Timestamp) async throws(StoreError) -> Int {
        try await lane.write { database, _ in
            try database.cachedStatement(sql: "DELETE FROM idempotency_keys WHERE taken_at < ?")
                .execute(arguments: [instant.milliseconds])
            return database.changesCount
        }
    }
}
