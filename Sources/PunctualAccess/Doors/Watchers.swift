internal import Synchronization

/// Who was let in to see the metrics within the last quarter of an hour, by what he showed.
final class Watchers: Sendable {
    /// So long a credential that was taken away shows metrics, and nothing else, while no store says so.
    private static let life = Duration.seconds(900)
    private static let capacity = 64

    private let state = Mutex<[RecentPrincipals.Caller: (principal: Principal, at: ContinuousClock.Instant)]>([:])

    func principal(
        of caller: RecentPrincipals.Caller, at now: ContinuousClock.Instant = .now
    ) -> Principal? {
        state.withLock { $0[caller].flatMap { $0.at.duration(to: now) < Watchers.life ? $0.principal : nil } }
    }

    /// - Parameter principal: nil for what is good for nothing.
    func keep(
        _ principal: Principal?, of caller: RecentPrincipals.Caller, at now: ContinuousClock.Instant = .now
    ) {
        state.withLock { state in
            if state.count >= Watchers.capacity, state[caller] == nil {
                guard let oldest = state.min(by: { $0.value.at < $1.value.at })?.key, principal != nil else { return }
                state[oldest] = nil
            }
            state[caller] = principal.map { ($0, now) }
        }
    }
}
