public import PunctualSchedule

/// What an occurrence meets when it is about to be added.
public enum OverlapDecision: Hashable, Sendable {
    case run
    /// Waits until the running ones have ended.
    case buffer
    case skip(ExecutionReason)
    /// The others are cancelled; it runs at once, or waits while any of them still runs.
    case replace(waits: Bool)

    /// The execution as the decision lets it in. `replace` cancels the job's other open executions besides.
    public func admitting(_ execution: Execution, at now: Timestamp) -> Execution {
        var execution = execution
        switch self {
        case .run, .replace(waits: false): break
        case .buffer, .replace(waits: true): execution.status = .buffered
        case .skip(let reason):
            execution.status = .skipped
            execution.reason = reason
            execution.finishedAt = now
        }
        return execution
    }
}

extension OverlapPolicy {
    /// Whether it matters what else of the job has not ended; when nothing is open, every policy lets an execution run.
    public var looksAtOthers: Bool { self != .allowAll }

    /// What becomes of one more execution.
    /// - Parameters:
    ///   - waiting: the job's pending executions.
    ///   - running: the job's running ones.
    ///   - buffered: those that wait for others to end.
    public func decide(waiting: Int, running: Int, buffered: Int) -> OverlapDecision {
        if waiting + running + buffered == 0 { return .run }
        switch self {
        case .allowAll: return .run
        case .skip: return .skip(.overlap)
        case .bufferOne: return buffered == 0 ? .buffer : .skip(.bufferFull)
        case .bufferAll: return buffered < OverlapPolicy.bufferLimit ? .buffer : .skip(.bufferFull)
        case .cancelOther: return .replace(waits: running > 0)
        }
    }

    /// The policy for occurrences that are made up for in a row: `skip` would drop all but the first, so they queue up.
    public var forCatchup: OverlapPolicy { self == .skip ? .bufferAll : self }
}
