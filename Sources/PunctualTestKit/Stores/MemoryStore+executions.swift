public import PunctualCore
public import PunctualSchedule

extension MemoryStore: ExecutionStore {
    public func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution] {
        let now = clock.now()
        let choice = blind(request.choice)
        let waiting = open.filter { stored in
            stored.row.status == .pending && stored.lane == request.lane && stored.row.availableAt <= now
                && pausedQueues[stored.row.queue] != true
                && choice.takes(queue: stored.row.queue, service: stored.row.service, priority: stored.row.priority)
                && request.tasks.map { tasks in stored.task.map(tasks.contains) ?? false } ?? true
                && (twin == .claimingBesides || request.executions.map { $0.contains(stored.row.id) } ?? true)
        }.map(\.row).filter { row in
            guard let job = jobs[row.jobID] else { return false }
            return twin == .givingAllToClaims
                || request.visible.showsExecution(service: row.service, labels: job.draft.labels)
        }
        var turns = turns[request.lane] ?? ServiceTurns()
        let limits = workLimits(at: now)
        var order = ClaimOrder(
            queues: request.queues, limit: request.limit, turns: twin == .forgettingTurns ? ServiceTurns() : turns,
            limits: limits)
        let candidates = waiting.compactMap { row -> ClaimCandidate? in
            var candidate = ClaimCandidate(row)
            if request.executions != nil, limits?.limits(candidate) ?? false { return nil }
            // Those that are named are few, and say nothing of what else waits: the oldest goes first.
            if twin == .servingByAge || request.executions != nil { candidate.service = "" }
            return candidate
        }
        var chosen = order.choose(from: candidates).compactMap { executions[$0.id]?.row }
        for state in order.limits?.spent ?? [] { limitStates[state.limit.key] = state }
        chosen.sort { (-$0.priority, $0.availableAt, $0.id) < (-$1.priority, $1.availableAt, $1.id) }
        turns.gave(chosen)
        self.turns[request.lane] = turns
        return chosen.compactMap { row in
            guard let job = jobs[row.jobID] else { return nil }
            let claimed = row.claimed(by: request.worker, at: now, lease: request.lease)
            write(claimed)
            return ClaimedExecution(execution: claimed, of: job.draft)
        }
    }

    /// What a twin makes of the choice.
    private func blind(_ choice: WorkChoice) -> WorkChoice {
        var choice = choice
        if twin == .claimingOfAnyService { choice.services = nil }
        if twin == .claimingAnyPriority { choice.leastPriority = 0 }
        return choice
    }

    public func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [RenewOutcome] {
        let until = clock.now() + duration
        return leases.map { lease in
            guard var row = held(lease) else { return .lost }
            let until = max(row.leaseExpiresAt ?? until, until)
            row.leaseExpiresAt = until
            write(row)
            return .renewed(until: until, cancelRequested: row.cancelRequested)
        }
    }

    public func finish(_ completions: [Completion]) async throws(StoreError) -> [FinishOutcome] {
        completions.map { completion in
            held(completion.lease).map { .finished(end($0, with: completion)) } ?? .leaseLost
        }
    }

    public func reclaimExpired(limit: Int, random: Double) async throws(StoreError) -> [Execution] {
        let now = clock.now()
        let expired = open.map(\.row)
            .filter { $0.status == .running && ($0.leaseExpiresAt ?? .latest) <= now }
            .sorted { $0.id < $1.id }
        return expired.prefix(limit).map { row in
            end(row, with: row.reclaiming(of: jobs[row.jobID]?.draft, random: random))
        }
    }

    public func cancel(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        guard let row = executions[id]?.row, row.jobID == job else { throw .notFound }
        guard let next = row.cancelling(at: clock.now()) else {
            throw .conflict("the execution has ended as \(row.status.rawValue)")
        }
        write(next)
        if next.status.isFinal { follow(next) }
        return next
    }

    public func retry(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution {
        guard let row = executions[id]?.row, row.jobID == job, let owner = jobs[job] else { throw .notFound }
        guard let next = row.reopened(at: clock.now(), policy: owner.draft.retryPolicy) else {
            throw .conflict("the execution is \(row.status.rawValue)")
        }
        executions[id]?.lane = owner.draft.target.lane
        executions[id]?.task = owner.draft.target.task
        write(next)
        return next
    }

    public func queues() async throws(StoreError) -> [QueueSummary] {
        var names = Set(pausedQueues.keys).union(jobs.values.map(\.draft.queue))
        for stored in open where [.pending, .running].contains(stored.row.status) {
            names.insert(stored.row.queue)
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map(summary)
    }

    public func setQueue(
        _ name: String, paused: Bool, since instant: Timestamp?
    ) async throws(StoreError) -> QueueSummary {
        if pausedQueues[name] != true { pausedSince[name] = instant ?? clock.now() }
        pausedQueues[name] = paused
        return summary(of: name)
    }

    public func nextAvailable(for work: WorkChoice) async throws(StoreError) -> Duration? {
        open.filter {
            $0.row.status == .pending && $0.lane == work.lane && pausedQueues[$0.row.queue] != true
                && (twin == .wakingForOthers
                    || work.takes(queue: $0.row.queue, service: $0.row.service, priority: $0.row.priority))
        }.map(\.row.availableAt).min().map { $0 - clock.now() }
    }

    public func openJobs(among jobs: [Identifier]) async throws(StoreError) -> Set<Identifier> {
        Set(open.map(\.row.jobID)).intersection(jobs)
    }

    private func summary(of name: String) -> QueueSummary {
        let now = clock.now()
        let rows = open.map(\.row).filter { $0.queue == name }
        let waiting = rows.filter { $0.status == .pending && $0.availableAt <= now }
        let running = rows.filter { $0.status == .running }
        let isPaused = pausedQueues[name] ?? false
        return QueueSummary(
            name: name, paused: isPaused, pausedAt: isPaused ? pausedSince[name] : nil, depth: waiting.count,
            running: running.count, oldestAge: waiting.map(\.availableAt).min().map { now - $0 },
            workers: Set(running.map(\.worker)).count)
    }

    /// The running execution that the lease stands for; nil when it is lost.
    func held(_ lease: Lease) -> Execution? {
        guard let row = executions[lease.executionID]?.row, row.status == .running, row.attempt == lease.attempt,
            row.worker == lease.worker
        else { return nil }
        return row
    }

    private func end(_ row: Execution, with completion: Completion) -> Execution {
        let next = row.finishing(completion, at: clock.now())
        write(next)
        if next.status.isFinal { follow(next) }
        return next
    }

    /// What an end brings with it: the job's figures, a buffered execution's turn, a fixed delay's next instant.
    private func follow(_ ended: Execution) {
        guard var job = jobs[ended.jobID] else { return }
        let now = clock.now()
        if ended.attempt > 0 {
            job.lastStatus = ended.status
            if ended.status == .failed { job.failureCount += 1 }
        }
        let open = open(of: job.id)
        if open.allSatisfy({ $0.status == .buffered }) {
            if var turn = open.first {
                turn.status = .pending
                turn.availableAt = max(now, turn.availableAt)
                write(turn)
            } else if let resumed = job.resumed(afterEndAt: now) {
                job = resumed
            }
        }
        jobs[job.id] = job
    }
}
