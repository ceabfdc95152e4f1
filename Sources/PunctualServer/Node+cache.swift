internal import PunctualCore
internal import PunctualHTTP
internal import PunctualPostgres
internal import PunctualRedis
internal import ServiceLifecycle
internal import Synchronization

extension Node {
    /// What keeps answers of reads; nil when nothing does.
    ///
    /// SQLite is one process's: what it keeps is good until it is changed here. Over PostgreSQL others write, too: they
    /// tell each other over Redis, and without it what is kept counts for less than a second.
    /// - Throws: `SettingsError` when the database cannot be told from others that use the same Redis.
    static func openCache(
        _ settings: Settings, redis: Redis?, _ opened: OpenStore, nodeID: String
    ) async throws(SettingsError) -> SharedCache? {
        guard settings.cacheSize > 0, settings.roles.contains(.api) else { return nil }
        guard let mark = opened.mark else {
            return SharedCache(nil, node: nodeID, mostBytes: settings.cacheSize)
        }
        var prefix = settings.brokers.redisPrefix.text
        var own: Redis?
        if let redis {
            do throws(StoreError) {
                // Two installations may use one Redis.
                prefix += ":" + StaleNotices.digest(of: try await mark())
            } catch {
                throw SettingsError("the database does not tell who it is, and copies in Redis need its name: \(error)")
            }
            // Copies are large: limits and hints do not wait behind them.
            own = try? Redis(redis.settings)  // These settings have made one; without Redis nothing is wrong, either.
        }
        let notices = opened.notices
        let cache = SharedCache(
            own, hasOthers: true, node: nodeID, prefix: prefix, mostBytes: settings.cacheSize,
            tellOthers: { groups, isShared in
                // Who has no Redis keeps nothing else for so long that it matters.
                let told = isShared ? groups.filter(KeptGroups.lasting.contains) : groups
                if !told.isEmpty { notices?.tell(told, isShared: isShared) }
            })
        notices?.hear { notice in
            switch notice {
            case .listening: cache.listens(true)
            case .deaf: cache.listens(false)
            case .groups(let groups, let isShared):
                cache.drop(groups)
                if isShared { return }
                Task { await cache.heard(groups) }  // Awaited by nobody: what cannot be told now is owed.
            }
        }
        return cache
    }

    /// What operators are told of the cache.
    static func cacheHealth(_ condition: SharedCache.Condition) -> PartHealth {
        var words = [
            "\(megabytes(condition.bytes)) of \(megabytes(condition.mostBytes))",
            "\(Int((condition.hitRatio * 100).rounded())) % of reads from copies",
        ]
        switch (condition.hasRedis, condition.fault) {
        case (false, _): words.append("in this process alone")
        case (true, let fault?): words.append("not in Redis, so that none counts for long: \(fault)")
        case (true, nil):
            words.append(
                condition.isTrusted ? "shared over Redis" : "shared over Redis for 0.7 s at most: a node is silent")
        }
        return PartHealth(
            name: "cache", status: condition.fault == nil ? .ok : .impaired, detail: words.joined(separator: ", "))
    }

    private static func megabytes(_ bytes: Int) -> String {
        let tenths = (bytes * 10 + (1 << 19)) >> 20
        return tenths % 10 == 0 ? "\(tenths / 10)M" : "\(tenths / 10).\(tenths % 10)M"
    }

    /// What `/metrics` tells of the cache.
    static func cacheFigures(
        _ counts: SharedCache.Counts
    ) -> [(name: String, help: String, labels: [(String, String)], value: Double)] {
        func figure(
            _ name: String, _ value: Double, _ labels: [(String, String)] = []
        ) -> (name: String, help: String, labels: [(String, String)], value: Double) {
            (name, MetricWords.help[name] ?? "", labels, value)
        }
        return CacheAnswer.Source.allCases.map { source in
            figure(
                "punctual_cache_requests_total", Double(counts.sources[source, default: 0]),
                [("source", source.rawValue)])
        } + [
            figure("punctual_cache_hit_ratio", counts.hitRatio),
            figure("punctual_cache_refreshes_total", Double(counts.refreshed)),
            figure("punctual_cache_written_total", Double(counts.written)),
            figure("punctual_cache_untold_total", Double(counts.untold)),
        ]
    }
}

/// Hears what other nodes change, as long as anybody asks.
struct CacheService: Service {
    let cache: SharedCache

    func run() async throws {
        await cancelWhenGracefulShutdown { await cache.run() }
        // Without Redis it has nothing to hear and ends at once, which would end the node.
        try? await gracefulShutdown()  // Cancelled, it is over, too.
        await cache.close()
    }
}

/// How nodes tell each other over the database what is stale, where Redis does not.
final class StaleNotices: Sendable {
    private let send: @Sendable (_ groups: [String], _ isShared: Bool) -> Void
    private let ear = Mutex<(@Sendable (StaleNotice) -> Void)?>(nil)

    init(send: @escaping @Sendable (_ groups: [String], _ isShared: Bool) -> Void) { self.send = send }

    /// - Parameter isShared: whether nodes that use Redis know it.
    func tell(_ groups: [String], isShared: Bool) { send(groups, isShared) }

    /// - Parameter ear: told what another node has told.
    func hear(_ ear: @escaping @Sendable (StaleNotice) -> Void) { self.ear.withLock { $0 = ear } }

    func come(_ notice: StaleNotice) { ear.withLock { $0 }?(notice) }

    /// Of 64 bits, as text (FNV-1a): who would make two databases that share one gains nothing.
    static func digest(of text: String) -> String {
        String(text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 36)
    }
}
