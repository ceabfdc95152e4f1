internal import PunctualCore
internal import PunctualSchedule

// What is limited is claimed in a transaction of its own: the limits are locked, what runs is counted by a statement that
// comes after the lock was had, and `WorkLimits` decides. So no two nodes admit at once, and there is no counter that could
// drift.

extension PostgresStore {
    /// Claims of what is limited and what is not. What has the higher priority goes first; otherwise they take turns, and
    /// each leaves half to the other.
    func claimAny(_ request: ClaimRequest) async throws(StoreError) -> [Claimed] {
        if limitCopy.isEmpty { return try await claimUnlimited(request) }
        try await lookForLimitedJobs(request.lane)
        let hasJobs = !limitCopy.waitingJobs(request.lane).isEmpty
        var lines = heads[request.lane.rawValue].sought(
            request.choice, visible: request.visible, now: knownTime
        ).lines
        let hasLimited = hasJobs || lines.contains { limitCopy.isLimited($0.line) }
        // A clock of a test's own says nothing of how long ago anything was in vain.
        if !hasLimited || (clock == nil && limitCopy.isVain(request.choice)) {
            return try await claimUnlimited(request)
        }
        // Of a limited job nobody knows here what priority waits.
        if hasJobs { return try await claimBoth(request) }
        lines.removeAll { $0.isVain }
        var taken: [Claimed] = []
        while taken.count < request.limit {
            let best = lines.filter { limitCopy.isLimited($0.line) }.map(\.line.priority).max()
            let other = lines.filter { !limitCopy.isLimited($0.line) }.map(\.line.priority).max()
            guard let best, let other else { break }
            var band = request
            band.leastPriority = best == other ? best : min(best, other) + 1
            taken = try await more(
                of: band, beside: taken, best == other ? claimBoth : best > other ? claimLimited : claimUnlimited)
            lines.removeAll { $0.line.priority >= band.leastPriority }
        }
        return try await more(of: request, beside: taken, claimBoth)
    }

    /// Claims of both in turn; the first leaves half to the second.
    private func claimBoth(_ request: ClaimRequest) async throws(StoreError) -> [Claimed] {
        let isLimitedFirst = limitCopy.takesTurn()
        let (first, second) = isLimitedFirst ? (claimLimited, claimUnlimited) : (claimUnlimited, claimLimited)
        var half = request
        half.limit = (request.limit + 1) / 2
        let begun = try await first(half)
        let taken = try await more(of: request, beside: begun, second)
        let isVain = isLimitedFirst ? begun.isEmpty : taken.count == begun.count && taken.count < request.limit
        if isVain { limitCopy.wasVain(request.choice) }
        return begun.count < half.limit ? taken : try await more(of: request, beside: taken, first)
    }

    /// Looks of which limited jobs something waits, without a lock and now and then: as long as nothing does, their limits
    /// cost other claims nothing.
    private func lookForLimitedJobs(_ lane: Lane) async throws(StoreError) {
        let jobs = limitCopy.jobs
        guard !jobs.isEmpty, limitCopy.beginLook(lane, isAlwaysDue: clock != nil) else { return }
        let began = ContinuousClock.now
        do throws(StoreError) {
            let found = try await run([PostgresStore.waitingOfJobs(given, lane.rawValue, jobs, "pending")])[0]
            limitCopy.endLook(lane, since: began, found: found.map { $0.identifier() })
        } catch {
            limitCopy.endLook(lane, since: began, found: nil)
            throw error
        }
    }

    /// Jobs whose limits one claim locks, at most: any of those of which something waits, since the first ones might all be
    /// at their limits.
    private static let lockedJobs = 64

    private typealias Claiming = (ClaimRequest) async throws(StoreError) -> [Claimed]

    /// Fills up what a claim has left. What was taken is in hand, whatever becomes of the rest.
    private func more(
        of request: ClaimRequest, beside taken: [Claimed], _ claim: Claiming
    ) async throws(StoreError) -> [Claimed] {
        var rest = request
        rest.limit -= taken.count
        for one in taken { rest.queues?[one.stored.row.queue]? -= 1 }
        if rest.limit <= 0 { return taken }
        do throws(StoreError) {
            return taken + (try await claim(rest))
        } catch {
            if taken.isEmpty { throw error }
            return taken
        }
    }

    /// Claims of what is limited.
    func claimLimited(_ request: ClaimRequest) async throws(StoreError) -> [Claimed] {
        let heads = heads[request.lane.rawValue]
        let (lines, token) = heads.sought(request.choice, visible: request.visible, now: knownTime) {
            limitCopy.isLimited($0)
        }
        let waiting = limitCopy.waitingJobs(request.lane)
        let jobs = Array(waiting.shuffled().prefix(PostgresStore.lockedJobs)).sorted()
        if lines.isEmpty, jobs.isEmpty { return [] }
        var keys = Set(jobs.map { WorkLimit.Key(.jobs, "\($0)") })
        for line in lines {
            keys.formUnion(
                limitCopy.limited([.init(.queues, line.line.queue), .init(.services, line.line.service)]))
        }
        let scope = LimitedScope(request: request, lines: lines, jobs: jobs, keys: keys.sorted())
        let (taken, emptied) = try await claim(scope, turns: heads.turns)
        if request.tasks == nil, request.visible.goesByService { heads.claimed([], emptied: emptied, token) }
        heads.gave(taken.map(\.stored.row))
        return taken
    }

    private struct LimitedScope: Sendable {
        let request: ClaimRequest
        /// Of queues and services that are limited.
        let lines: [LaneHeads.Sought]
        /// That are limited.
        let jobs: [Identifier]
        /// To be locked.
        let keys: [WorkLimit.Key]

        func names(_ kind: WorkLimit.Kind) -> [String] { keys.filter { $0.kind == kind }.map(\.name) }
    }

    private typealias Found = (taken: [Claimed], emptied: [LaneHeads.Sought])

    /// - Returns: what was taken, and the lines in which nothing waits.
    private func claim(_ scope: LimitedScope, turns: ServiceTurns) async throws(StoreError) -> Found {
        let number = Int64.random(in: .min ... .max)
        let request = scope.request
        do throws(PostgresFault) {
            return try await pool.lend { connection, isRepetition throws(PostgresFault) in
                if isRepetition {
                    let taken = try await connection.run([PostgresStore.taken(request.worker, number)])[0]
                    if taken.count > 0 { return (PostgresStore.claimed(taken), []) }
                }
                do throws(PostgresFault) {
                    return try await self.claim(scope, turns, number, over: connection)
                } catch {
                    await connection.rollBack()
                    throw error
                }
            }
        } catch { throw StoreError(error) }
    }

    private func claim(
        _ scope: LimitedScope, _ turns: ServiceTurns, _ number: Int64, over connection: Connection
    ) async throws(PostgresFault) -> Found {
        let request = scope.request
        // Each statement sees what was there when it began: the counts, what others did before the locks were had.
        var locking = [
            PostgresStore.begin(),
            PostgresStore.lockLimits(scope.keys.map(\.kind.rawValue), scope.keys.map(\.name)),
        ]
        // The time is that after the counting: what was counted as ended did end before it.
        let counting = [
            PostgresStore.countRunning(
                scope.names(.queues), scope.names(.services), scope.names(.jobs).compactMap { Identifier($0) }),
            PostgresStore.time(given),
        ]
        if countsFirst { locking.insert(contentsOf: counting, at: 1) } else { locking += counting }
        let answers = try await connection.run(locking)
        let places = countsFirst ? (states: 3, counts: 1, time: 2) : (states: 1, counts: 2, time: 3)
        let states = answers[places.states].map { LimitState(&$0) }.compactMap { $0 }
        let now = answers[places.time].first { $0.instant() } ?? Timestamp(milliseconds: 0)
        var running: [WorkLimit.Key: Int] = [:]
        let counts = answers[places.counts].map {
            (queue: $0.text(), service: $0.text(), job: $0.identifier(), count: $0.int())
        }
        for row in counts {
            running[.init(.queues, row.queue), default: 0] += row.count
            running[.init(.services, row.service), default: 0] += row.count
            running[.init(.jobs, "\(row.job)"), default: 0] += row.count
        }
        let limits = WorkLimits(states, running: running, now: now)
        let (candidates, emptied) = try await candidates(scope, limits, now, over: connection)
        var order = ClaimOrder(queues: request.queues, limit: request.limit, turns: turns, limits: limits)
        let chosen = order.choose(from: candidates)
        let spent = order.limits?.spent ?? []
        if chosen.isEmpty, spent.isEmpty {
            await connection.rollBack()
            return ([], emptied)
        }
        let answer = try await connection.run([
            PostgresStore.take(
                chosen.map(\.id), request.worker, now, request.lease.wholeMilliseconds, number,
                spent.map(\.limit.key.kind.rawValue), spent.map(\.limit.key.name), spent.map(\.arrival)),
            PostgresStore.commit(),
        ])
        return (PostgresStore.claimed(answer[0]), emptied)
    }

    /// What might be taken, locked, past what others have locked; and the lines that were sought in and gave nothing.
    ///
    /// Lines are sought in by parts until there is enough: of other tasks, or not to be seen, may be all that the first give.
    private func candidates(
        _ scope: LimitedScope, _ limits: WorkLimits, _ now: Timestamp, over connection: Connection
    ) async throws(PostgresFault) -> (found: [ClaimCandidate], emptied: [LaneHeads.Sought]) {
        let request = scope.request
        func room(_ keys: WorkLimit.Key...) -> Int {
            keys.reduce(request.limit) { min($0, limits.room(of: $1) ?? .max) }
        }
        let lines = scope.lines.map { line in
            (
                line: line,
                room: min(
                    room(.init(.queues, line.line.queue), .init(.services, line.line.service)),
                    request.queues?[line.line.queue] ?? .max)
            )
        }.filter { $0.room > 0 }
        // Passed over with those that are full are those whose limits were not locked.
        let full = limits.full.compactMap { $0.kind == .jobs ? Identifier($0.name) : nil }
        let passed = Set(limitCopy.jobs).subtracting(scope.jobs).union(full).sorted()
        let jobs = scope.jobs.map { (id: $0, room: room(.init(.jobs, "\($0)"))) }.filter { $0.room > 0 }
        var found: [Identifier: ClaimCandidate] = [:]
        func seek(_ call: Call) async throws(PostgresFault) {
            for candidate in try await connection.run([call])[0].map({ ClaimCandidate(&$0) }) {
                // What is limited beyond what was locked is for another time.
                let isHeld = limitCopy.limited(candidate.limitKeys).allSatisfy { limits.room(of: $0) != nil }
                if isHeld { found[candidate.id] = candidate }
            }
        }
        if !jobs.isEmpty {
            try await seek(
                PostgresStore.candidatesOfJobs(
                    now, request.lane.rawValue, request.tasks.map { $0.sorted() }, request.visible.isEverything,
                    request.visible.services, request.visible.labelled.text, jobs.map(\.id), jobs.map(\.room),
                    request.choice.queues.map { $0.sorted() }, request.services.map { $0.sorted() },
                    request.leastPriority, "pending"))
        }
        var sought: [LaneHeads.Sought] = []
        var left = lines[...]
        while !left.isEmpty, sought.isEmpty || found.count < request.limit {
            let part = left.prefix(LaneHeads.soughtLines)
            left = left.dropFirst(part.count)
            try await seek(
                PostgresStore.candidates(
                    now, request.lane.rawValue, request.tasks.map { $0.sorted() }, request.visible.isEverything,
                    request.visible.services, request.visible.labelled.text, part.map(\.line.line.queue),
                    part.map(\.line.line.priority), part.map(\.line.line.service), part.map(\.line.head.availableAt),
                    part.map(\.line.head.id), part.map(\.room), passed))
            sought += part.map(\.line)
        }
        let gave = Set(
            found.values.map { LaneHeads.Line(queue: $0.queue, priority: $0.priority, service: $0.service) })
        return (found.values.sorted { $0.id < $1.id }, sought.filter { !gave.contains($0.line) })
    }

    static func claimed(_ rows: Rows) -> [Claimed] {
        rows.map { columns in (stored: StoredExecution(&columns), definition: columns.optionalText()) }
    }

    private static let begin = Statement("BEGIN")
    private static let commit = Statement("COMMIT")
    private static let time = Statement("SELECT coalesce($1::int8, punctual_now())")
    /// Of those that run now, by the index of leases, which holds nothing else.
    private static let countRunning = Statement(
        """
        SELECT o.queue, o.service, o.job_id, count(*) FROM open_executions o
        WHERE (o.status = 'running') IS TRUE AND o.lease_expires_at >= 0
            AND (o.queue = ANY ($1::text[]) OR o.service = ANY ($2::text[]) OR o.job_id = ANY ($3::uuid[]))
        GROUP BY o.queue, o.service, o.job_id
        """)

    private static let fits = """
        AND ($3::text[] IS NULL OR o.task = ANY ($3::text[]))
        AND ($4::bool OR \(ServiceFilter.condition(services: "$5", clauses: "$6")))
        """
    private static let isOpen = "NOT EXISTS (SELECT 1 FROM queues q WHERE q.name = o.queue AND q.paused)"
    private static let candidates = Statement(
        """
        SELECT h.* FROM unnest($7::text[], $8::int8[], $9::text[], $10::int8[], $11::uuid[], $12::int8[])
            AS k (queue, priority, service, head, head_id, room)
        CROSS JOIN LATERAL (
            SELECT o.id, o.job_id, o.queue, o.service, o.priority, o.available_at FROM open_executions o
            WHERE \(waits("o")) AND o.lane = $2::int8 AND o.queue = k.queue AND o.priority = k.priority
                AND o.service = k.service AND (o.available_at, o.id) >= (k.head, k.head_id)
                AND o.available_at <= $1::int8 AND o.job_id <> ALL ($13::uuid[]) AND \(isOpen) \(fits)
            ORDER BY o.available_at, o.id LIMIT k.room FOR UPDATE SKIP LOCKED
        ) h
        """)
    /// Of the jobs those of which something waits and is available.
    private static let waitingOfJobs = Statement(
        """
        WITH moment AS MATERIALIZED (SELECT coalesce($1::int8, punctual_now()) AS now)
        SELECT k.id FROM unnest($3::uuid[]) AS k (id)
        WHERE EXISTS (
            SELECT 1 FROM open_executions o WHERE o.job_id = k.id AND o.status = $4
                AND o.available_at <= (SELECT now FROM moment) AND o.lane = $2::int8
        )
        """)
    private static let candidatesOfJobs = Statement(
        """
        SELECT h.* FROM unnest($7::uuid[], $8::int8[]) AS k (id, room)
        CROSS JOIN LATERAL (
            SELECT o.id, o.job_id, o.queue, o.service, o.priority, o.available_at FROM open_executions o
            WHERE o.job_id = k.id AND o.status = $12 AND o.lane = $2::int8 AND o.available_at <= $1::int8
                AND ($9::text[] IS NULL OR o.queue = ANY ($9::text[]))
                AND ($10::text[] IS NULL OR o.service = ANY ($10::text[])) AND o.priority >= $11::int8
                AND \(isOpen) \(fits)
            ORDER BY o.available_at, o.id LIMIT k.room FOR UPDATE SKIP LOCKED
        ) h
        """)
    private static let take = Statement(
        """
        WITH \(taken(
            from: "unnest($1::uuid[]) AS g (id) WHERE o.id = g.id AND \(waits("o"))", now: "$3::int8", worker: "$2",
            lease: "$4", claim: "$5")), spent AS (
            UPDATE work_limits w SET arrival = g.arrival
            FROM unnest($6::text[], $7::text[], $8::int8[]) AS g (kind, name, arrival)
            WHERE w.kind = g.kind AND w.name = g.name
        )
        SELECT \(StoredExecution.columns(of: "t")), j.definition FROM taken t LEFT JOIN jobs j ON j.id = t.job_id
        ORDER BY t.priority DESC, t.available_at, t.id
        """)
}

extension ClaimCandidate {
    fileprivate init(_ columns: inout Columns) {
        self.init(
            id: columns.identifier(), jobID: columns.identifier(), queue: columns.text(), service: columns.text(),
            priority: columns.int16(), availableAt: columns.instant())
    }
}
