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
        /// Until when it is of no use to claim under limits, by what was wanted.
        var vainUntil: [WorkChoice: ContinuousClock.Instant] = [:]
        /// What is known of limited jobs, by lane.
        var jobs: [Lane: Jobs] = [:]
        /// Claims under limits and others go first in turn.
        var isLimitedFirst = false
    }

    /// The limited jobs of which something waits, as they were found last.
    private struct Jobs {
        var waiting: Set<Identifier> = []
        var pace = LookPace()
        /// Those of which this node has added something since a look began; nil while nobody looks.
        var addedMeanwhile: Set<Identifier>?
    }

    private let state = Mutex(State())
    private static let mostChoices = 256
    private static let age = Swift.Duration.seconds(1)
    /// How long what was full is left alone, unless this node hears that something ended.
    private static let vainPause = Swift.Duration.milliseconds(20)

    /// Whether it is time to read the limits again, and nobody does.
    func beginReading() -> Bool {
        state.withLock { state in
            guard let last = state.readAt else { return true }
            guard last.duration(to: .now) > LimitCopy.age else { return false }
            state.readAt = .now
            return true
        }
    }

    func read(_ limits: [WorkLimit]) {
        state.withLock { state in
            let known = Set(state.limits.keys)
            state.limits = Dictionary(limits.map { ($0.key, $0) }) { first, _ in first }
            state.readAt = .now
            // Of what is limited anew nobody has looked yet.
            if !known.isSuperset(of: state.limits.keys) { state.jobs = [:] }
        }
    }

    /// Lets the limits be read again at once: reading them has failed.
    func readInVain() { state.withLock { $0.readAt = nil } }

    /// Takes what this node has changed; a nil limit was removed.
    func changed(_ key: WorkLimit.Key, to limit: WorkLimit?) {
        state.withLock { state in
            state.limits[key] = limit
            state.vainUntil = [:]
            state.jobs = [:]
        }
    }

    var isEmpty: Bool { state.withLock { $0.limits.isEmpty } }

    /// The jobs that are limited.
    var jobs: [Identifier] {
        state.withLock { state in
            state.limits.keys.compactMap { $0.kind == .jobs ? Identifier($0.name) : nil }.sorted()
        }
    }

    /// Whether it is time to look of which limited jobs something waits in the lane, and nobody does.
    /// - Parameter isAlwaysDue: as with a clock of a test's own, which says nothing of how long ago the last look was.
    func beginLook(_ lane: Lane, isAlwaysDue: Bool) -> Bool {
        state.withLock { state in
            var jobs = state.jobs[lane] ?? Jobs()
            guard jobs.addedMeanwhile == nil, isAlwaysDue || jobs.pace.isDue else { return false }
            jobs.addedMeanwhile = []
            state.jobs[lane] = jobs
            return true
        }
    }

    /// Takes what a look has found; nil when it failed.
    func endLook(_ lane: Lane, since began: ContinuousClock.Instant, found: [Identifier]?) {
        state.withLock { state in
            // Limits that have changed meanwhile are looked for again.
            guard var jobs = state.jobs[lane], let added = jobs.addedMeanwhile else { return }
            jobs.pace.looked(since: began)
            jobs.addedMeanwhile = nil
            if let found { jobs.waiting = added.union(found) }
            state.jobs[lane] = jobs
        }
    }

    /// Hears that this node has added these.
    func added(_ rows: [Execution], in lane: Lane) {
        state.withLock { state in
            if state.limits.isEmpty { return }
            for row in rows where state.limits[.init(.jobs, "\(row.jobID)")] != nil {
                state.jobs[lane]?.waiting.insert(row.jobID)
                state.jobs[lane]?.addedMeanwhile?.insert(row.jobID)
            }
        }
    }

    /// The limited jobs of which something is thought to wait in the lane.
    func waitingJobs(_ lane: Lane) -> Set<Identifier> {
        state.withLock { state in
            (state.jobs[lane]?.waiting ?? []).filter { state.limits[.init(.jobs, "\($0)")] != nil }
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

    func isVain(_ choice: WorkChoice) -> Bool {
        state.withLock { $0.vainUntil[choice].map { .now < $0 } ?? false }
    }

    func wasVain(_ choice: WorkChoice) {
        state.withLock { state in
            if state.vainUntil.count >= LimitCopy.mostChoices { state.vainUntil = [:] }
            state.vainUntil[choice] = .now.advanced(by: LimitCopy.vainPause)
        }
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
