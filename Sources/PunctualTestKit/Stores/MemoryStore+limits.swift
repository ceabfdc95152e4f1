public import PunctualCore
internal import PunctualSchedule

extension MemoryStore: LimitStore {
    public func limits() async throws(StoreError) -> [WorkLimit] {
        limitStates.values.map(\.limit).sorted { $0.key < $1.key }
    }

    public func limitsInUse() async throws(StoreError) -> [WorkLimit.Key: LimitUse] {
        let (running, now) = (runningByKey, clock.now())
        return Dictionary(
            uniqueKeysWithValues: limitStates.map { key, state in
                (key, state.use(running: running[key] ?? 0, at: now))
            })
    }

    /// What runs now, by everything that may have a limit.
    private var runningByKey: [WorkLimit.Key: Int] {
        var running: [WorkLimit.Key: Int] = [:]
        for stored in open where stored.row.status == .running {
            for key in ClaimCandidate(stored.row).limitKeys { running[key, default: 0] += 1 }
        }
        return running
    }

    public func limit(_ key: WorkLimit.Key) async throws(StoreError) -> WorkLimit? { limitStates[key]?.limit }

    public func setLimit(_ limit: WorkLimit) async throws(StoreError) {
        limitStates[limit.key] = LimitState(limit, arrival: limitStates[limit.key]?.arrival)
    }

    public func removeLimit(_ key: WorkLimit.Key) async throws(StoreError) -> Bool {
        limitStates.removeValue(forKey: key) != nil
    }

    /// What the limits leave room for; nil when there are none.
    func workLimits(at now: Timestamp) -> WorkLimits? {
        if limitStates.isEmpty { return nil }
        let running = twin == .countingNothing ? [:] : runningByKey
        let states = limitStates.values.map { state in
            var state = state
            if twin == .beginningAnew { state.arrival = nil }
            return state
        }
        return WorkLimits(states, running: running, now: now)
    }
}
