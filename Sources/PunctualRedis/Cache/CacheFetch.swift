internal import PunctualCore
internal import Synchronization

/// One load of a value: from Redis, or from the store with a lease that lets it be kept.
struct CacheFetch: Sendable {
    typealias Instant = ContinuousClock.Instant

    let cache: SharedCache
    let key: CacheKey
    let policy: CachePolicy
    /// Whether the copy is to be made anew although it is good.
    let isRefresh: Bool
    let number: Int
    let load: @Sendable () async throws(StoreError) -> CacheLoad?

    /// For so long nobody else loads the same; what takes longer is not kept.
    private static let lease = 5000
    /// How often and how long who finds somebody else loading waits, in milliseconds; then it loads for itself.
    private static let waits = [5, 10, 20, 40]
    /// The most values of a group in Redis; then it begins anew.
    private static let mostNames = 512
    /// The most bytes of a value in Redis, which everybody shares: larger ones stay in the process that loaded them.
    static let mostShared = 256 << 10
    /// The most bytes of a group in Redis; then it begins anew.
    private static let mostBytes = 8 << 20

    func run() async throws(StoreError) -> CacheAnswer {
        do throws(StoreError) {
            let answer = try await find()
            cache.state.withLock { $0.copies.end(number, of: key) }
            return answer
        } catch {
            cache.state.withLock { $0.copies.end(number, of: key) }
            throw error
        }
    }

    private enum Found {
        case copy([UInt8], age: Duration, left: Duration, took: Duration)
        /// The right to make a copy; with the server's milliseconds when it was given.
        case lease(begun: Int64)
        /// Nobody may keep a copy now.
        case marked
        case none
    }

    private func find() async throws(StoreError) -> CacheAnswer {
        // What is good without anybody being told need not be shared, either.
        guard let redis = cache.redis, policy.timeToLive > policy.grace else {
            return try await pass(isKept: true, source: .loaded)
        }
        let token = SharedCache.token()
        let generation = redis.generation
        let now = Instant.now
        let (epoch, mostAge) = cache.state.withLock { state in
            (
                state.debts.isEmpty ? state.trust.usable(at: now, generation: generation) : nil,
                state.trust.mostAge(grace: policy.grace, timeToLive: policy.timeToLive)
            )
        }
        guard let epoch else { return try await pass(isKept: true) }
        let asked = await ask(redis, token, epoch, mostAge)
        // Over a new connection other data may have been read.
        guard redis.generation == generation else { return try await pass(isKept: true) }
        switch asked.found {
        case .copy(let value, let age, let left, let took):
            keep(value, asked.at - age, knownAt: asked.at, endsAt: asked.at + left, took: took, isSure: true)
            return CacheAnswer(value: value, source: .shared, age: age, left: left)
        case .lease(let begun): return try await fill(redis, token, epoch, begun)
        case .marked: return try await pass(isKept: false)
        case .none: return try await pass(isKept: true)
        }
    }

    /// Loads for this node alone.
    /// - Parameter isKept: whether it is kept: alone for as long as it counts, else for the grace.
    private func pass(isKept: Bool, source: CacheAnswer.Source = .passed) async throws(StoreError) -> CacheAnswer {
        let begunAt = Instant.now
        let loaded = try await load()
        let time = cache.isAlone ? time(of: loaded) : min(time(of: loaded), cache.grace(policy))
        if isKept { keep(loaded, begunAt, time, isSure: cache.isAlone) }
        return answer(loaded, isKept ? time : .zero, source)
    }

    /// How long the value counts.
    private func time(of loaded: CacheLoad?) -> Duration {
        min(loaded?.timeToLive ?? policy.timeToLive, policy.timeToLive)
    }

    private func answer(_ loaded: CacheLoad?, _ time: Duration, _ source: CacheAnswer.Source) -> CacheAnswer {
        CacheAnswer(value: loaded?.bytes, source: source, left: loaded != nil && time > .zero ? time : nil)
    }

    private func keep(_ loaded: CacheLoad?, _ begunAt: Instant, _ time: Duration, isSure: Bool) {
        guard let loaded, time > .zero else { return }
        keep(
            loaded.bytes, begunAt, knownAt: begunAt, endsAt: begunAt + time, took: begunAt.duration(to: .now),
            isSure: isSure)
    }

    private func keep(
        _ value: [UInt8], _ begunAt: Instant, knownAt: Instant, endsAt: Instant, took: Duration, isSure: Bool
    ) {
        let copy = LocalCopies.Copy(
            value: value, begunAt: begunAt, knownAt: knownAt, endsAt: endsAt, took: took, isSure: isSure)
        cache.state.withLock { $0.copies.keep(copy, of: key, from: number) }
    }

    // MARK: Redis

    /// Asks, and waits a little for somebody else's load.
    /// - Returns: what was found, and when it was asked for.
    private func ask(
        _ redis: Redis, _ token: String, _ epoch: String, _ mostAge: Duration
    ) async -> (found: Found, at: Instant) {
        var waits = CacheFetch.waits[...]
        while true {
            let at = Instant.now
            guard cache.breaker.lets else { return (.none, at) }
            let words: [RedisCommand.Argument] = [
                .text(key.name), .text(token), .integer(CacheFetch.lease), .text(epoch),
                .text("\(SharedCache.ahead(policy))"),
                isRefresh ? "1" : "0", .integer(Int(mostAge / .milliseconds(1))),
            ]
            let answer: RedisValue
            do throws(RedisError) {
                answer = try await redis.run(
                    CacheScripts.read, keys: cache.keys(of: key.group), words, within: cache.patience)
                cache.went(nil)
            } catch {
                cache.went(error)
                return (.none, at)
            }
            guard let items = answer.items, let word = items.first?.string else { return (.none, at) }
            switch (word, items.count) {
            case ("hit", 6), ("early", 6):
                guard let age = items[1].int, let left = items[2].int, let took = items[3].int,
                    let bytes = items[4].bytes
                else {
                    return (.none, at)
                }
                // Who was asked to load anew does; others have the copy meanwhile.
                if word == "early", let now = items[5].int { return (.lease(begun: now), at) }
                return (.copy(bytes, age: .milliseconds(age), left: .milliseconds(left), took: .milliseconds(took)), at)
            case ("load", 2): return (items[1].int.map { .lease(begun: $0) } ?? .none, at)
            case ("marked", _): return (.marked, at)
            default:
                guard let wait = waits.popFirst() else { return (.none, at) }
                try? await Task.sleep(for: .milliseconds(wait))  // Nobody's child, and so never cancelled.
            }
        }
    }

    /// Loads, and keeps it in Redis if nothing was changed meanwhile and it counts for longer than the grace.
    private func fill(
        _ redis: Redis, _ token: String, _ epoch: String, _ begun: Int64
    ) async throws(StoreError) -> CacheAnswer {
        let begunAt = Instant.now
        let loaded: CacheLoad?
        do throws(StoreError) {
            loaded = try await load()
        } catch {
            _ = await put(redis, token, epoch, begun, .none, .zero, .zero)
            throw error
        }
        let took = begunAt.duration(to: .now)
        let time = time(of: loaded)
        guard let loaded, time > policy.grace else {
            // The lease is given back, and nobody waits for what is not to come.
            _ = await put(redis, token, epoch, begun, .none, .zero, .zero)
            keep(loaded, begunAt, time, isSure: false)
            return answer(loaded, time, .loaded)
        }
        let kept: Kept = loaded.bytes.count > CacheFetch.mostShared ? .here : .shared(loaded.bytes)
        let isKept = await put(redis, token, epoch, begun, kept, time, took)
        // Refused: somebody has begun a change. Unknown: it counts for the grace.
        if isKept != false {
            keep(
                loaded.bytes, begunAt, knownAt: begunAt, endsAt: begunAt + time, took: took, isSure: isKept == true)
        }
        return answer(loaded, isKept == true ? time : isKept == nil ? policy.grace : .zero, .loaded)
    }

    /// What becomes of a load.
    private enum Kept {
        case none
        /// It is kept in this process, if nobody has begun a change since.
        case here
        case shared([UInt8])

        var words: [RedisCommand.Argument] {
            switch self {
            case .none: ["0", ""]
            case .here: ["2", ""]
            case .shared(let bytes): ["1", .bytes(bytes)]
            }
        }
    }

    /// - Returns: whether it was kept, or may be here; nil when nobody knows.
    private func put(
        _ redis: Redis, _ token: String, _ epoch: String, _ begun: Int64, _ kept: Kept, _ time: Duration,
        _ took: Duration
    ) async -> Bool? {
        var words: [RedisCommand.Argument] = [
            .text(key.name), .text(token), .text(epoch), .integer(Int(begun)),
            .integer(Int(time / .milliseconds(1))), .integer(Int((took / .milliseconds(1)).rounded(.up))),
            .integer(CacheFetch.mostNames),
        ]
        words += kept.words + [.integer(CacheFetch.mostBytes)]
        do throws(RedisError) {
            return try await redis.run(
                CacheScripts.fill, keys: cache.keys(of: key.group), words, within: cache.patience
            ).int == 1
        } catch {
            return nil
        }
    }
}
