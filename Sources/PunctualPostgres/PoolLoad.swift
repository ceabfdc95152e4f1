/// How busy a store's connections are.
package struct PoolLoad: Sendable, Hashable {
    /// Connections that are lent, free, and being opened or waited for.
    package var busy, idle, opening: Int
    /// The most that are open at once.
    package var limit: Int
    /// Callers that wait for a connection.
    package var waiting: Int
    /// Attempts to connect that failed, since the start.
    package var failures: Int
    /// Callers that got none in time, or came when too many waited, since the start.
    package var refusals: Int
}

extension PostgresStore {
    /// How busy its connections are now.
    package var load: PoolLoad { pool.load }

    /// The calls that wait to share a statement, by what they do.
    package var waitingCalls: [(lane: String, count: Int)] {
        [
            ("creations", lanes.creations.waitingCount), ("completions", lanes.completions.waitingCount),
            ("audits", lanes.audits.waitingCount), ("jobs", lanes.jobs.waitingCount),
            ("executions", lanes.executions.waitingCount),
        ]
    }
}
