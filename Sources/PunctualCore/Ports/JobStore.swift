public import PunctualSchedule

/// The jobs, and the one place where their instants become executions.
///
/// Each call is one transaction. Every call may be repeated after an ambiguous failure: ids come from the caller.
public protocol JobStore: Sendable {
    /// The store's clock: the database's where it has one. Due times and leases are judged by it alone.
    func now() async throws(StoreError) -> Timestamp

    /// Adds jobs; one outcome each, in order: the job, `.nameTaken`, or `.quotaExceeded`. A job that is there already
    /// (same id) is returned.
    /// - Parameter limits: how many jobs a service may have; those that are not named, any number. However many callers
    ///   add at once, no service gets more.
    func create(_ jobs: [Job], within limits: [String: Int]) async throws(StoreError) -> [Result<Job, StoreError>]

    /// The job, or nil.
    func job(_ id: Identifier) async throws(StoreError) -> Job?

    /// The jobs, or nil, in order, in one reading where the driver can.
    func jobs(_ ids: [Identifier]) async throws(StoreError) -> [Job?]

    /// The job of that name within the service, or nil.
    func job(named name: String, service: String) async throws(StoreError) -> Job?

    /// One page of jobs.
    func jobs(_ query: JobQuery) async throws(StoreError) -> Page<Job>

    /// Changes definition and status and raises the version; counters and, unless it says so, `nextRunAt` stay.
    /// - Parameter limit: how many jobs the service may have that the job moves to; nil means any number. One that stays
    ///   where it is needs no room.
    /// - Throws: `.notFound`, `.versionConflict` when the stored version is not `version`, `.nameTaken`, `.quotaExceeded`.
    func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int, within limit: Int?
    ) async throws(StoreError) -> Job

    /// Removes the job, cancels its waiting executions and asks running ones to stop; the history stays.
    /// - Parameter version: nil means any.
    /// - Throws: `.notFound`, `.versionConflict`.
    func delete(_ id: Identifier, ifVersion version: Int?) async throws(StoreError)

    /// The jobs (active and paused) whose `nextRunAt` is not after the store's now, earliest first.
    /// - Parameters:
    ///   - shards: virtual shards (0 to 255) to look at; nil means all.
    func dueJobs(shards: Set<Int>?, limit: Int) async throws(StoreError) -> DueJobs

    /// Adds the plans' executions and moves the jobs on. A plan whose `expected` instant no longer stands is passed
    /// over, so two schedulers may tick at once. Overlap is decided here, under the job's row lock.
    /// - Returns: one outcome per plan, in order.
    func apply(_ plans: [TickPlan]) async throws(StoreError) -> [TickOutcome]

    /// Adds executions made by hand (trigger, backfill), overlap decided as in `apply`; one outcome each, in order.
    /// An execution whose id is there already is returned as `.existing`.
    /// - Parameter limit: how many executions of the service may wait in their queue once these are there; nil means any
    ///   number. A driver may stop counting at 100,000.
    /// - Throws: `.notFound` when the job is gone; `.quotaExceeded` when more would wait, and then none was added.
    func enqueue(
        _ executions: [Execution], of job: Identifier, overlap: OverlapPolicy, within limit: Int?
    ) async throws(StoreError) -> [EnqueueOutcome]
}

extension JobStore {
    /// Adds jobs, however many their services have.
    public func create(_ jobs: [Job]) async throws(StoreError) -> [Result<Job, StoreError>] {
        try await create(jobs, within: [:])
    }

    /// The jobs, one after the other.
    public func jobs(_ ids: [Identifier]) async throws(StoreError) -> [Job?] {
        var jobs: [Job?] = []
        for id in ids { jobs.append(try await job(id)) }
        return jobs
    }

    /// Changes a job, however many its service has.
    public func update(
        _ id: Identifier, _ change: JobChange, ifVersion version: Int
    ) async throws(StoreError) -> Job {
        try await update(id, change, ifVersion: version, within: nil)
    }

    /// Adds executions made by hand, however many wait.
    public func enqueue(
        _ executions: [Execution], of job: Identifier, overlap: OverlapPolicy
    ) async throws(StoreError) -> [EnqueueOutcome] {
        try await enqueue(executions, of: job, overlap: overlap, within: nil)
    }
}

/// A change of a job by its owner.
public struct JobChange: Hashable, Sendable {
    public var draft: JobDraft
    public var status: JobStatus
    public var pauseReason: String?
    /// nil leaves the instant as it stands; `.some(nil)` clears it.
    public var nextRunAt: Timestamp??
    public var updatedAt: Timestamp

    public init(
        draft: JobDraft, status: JobStatus, pauseReason: String?, nextRunAt: Timestamp??, updatedAt: Timestamp
    ) {
        self.draft = draft
        self.status = status
        self.pauseReason = pauseReason
        self.nextRunAt = nextRunAt
        self.updatedAt = updatedAt
    }
}

public struct DueJobs: Sendable {
    /// The store's clock at the reading.
    public let now: Timestamp
    public let jobs: [Job]
    /// The earliest `nextRunAt` after `now` among the shards asked for; nil when there is none.
    public let nextDue: Timestamp?

    public init(now: Timestamp, jobs: [Job], nextDue: Timestamp?) {
        self.now = now
        self.jobs = jobs
        self.nextDue = nextDue
    }
}

public enum TickOutcome: Hashable, Sendable {
    /// The plan took effect; the executions as they were decided.
    case applied([Execution])
    /// The job has moved on, changed or gone since it was read; nothing was added.
    case lostRace
}

public enum EnqueueOutcome: Hashable, Sendable {
    case created(Execution)
    case existing(Execution)
}

extension [EnqueueOutcome] {
    /// Where what was added waits now; nil when none of it does.
    public var line: (service: String, queue: String)? {
        for case .created(let execution) in self where execution.status == .pending {
            return (execution.service, execution.queue)
        }
        return nil
    }
}

/// Which jobs, in which order.
public struct JobQuery: Hashable, Sendable {
    /// What the asker may see; the conditions below choose among that.
    public var visible = ServiceFilter.everything
    public var service: String?
    public var status: JobStatus?
    public var queue: String?
    public var name: String?
    /// All must match.
    public var labels: [String: String] = [:]
    /// Found anywhere in name or description, without regard to case of ASCII letters.
    public var text: String?
    public var sort = Sort.name
    public var descending = false
    /// 1 to 200.
    public var limit = 50
    /// Continues behind this row.
    public var after: PageKey?

    public enum Sort: String, Sendable, CaseIterable {
        case name
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case nextRunAt = "next_run_at"
    }

    public init() {}
}

/// The sort value and id of the last row of a page.
public struct PageKey: Hashable, Sendable {
    /// The text sorted by, or the decimal milliseconds of the instant sorted by; nil for a missing instant, which sorts last.
    public var value: String?
    public var id: Identifier

    public init(value: String?, id: Identifier) {
        self.value = value
        self.id = id
    }
}

public struct Page<Item: Sendable>: Sendable {
    public var items: [Item]
    /// nil on the last page.
    public var next: PageKey?

    public init(items: [Item], next: PageKey?) {
        self.items = items
        self.next = next
    }
}
