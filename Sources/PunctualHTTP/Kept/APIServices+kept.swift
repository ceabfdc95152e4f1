internal import HTTPTypes
internal import Hummingbird
internal import PunctualAPI
package import PunctualCore
internal import PunctualSchedule
internal import Synchronization

extension APIServices {
    /// Keeps answers of reads from now on; what the API changes makes them stale.
    package mutating func keepAnswers(in cache: any Cache) {
        self.cache = cache
        let (services, pace) = (self, WriteThroughPace())
        store = CachedStore(inner: store, cache: cache) { job in services.writeThrough(job, pace) }
        // Who hears of a change and then reads finds it.
        events.onReading { cache.drop($0) }
    }

    /// What is read: the answer, and how long it counts; nil for as long as its policy says.
    typealias Found = (answer: KeptAnswer, timeToLive: Duration?)

    /// The answer of a read, from a copy or as the store tells it.
    /// - Parameters:
    ///   - read: told whether the answer may be kept, and so how long it counts has to be found out; nil when there is
    ///     nothing.
    /// - Returns: nil when there is nothing.
    func kept(
        _ key: CacheKey, _ policy: CachePolicy, for request: Request,
        _ read: @escaping @Sendable (_ isKept: Bool) async throws(StoreError) -> Found?
    ) async throws(StoreError) -> (answer: KeptAnswer, status: CacheStatus?)? {
        guard let cache else { return try await read(false).map { ($0.answer, nil) } }
        if request.wantsOrigin { return try await read(false).map { ($0.answer, .requested) } }
        // Nodes of several versions tell each other what is stale, and keep their own answers.
        let key = CacheKey(key.group, "\(version) \(key.name)")
        let found = try await cache.value(of: key, policy) { () async throws(StoreError) in
            try await APIServices.load(policy, read)
        }
        guard let bytes = found.value else { return nil }
        guard let answer = KeptAnswer(bytes) else {
            return try await read(false).map { ($0.answer, .requested) }
        }
        if let staleness = answer.staleness { Staleness.current?.note(staleness + (found.age ?? .zero)) }
        return (answer, CacheStatus(found))
    }

    /// The same for what is always there.
    func answer(
        _ key: CacheKey, _ policy: CachePolicy, for request: Request,
        _ read: @escaping @Sendable (_ isKept: Bool) async throws(StoreError) -> Found
    ) async throws -> Response {
        let found = try await kept(key, policy, for: request) { isKept async throws(StoreError) in
            try await read(isKept)
        }
        guard let found else { throw Problem(.internal, "No answer.") }
        return found.answer.response().telling(found.status)
    }

    /// Reads what is to be kept; what comes from a replica may lack what others wrote, so it counts for the grace alone.
    private static func load(
        _ policy: CachePolicy, _ read: @Sendable (_ isKept: Bool) async throws(StoreError) -> Found?
    ) async throws(StoreError) -> CacheLoad? {
        // Of this reading alone: others may come to share it.
        let staleness = Staleness()
        let result = await Staleness.$current.withValue(staleness) { () -> Result<Found?, StoreError> in
            do throws(StoreError) { return .success(try await read(true)) } catch { return .failure(error) }
        }
        guard var found = try result.get() else { return nil }
        if let age = staleness.age {
            found.answer.staleness = age
            found.timeToLive = min(found.timeToLive ?? policy.timeToLive, CachePolicy.job.grace)
        }
        return CacheLoad(found.answer.bytes, timeToLive: found.timeToLive)
    }

    // MARK: One job

    /// The answer of a read of one job.
    func keptJob(
        _ id: Identifier, for request: Request
    ) async throws(StoreError) -> (answer: KeptAnswer, status: CacheStatus?)? {
        try await kept(.job(id), .job, for: request) { isKept async throws(StoreError) in
            try await foundJob(id, isKept: isKept)
        }
    }

    private func foundJob(_ id: Identifier, isKept: Bool) async throws(StoreError) -> Found? {
        guard let job = try await store.job(id) else { return nil }
        guard isKept else { return (KeptAnswer(job), nil) }
        let time = try await timeToLive(of: [job]) { () async throws(StoreError) in
            try await store.job(id).map { [$0] }
        }
        return (KeptAnswer(job), time)
    }

    /// Keeps a job that was just written, for all nodes.
    ///
    /// Like every copy it is made by a load with a lease: the row that the write gave back may be older than what others,
    /// or the engine, have made of it since, and how long it counts needs a second reading in any case.
    private func writeThrough(_ job: Job, _ pace: WriteThroughPace) {
        guard let cache, cache.isLasting, pace.takes() else { return }
        let key = CacheKey(CacheKey.job(job.id).group, "\(version) \(CacheKey.job(job.id).name)")
        // The writer's answer does not wait for it; who asks meanwhile shares the load.
        Task {  // The write has been made, whatever becomes of its copy.
            await cache.keep(key, .job) { () async throws(StoreError) in
                try await APIServices.load(.job) { isKept async throws(StoreError) in
                    try await foundJob(job.id, isKept: isKept)
                }
            }
        }
    }

    // MARK: How long answers count

    /// How long a reading of jobs counts if their owners change nothing: until the first of them is due, or no longer than
    /// the grace when the engine may be changing one of them just now.
    /// - Parameters:
    ///   - again: reads the same once more.
    /// - Returns: nil when time changes nothing.
    func timeToLive(
        of jobs: [Job], again: () async throws(StoreError) -> [Job]?
    ) async throws(StoreError) -> Duration? {
        if jobs.isEmpty { return nil }
        let grace = CachePolicy.job.grace
        let now = try await store.now()
        // What is left to the first instant, less what clocks may be apart.
        let quiet = jobs.compactMap(\.nextRunAt).min().map { $0 - now - .milliseconds(100) }
        if let quiet, quiet <= grace { return grace }
        // An execution that ended between the two readings has left its mark in the second, and so has a tick that made
        // it: where both are the same and nothing was open between them, nothing is.
        guard try await store.openJobs(among: jobs.map(\.id)).isEmpty, try await again() == jobs else { return grace }
        return quiet
    }
}

/// How many jobs are written through: so few that writes do not pay for it. Of the others whoever asks first makes the
/// copy.
final class WriteThroughPace: Sendable {
    /// In a second.
    static let most = 100

    private let state = Mutex((since: ContinuousClock.now, count: 0))

    func takes() -> Bool {
        state.withLock { state in
            let now = ContinuousClock.now
            if state.since + .seconds(1) <= now { state = (now, 0) }
            state.count += 1
            return state.count <= WriteThroughPace.most
        }
    }
}

extension Request {
    /// Whether the caller wants no copy (RFC 9111 §5.2.1).
    var wantsOrigin: Bool {
        headers[values: .cacheControl].contains { field in
            field.split(separator: ",").contains { directive in
                ["no-cache", "no-store", "max-age=0"].contains(directive.filter { $0 != " " }.lowercased())
            }
        }
    }
}
