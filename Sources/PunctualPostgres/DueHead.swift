internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// From which instant on jobs may be due, as far as this node knows: each tick leaves dead entries at the head of the
/// index, as claims do (`LaneHeads`), and so begins where the one before found the first.
final class DueHead: Sendable {
    struct Token: Sendable {
        /// nil means from the beginning.
        let start: Timestamp?
        fileprivate let additions: Int
        fileprivate let began: ContinuousClock.Instant
    }

    private struct State {
        var shards: Set<Int>?
        var start: Timestamp?
        var additions = 0
        var pace = LookPace()
    }

    private let state = Mutex(State())

    /// How much sooner than now others' jobs may still come.
    private static let disorder = Duration.seconds(1)

    /// - Parameter shards: where others than in the last reading are asked for, it is from the beginning.
    func begin(shards: Set<Int>?) -> Token {
        state.withLock { state in
            if state.shards != shards || state.pace.isDue { state.start = nil }
            state.shards = shards
            return Token(start: state.start, additions: state.additions, began: .now)
        }
    }

    /// - Parameter first: the first instant that was found due; nil when none was.
    func end(_ token: Token, first: Timestamp?, now: Timestamp) {
        state.withLock { state in
            if token.start == nil { state.pace.looked(since: token.began) }
            guard state.additions == token.additions else { return }
            state.start = min(first ?? now, now - DueHead.disorder)
        }
    }

    /// Takes the next instants of jobs that this node wrote at an instant, after the commit; those to come are met anyway.
    func added(_ instants: [Timestamp?], at now: Timestamp) {
        guard let first = instants.compactMap(\.self).min(), first <= now else { return }
        state.withLock { state in
            state.additions += 1
            state.start = state.start.map { min($0, first) }
        }
    }
}
