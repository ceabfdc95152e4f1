internal import PunctualCore
internal import Synchronization

/// Whether what was read of identities still holds.
final class Freshness: Sendable {
    private let store: any IdentityStore
    private let state = Mutex(State())

    /// After so long the store is asked again, by one request, while others go on.
    private static let interval = Duration.seconds(1)
    /// After so long without an answer all wait for one.
    private static let most = Duration.seconds(4)

    private struct State {
        var revision: Int64?
        /// When the question was put whose answer was `revision`: it tells nothing of what came after.
        var askedAt: ContinuousClock.Instant?
        var isAsking = false
    }

    init(store: any IdentityStore) { self.store = store }

    /// Asks the store when it is time.
    /// - Returns: whether everything that was read before must be read again.
    func hasChanged() async throws(StoreError) -> Bool {
        let now = ContinuousClock.now
        let mustAsk = state.withLock { state -> Bool in
            let age = state.askedAt.map { $0.duration(to: now) } ?? Freshness.most
            if age < Freshness.interval || (state.isAsking && age < Freshness.most) { return false }
            state.isAsking = true
            return true
        }
        guard mustAsk else { return false }
        do throws(StoreError) {
            let revision = try await store.identityRevision()
            return state.withLock { state in
                state.isAsking = false
                state.askedAt = max(state.askedAt ?? now, now)
                defer { state.revision = revision }
                return state.revision != revision
            }
        } catch {
            state.withLock { $0.isAsking = false }
            throw error
        }
    }
}
