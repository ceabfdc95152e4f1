public import PunctualSchedule

/// The record of one occurrence, run or not.
public struct Execution: Hashable, Sendable, Identifiable {
    public let id: Identifier
    public let jobID: Identifier
    public var jobName: String
    public var service: String
    public var queue: String
    public var priority: Int
    /// The nominal instant.
    public var scheduledAt: Timestamp
    /// When a worker may take it: the nominal instant with jitter, or the instant of the next attempt.
    public var availableAt: Timestamp
    public var trigger: ExecutionTrigger
    public var status: ExecutionStatus
    public var reason: ExecutionReason?
    /// The number of the newest attempt; 0 before the first. It fences stale workers and never goes down.
    public var attempt: Int
    /// 0 = no limit.
    public var maxAttempts: Int
    public var worker: String?
    public var leaseExpiresAt: Timestamp?
    public var cancelRequested: Bool
    public var createdAt: Timestamp
    /// When the newest attempt began.
    public var startedAt: Timestamp?
    public var finishedAt: Timestamp?
    public var result: ExecutionResult?
    public var error: String?
    /// The attempts before the newest, oldest first; `attempts` adds the newest.
    public var pastAttempts: [Attempt]
    /// What was last told of how far an attempt is, whichever; `newestProgress` is what to show.
    public var progress: ExecutionProgress?

    public init(
        id: Identifier, jobID: Identifier, jobName: String, service: String, queue: String, priority: Int,
        scheduledAt: Timestamp, availableAt: Timestamp, trigger: ExecutionTrigger,
        status: ExecutionStatus = .pending, reason: ExecutionReason? = nil, attempt: Int = 0, maxAttempts: Int,
        worker: String? = nil, leaseExpiresAt: Timestamp? = nil, cancelRequested: Bool = false,
        createdAt: Timestamp, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil,
        result: ExecutionResult? = nil, error: String? = nil, pastAttempts: [Attempt] = []
    ) {
        self.id = id
        self.jobID = jobID
        self.jobName = jobName
        self.service = service
        self.queue = queue
        self.priority = priority
        self.scheduledAt = scheduledAt
        self.availableAt = availableAt
        self.trigger = trigger
        self.status = status
        self.reason = reason
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.worker = worker
        self.leaseExpiresAt = leaseExpiresAt
        self.cancelRequested = cancelRequested
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.result = result
        self.error = error
        self.pastAttempts = pastAttempts
    }

    /// From the start of the newest attempt to the end; nil while it has not ended or if it never began.
    public var duration: Duration? {
        guard let startedAt, let finishedAt, attempt > 0 else { return nil }
        return max(.zero, finishedAt - startedAt)
    }

    /// Every attempt, oldest first.
    public var attempts: [Attempt] {
        guard attempt > (pastAttempts.last?.number ?? 0), let startedAt else { return pastAttempts }
        let ended = status.isFinal ? status : .running
        return pastAttempts + [
            Attempt(
                number: attempt, worker: worker, startedAt: startedAt, finishedAt: finishedAt, status: ended,
                reason: status.isFinal ? reason : nil, error: status.isFinal ? error : nil)
        ]
    }
}

/// One try at an execution.
public struct Attempt: Hashable, Sendable {
    /// From 1; the fencing token.
    public var number: Int
    public var worker: String?
    public var startedAt: Timestamp
    public var finishedAt: Timestamp?
    public var status: ExecutionStatus
    public var reason: ExecutionReason?
    public var error: String?
    /// An excerpt of what a past attempt gave back, nil for nothing; the newest attempt's is the execution's `result`.
    public var result: ExecutionResult?

    public init(
        number: Int, worker: String?, startedAt: Timestamp, finishedAt: Timestamp?, status: ExecutionStatus,
        reason: ExecutionReason?, error: String?, result: ExecutionResult? = nil
    ) {
        self.number = number
        self.worker = worker
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.status = status
        self.reason = reason
        self.error = error
        self.result = result
    }
}

/// What an attempt left behind.
public struct ExecutionResult: Hashable, Sendable {
    public var httpStatus: Int?
    public var exitCode: Int?
    public var output: String
    /// Whether `output` is only a part of what came.
    public var outputTruncated: Bool

    public init(httpStatus: Int? = nil, exitCode: Int? = nil, output: String = "", outputTruncated: Bool = false) {
        self.httpStatus = httpStatus
        self.exitCode = exitCode
        self.output = output
        self.outputTruncated = outputTruncated
    }

    /// Bytes of output that are kept of a past attempt.
    public static let excerptBytes = 1024

    /// The same with the beginning of the output alone, whole characters; nil where nothing is told.
    public var excerpt: ExecutionResult? {
        if self == ExecutionResult() { return nil }
        var excerpt = self
        if output.utf8.count > Self.excerptBytes {
            var end = output.utf8.index(output.utf8.startIndex, offsetBy: Self.excerptBytes)
            while end.samePosition(in: output.unicodeScalars) == nil { end = output.utf8.index(before: end) }
            (excerpt.output, excerpt.outputTruncated) = (String(output[..<end]), true)
        }
        return excerpt
    }
}

public enum ExecutionTrigger: String, Sendable, CaseIterable {
    case schedule, misfire, manual, backfill, retry
}

public enum ExecutionStatus: String, Sendable, CaseIterable {
    case buffered, pending, running, succeeded, failed, cancelled, skipped, missed

    /// Whether the execution has ended.
    public var isFinal: Bool {
        switch self {
        case .buffered, .pending, .running: false
        case .succeeded, .failed, .cancelled, .skipped, .missed: true
        }
    }

    /// The statuses that may follow this one; docs/reference/states.md draws them.
    public var successors: Set<ExecutionStatus> {
        switch self {
        case .buffered: [.pending, .cancelled]
        case .pending: [.running, .cancelled]
        case .running: [.succeeded, .failed, .cancelled, .pending]
        // By hand alone, as a retry.
        case .failed, .cancelled, .skipped, .missed: [.pending]
        case .succeeded: []
        }
    }
}

public enum ExecutionReason: String, Sendable, CaseIterable {
    case timeout, connection, overlap, misfire, paused, calendar, cancelled, shutdown
    case leaseExpired = "lease_expired"
    case exitCode = "exit_code"
    case httpStatus = "http_status"
    case bufferFull = "buffer_full"
    case catchupWindow = "catchup_window"
}
