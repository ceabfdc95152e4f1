package import PunctualCore

/// The executors of this process by type of target.
package struct ExecutorSet: Executor {
    private let executors: [String: any Executor]

    /// - Parameter executors: by the contract's `type` word.
    package init(_ executors: [String: any Executor]) { self.executors = executors }

    package func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        guard let executor = executors[attempt.target.type] else {
            return AttemptResult(
                .failed(
                    reason: nil, error: "this worker cannot run targets of type \(attempt.target.type)",
                    isRetryable: false, retryAfter: nil))
        }
        return await executor.execute(attempt)
    }
}

/// Succeeds at once; for drills and benchmarks.
package struct NoopExecutor: Executor {
    package init() {}

    package func execute(_ attempt: AttemptRequest) async -> AttemptResult { AttemptResult(.succeeded) }
}
