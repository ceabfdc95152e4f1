/// A sign-in that many calls of a client share: whoever finds it ended first renews it for all.
actor SignIn {
    /// Asks the server for the next tokens.
    typealias Renewal = @Sendable (SignInTokens) async throws(ClientError) -> SignInTokens

    private var tokens: SignInTokens
    private let store: any SignInStore
    private let now: @Sendable () -> Int64
    private let renewal: Renewal
    private var underWay: Task<Result<SignInTokens, ClientError>, Never>?

    /// - Parameter now: seconds since 1970.
    init(
        _ tokens: SignInTokens, store: any SignInStore, now: @escaping @Sendable () -> Int64,
        renewal: @escaping Renewal
    ) {
        self.tokens = tokens
        self.store = store
        self.now = now
        self.renewal = renewal
    }

    /// The token to show.
    /// - Parameter refused: the one that the server has just refused; nil when there is none.
    func token(insteadOf refused: String?) async throws(ClientError) -> String {
        if underWay == nil, isGood(tokens, refused) { return tokens.accessToken }
        // Everybody who needs the token waits for this task; it goes on when the first of them gives up, since a renewal
        // whose answer is lost costs the sign-in.
        let task = underWay ?? Task { await renew(refused) }
        underWay = task
        return try await task.value.get().accessToken
    }

    private func isGood(_ tokens: SignInTokens, _ refused: String?) -> Bool {
        tokens.accessToken != refused && !tokens.endSoon(at: now())
    }

    private func renew(_ refused: String?) async -> Result<SignInTokens, ClientError> {
        let result: Result<SignInTokens, ClientError>
        do throws(ClientError) {
            let (now, renewal) = (now, renewal)
            let next = try await store.exchange { kept async throws(ClientError) in
                // Another process may have been faster.
                if kept.accessToken != refused, !kept.endSoon(at: now()) { return kept }
                return try await renewal(kept)
            }
            tokens = next
            result = .success(next)
        } catch {
            result = .failure(error)
        }
        underWay = nil
        return result
    }
}
