public import PunctualSchedule

extension Execution {
    /// The execution after its running attempt ended that way.
    ///
    /// An attempt that was asked to stop ends as cancelled unless it succeeded. A hand-back spends no attempt: the
    /// number stays used, since it fences, and the limit rises by one.
    public func finishing(_ completion: Completion, at now: Timestamp) -> Execution {
        var next = self
        next.leaseExpiresAt = nil
        // Always of the attempt that has ended last, so that nobody takes an older answer for its own.
        next.result = completion.result
        next.error = completion.error
        next.reason = completion.reason
        var outcome = completion.outcome
        if cancelRequested, outcome != .succeeded { outcome = .cancelled }
        switch outcome {
        case .succeeded:
            next.status = .succeeded
            next.finishedAt = now
            next.reason = nil
            next.error = nil
        case .failed:
            next.status = .failed
            next.finishedAt = now
        case .cancelled:
            next.status = .cancelled
            next.finishedAt = now
            next.reason = reason == .overlap ? .overlap : .cancelled
        case .retry(let pause):
            next.moveAttemptToPast(at: now, status: .failed, completion.result)
            next.status = .pending
            next.availableAt = now + pause
        case .handedBack:
            next.reason = .shutdown
            next.moveAttemptToPast(at: now, status: .cancelled, completion.result)
            next.status = .pending
            next.availableAt = now
            if maxAttempts > 0 { next.maxAttempts += 1 }
            next.reason = nil
        }
        return next
    }

    private mutating func moveAttemptToPast(at now: Timestamp, status: ExecutionStatus, _ given: ExecutionResult?) {
        pastAttempts.append(
            Attempt(
                number: attempt, worker: worker, startedAt: startedAt ?? now, finishedAt: now, status: status,
                reason: reason, error: error, result: given?.excerpt))
        trimPast()
        worker = nil
        startedAt = nil
    }

    private mutating func trimPast() {
        if pastAttempts.count > Execution.pastAttemptsKept {
            pastAttempts.removeFirst(pastAttempts.count - Execution.pastAttemptsKept)
        }
        // Each claim reads and each retry writes all of this.
        for index in pastAttempts.indices.dropLast(Execution.pastResultsKept) { pastAttempts[index].result = nil }
    }

    /// How many past attempts an execution keeps, the newest.
    public static let pastAttemptsKept = 50
    /// How many of them keep what they were answered.
    public static let pastResultsKept = 5

    /// The execution as claimed by a worker: the next attempt, with a lease.
    public func claimed(by worker: String, at now: Timestamp, lease: Duration) -> Execution {
        var next = self
        next.status = .running
        next.attempt += 1
        next.worker = worker
        next.startedAt = now
        next.finishedAt = nil
        next.leaseExpiresAt = now + lease
        next.reason = nil
        next.error = nil
        return next
    }

    /// The ended execution opened again by hand, with a fresh allowance of attempts; nil when it succeeded or runs.
    public func reopened(at now: Timestamp, policy: RetryPolicy) -> Execution? {
        guard status.successors.contains(.pending), status.isFinal else { return nil }
        var next = self
        if var last = attempts.last, last.number > (pastAttempts.last?.number ?? 0) {
            last.result = result?.excerpt
            next.pastAttempts.append(last)
            next.trimPast()
        }
        next.worker = nil
        next.startedAt = nil
        next.finishedAt = nil
        next.status = .pending
        next.trigger = .retry
        next.reason = nil
        next.error = nil
        next.result = nil
        next.cancelRequested = false
        next.availableAt = now
        next.maxAttempts = policy.maximumAttempts == 0 ? 0 : attempt + policy.maximumAttempts
        return next
    }

    /// The execution after a wish to cancel it; nil when it has ended already.
    public func cancelling(at now: Timestamp, reason: ExecutionReason = .cancelled) -> Execution? {
        var next = self
        switch status {
        case .buffered, .pending:
            next.status = .cancelled
            next.reason = reason
            next.finishedAt = now
        case .running:
            next.cancelRequested = true
            if reason == .overlap { next.reason = .overlap }
        case .succeeded, .failed, .cancelled, .skipped, .missed:
            return nil
        }
        return next
    }
}

extension AttemptResult {
    /// What to tell the store about an attempt that ended so: a retry while the policy allows one.
    ///
    /// A pause that the other side asked for counts when it is longer than the policy's, up to a day.
    /// - Parameter random: the caller's draw, 0 to 1.
    public func completion(
        of lease: Lease, maxAttempts: Int, policy: RetryPolicy, random: Double
    ) -> Completion {
        switch verdict {
        case .succeeded:
            return Completion(lease: lease, outcome: .succeeded, result: result)
        case .cancelled:
            return Completion(lease: lease, outcome: .cancelled, reason: .cancelled, error: note, result: result)
        case .failed(let reason, let error, let isRetryable, let retryAfter):
            var completion = Completion(lease: lease, outcome: .failed, reason: reason, error: error, result: result)
            if isRetryable, maxAttempts == 0 || lease.attempt < maxAttempts {
                let pause = policy.pause(afterAttempt: lease.attempt, random: random)
                let wished = min(retryAfter ?? .zero, .seconds(86_400))
                completion.outcome = .retry(after: max(pause, wished))
            }
            return completion
        }
    }

    /// The end of an attempt whose worker was not heard of.
    public static let leaseExpired = AttemptResult(
        .failed(
            reason: .leaseExpired, error: "the worker was not heard of before its lease ran out", isRetryable: true,
            retryAfter: nil))
}

extension AttemptResult {
    /// The end of an attempt that took longer than its job allows.
    public static func timedOut(after timeout: Duration) -> AttemptResult {
        AttemptResult(
            .failed(
                reason: .timeout, error: "the attempt took longer than \(timeout.text)", isRetryable: true,
                retryAfter: nil
            ))
    }
}

extension Execution {
    /// How the attempt ends whose lease has run out.
    ///
    /// An outside worker's lease ends with the time that the job gives an attempt, so that one which ran that long has timed
    /// out; otherwise its worker was not heard of.
    /// - Parameters:
    ///   - draft: the job's; nil when it is gone or cannot be read, so that nothing says what to run again.
    ///   - random: from 0 to 1, for the pause before the next attempt.
    public func reclaiming(of draft: JobDraft?, random: Double) -> Completion {
        var result = AttemptResult.leaseExpired
        if let draft, draft.target.lane == .outside, let startedAt, let leaseExpiresAt,
            leaseExpiresAt - startedAt >= draft.timeout
        {
            result = .timedOut(after: draft.timeout)
        }
        var completion = result.completion(
            of: Lease(executionID: id, attempt: attempt, worker: worker ?? ""), maxAttempts: maxAttempts,
            policy: draft?.retryPolicy ?? RetryPolicy(), random: random)
        if draft == nil { completion.outcome = .failed }
        return completion
    }
}
