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
    /// How long one waits for it; and after one that did not come, how long nobody asks again.
    private static let patience = Duration.seconds(2)
    private static let rest = Duration.seconds(1)

    private struct State {
        var revision: Int64?
        /// When the question was put whose answer was `revision`: it tells nothing of what came after.
        var askedAt: ContinuousClock.Instant?
        var isAsking = false
        /// Why there was no answer last, and when.
        var fault: (error: StoreError, at: ContinuousClock.Instant)?
    }

    init(store: any IdentityStore) { self.store = store }

    /// Asks the store when it is time.
    /// - Returns: whether everything that was read before must be read again.
    func hasChanged() async throws(StoreError) -> Bool {
        let now = ContinuousClock.now
        let (mustAsk, fault) = state.withLock { state -> (Bool, StoreError?) in
            let age = state.askedAt.map { $0.duration(to: now) } ?? Freshness.most
            if age < Freshness.interval || (state.isAsking && age < Freshness.most) { return (false, nil) }
            if let fault = state.fault, fault.at.duration(to: now) < Freshness.rest {
                return (false, age < Freshness.most ? nil : fault.error)
            }
            state.isAsking = true
            return (true, nil)
        }
        if let fault { throw fault }
        guard mustAsk else { return false }
        do throws(StoreError) {
            let revision = try await revision()
            return state.withLock { state in
                (state.isAsking, state.fault) = (false, nil)
                state.askedAt = max(state.askedAt ?? now, now)
                defer { state.revision = revision }
                return state.revision != revision
            }
        } catch {
            state.withLock { state in
                state.isAsking = false
                state.fault = error == .cancelled ? nil : (error, .now)
            }
            throw error
        }
    }

    private func revision() async throws(StoreError) -> Int64 {
        do {
            return try await Deadline.within(Freshness.patience) { [store] in try await store.identityRevision() }
        } catch {
            throw error as? StoreError ?? .unavailable("the store does not say who may do what: \(error)")
        }
    }
}
