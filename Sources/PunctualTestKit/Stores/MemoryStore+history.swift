public import PunctualCore
public import PunctualSchedule

extension MemoryStore: HistoryStore {
    public func execution(_ id: Identifier, of job: Identifier?) async throws(StoreError) -> Execution? {
        guard let row = executions[id]?.row, job == nil || row.jobID == job else { return nil }
        return row
    }

    public func executions(_ query: ExecutionQuery) async throws(StoreError) -> Page<Execution> {
        var query = query
        if twin == .showingAllExecutions { query.visible = .everything }
        let found = executions.values.map(\.row)
            .filter { query.matches($0, labels: jobs[$0.jobID]?.draft.labels ?? goneLabels[$0.jobID]) }
            .sorted { ($0.scheduledAt, $0.id) > ($1.scheduledAt, $1.id) }
        let looked = query.text == nil ? found : Array(found.prefix(query.depth))
        let fitting = looked.filter { query.finds($0) || twin == .findingAnyText }
        let page = fitting.prefix(query.limit).map { query.isBrief ? $0.brief : $0 }
        let isCut = looked.count < found.count || (query.text != nil && looked.count == query.depth)
        let last = fitting.count > query.limit ? page.last : isCut ? looked.last : nil
        return Page(
            items: page, next: last.map { PageKey(value: String($0.scheduledAt.milliseconds), id: $0.id) })
    }

    public func counts() async throws(StoreError) -> Counts {
        let now = clock.now()
        let due = jobs.values.filter { $0.status != .completed }.compactMap(\.nextRunAt).filter { $0 <= now }
        return Counts(
            jobs: Dictionary(grouping: jobs.values, by: \.status).mapValues(\.count),
            executions: Dictionary(grouping: executions.values, by: \.row.status).mapValues(\.count),
            due: due.count, lag: due.min().map { now - $0 } ?? .zero)
    }

    public func prune(before instant: Timestamp, limit: Int, from place: PrunePlace) async throws(StoreError) -> Pruned
    {
        let now = clock.now()
        let old = executions.values.map(\.row).filter { row in
            let end = jobs[row.jobID]?.draft.retention.map { now - $0 } ?? instant
            return row.finishedAt.map { $0 < end } ?? false
        }
        for row in old.prefix(limit) {
            executions[row.id] = nil
            if twin != .keepingLinesOfGoneExecutions { output[row.id] = nil }
        }
        return Pruned(removed: min(old.count, limit), next: old.count > limit ? place : nil)
    }
}

extension MemoryStore: LeaseStore {
    public func acquire(
        _ shards: [Int], holder: String, duration: Duration
    ) async throws(StoreError) -> [ShardLease] {
        let now = clock.now()
        for shard in shards {
            var lease = shardLeases[shard] ?? ShardLease(shard: shard, holder: nil, term: 0, expiresAt: nil)
            guard lease.holder == nil || lease.holder == holder || (lease.expiresAt ?? now) <= now else { continue }
            if lease.holder != holder { lease.term += 1 }
            lease.holder = holder
            lease.expiresAt = now + duration
            shardLeases[shard] = lease
        }
        return try await leases().filter { $0.holder == holder && ($0.expiresAt ?? now) > now }
    }

    public func release(_ given: [ShardLease]) async throws(StoreError) {
        for lease in given {
            guard var stored = shardLeases[lease.shard], stored.holder == lease.holder, stored.term == lease.term
            else { continue }
            stored.holder = nil
            stored.expiresAt = nil
            shardLeases[lease.shard] = stored
        }
    }

    public func leave(_ node: String) async throws(StoreError) {
        nodes[node] = nil
        try await release(shardLeases.values.filter { $0.holder == node })
    }

    public func leases() async throws(StoreError) -> [ShardLease] {
        shardLeases.values.sorted { $0.shard < $1.shard }
    }

    public func heartbeat(_ node: NodeRecord) async throws(StoreError) {
        var seen = node
        seen.lastSeenAt = clock.now()
        nodes[node.id] = seen
    }

    public func nodes(seenSince instant: Timestamp) async throws(StoreError) -> [NodeRecord] {
        nodes.values.filter { $0.lastSeenAt >= instant }.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }
}

extension MemoryStore: IdempotencyStore {
    /// How long an answer is repeated.
    private static let memory = Duration.seconds(86_400)

    public func begin(
        key: String, fingerprint: String, staleAfter: Duration
    ) async throws(StoreError) -> IdempotencyState {
        let now = clock.now()
        var since = now
        if let earlier = keys[key], earlier.takenAt > now - MemoryStore.memory {
            if earlier.fingerprint == fingerprint {
                if let answer = earlier.answer { return .replay(answer) }
                guard earlier.isGivenUp || earlier.takenAt <= now - staleAfter else { return .inProgress }
                since = earlier.since
            } else if !earlier.isGivenUp {
                return .mismatch
            }
        }
        keys[key] = StoredKey(fingerprint: fingerprint, since: since, takenAt: now)
        return .fresh(since: since)
    }

    public func finish(key: String, answer: StoredAnswer?) async throws(StoreError) {
        guard let entry = keys[key], entry.answer == nil else { return }
        keys[key]?.answer = answer
        keys[key]?.isGivenUp = answer == nil
    }

    public func pruneKeys(before instant: Timestamp) async throws(StoreError) -> Int {
        let old = keys.filter { $0.value.takenAt < instant }.map(\.key)
        for key in old { keys[key] = nil }
        return old.count
    }
}
