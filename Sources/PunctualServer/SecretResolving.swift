internal import PunctualAccess
internal import PunctualCore

/// Runs attempts with the secrets that their targets refer to, put in just before and kept nowhere.
struct SecretResolving: Executor {
    let vault: SecretVault
    let executor: any Executor

    func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        var attempt = attempt
        do throws(StoreError) {
            switch try await vault.resolved(attempt.target, service: attempt.service) {
            case .success(let target): attempt.target = target.reveal()
            case .failure(let fault): return Self.failure(fault.words)
            }
        } catch {
            return Task.isCancelled ? AttemptResult(.cancelled) : Self.failure("its secrets cannot be read: \(error)")
        }
        return await executor.execute(attempt)
    }

    /// Another try may help: a secret can be written meanwhile.
    private static func failure(_ text: String) -> AttemptResult {
        AttemptResult(.failed(reason: nil, error: text, isRetryable: true, retryAfter: nil))
    }
}
