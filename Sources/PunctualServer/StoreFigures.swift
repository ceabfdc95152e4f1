internal import PunctualCore
internal import PunctualObservability
internal import PunctualSchedule

/// What the store tells of the whole installation; each node that is asked tells the same.
enum StoreFigures {
    /// Limits that have figures at most; they are as many as somebody sets.
    private static let mostLimits = 200
    /// Queues that have figures at most, as many as a metric has series.
    static let mostQueues = 1000

    /// - Parameter lease: how long a node counts that is not heard of.
    static func read(
        _ store: any Store, _ clock: any WallClock, _ lease: Duration
    ) async throws(StoreError) -> [MetricFigure] {
        let queues = try await store.queues()
        let shown = worst(mostQueues, of: queues)
        var figures = Self.queues(shown)
        figures.append(MetricFigure("punctual_queues_left_out", queues.count - shown.count))
        figures += counts(try await store.counts())
        let now = try await store.now()
        figures.append(
            MetricFigure("punctual_clock_offset_seconds", Double((clock.now() - now).wholeMilliseconds) / 1000))
        let nodes = try await store.nodes(seenSince: now - lease)
        // Rows of shards that there were before the number was made smaller are nobody's for good.
        let oldest = nodes.filter { $0.shards != nil }.min { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }
        let leases = try await store.leases().filter { $0.shard < oldest?.shards ?? .max }
        figures += shards(leases, at: now)
        var roles: [String: Int] = ["api": 0, "scheduler": 0, "worker": 0]
        for node in nodes { for role in node.roles { roles[role, default: 0] += 1 } }
        figures += roles.sorted { $0.key < $1.key }.map { MetricFigure("punctual_nodes", $0.value, [("role", $0.key)]) }
        return figures + (try await limits(store))
    }

    /// Those in which work has waited longest, and those in which most waits, half of each: whoever makes many queues must
    /// not hide those of others. Where work is to wait, it tells nothing bad.
    static func worst(_ most: Int, of queues: [QueueSummary]) -> [QueueSummary] {
        guard queues.count > most else { return queues }
        func first(
            _ count: Int, of queues: [QueueSummary], _ value: (QueueSummary) -> (Int64, Int64)
        ) -> ArraySlice<QueueSummary> {
            queues.sorted { one, other in
                if one.paused != other.paused { return other.paused }
                let (mine, yours) = (value(one), value(other))
                return mine == yours ? one.name < other.name : mine > yours
            }.prefix(count)
        }
        func age(_ queue: QueueSummary) -> Int64 { queue.oldestAge?.wholeMilliseconds ?? -1 }
        let oldest = first(most / 2, of: queues) { (age($0), Int64($0.depth)) }
        let names = Set(oldest.map(\.name))
        let others = queues.filter { !names.contains($0.name) }
        return Array(oldest) + first(most - oldest.count, of: others) { (Int64($0.depth + $0.running), age($0)) }
    }

    /// What of notifications waits to be sent; what waits for others to go along has not waited yet.
    static func notices(_ backlog: NoticeBacklog, at now: Timestamp) -> [MetricFigure] {
        let age = backlog.since.map { Double((now - $0).wholeMilliseconds) / 1000 } ?? 0
        return [
            MetricFigure("punctual_notifications_waiting", backlog.count),
            MetricFigure("punctual_notifications_oldest_age_seconds", max(0, age)),
        ]
    }

    private static func queues(_ queues: [QueueSummary]) -> [MetricFigure] {
        queues.flatMap { queue -> [MetricFigure] in
            let label = [("queue", queue.name)]
            let age = Double(queue.oldestAge?.wholeMilliseconds ?? 0) / 1000
            return [
                MetricFigure("punctual_queue_depth", queue.depth, label),
                MetricFigure("punctual_queue_oldest_age_seconds", max(0, age), label),
                MetricFigure("punctual_queue_running", queue.running, label),
                MetricFigure("punctual_queue_workers", queue.workers, label),
                MetricFigure("punctual_queue_paused", queue.paused ? 1 : 0, label),
            ]
        }
    }

    private static func counts(_ counts: Counts) -> [MetricFigure] {
        var figures = [
            MetricFigure("punctual_active_jobs", counts.jobs[.active] ?? 0),
            MetricFigure("punctual_due_jobs", counts.due),
            MetricFigure(
                "punctual_schedule_lag_seconds", max(0, Double(counts.lag.wholeMilliseconds) / 1000)),
        ]
        for status in JobStatus.allCases {
            figures.append(MetricFigure("punctual_jobs", counts.jobs[status] ?? 0, [("status", status.rawValue)]))
        }
        for status in [ExecutionStatus.buffered, .pending, .running] {
            figures.append(
                MetricFigure(
                    "punctual_open_executions", max(0, counts.executions[status] ?? 0), [("status", status.rawValue)]))
        }
        return figures
    }

    private static func shards(_ leases: [ShardLease], at now: Timestamp) -> [MetricFigure] {
        leases.flatMap { lease -> [MetricFigure] in
            let shard = ("shard", "\(lease.shard)")
            let isHeld = lease.holder != nil && lease.expiresAt.map { $0 > now } ?? false
            var figures = [
                MetricFigure("punctual_shard_held", isHeld ? 1 : 0, [shard]),
                MetricFigure("punctual_shard_term", lease.term, [shard]),
            ]
            if isHeld, let holder = lease.holder {
                figures.append(MetricFigure("punctual_shard_holder", 1, [shard, ("node_id", holder)]))
            }
            return figures
        }
    }

    private static func limits(_ store: any Store) async throws(StoreError) -> [MetricFigure] {
        let limits = try await store.limits().prefix(mostLimits)
        let uses = limits.contains { $0.concurrency != nil } ? try await store.limitsInUse() : [:]
        return limits.flatMap { limit -> [MetricFigure] in
            let labels = [("kind", limit.key.kind.rawValue), ("name", limit.key.name)]
            var figures: [MetricFigure] = []
            if let most = limit.concurrency {
                figures.append(MetricFigure("punctual_limit_running", uses[limit.key]?.running ?? 0, labels))
                figures.append(MetricFigure("punctual_limit_concurrency", most, labels))
            }
            if let rate = limit.rate {
                let seconds = Double(rate.per.wholeMilliseconds) / 1000
                figures.append(MetricFigure("punctual_limit_rate_per_second", Double(rate.count) / seconds, labels))
            }
            return figures
        }
    }
}
