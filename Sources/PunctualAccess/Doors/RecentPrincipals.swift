internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// Who somebody was found to be within the last second: whoever asks again and again is looked up once.
///
/// What ends with time, such as a key or a grant, ends at most that second late; what is taken away here ends at once, by
/// `clear`.
final class RecentPrincipals: Sendable {
    private static let life = Duration.seconds(1)

    private let capacity: Int
    private let state = Mutex(State())

    /// What was shown, and from where: keys may be for some addresses alone.
    struct Caller: Hashable {
        let secret: String
        let address: IPAddress?

        init(_ credential: Credential, _ address: IPAddress?) {
            secret = credential.text
            self.address = address
        }
    }

    private struct Found {
        let principal: Principal
        let at: Timestamp

        func isFresh(at now: Timestamp) -> Bool { at <= now && now < at + RecentPrincipals.life }
    }

    private struct State {
        var found: [Caller: Found] = [:]
        /// Raised by `clear`: what was looked up before is not kept.
        var generation = 0
        var sweptAt: Timestamp?
    }

    init(capacity: Int) { self.capacity = capacity }

    /// - Returns: nil when he must be looked up; and for `keep`, since when.
    func principal(of caller: Caller, at now: Timestamp) -> (principal: Principal?, generation: Int) {
        state.withLock { state in
            let found = state.found[caller]
            return (found.flatMap { $0.isFresh(at: now) ? $0.principal : nil }, state.generation)
        }
    }

    func keep(_ principal: Principal, of caller: Caller, at now: Timestamp, since generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.found.count >= capacity, state.found[caller] == nil {
                // Once a second is enough; until then newcomers are looked up each time.
                guard state.sweptAt.map({ $0 + RecentPrincipals.life <= now || now < $0 }) ?? true else { return }
                state.sweptAt = now
                state.found = state.found.filter { $0.value.isFresh(at: now) }
                guard state.found.count < capacity else { return }
            }
            state.found[caller] = Found(principal: principal, at: now)
        }
    }

    func clear() {
        state.withLock { state in
            state.found = [:]
            state.generation += 1
        }
    }
}
