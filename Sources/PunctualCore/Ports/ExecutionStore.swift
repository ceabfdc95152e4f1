public import PunctualSchedule

/// The executions on their way: claims, leases, outcomes.
///
/// Each call is one transaction. Concurrent single calls may share one.
public protocol ExecutionStore: Sendable {
    /// Takes waiting executions, highest priority first; within a priority services take turns (`ServiceTurns`), and each
    /// gives what has waited longest. Each gets the next attempt number and a lease. Executions of paused queues and of other
    /// lanes are left, and so are those that a limit leaves no room for (`LimitStore`).
    func claim(_ request: ClaimRequest) async throws(StoreError) -> [ClaimedExecution]

    /// Prolongs leases to `duration` from the store's now, and shortens none; one outcome each, in order.
    func renew(_ leases: [Lease], for duration: Duration) async throws(StoreError) -> [RenewOutcome]

    /// Ends attempts by `Execution.finishing(_:at:)`, moves the jobs' counters, lets buffered executions follow, and sets
    /// the next instants of fixed-delay jobs; one outcome each, in order.
    func finish(_ completions: [Completion]) async throws(StoreError) -> [FinishOutcome]

    /// Ends attempts whose lease has run out as `lease_expired`, under each job's retry policy.
    /// - Parameter random: 0 to 1, for the jitter of the pauses.
    /// - Returns: the executions as they are now, those with the lowest ids; at most `limit`.
    func reclaimExpired(limit: Int, random: Double) async throws(StoreError) -> [Execution]

    /// Cancels a waiting execution, or asks a running one to stop (`cancelRequested`).
    /// - Throws: `.notFound`; `.conflict` when it has ended.
    func cancel(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution

    /// Opens an ended execution again, by `Execution.reopened(at:policy:)`, in the lane and for the task of its job's target.
    /// - Throws: `.notFound`; `.conflict` when it succeeded or has not ended.
    func retry(_ id: Identifier, of job: Identifier) async throws(StoreError) -> Execution

    /// Every queue that is paused, has waiting or running executions, or is named by a job; by name.
    func queues() async throws(StoreError) -> [QueueSummary]

    /// Stops or lets go claims from the queue. Repeating it changes nothing, since when it is paused neither.
    /// - Parameter instant: since when it counts as paused; nil means now, by the store's clock.
    func setQueue(_ name: String, paused: Bool, since instant: Timestamp?) async throws(StoreError) -> QueueSummary

    /// How long, by the store's clock, until the next waiting execution of those becomes available; not above zero when one
    /// is, nil when none waits. Paused queues are left out; what a limit keeps waiting counts as available.
    func nextAvailable(for work: WorkChoice) async throws(StoreError) -> Duration?

    /// Those of the jobs that have executions that have not ended.
    func openJobs(among jobs: [Identifier]) async throws(StoreError) -> Set<Identifier>
}

extension ExecutionStore {
    /// Ends one attempt.
    public func finish(_ completion: Completion) async throws(StoreError) -> FinishOutcome {
        try await finish([completion]).first ?? .leaseLost
    }

    /// How long until the next waiting execution of the lane becomes available, whatever its queue.
    public func nextAvailable(lane: Lane) async throws(StoreError) -> Duration? {
        try await nextAvailable(for: WorkChoice(lane: lane))
    }
}

/// Who takes executions: the workers of this program, outside workers, a broker.
public enum Lane: Int, Sendable, CaseIterable {
    case builtIn = 0
    case outside = 1
    case broker = 2
}

extension Target {
    /// Who executes it.
    public var lane: Lane {
        switch self {
        case .http, .command, .noop: .builtIn
        case .worker: .outside
        case .publish: .broker
        }
    }

    /// What whoever executes it must be able to do: a `worker` target's task, the broker of `publish`; nil for others.
    public var task: String? {
        switch self {
        case .worker(let name, _): name
        case .publish(let broker, _, _): broker
        case .http, .command, .noop: nil
        }
    }
}

public struct ClaimRequest: Hashable, Sendable {
    public var worker: String
    public var lane: Lane
    /// How many to take from each queue; nil means from all queues together up to `limit`.
    public var queues: [String: Int]?
    /// Only executions of these services; nil means any.
    public var services: Set<String>?
    /// Only executions of at least this priority.
    public var leastPriority = 0
    /// Only these tasks, as `Target.task` has them; nil means any.
    public var tasks: Set<String>?
    /// Only these, as far as they may be taken, in the same order; nil means any. What is passed over is left as it is.
    public var executions: Set<Identifier>?
    /// Only executions of jobs that the asker may see, by service and by the labels that the job carries now.
    public var visible: ServiceFilter
    /// At most this many in all.
    public var limit: Int
    /// How long the lease holds from the store's now.
    public var lease: Duration

    public init(
        worker: String, lane: Lane = .builtIn, queues: [String: Int]? = nil, tasks: Set<String>? = nil,
        executions: Set<Identifier>? = nil, visible: ServiceFilter = .everything, limit: Int, lease: Duration
    ) {
        self.worker = worker
        self.lane = lane
        self.queues = queues
        self.tasks = tasks
        self.executions = executions
        self.visible = visible
        self.limit = limit
        self.lease = lease
    }

    /// What of the request is known of an execution while it waits, without those queues that are to give none.
    public var choice: WorkChoice {
        WorkChoice(
            lane: lane, queues: queues.map { Set($0.filter { $0.value > 0 }.keys) }, services: services,
            leastPriority: leastPriority)
    }
}

/// The executions that a worker is there for.
public struct WorkChoice: Hashable, Sendable {
    public var lane: Lane
    /// nil means any.
    public var queues: Set<String>?
    /// nil means any.
    public var services: Set<String>?
    public var leastPriority: Int

    public init(lane: Lane, queues: Set<String>? = nil, services: Set<String>? = nil, leastPriority: Int = 0) {
        self.lane = lane
        self.queues = queues
        self.services = services
        self.leastPriority = leastPriority
    }

    /// Whether executions of that kind are among them.
    public func takes(queue: String, service: String, priority: Int) -> Bool {
        priority >= leastPriority && (queues?.contains(queue) ?? true) && (services?.contains(service) ?? true)
    }
}

/// An execution in hand, with what its job says at the time of the claim.
public struct ClaimedExecution: Hashable, Sendable {
    public var execution: Execution
    /// The service whose job it is now, and whose secrets the target may refer to. The execution keeps the one that it was
    /// made in, which may be another.
    public var service: String
    public var target: Target
    public var timeout: Duration
    public var retryPolicy: RetryPolicy

    /// - Parameter draft: the job as it is now.
    public init(execution: Execution, of draft: JobDraft) {
        self.execution = execution
        service = draft.service
        target = draft.target
        timeout = draft.timeout
        retryPolicy = draft.retryPolicy
    }

    public var lease: Lease {
        Lease(executionID: execution.id, attempt: execution.attempt, worker: execution.worker ?? "")
    }
}

/// A fenced claim on an execution.
public struct Lease: Hashable, Sendable {
    public var executionID: Identifier
    public var attempt: Int
    public var worker: String

    public init(executionID: Identifier, attempt: Int, worker: String) {
        self.executionID = executionID
        self.attempt = attempt
        self.worker = worker
    }
}

public enum RenewOutcome: Hashable, Sendable {
    case renewed(until: Timestamp, cancelRequested: Bool)
    /// Somebody else has the execution, or it has ended.
    case lost
}

/// What became of an attempt, as the worker decided it.
public struct Completion: Hashable, Sendable {
    public var lease: Lease
    public var outcome: AttemptOutcome
    public var reason: ExecutionReason?
    public var error: String?
    public var result: ExecutionResult?

    public init(
        lease: Lease, outcome: AttemptOutcome, reason: ExecutionReason? = nil, error: String? = nil,
        result: ExecutionResult? = nil
    ) {
        self.lease = lease
        self.outcome = outcome
        self.reason = reason
        self.error = error
        self.result = result
    }
}

public enum AttemptOutcome: Hashable, Sendable {
    case succeeded
    case failed
    /// Failed, to be tried again that long from the store's now.
    case retry(after: Duration)
    /// Stopped because it was asked to.
    case cancelled
    /// Given back unfinished by a worker that shuts down; spends no attempt.
    case handedBack
}

extension ExecutionStore {
    /// Stops or lets go claims from the queue, from now on.
    public func setQueue(_ name: String, paused: Bool) async throws(StoreError) -> QueueSummary {
        try await setQueue(name, paused: paused, since: nil)
    }
}

public enum FinishOutcome: Hashable, Sendable {
    /// The execution as it is now.
    case finished(Execution)
    /// A newer attempt owns the execution, or it has ended; nothing was changed.
    case leaseLost
}

public struct QueueSummary: Hashable, Sendable {
    public var name: String
    public var paused: Bool
    /// Since when; nil when it is not paused, and of one that was paused by a version which did not note it.
    public var pausedAt: Timestamp?
    /// Waiting executions that are available now; a driver may stop counting at 100,000.
    public var depth: Int
    public var running: Int
    /// Since the oldest waiting one became available; nil when none waits.
    public var oldestAge: Duration?
    /// Distinct workers that hold executions of it.
    public var workers: Int

    public init(
        name: String, paused: Bool, pausedAt: Timestamp? = nil, depth: Int, running: Int, oldestAge: Duration?,
        workers: Int
    ) {
        self.name = name
        self.paused = paused
        self.pausedAt = pausedAt
        self.depth = depth
        self.running = running
        self.oldestAge = oldestAge
        self.workers = workers
    }
}
