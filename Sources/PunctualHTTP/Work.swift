internal import PunctualAPI
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// What outside workers tell.
enum Work {
    /// An execution that the attempt owns.
    struct Held {
        let lease: Lease
        let execution: Execution
        /// nil when it was deleted.
        let job: Job?

        /// How much longer the attempt may take; nil when nothing bounds it.
        func timeLeft(at now: Timestamp) -> Duration? {
            guard let job, let startedAt = execution.startedAt else { return nil }
            return job.draft.timeout - (now - startedAt)
        }

        /// How an attempt that took longer ends, and what its worker is told; nil when nothing bounds it.
        var timedOut: (result: AttemptResult, problem: Problem)? {
            guard let job else { return nil }
            let text = "the attempt took longer than \(job.draft.timeout.text)"
            return (.timedOut(after: job.draft.timeout), Problem(.leaseLost, "The lease is lost: \(text)."))
        }

        func completion(_ result: AttemptResult) -> Completion {
            var completion = result.completion(
                of: lease, maxAttempts: execution.maxAttempts, policy: job?.draft.retryPolicy ?? RetryPolicy(),
                random: .random(in: 0...1))
            // Without its job nothing says what to run again.
            if job == nil, case .retry = completion.outcome { completion.outcome = .failed }
            return completion
        }
    }

    /// A claim that was prolonged.
    struct Renewed {
        let until: Timestamp
        let cancelRequested: Bool

        func write(to writer: inout JSONWriter) {
            writer.name("lease_expires_at")
            writer.instant(until)
            writer.name("cancel_requested")
            writer.bool(cancelRequested)
        }
    }

    /// How an attempt ended.
    struct Ending {
        let lease: Lease
        let status: Status
        let output: String?
        let error: String?
        let saying: Saying

        enum Status: String, CaseIterable {
            case succeeded, failed
            /// Given back unfinished, by a worker that shuts down; another attempt follows, and none is spent.
            case released
        }

        init?(_ fields: inout Fields) {
            let lease = fields.claim()
            let status = fields.choice("status", Status.self)
            fields.requireGiven("status", status)
            output = fields.string("output", lengths: 0...262_144, nullable: true)
            error = fields.string("error", lengths: 0...4096, nullable: true)
            saying = fields.saying()
            guard let lease, let status else { return nil }
            (self.lease, self.status) = (lease, status)
        }

        /// What the worker says of it; nil when it gives the execution back.
        func result(of execution: Execution) -> AttemptResult? {
            let result = ExecutionResult(output: output ?? "")
            return switch status {
            case .released: nil
            case .succeeded: AttemptResult(.succeeded, result: result)
            case .failed where execution.cancelRequested: AttemptResult(.cancelled, result: result, note: error)
            case .failed:
                AttemptResult(
                    .failed(
                        reason: nil, error: error ?? "the worker reported a failure", isRetryable: true,
                        retryAfter: nil), result: result)
            }
        }
    }

    /// One of many, or what is wrong with it.
    static func reading<Value>(_ json: JSONValue, _ read: (inout Fields) -> Value?) -> Result<Value, Problem> {
        let list = FaultList()
        var fields = Fields(json, into: list)
        let value = read(&fields)
        fields.finish()
        do {
            try list.throwIfAny()
        } catch { return .failure(Problem(mapping: error)) }
        return value.map { .success($0) } ?? .failure(Problem(.validation, "id, attempt and worker are required."))
    }
}

extension Problem {
    static let leaseLost = Problem(
        .leaseLost, "Another attempt owns the execution, or it has ended; what this one reports changes nothing.")
}

extension Fields {
    mutating func worker() -> String? {
        let worker = string("worker", lengths: 1...128)
        requireGiven("worker", worker)
        return worker
    }

    mutating func lease() -> Duration {
        duration("lease", .seconds(5) ... .seconds(3600)) ?? .seconds(60)
    }

    /// The 1 to 100 parts of a call about many.
    mutating func items() -> [JSONValue] {
        let items = value("items")
        requireGiven("items", items)
        if let items, !(1...100).contains(items.array?.count ?? 0) {
            fault("items", "must be an array of 1 to 100 objects")
        }
        return items?.array ?? []
    }

    /// The claim that a heartbeat or a completion names.
    mutating func claim() -> Lease? {
        let text = string("id", lengths: 1...64)
        requireGiven("id", text)
        let id = text.flatMap { Identifier($0) }
        if text != nil, id == nil { fault("id", "must be a UUID") }
        let attempt = int("attempt", 1...Int(Int32.max))
        requireGiven("attempt", attempt)
        let worker = worker()
        guard let id, let attempt, let worker else { return nil }
        return Lease(executionID: id, attempt: attempt, worker: worker)
    }
}
