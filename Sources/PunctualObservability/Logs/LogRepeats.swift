package import Logging
internal import Synchronization

/// Errors that say the same again and again, as each request does while a store is away: the first of a time are written as
/// they come, the others counted, so that an outage does not fill the disk or bury what else is said.
package final class LogRepeats: Sendable {
    /// What makes lines the same.
    package struct Kind: Hashable, Sendable {
        package let logger: String
        package let level: Logger.Level
        package let message: String
        /// What went wrong; empty when the line does not say.
        package let error: String
    }

    /// How many lines of a kind were left out of a time that is over.
    package struct Left: Sendable {
        package let kind: Kind
        package let count: Int
    }

    private struct Count {
        let until: ContinuousClock.Instant
        var lines = 1
    }

    private struct State {
        var counts: [Kind: Count] = [:]
        /// When the first of the times ends.
        var next: ContinuousClock.Instant?
    }

    private let most: Int
    private let span: Duration
    private let state = Mutex(State())

    /// How many kinds are counted; those beyond are written as they come.
    static let mostKinds = 256

    /// - Parameters:
    ///   - most: lines of a kind that are written in a time.
    ///   - span: how long a time is, from a kind's first line on.
    package init(most: Int = 100, span: Duration = .seconds(10)) {
        self.most = most
        self.span = span
    }

    /// Counts a line.
    /// - Parameter kind: nil for one that is always written.
    /// - Returns: whether it is to be written, and what was left out of times that are over now.
    package func take(_ kind: Kind?, at now: ContinuousClock.Instant = .now) -> (isWritten: Bool, left: [Left]) {
        state.withLock { state in
            let left = Self.ended(&state, at: now, most)
            guard let kind else { return (true, left) }
            if state.counts[kind] != nil {
                state.counts[kind]!.lines += 1
                return (state.counts[kind]!.lines <= most, left)
            }
            if state.counts.count < Self.mostKinds {
                let until = now + span
                state.counts[kind] = Count(until: until)
                state.next = min(state.next ?? until, until)
            }
            return (true, left)
        }
    }

    /// Ends all times: what was left out of them.
    package func end() -> [Left] {
        state.withLock { state in
            state.next = nil
            defer { state.counts = [:] }
            return Self.left(state.counts, most)
        }
    }

    private static func ended(_ state: inout State, at now: ContinuousClock.Instant, _ most: Int) -> [Left] {
        guard let next = state.next, next <= now else { return [] }
        let over = state.counts.filter { $0.value.until <= now }
        for kind in over.keys { state.counts[kind] = nil }
        state.next = state.counts.values.map(\.until).min()
        return left(over, most)
    }

    private static func left(_ counts: [Kind: Count], _ most: Int) -> [Left] {
        counts.filter { $0.value.lines > most }.map { Left(kind: $0.key, count: $0.value.lines - most) }
            .sorted { ($0.kind.message, $0.kind.error) < ($1.kind.message, $1.kind.error) }
    }
}
