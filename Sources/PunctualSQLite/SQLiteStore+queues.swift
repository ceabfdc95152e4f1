package import PunctualCore
package import PunctualSchedule

extension SQLiteStore {
    package func queues() async throws(StoreError) -> [QueueSummary] {
        try await read { try $0.queues() }
    }

    package func setQueue(
        _ name: String, paused: Bool, since instant: Timestamp?
    ) async throws(StoreError) -> QueueSummary {
        try await lane.write { transaction in
            try transaction.database.run(
                """
                INSERT INTO queues (name, paused, paused_at) VALUES (?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET paused = excluded.paused,
                    paused_at = CASE WHEN queues.paused AND excluded.paused THEN queues.paused_at
                        ELSE excluded.paused_at END
                """, name, paused, paused ? instant ?? transaction.now : nil)
        }
        return try await queues().first { $0.name == name } ?? QueueSummary(name: name, paused: paused)
    }

    package func nextAvailable(for work: WorkChoice) async throws(StoreError) -> Duration? {
        try await read { transaction in
            try transaction.lines(work).map(\.availableAt).min().map { $0 - transaction.now }
        }
    }

    package func openJobs(among jobs: [Identifier]) async throws(StoreError) -> Set<Identifier> {
        try await read { transaction in
            Set(
                try jobs.filter {
                    try transaction.database.first(Self.open, $0, read: { $0.bool() }) ?? false
                })
        }
    }

    private static let open = "SELECT EXISTS (SELECT 1 FROM executions WHERE job_id = ? AND finished_at IS NULL)"
}

/// The waiting executions of one queue, priority and service.
struct Line {
    let queue: String
    let priority: Int
    let service: String
    /// Of the first.
    let availableAt: Timestamp

    init(_ columns: inout Columns) {
        (queue, priority, service) = (columns.text(), columns.int(), columns.text())
        availableAt = columns.instant()
    }
}

extension Transaction {
    private func pausedQueues() throws -> Set<String> {
        Set(try database.rows("SELECT name FROM queues WHERE paused") { $0.text() })
    }

    /// The lines of the work whose queues are not paused: one index seek each, however many wait in them.
    func lines(_ work: WorkChoice, evenPaused: Bool = false) throws -> [Line] {
        let paused = evenPaused ? [] : try pausedQueues()
        return try lines(of: work.lane) { paused.contains($0) || !(work.queues?.contains($0) ?? true) }.filter {
            work.takes(queue: $0.queue, service: $0.service, priority: $0.priority)
        }
    }

    /// - Parameter passes: over which queues to go as one.
    private func lines(of lane: Lane, passing passes: (String) -> Bool) throws -> [Line] {
        var lines: [Line] = []
        var line = try database.first(Self.lineOfNextQueue, lane.rawValue, "", read: Line.init)
        while let current = line {
            line = nil
            if !passes(current.queue) {
                lines.append(current)
                line =
                    try database.first(
                        Self.lineOfNextService, lane.rawValue, current.queue, current.priority, current.service,
                        read: Line.init)
                    ?? database.first(
                        Self.lineOfNextPriority, lane.rawValue, current.queue, current.priority, read: Line.init)
            }
            if line == nil {
                line = try database.first(Self.lineOfNextQueue, lane.rawValue, current.queue, read: Line.init)
            }
        }
        return lines
    }

    // Three statements: with `(queue, priority, service) > (?, ?, ?)` SQLite begins at the equal rows and walks past every
    // one.
    private static let lineOfNextService = """
        SELECT queue, priority, service, available_at FROM executions
        WHERE status = 'pending' AND lane = ? AND queue = ? AND priority = ? AND service > ?
        ORDER BY service, available_at LIMIT 1
        """
    private static let lineOfNextPriority = """
        SELECT queue, priority, service, available_at FROM executions
        WHERE status = 'pending' AND lane = ? AND queue = ? AND priority > ?
        ORDER BY priority, service, available_at LIMIT 1
        """
    private static let lineOfNextQueue = """
        SELECT queue, priority, service, available_at FROM executions
        WHERE status = 'pending' AND lane = ? AND queue > ?
        ORDER BY queue, priority, service, available_at LIMIT 1
        """

    /// Every queue's figures; neither jobs nor ended executions are counted through.
    fileprivate func queues() throws -> [QueueSummary] {
        var summaries: [String: QueueSummary] = [:]
        func change(_ name: String, _ body: (inout QueueSummary) -> Void) {
            body(&summaries[name, default: QueueSummary(name: name, paused: false)])
        }
        let known = try database.rows("SELECT name, paused, paused_at FROM queues") {
            (name: $0.text(), isPaused: $0.bool(), since: $0.optionalInstant())
        }
        for queue in known {
            change(queue.name) { ($0.paused, $0.pausedAt) = (queue.isPaused, queue.isPaused ? queue.since : nil) }
        }
        for name in try database.rows(Self.queuesOfJobs, read: { $0.text() }) { change(name) { _ in } }
        for lane in Lane.allCases {
            for line in try lines(of: lane, passing: { _ in false }) {
                let depth = try database.first(
                    Self.depth, lane.rawValue, line.queue, line.priority, line.service, now, QueueSummary.countLimit
                ) { $0.int() }
                change(line.queue) { summary in
                    summary.depth = min(summary.depth + (depth ?? 0), QueueSummary.countLimit)
                    guard line.availableAt <= now else { return }
                    summary.oldestAge = max(summary.oldestAge ?? .zero, now - line.availableAt)
                }
            }
        }
        var workers: [String: Set<String?>] = [:]
        for (name, worker) in try database.rows(Self.running, read: { ($0.text(), $0.optionalText()) }) {
            workers[name, default: []].insert(worker)
            change(name) { $0.running += 1 }
        }
        for (name, workers) in workers { change(name) { $0.workers = workers.count } }
        // By bytes, as the database sorts names.
        return summaries.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private static let depth = """
        SELECT count(*) FROM (
            SELECT 1 FROM executions WHERE status = 'pending' AND lane = ? AND queue = ? AND priority = ?
                AND service = ? AND available_at <= ? LIMIT ?
        )
        """
    private static let running = "SELECT queue, worker FROM executions WHERE status = 'running'"
    /// The names of queues that jobs name, one index seek each.
    private static let queuesOfJobs = """
        WITH RECURSIVE names (queue) AS (
            SELECT (SELECT min(queue) FROM jobs)
            UNION ALL
            SELECT (SELECT min(queue) FROM jobs WHERE queue > names.queue) FROM names WHERE names.queue IS NOT NULL
        )
        SELECT queue FROM names WHERE queue IS NOT NULL LIMIT 1000
        """
}

extension QueueSummary {
    /// Where the count of waiting executions stops.
    fileprivate static let countLimit = 100_000

    fileprivate init(name: String, paused: Bool) {
        self.init(name: name, paused: paused, depth: 0, running: 0, oldestAge: nil, workers: 0)
    }
}
