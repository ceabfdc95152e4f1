package import PunctualCore
internal import PunctualSchedule

extension SQLiteStore {
    package func limits() async throws(StoreError) -> [WorkLimit] {
        try await read { try $0.limitStates().map(\.limit) }
    }

    package func limitsInUse() async throws(StoreError) -> [WorkLimit.Key: LimitUse] {
        try await read { transaction in
            let states = try transaction.limitStates()
            let running = states.contains { $0.limit.concurrency != nil } ? try transaction.running() : [:]
            return Dictionary(
                states.map { ($0.limit.key, $0.use(running: running[$0.limit.key] ?? 0, at: transaction.now)) }
            ) { first, _ in first }
        }
    }

    package func limit(_ key: WorkLimit.Key) async throws(StoreError) -> WorkLimit? {
        try await read { try $0.limitStates().first { $0.limit.key == key }?.limit }
    }

    package func setLimit(_ limit: WorkLimit) async throws(StoreError) {
        try await lane.write { transaction in
            try transaction.database.run(
                """
                INSERT INTO work_limits (kind, name, concurrency, rate_count, rate_per) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (kind, name) DO UPDATE SET concurrency = excluded.concurrency,
                    rate_count = excluded.rate_count, rate_per = excluded.rate_per
                """, limit.key.kind.rawValue, limit.key.name, limit.concurrency, limit.rate?.count,
                limit.rate?.per.wholeMilliseconds)
        }
    }

    package func removeLimit(_ key: WorkLimit.Key) async throws(StoreError) -> Bool {
        try await lane.write { try $0.removeLimit(key) }
    }
}

extension Transaction {
    func removeLimit(_ key: WorkLimit.Key) throws -> Bool {
        try database.run("DELETE FROM work_limits WHERE kind = ? AND name = ?", key.kind.rawValue, key.name) > 0
    }

    /// Every limit, by kind and name.
    fileprivate func limitStates() throws -> [LimitState] {
        try database.rows(
            "SELECT kind, name, concurrency, rate_count, rate_per, arrival FROM work_limits ORDER BY kind, name"
        ) { columns -> LimitState? in
            let (kind, name) = (WorkLimit.Kind(rawValue: columns.text()), columns.text())
            let (concurrency, count, per) = (columns.optionalInt(), columns.optionalInt(), columns.optionalInt())
            let arrival = columns.optionalInt()
            guard let kind else { return nil }
            var limit = WorkLimit(.init(kind, name), concurrency: concurrency)
            if let count, let per { limit.rate = .init(count: count, per: .milliseconds(Int64(per))) }
            return LimitState(limit, arrival: arrival.map { Int64($0) })
        }.compactMap { $0 }
    }

    /// What the limits leave room for; nil when there are none.
    func workLimits() throws -> WorkLimits? {
        let states = try limitStates()
        if states.isEmpty { return nil }
        let running = states.contains { $0.limit.concurrency != nil } ? try running() : [:]
        return WorkLimits(states, running: running, now: now)
    }

    /// What runs now, by everything that may have a limit.
    fileprivate func running() throws -> [WorkLimit.Key: Int] {
        var running: [WorkLimit.Key: Int] = [:]
        // As many as run at once: those by the job's, queue's or service's index would be all that ever ran.
        let rows = try database.rows(
            """
            SELECT queue, service, job_id FROM executions INDEXED BY executions_by_status WHERE status = 'running'
            """
        ) { columns in (columns.text(), columns.text(), try columns.identifier()) }
        for (queue, service, job) in rows {
            running[.init(.queues, queue), default: 0] += 1
            running[.init(.services, service), default: 0] += 1
            running[.init(.jobs, "\(job)"), default: 0] += 1
        }
        return running
    }

    /// Keeps how far rates are used up.
    func spend(_ states: [LimitState]) throws {
        for state in states {
            try database.run(
                "UPDATE work_limits SET arrival = ? WHERE kind = ? AND name = ?", state.arrival,
                state.limit.key.kind.rawValue, state.limit.key.name)
        }
    }
}
