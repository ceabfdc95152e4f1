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
    let untold: @Sendable ([String]) -> Void
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
    }

    /// - Parameters:
    ///   - redis: nil keeps copies in this process alone.
    ///   - hasOthers: whether other processes change the store, too; then, without Redis, only the grace counts.
    ///   - node: this node's name, the same after a restart: as long as a member is silent, copies count for the grace
    ///   alone.
    ///   - mostBytes: of copies in this process.
    ///   - untold: told which groups changed when other nodes could not be told over Redis; a wiring may tell them by
    ///   another way, whose end is `heard`.
    package convenience init(
        _ redis: Redis?, hasOthers: Bool = false, node: String, prefix: String = "punctual", mostBytes: Int = 64 << 20,
        patience: Duration = .milliseconds(50), untold: @escaping @Sendable ([String]) -> Void = { _ in }
    ) {
        self.init(
            redis, hasOthers: hasOthers, node: node, prefix: prefix, mostBytes: mostBytes, patience: patience,
            pace: CacheTrust.Pace(), untold: untold)
    }

    init(
        _ redis: Redis?, hasOthers: Bool = false, node: String, prefix: String, mostBytes: Int, patience: Duration,
        pace: CacheTrust.Pace, untold: @escaping @Sendable ([String]) -> Void = { _ in }
    ) {
        self.redis = redis
        isAlone = redis == nil && !hasOthers
        self.node = node
        self.prefix = prefix
        self.patience = patience
        self.pace = pace
        self.untold = untold
        changePatience = patience * 4
        state = Mutex(State(copies: LocalCopies(mostBytes: mostBytes), trust: CacheTrust(pace)))
    }

    package var counts: Counts { state.withLock { $0.counts } }

    /// Whether copies count for as long as their policies say; else for the grace alone.
    package var isTrusted: Bool {
        let generation = redis?.generation ?? 0
        return state.withLock { state in
            redis == nil || (state.trust.isComplete && state.trust.usable(at: .now, generation: generation) != nil)
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
        let answer: CacheAnswer
        switch step {
        case .answer(let found): answer = found
        case .pass: answer = CacheAnswer(value: try await load()?.bytes, source: .passed)
        case .wait(let task, let isJoined):
            let found: CacheAnswer
            switch await task.result {
            case .success(let value): found = value
            case .failure(let error as StoreError): throw error
            case .failure: preconditionFailure("a load throws nothing else")
            }
            answer =
                isJoined ? CacheAnswer(value: found.value, source: .joined, age: found.age, left: found.left) : found
        }
        state.withLock { $0.counts.sources[answer.source, default: 0] += 1 }
        return answer
    }

    private func holds(
        _ copy: LocalCopies.Copy, _ policy: CachePolicy, _ state: State, _ now: ContinuousClock.Instant,
        _ generation: Int
    ) -> Bool {
        if isAlone { return now < copy.endsAt }
        return state.trust.holds(copy, grace: policy.grace, at: now, generation: generation)
    }

    /// Whether what the load has read, possibly at once, is good enough for who asks now.
    private func isJoinable(
        _ load: LocalCopies.Load, _ policy: CachePolicy, _ state: State, _ now: ContinuousClock.Instant,
        _ generation: Int
    ) -> Bool {
        if isAlone || now < load.begunAt + policy.grace { return true }
        guard redis != nil else { return false }
        return state.trust.isComplete && state.trust.usable(at: now, generation: generation) != nil
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
        if !isTold { untold(last) }
        return try result.get()
    }

    package func drop(_ groups: [String]) {
        state.withLock { state in
            for group in groups { state.copies.drop(group) }
        }
    }

    /// The groups were changed elsewhere, as another way than Redis has told: nothing older is kept here or in Redis.
    package func heard(_ groups: [String]) async {
        drop(groups)
        // Owed if it cannot be told; who changed them has told all others already.
        guard await !tell(freed: groups, token: SharedCache.token()) else { return }
        state.withLock { state in
            state.debts.owe(groups)
            for group in groups { state.copies.drop(group) }
        }
    }

    static func token() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
}
