package import PunctualCore
internal import PunctualSchedule
internal import ServiceLifecycle
internal import Synchronization

/// Takes executions back from workers that were not heard of.
package struct ReaperService: Service {
    private let store: any ExecutionStore
    private let bell: SignalBell
    private let options: EngineOptions
    private let instruments: Instruments
    private let limit: CallLimit
    private let random: @Sendable () -> Double

    package init(
        store: any ExecutionStore, bell: SignalBell, options: EngineOptions, instruments: Instruments,
        random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.store = store
        self.bell = bell
        self.options = options
        self.instruments = instruments
        self.limit = CallLimit(
            "reclaim", options.reclaimTimeout, abandonedAtMost: options.abandonedCalls, instruments: instruments)
        self.random = random
    }

    package func run() async throws {
        try await repeatUntilShutdown {
            do throws(StoreError) {
                while try await reap() == options.reapBatch {}
                instruments.loopLived("reaper")
            } catch {
                instruments.loopFailed("reaper", error)
            }
            try await Task.sleep(for: options.reapInterval)
        }
    }

    /// Takes back one batch; how many there were.
    package func reap() async throws(StoreError) -> Int {
        let (store, batch, draw) = (self.store, options.reapBatch, random())
        let executions = try await limit.run { () async throws(StoreError) in
            try await store.reclaimExpired(limit: batch, random: draw)
        }
        if !executions.isEmpty {
            instruments.reclaimed(executions)
            bell.workWaiting()
        }
        return executions.count
    }
}

/// Removes what is older than it is to be kept.
package struct RetentionService: Service {
    private let store: any JobStore & HistoryStore & IdempotencyStore
    private let figures: any FigureStore
    private let options: EngineOptions
    private let instruments: Instruments
    private let limit: CallLimit

    package init(
        store: any JobStore & HistoryStore & IdempotencyStore, figures: any FigureStore, options: EngineOptions,
        instruments: Instruments
    ) {
        self.store = store
        self.figures = figures
        self.options = options
        self.instruments = instruments
        self.limit = CallLimit(
            "retention", options.retentionTimeout, abandonedAtMost: options.abandonedCalls, instruments: instruments)
    }

    package func run() async throws {
        try await repeatUntilShutdown {
            do throws(StoreError) {
                _ = try await prune()
                instruments.loopLived("retention")
            } catch {
                instruments.loopFailed("retention", error)
            }
            try await Task.sleep(for: options.retentionInterval)
        }
    }

    /// Removes the executions whose time is over, batch by batch, the old answers and the old figures; how many executions
    /// there were.
    package func prune() async throws(StoreError) -> Int {
        let (store, figures, options) = (self.store, self.figures, self.options)
        let now = try await limit.run { () async throws(StoreError) in try await store.now() }
        _ = try await limit.run { () async throws(StoreError) in
            try await store.pruneKeys(before: now - options.idempotencyRetention)
        }
        _ = try await limit.run { () async throws(StoreError) in
            try await figures.pruneFigures(before: now - options.figureRetention)
        }
        var removed = 0
        var next: PrunePlace? = .start
        while let place = next {
            let pruned = try await limit.run { () async throws(StoreError) in
                try await store.prune(before: now - options.retention, limit: options.retentionBatch, from: place)
            }
            removed += pruned.removed
            next = pruned.next
        }
        return removed
    }
}

/// Holds this node's share of the scheduler's shards, and tells that the node is there.
package final class ShardService: Service {
    private let node: NodeRecord
    private let isScheduler: Bool
    private let store: any JobStore & LeaseStore
    private let bell: SignalBell
    private let options: EngineOptions
    private let instruments: Instruments
    private let limit: CallLimit
    private let clock = ContinuousClock()
    private let held: Mutex<Held>
    private let fault = Mutex<StoreError?>(nil)

    private struct Held {
        var leases: [ShardLease] = []
        /// Until when the leases may be trusted.
        var until: ContinuousClock.Instant?
        /// Into how many shards the cluster divides the schedule now.
        var count: Int
        /// Whether the store has this node's own row.
        var isKnown = false
        var hasTwin = false
    }

    package init(
        node: NodeRecord, store: any JobStore & LeaseStore, bell: SignalBell, options: EngineOptions,
        instruments: Instruments
    ) {
        self.node = node
        self.bell = bell
        self.isScheduler = node.roles.contains("scheduler")
        self.store = store
        self.options = options
        self.instruments = instruments
        self.held = Mutex(Held(count: options.shards))
        self.limit = CallLimit(
            "shards", options.shardTimeout, abandonedAtMost: options.abandonedCalls, instruments: instruments)
    }

    /// The virtual shards that this node should tick now; empty when its leases can no longer be trusted.
    package func virtualShards() -> Set<Int> {
        let held = held.withLock { $0 }
        guard let until = held.until, until > clock.now else { return [] }
        let shards = Set(held.leases.map(\.shard))
        return Set((0..<256).filter { shards.contains($0 % held.count) })
    }

    /// Whether this node should tick the job now.
    package func ticks(_ job: Identifier) -> Bool {
        held.withLock { held in
            guard let until = held.until, until > clock.now else { return false }
            return held.leases.contains { $0.shard == job.virtualShard % held.count }
        }
    }

    /// Why the node could not tell of itself the last time it tried: the store takes no writes; nil when it does.
    package var lastFault: StoreError? { fault.withLock { $0 } }

    package func run() async throws {
        try await repeatUntilShutdown { [self] in
            var pause = options.shardLease / 3
            do throws(StoreError) {
                // A node that died is replaced when its leases run out, not at the next turn after that.
                if let free = try await renew() { pause = min(pause, max(free, .milliseconds(50))) }
                fault.withLock { $0 = nil }
                instruments.loopLived("shards")
            } catch {
                fault.withLock { $0 = error }
                // Leadership that cannot be confirmed is not leadership: trust runs out by itself. Before it does there is
                // time for another try or two.
                instruments.loopFailed("shards", error)
                pause = min(pause, options.pollInterval)
            }
            try await bell.shards.wait(atMost: pause)
        }
        held.withLock { ($0.leases, $0.until) = ([], nil) }
        do throws(StoreError) {
            try await limit.run { [store, node] () async throws(StoreError) in try await store.leave(node.id) }
        } catch { instruments.loopFailed("shards", error) }
    }

    /// Tells that the node is there, renews its leases and takes free ones up to its fair share.
    /// - Returns: how long until the first lease of another node runs out, zero when another node was faster with a free
    ///   one; nil when there is none to wait for.
    @discardableResult
    package func renew() async throws(StoreError) -> Duration? {
        let before = clock.now
        let (store, node, lease) = (self.store, self.node, options.shardLease)
        let now = try await limit.run { () async throws(StoreError) in try await store.now() }
        // A node tells of itself just before it renews: when its leases have run out, it counts no longer.
        let nodes = try await limit.run { () async throws(StoreError) in
            try await store.nodes(seenSince: now - lease + .milliseconds(1))
        }
        noteTwin(among: nodes)
        try await limit.run { () async throws(StoreError) in try await store.heartbeat(node) }
        guard isScheduler else { return nil }
        let schedulers = nodes.filter { $0.id != node.id && $0.roles.contains("scheduler") } + [node]
        let count = shardCount(among: schedulers)
        let share = (count + max(schedulers.count, 1) - 1) / max(schedulers.count, 1)
        let rows = try await limit.run { () async throws(StoreError) in try await store.leases() }
        let mine = rows.filter { $0.holder == node.id && $0.shard < count }.map(\.shard)
        let kept = Set(mine.prefix(share))
        let surplus = rows.filter { $0.holder == node.id && !kept.contains($0.shard) }
        let taken = Set(
            rows.filter { row in
                row.holder != nil && row.holder != node.id && (row.expiresAt ?? now) > now
            }.map(\.shard))
        let free = (0..<count).filter { !mine.contains($0) && !taken.contains($0) }
        let wanted = mine.prefix(share) + free.prefix(max(0, share - mine.count))
        if !surplus.isEmpty {
            try await limit.run { () async throws(StoreError) in
                try await store.release(surplus)
            }
        }
        let leases = try await limit.run { () async throws(StoreError) in
            try await store.acquire(Array(wanted), holder: node.id, duration: lease)
        }
        let hasGrown = held.withLock { held in
            let old = Set(held.leases.map(\.shard))
            held.leases = leases.filter { wanted.contains($0.shard) }
            held.until = before.advanced(by: lease - options.leaseMargin)
            held.count = count
            return !held.leases.allSatisfy { old.contains($0.shard) }
        }
        // Their jobs may be due already.
        if hasGrown { bell.jobsChanged() }
        // Somebody else was faster with some of them: the others that are free must not wait for the next turn.
        if !Set(leases.map(\.shard)).isSuperset(of: wanted) { return .zero }
        return rows.filter { taken.contains($0.shard) }.compactMap(\.expiresAt).min().map { $0 - now }
    }

    /// Tells once when another process writes this node's row: both would think that the other's shards are theirs.
    private func noteTwin(among nodes: [NodeRecord]) {
        let row = nodes.first { $0.id == node.id }
        let isNew = held.withLock { held in
            let hasTwin = held.isKnown && row.map { $0.startedAt != node.startedAt } ?? false
            defer { (held.isKnown, held.hasTwin) = (true, hasTwin || held.hasTwin) }
            return hasTwin && !held.hasTwin
        }
        if isNew, let row { instruments.hasTwin(row) }
    }

    /// Into how many shards the schedule is divided: as the scheduler that has been there longest is set to, so that nodes
    /// whose settings differ, while the number is being changed, leave no job to nobody.
    private func shardCount(among schedulers: [NodeRecord]) -> Int {
        let oldest = schedulers.filter { $0.shards != nil }.min { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }
        guard let oldest, let count = oldest.shards, count > 0 else { return options.shards }
        if count != options.shards, count != held.withLock({ $0.count }) {
            instruments.shardsDiffer(set: options.shards, used: count, as: oldest.id)
        }
        return count
    }
}
