public import PunctualSchedule

/// Runs one attempt of a target.
public protocol Executor: Sendable {
    /// Runs the attempt to its end; whatever happens is in the result.
    ///
    /// Cancelling the task stops the work within five seconds. The time limit is the executor's to keep.
    func execute(_ attempt: AttemptRequest) async -> AttemptResult
}

/// What an executor needs to know.
public struct AttemptRequest: Sendable {
    public var executionID: Identifier
    public var jobID: Identifier
    public var jobName: String
    /// Whose secrets the target may refer to.
    public var service: String
    public var scheduledAt: Timestamp
    /// From 1.
    public var attempt: Int
    public var target: Target
    public var timeout: Duration
    /// Takes what it says while it runs; nil when nobody listens.
    public var output: OutputSink?
    /// The `traceparent` that tells whoever is called which trace this is a part of; nil for the execution's own.
    public var traceparent: String?
    /// Whether the target holds secrets that were put in, so that nothing of it may be shown.
    public var hasSecrets = false

    public init(
        executionID: Identifier, jobID: Identifier, jobName: String, service: String, scheduledAt: Timestamp,
        attempt: Int, target: Target, timeout: Duration
    ) {
        self.executionID = executionID
        self.jobID = jobID
        self.jobName = jobName
        self.service = service
        self.scheduledAt = scheduledAt
        self.attempt = attempt
        self.target = target
        self.timeout = timeout
    }

    public init(_ claimed: ClaimedExecution) {
        let execution = claimed.execution
        self.init(
            executionID: execution.id, jobID: execution.jobID, jobName: execution.jobName,
            service: claimed.service, scheduledAt: execution.scheduledAt, attempt: execution.attempt,
            target: claimed.target, timeout: claimed.timeout)
    }
}

extension AttemptRequest {
    /// What to send as `traceparent`: one trace for all attempts of an execution, though nobody keeps it.
    public var carriedTrace: String {
        traceparent ?? ExecutionTrace(executionID).traceparent(attempt: attempt, isSampled: false)
    }
}

/// Takes lines while an attempt runs; whoever calls it never waits.
public struct OutputSink: Sendable {
    private let take: @Sendable (SaidLine) -> Void

    public init(_ take: @escaping @Sendable (SaidLine) -> Void) { self.take = take }

    public func callAsFunction(_ line: SaidLine) { take(line) }
}

/// How an attempt ended, before the retry policy is asked.
public struct AttemptResult: Hashable, Sendable {
    public var verdict: Verdict
    public var result: ExecutionResult
    /// What was told of it though it was cancelled; a failure has its error in the verdict.
    public var note: String?

    public enum Verdict: Hashable, Sendable {
        case succeeded
        /// - Parameters:
        ///   - isRetryable: false when another try cannot help, such as HTTP 404.
        ///   - retryAfter: the pause the other side asked for; nil when it did not.
        case failed(reason: ExecutionReason?, error: String, isRetryable: Bool, retryAfter: Duration?)
        /// The task was cancelled and the work stopped.
        case cancelled
    }

    public init(_ verdict: Verdict, result: ExecutionResult = ExecutionResult(), note: String? = nil) {
        self.verdict = verdict
        self.result = result
        self.note = note
    }
}
