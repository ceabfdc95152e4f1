internal import PunctualCore
internal import PunctualSchedule
internal import Synchronization

/// The limits as this node read them last: which work has to be claimed under limits, and when it is worth while to try.
///
/// Hints, read again each second while there are claims. That a queue or a service is limited every claim sees in the
/// database for itself; of jobs it goes by this copy.
final class LimitCopy: Sendable {
    private struct State {
        var limits: [WorkLimit.Key: WorkLimit] = [:]
        var readAt: ContinuousClock.Instant?
        /// Until when it is of no use to claim under limits, by lane.
        var vainUntil: [Lane: ContinuousClock.Instant] = [:]
        /// Claims under limits and others go first in turn.
        var isLimitedFirst = false
    }

    private let state = Mutex(State())
    private static let age = Swift.Duration.seconds(1)
    /// How long what was full is left alone, unless this node hears that something ended.
    private static let vainPause = Swift.Duration.milliseconds(20)

    var isDue: Bool { state.withLock { $0.readAt.map { $0.duration(to: .now) > LimitCopy.age } ?? true } }

    func read(_ limits: [WorkLimit]) {
        state.withLock { state in
            state.limits = Dictionary(limits.map { ($0.key, $0) }) { first, _ in first }
            state.readAt = .now
        }
    }

    /// Takes what this node has changed; a nil limit was removed.
    func changed(_ key: WorkLimit.Key, to limit: WorkLimit?) {
        state.withLock { state in
            state.limits[key] = limit
            state.vainUntil = [:]
        }
    }

    var isEmpty: Bool { state.withLock { $0.limits.isEmpty } }

    /// The jobs that are limited.
    var jobs: [Identifier] {
        state.withLock { state in
            state.limits.keys.compactMap { $0.kind == .jobs ? Identifier($0.name) : nil }.sorted()
        }
    }

    /// Of the keys those that are limited.
    func limited(_ keys: [WorkLimit.Key]) -> [WorkLimit.Key] {
        state.withLock { state in state.limits.isEmpty ? [] : keys.filter { state.limits[$0] != nil } }
    }

    func isLimited(_ line: LaneHeads.Line) -> Bool {
        !limited([.init(.queues, line.queue), .init(.services, line.service)]).isEmpty
    }

    /// Whether to claim under limits before the rest.
    func takesTurn() -> Bool {
        state.withLock { state in
            state.isLimitedFirst.toggle()
            return state.isLimitedFirst
        }
    }

    func isVain(_ lane: Lane) -> Bool {
        state.withLock { $0.vainUntil[lane].map { .now < $0 } ?? false }
    }

    func wasVain(_ lane: Lane) {
        state.withLock { $0.vainUntil[lane] = .now.advanced(by: LimitCopy.vainPause) }
    }

    /// Hears that these have ended, or wait again.
    /// - Returns: whether a limit has room by that, which others wait for.
    func ended(_ rows: [Execution]) -> Bool {
        state.withLock { state in
            if state.limits.isEmpty { return false }
            let isLimited = rows.contains { row in
                ClaimCandidate(row).limitKeys.contains { state.limits[$0] != nil }
            }
            if isLimited { state.vainUntil = [:] }
            return isLimited
        }
    }
}
