package import PunctualCore
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// A cache of two levels: copies in this process, and copies in Redis that all nodes share.
///
/// **After a change through this node** nothing older is read here: the group is passed over while it changes, and
/// loads that began before keep nothing. **On other nodes** what was there before is gone within a second, as a rule
/// within a round trip. **Without Redis** every node loads for itself and keeps what it has for no longer than the
/// policy's grace.
///
/// In Redis a change first marks its groups, so that nobody keeps a copy of what is about to be other, and then removes
/// the mark; a writer that dies between leaves a mark, which costs loads and nothing else. Whoever makes a copy holds a
/// lease for it, which any change takes away. What a failover or a restart of Redis may have brought back counts no
/// more: copies belong to an epoch, and every node begins a new one before it reads over a new connection. `CacheTrust`
/// says when a node may believe what it has.
///
/// `run` must run as long as the cache is used; before it has begun, and without Redis, only the grace counts.
package final class SharedCache: Cache {
    let redis: Redis?
    /// Whether this is the only process, so that nobody else changes anything.
    let isAlone: Bool
    let node: String
    let prefix: String
    private let tellOthers: @Sendable (_ groups: [String], _ isShared: Bool) -> Void
    private let mostBytes: Int
    let startedAt = ContinuousClock.now
    let state: Mutex<State>
    let breaker = Breaker(pause: .milliseconds(250))
    /// The longest that a read waits for Redis, and a change.
    let patience: Duration
    let changePatience: Duration
    /// Names this process's marks.
    let mark = SharedCache.token()
    let pace: CacheTrust.Pace

    /// Calls by where their answer came from, and copies that were loaded anew before their time was up.
    package struct Counts: Sendable, Hashable {
        package var sources: [CacheAnswer.Source: Int] = [:]
        package var refreshed = 0
        /// Changes of which others could not be told over Redis.
        package var untold = 0
        /// Copies that were made before anybody asked.
        package var written = 0

        /// The part that cost the store nothing.
        package var hitRatio: Double {
            let free: [CacheAnswer.Source] = [.local, .shared, .joined]
            let all = sources.values.reduce(0, +)
            return all == 0 ? 0 : Double(free.reduce(0) { $0 + sources[$1, default: 0] }) / Double(all)
        }
    }

    /// Whether the other way, over which processes tell each other what Redis does not, is heard.
    enum Notices {
        /// There is none, as far as is known.
        case none
        case heard
        case lost
    }

    struct State {
        var copies: LocalCopies
        var trust: CacheTrust
        var debts = CacheDebts()
        var marks = ChangeMarks()
        /// The generation that the epoch was begun for.
        var confirmed: Int?
        var beats = 0
        var counts = Counts()
        var notices = Notices.none
        /// What Redis, or the way there, said the last time; nil when it did as it was told.
        var fault: String?
    }

    /// - Parameters:
    ///   - redis: nil keeps copies in this process alone.
    ///   - hasOthers: whether other processes change the store, too; then, without Redis, only the grace counts.
    ///   - node: this node's name, the same after a restart: as long as a member is silent, copies count for the grace
    ///   alone.
    ///   - mostBytes: of copies in this process.
    ///   - tellOthers: told which groups changed, where there are others, and whether nodes that use Redis know it; a
    ///   wiring may tell them by another way, whose ends are `heard` and `listens`.
    package convenience init(
        _ redis: Redis?, hasOthers: Bool = false, node: String, prefix: String = "punctual", mostBytes: Int = 64 << 20,
        patience: Duration = .milliseconds(50),
        tellOthers: @escaping @Sendable (_ groups: [String], _ isShared: Bool) -> Void = { _, _ in }
    ) {
        self.init(
            redis, hasOthers: hasOthers, node: node, prefix: prefix, mostBytes: mostBytes, patience: patience,
            pace: CacheTrust.Pace(), tellOthers: tellOthers)
    }

    init(
        _ redis: Redis?, hasOthers: Bool = false, node: String, prefix: String, mostBytes: Int, patience: Duration,
        pace: CacheTrust.Pace,
        tellOthers: @escaping @Sendable (_ groups: [String], _ isShared: Bool) -> Void = { _, _ in }
    ) {
        self.redis = redis
        isAlone = redis == nil && !hasOthers
        self.node = node
        self.prefix = prefix
        self.patience = patience
        self.pace = pace
        self.tellOthers = tellOthers
        self.mostBytes = mostBytes
        changePatience = patience * 4
        state = Mutex(State(copies: LocalCopies(mostBytes: mostBytes), trust: CacheTrust(pace)))
    }

    /// Ends all use of Redis; nothing may follow.
    package func close() async { await redis?.close() }

    package var counts: Counts { state.withLock { $0.counts } }

    /// Whether copies count for as long as their policies say; else for the grace alone.
    package var isTrusted: Bool {
        let generation = redis?.generation ?? 0
        return state.withLock { redis == nil || hears($0, .now, generation) }
    }

    package var isLasting: Bool { isAlone || (redis != nil && isTrusted) }

    private func hears(_ state: State, _ now: ContinuousClock.Instant, _ generation: Int) -> Bool {
        state.trust.isComplete && state.trust.usable(at: now, generation: generation) != nil
    }

    /// How long a copy counts without Redis: no longer than a moment when nobody could tell that it is stale.
    func grace(_ policy: CachePolicy) -> Duration {
        let generation = redis?.generation ?? 0
        return state.withLock { grace(policy, $0, .now, generation) }
    }

    private func grace(
        _ policy: CachePolicy, _ state: State, _ now: ContinuousClock.Instant, _ generation: Int
    ) -> Duration {
        if isAlone || policy.grace <= CachePolicy.moment.timeToLive { return policy.grace }
        let isTold = state.notices == .heard || (redis != nil && hears(state, now, generation))
        return isTold ? policy.grace : CachePolicy.moment.timeToLive
    }

    /// What operators are told.
    package struct Condition: Sendable, Hashable {
        /// Of copies in this process, and how many there may be.
        package var bytes: Int
        package var mostBytes: Int
        package var hitRatio: Double
        package var hasRedis: Bool
        /// Why copies in Redis are not used, for more than a moment; nil when they are, or nobody is to blame.
        package var fault: String?
        /// Whether copies count for as long as their policies say.
        package var isTrusted: Bool
    }

    package var condition: Condition {
        let isTrusted = isTrusted
        return state.withLock { state in
            let isSilent = redis != nil && state.trust.isSilent(at: .now, startedAt: startedAt)
            return Condition(
                bytes: state.copies.bytes, mostBytes: mostBytes, hitRatio: state.counts.hitRatio,
                hasRedis: redis != nil,
                fault: isSilent ? state.fault ?? "nothing is heard on the channel \(channelName)" : nil,
                isTrusted: isTrusted)
        }
    }

    // MARK: Reading

    private enum Step {
        case answer(CacheAnswer)
        case wait(Task<CacheAnswer, any Error>, isJoined: Bool)
        case pass
    }

    package func value(
        of key: CacheKey, _ policy: CachePolicy, load: @escaping @Sendable () async throws(StoreError) -> CacheLoad?
    ) async throws(StoreError) -> CacheAnswer {
        let answer = try await answer(of: key, policy, load: load)
        state.withLock { $0.counts.sources[answer.source, default: 0] += 1 }
        return answer
    }

    package func keep(
        _ key: CacheKey, _ policy: CachePolicy, load: @escaping @Sendable () async throws(StoreError) -> CacheLoad?
    ) async {
        guard let answer = try? await answer(of: key, policy, load: load) else { return }  // Then there is none.
        state.withLock { $0.counts.written += answer.left == nil ? 0 : 1 }
    }

    private func answer(
        of key: CacheKey, _ policy: CachePolicy, load: @escaping @Sendable () async throws(StoreError) -> CacheLoad?
    ) async throws(StoreError) -> CacheAnswer {
        let generation = redis?.generation ?? 0
        let now = ContinuousClock.now
        let step = state.withLock { state -> Step in
            if state.copies.isPassed(key.group) { return .pass }
            if let copy = state.copies.copy(of: key), holds(copy, policy, state, now, generation) {
                if isEarly(copy, policy, now), state.copies.load(of: key) == nil {
                    state.counts.refreshed += 1
                    _ = begin(key, policy, isRefresh: true, &state, load)
                }
                return .answer(
                    CacheAnswer(
                        value: copy.value, source: .local, age: copy.begunAt.duration(to: now),
                        left: now.duration(to: copy.endsAt)))
            }
            if let load = state.copies.load(of: key), isJoinable(load, policy, state, now, generation) {
                return .wait(load.task, isJoined: true)
            }
            return .wait(begin(key, policy, isRefresh: false, &state, load), isJoined: false)
        }
        switch step {
        case .answer(let found): return found
        case .pass: return CacheAnswer(value: try await load()?.bytes, source: .passed)
        case .wait(let task, let isJoined):
            let found: CacheAnswer
            switch await task.result {
            case .success(let value): found = value
            case .failure(let error as StoreError): throw error
            case .failure: preconditionFailure("a load throws nothing else")
            }
            return isJoined ? CacheAnswer(value: found.value, source: .joined, age: found.age, left: found.left) : found
        }
    }

    private func holds(
        _ copy: LocalCopies.Copy, _ policy: CachePolicy, _ state: State, _ now: ContinuousClock.Instant,
        _ generation: Int
    ) -> Bool {
        if isAlone { return now < copy.endsAt }
        let grace = grace(policy, state, now, generation)
        return state.trust.holds(copy, grace: grace, at: now, generation: generation)
    }

    /// Whether what the load has read, possibly at once, is good enough for who asks now.
    private func isJoinable(
        _ load: LocalCopies.Load, _ policy: CachePolicy, _ state: State, _ now: ContinuousClock.Instant,
        _ generation: Int
    ) -> Bool {
        if isAlone || now < load.begunAt + grace(policy, state, now, generation) { return true }
        return redis != nil && hears(state, now, generation)
    }

    /// Whether this reader is the one who loads anew: the likelier, the nearer the end and the longer the load.
    private func isEarly(_ copy: LocalCopies.Copy, _ policy: CachePolicy, _ now: ContinuousClock.Instant) -> Bool {
        policy.eagerness > 0 && copy.endsAt <= now + copy.took * SharedCache.ahead(policy)
    }

    /// `-beta·ln u`, in units of the time that a load takes.
    static func ahead(_ policy: CachePolicy) -> Double {
        -policy.eagerness * log(Double.random(in: Double.leastNormalMagnitude...1))
    }

    /// Registers a load; those who want the same wait for it.
    private func begin(
        _ key: CacheKey, _ policy: CachePolicy, isRefresh: Bool, _ state: inout State,
        _ load: @escaping @Sendable () async throws(StoreError) -> CacheLoad?
    ) -> Task<CacheAnswer, any Error> {
        let number = state.copies.nextNumber()
        let fetch = CacheFetch(cache: self, key: key, policy: policy, isRefresh: isRefresh, number: number, load: load)
        // Awaited by all who want the value, so it is nobody's child; it ends with the load.
        let task = Task { try await fetch.run() }
        state.copies.begin(LocalCopies.Load(number: number, begunAt: .now, task: task), of: key)
        return task
    }

    // MARK: Changes

    package func change<Value: Sendable>(
        _ groups: [String], _ body: @Sendable () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let groups = Array(Set(groups)).sorted()
        precondition(!groups.contains { $0.utf8.contains(0x0A) }, "a group is one line")
        let first = state.withLock { state in
            state.copies.beginChange(of: groups)
            return redis.map { state.marks.begin(groups, at: .now, generation: $0.generation) } ?? []
        }
        if !first.isEmpty { _ = await announce(first) }
        let result: Result<Value, StoreError>
        do throws(StoreError) { result = .success(try await body()) } catch { result = .failure(error) }
        let last = state.withLock { state in
            redis.map { state.marks.end(groups, at: .now, generation: $0.generation) } ?? []
        }
        // Told also when the body failed: who knows what it did.
        let isTold = last.isEmpty ? true : await announce(last)
        state.withLock { state in
            // Owed before anything is kept again.
            if !isTold {
                state.debts.owe(last)
                state.counts.untold += 1
            }
            state.copies.endChange(of: groups)
        }
        if !isTold { tellOthers(last, false) }
        if !isAlone { tellOthers(groups, redis != nil) }
        return try result.get()
    }

    package func drop(_ groups: [String]) {
        state.withLock { drop(groups, &$0) }
    }

    private func drop(_ groups: [String], _ state: inout State) {
        if groups.contains(SharedCache.everything) { state.copies.dropAll() }
        for group in groups { state.copies.drop(group) }
    }

    // MARK: What is told by another way

    /// In the place of a group: all of them.
    package static let everything = "*"

    /// The groups were changed elsewhere, as another way than Redis has told: nothing older is kept here.
    /// - Parameter isShared: whether Redis knows it; else nothing older is kept there, either.
    package func heard(_ groups: [String], isShared: Bool = false) async {
        drop(groups)
        if isShared || redis == nil { return }
        let isEverything = groups.contains(SharedCache.everything)
        if !isEverything, await announce(groups) { return }
        // Owed, since it could not be told; who changed them has told all others already.
        state.withLock { state in
            if isEverything { state.debts.oweAll() } else { state.debts.owe(groups) }
            drop(groups, &state)
        }
    }

    /// - Parameter isListening: whether what others tell comes to `heard` from now on. What came while it did not is
    ///   unknown, so everything counts for the grace until it does again, and nothing of before then.
    package func listens(_ isListening: Bool) {
        state.withLock { state in
            switch (state.notices, isListening) {
            case (.none, true): state.copies.dropAll()
            case (.lost, true):
                state.copies.dropAll()
                if redis != nil { state.debts.oweAll() }
            case (.heard, false): state.copies.dropAll()
            default: return
            }
            state.notices = isListening ? .heard : .lost
            state.trust.isDeaf = !isListening
        }
    }

    static func token() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
}
