public import PunctualSchedule

/// A limit, and how far its rate is used up.
public struct LimitState: Hashable, Sendable {
    public var limit: WorkLimit
    /// When all that has begun would have begun at an even pace, in microseconds since 1970: the theoretical arrival time of
    /// GCRA (ITU-T I.371). nil before the first.
    public var arrival: Int64?

    public init(_ limit: WorkLimit, arrival: Int64? = nil) {
        self.limit = limit
        self.arrival = arrival
    }
}

/// How much of a limit is used at one moment.
public struct LimitUse: Hashable, Sendable {
    /// How many run; nil when it limits no concurrency.
    public var running: Int?
    /// How many of the rate's beginnings are used up, each of which comes back after its share of the time; nil when it has
    /// no rate.
    public var begun: Int?

    public init(running: Int? = nil, begun: Int? = nil) {
        self.running = running
        self.begun = begun
    }
}

extension LimitState {
    /// How much of it is used.
    /// - Parameter running: how many run of what it is the limit of.
    public func use(running: Int, at now: Timestamp) -> LimitUse {
        LimitUse(
            running: limit.concurrency.map { _ in running },
            begun: limit.rate.map { $0.count - beginnings(at: now.milliseconds * 1000) })
    }
}

/// What limits leave room for at one moment.
///
/// Pure: who asks holds the limits' locks, and has counted what runs after he had them. So nobody else admits meanwhile, and
/// what is admitted is exact, for all limits that an execution meets at once.
public struct WorkLimits: Sendable {
    private struct Entry {
        var state: LimitState
        var room: Int
        var taken = 0
    }

    private var entries: [WorkLimit.Key: Entry] = [:]
    private let now: Int64

    /// - Parameter running: how many of each run now; those that are missing have none.
    public init(_ states: [LimitState], running: [WorkLimit.Key: Int], now: Timestamp) {
        self.now = now.milliseconds * 1000
        for state in states {
            let key = state.limit.key
            let places = state.limit.concurrency.map { max(0, $0 - running[key, default: 0]) } ?? .max
            entries[key] = Entry(state: state, room: min(places, state.beginnings(at: self.now)))
        }
    }

    /// How many more may begin; nil when it has no limit.
    public func room(of key: WorkLimit.Key) -> Int? { entries[key].map { $0.room - $0.taken } }

    /// Whether one more may begin under each of its limits.
    public func admits(_ candidate: ClaimCandidate) -> Bool {
        candidate.limitKeys.allSatisfy { room(of: $0) ?? 1 > 0 }
    }

    /// Whether anything is limited of it.
    public func limits(_ candidate: ClaimCandidate) -> Bool { candidate.limitKeys.contains { entries[$0] != nil } }

    /// Counts one that begins.
    public mutating func take(_ candidate: ClaimCandidate) {
        for key in candidate.limitKeys { entries[key]?.taken += 1 }
    }

    /// The limits that have none left.
    public var full: Set<WorkLimit.Key> { Set(entries.filter { $0.value.room <= $0.value.taken }.keys) }

    /// The limits whose rate was used, as they are now, by their keys; and those that a clock which was set back has left too far
    /// ahead, which else would stay there.
    public var spent: [LimitState] {
        entries.values.compactMap { entry in
            if entry.state.limit.rate == nil { return nil }
            var state = entry.state
            let base = state.base(at: now)
            if entry.taken == 0 {
                guard let arrival = state.arrival, base < arrival else { return nil }
            }
            state.arrival = base + Int64(entry.taken) * state.interval
            return state
        }.sorted { $0.limit.key < $1.limit.key }
    }
}

extension LimitState {
    /// Between two beginnings at an even pace; rounded up, so that never more than the rate begins.
    fileprivate var interval: Int64 {
        guard let rate = limit.rate else { return 0 }
        let (period, count) = (rate.per.wholeMilliseconds * 1000, Int64(rate.count))
        return max(1, (period + count - 1) / count)
    }

    /// From where the next are counted on: never further ahead than a whole period, which a clock that was set back, or a
    /// limit that was changed, would leave behind.
    fileprivate func base(at now: Int64) -> Int64 {
        min(max(arrival ?? now, now), now + interval * Int64(limit.rate?.count ?? 0))
    }

    /// How many may begin: after a pause a whole period's at once, then at the pace.
    fileprivate func beginnings(at now: Int64) -> Int {
        guard let rate = limit.rate else { return .max }
        return Int((interval * Int64(rate.count) - (base(at: now) - now)) / interval)
    }
}
