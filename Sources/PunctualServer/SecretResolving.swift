internal import PunctualAccess
internal import PunctualCore

/// Runs attempts with the secrets that their targets refer to, put in just before and kept nowhere: what comes back is without them.
struct SecretResolving: Executor {
    /// nil without access control: then there are no secrets, and a reference is sent to nobody as it stands.
    let vault: SecretVault?
    let executor: any Executor

    func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        var attempt = attempt
        guard let vault else {
            let names = (try? attempt.target.secretNames()) ?? []  // A malformed reference is a text like any other.
            return names.isEmpty
                ? await executor.execute(attempt)
                : Self.failure("its target refers to secrets, which need access control")
        }
        let mask: SecretMask
        do throws(StoreError) {
            switch try await vault.resolved(attempt.target, service: attempt.service) {
            case .success(let resolved): (attempt.target, mask) = (resolved.target.reveal(), resolved.mask)
            case .failure(let fault): return Self.failure(fault.words)
            }
        } catch {
            return Task.isCancelled ? AttemptResult(.cancelled) : Self.failure("its secrets cannot be read: \(error)")
        }
        attempt.hasSecrets = !mask.isEmpty
        if !mask.isEmpty, let output = attempt.output {
            attempt.output = OutputSink { line in
                var line = line
                line.text = mask.masked(line: OutputBounds.fit(line.text))
                output(line)
            }
        }
        return mask.masked(await executor.execute(attempt))
    }

    /// Another try may help: a secret can be written meanwhile.
    private static func failure(_ text: String) -> AttemptResult {
        AttemptResult(.failed(reason: nil, error: text, isRetryable: true, retryAfter: nil))
    }
}
