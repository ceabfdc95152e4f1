public import PunctualCore
public import PunctualSchedule

/// The reference store: everything in dictionaries, clear before fast; what it does is what a driver must do.
///
/// An actor, so each call is one transaction.
public actor MemoryStore {
    let clock: any WallClock
    var jobs: [Identifier: Job] = [:]
    var executions: [Identifier: StoredExecution] = [:]
    /// The ids of the executions that have not ended; nearly all have, and nearly every call looks for the others.
    var unended: Set<Identifier> = []
    var pausedQueues: [String: Bool] = [:]
    var shardLeases: [Int: ShardLease] = [:]
    var nodes: [String: NodeRecord] = [:]
    var keys: [String: StoredKey] = [:]
    var turns: [Lane: ServiceTurns] = [:]
    var output: [Identifier: (tail: OutputTail, lines: [OutputLine])] = [:]
    var limitStates: [WorkLimit.Key: LimitState] = [:]
    var notificationRulesByName: [String: NotificationRule] = [:]
    var notices: [Identifier: Notice] = [:]
    /// When each was due first.
    var noticesSince: [Identifier: Timestamp] = [:]
    var noticeStates: [NoticePlace: NoticeState] = [:]
    /// Up to when notices were found.
    var cursor: Timestamp?
    /// By minute.
    var minuteFigures: [FigureTeller: [Int: MinuteFigures]] = [:]

    /// A store without one of its guards, which checks must notice.
    public enum Twin: String, Sendable, CaseIterable {
        case showingAllJobs
        case showingAllExecutions
        case givingAllToClaims
        /// Others than the executions that a claim names.
        case claimingBesides
        /// By the labels that a job had when it was there still.
        case showingByLabelsOfGoneJobs
        /// What has waited longest goes first, whatever its service.
        case servingByAge
        /// Each claim begins anew with the turns of services.
        case forgettingTurns
        case claimingOfAnyService
        case claimingAnyPriority
        /// Tells a worker of work that it does not take.
        case wakingForOthers
        /// Lines and progress of attempts that have lost their lease.
        case keepingStaleReports
        /// The lines of a report that is made again, once more.
        case doublingReports
        /// However much is said.
        case keepingAllLines
        /// Also when their execution has gone.
        case keepingLinesOfGoneExecutions
        /// Limits do not see what runs.
        case countingNothing
        /// Limits forget what has begun.
        case beginningAnew
        /// A job's limit stays behind.
        case keepingLimits
        /// Executions are found whatever is looked for.
        case findingAnyText
        /// A node that was restarted tells its figures in the place of those of before.
        case forgettingEarlierLives
        /// Figures that come behind later ones of the same process count.
        case takingLateFigures
        case keepingFigures
    }

    let twin: Twin?
    /// For a twin: the labels of jobs that are gone.
    var goneLabels: [Identifier: [String: String]] = [:]

    /// - Parameters:
    ///   - clock: the store's clock; due times and leases are judged by it.
    ///   - twin: the guard to take away; nil is the real thing.
    public init(clock: any WallClock, twin: Twin? = nil) {
        self.clock = clock
        self.twin = twin
    }

    public func now() async throws(StoreError) -> Timestamp { clock.now() }
}

/// An execution and what of its target the claims look at.
struct StoredExecution {
    var row: Execution
    var lane: Lane
    var task: String?
}

/// What is known about an idempotency key.
struct StoredKey {
    var fingerprint: String
    /// When it was first taken for this request.
    var since: Timestamp
    var takenAt: Timestamp
    var isGivenUp = false
    var answer: StoredAnswer?
}

extension MemoryStore: JobStore {
    public func create(
        _ new: [Job], within limits: [String: Int]
    ) async throws(StoreError) -> [Result<Job, StoreError>] {
        new.map { job in
            if let existing = jobs[job.id] { return .success(existing) }
            if holder(of: job.draft) != nil { return .failure(.nameTaken) }
            let service = job.draft.service
            if let limit = limits[service], count(of: service) >= limit {
                return .failure(.quotaExceeded(.jobs(of: service, limit: limit)))
            }
            jobs[job.id] = job
            return .success(job)
        }
    }

    public func job(_ id: Identifier) async throws(StoreError) -> Job? { jobs[id] }

    public func job(named name: String, service: String) async throws(StoreError) -> Job? {
        jobs.values.first { $0.draft.name == name && $0.draft.service == service }
    }

    public func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job> {
        var query = query
        if twin == .showingAllJobs { query.visible = .everything }
        var found = jobs.values.filter(query.matches).sorted(by: query.precedes)
        if let after = query.after { found.removeAll { !query.isBehind($0, after) } }
        let page = Array(found.prefix(query.limit))
        return Page(items: page, next: found.count > query.limit ? page.last.map(query.key) : nil)
    }

    public func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int, within limit: Int?
    ) async throws(StoreError) -> Job {
        guard let job = jobs[id] else { throw .notFound }
        guard job.version == version else { throw .versionConflict(current: job.version) }
        if let other = holder(of: change.draft), other != id { throw .nameTaken }
        let service = change.draft.service
        if let limit, service != job.draft.service, count(of: service) >= limit {
            throw .quotaExceeded(.jobs(of: service, limit: limit))
        }
        let changed = job.changed(by: change)
        jobs[id] = changed
        for open in open(of: id) {
            executions[open.id]?.lane = changed.draft.target.lane
            executions[open.id]?.task = changed.draft.target.task
        }
        return changed
    }

    public func delete(_ id: Identifier, ifVersion version: Int?) async throws(StoreError) {
        guard let job = jobs[id] else { throw .notFound }
        if let version, version != job.version { throw .versionConflict(current: job.version) }
        for open in open(of: id) { if let next = open.cancelling(at: clock.now()) { write(next) } }
        if twin == .showingByLabelsOfGoneJobs { goneLabels[id] = job.draft.labels }
        jobs[id] = nil
        if twin != .keepingLimits { limitStates[.init(.jobs, "\(id)")] = nil }
    }

    public func dueJobs(shards: Set<Int>?, limit: Int) async throws(StoreError) -> DueJobs {
        let now = clock.now()
        let waiting = jobs.values.compactMap { job -> (instant: Timestamp, job: Job)? in
            guard job.status != .completed, let instant = job.nextRunAt,
                shards?.contains(job.id.virtualShard) ?? true
            else { return nil }
            return (instant, job)
        }.sorted { ($0.instant, $0.job.id) < ($1.instant, $1.job.id) }
        return DueJobs(
            now: now, jobs: waiting.lazy.filter { $0.instant <= now }.prefix(limit).map(\.job),
            nextDue: waiting.first { $0.instant > now }?.instant)
    }

    public func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome] {
        let now = clock.now()
        return plans.map { plan in
            guard var job = jobs[plan.jobID], job.nextRunAt == plan.expected, job.version == plan.version,
                job.status != .completed
            else { return .lostRace }
            let added = plan.executions.compactMap {
                add($0, target: job.draft.target, overlap: plan.overlap, now: now)
            }
            job.nextRunAt = plan.next
            job.status = plan.status
            job.countRuns(of: added)
            // What was there already may have ended: no end is to come.
            if added.count < plan.executions.count, open(of: job.id).isEmpty {
                job = job.resumed(afterEndAt: now) ?? job
            }
            jobs[job.id] = job
            return .applied(added)
        }
    }

    public func enqueue(
        _ new: [Execution], of job: Identifier, overlap: OverlapPolicy, within limit: Int?
    ) async throws(StoreError) -> [EnqueueOutcome] {
        guard var owner = jobs[job] else { throw .notFound }
        let (now, before) = (clock.now(), (executions, unended))
        let outcomes = new.map { execution -> EnqueueOutcome in
            if let existing = executions[execution.id] { return .existing(existing.row) }
            guard let added = add(execution, target: owner.draft.target, overlap: overlap, now: now) else {
                return .existing(execution)
            }
            owner.countRuns(of: [added])
            return .created(added)
        }
        if let limit, let line = outcomes.line, waiting(line.service, line.queue) > limit {
            (executions, unended) = before
            throw .quotaExceeded(.waiting(of: line.service, queue: line.queue, limit: limit))
        }
        jobs[job] = owner
        return outcomes
    }

    /// How many of the service wait in the queue.
    private func waiting(_ service: String, _ queue: String) -> Int {
        open.count { $0.row.status == .pending && $0.row.service == service && $0.row.queue == queue }
    }

    private func count(of service: String) -> Int { jobs.values.count { $0.draft.service == service } }

    private func holder(of draft: JobDraft) -> Identifier? {
        jobs.values.first { $0.draft.name == draft.name && $0.draft.service == draft.service }?.id
    }

    /// The execution as the overlap policy lets it in; nil when its id is there already.
    private func add(_ execution: Execution, target: Target, overlap: OverlapPolicy, now: Timestamp) -> Execution? {
        if executions[execution.id] != nil { return nil }
        var row = execution
        if row.status == .pending {
            var counts: [ExecutionStatus: Int] = [:]
            for other in open where other.row.jobID == row.jobID { counts[other.row.status, default: 0] += 1 }
            let decision = overlap.decide(
                waiting: counts[.pending, default: 0], running: counts[.running, default: 0],
                buffered: counts[.buffered, default: 0])
            if case .replace = decision {
                for other in open(of: row.jobID) {
                    if let next = other.cancelling(at: now, reason: .overlap) { write(next) }
                }
            }
            row = decision.admitting(row, at: now)
        }
        put(StoredExecution(row: row, lane: target.lane, task: target.task))
        return row
    }

    func put(_ execution: StoredExecution) {
        executions[execution.row.id] = execution
        write(execution.row)
    }

    /// The job's executions that have not ended, oldest first.
    func open(of job: Identifier) -> [Execution] {
        open.map(\.row).filter { $0.jobID == job }
            .sorted { ($0.scheduledAt, $0.id) < ($1.scheduledAt, $1.id) }
    }

    /// The executions that have not ended, in no order.
    var open: [StoredExecution] { unended.compactMap { executions[$0] } }

    func write(_ execution: Execution) {
        executions[execution.id]?.row = execution
        if execution.status.isFinal { unended.remove(execution.id) } else { unended.insert(execution.id) }
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
