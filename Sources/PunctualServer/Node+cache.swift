internal import Foundation
internal import PunctualCore
internal import PunctualHTTP
internal import PunctualObservability
internal import PunctualPostgres
internal import PunctualRedis
internal import ServiceLifecycle
internal import Synchronization

extension Node {
    /// What stands in the names of all that the installation keeps in Redis, behind the prefix: two installations may use one
    /// Redis with the same prefix. It comes of the database, so that all nodes have the same; empty without Redis.
    /// - Throws: `SettingsError` when the database cannot be told from others that use the same Redis.
    static func installationMark(
        _ settings: Settings, redis: Redis?, _ opened: OpenStore
    ) async throws(SettingsError) -> String {
        guard redis != nil else { return "" }
        guard let mark = opened.mark else {
            // A file that one process alone has open.
            let path = URL(fileURLWithPath: String(settings.databaseURL.dropFirst("sqlite:".count)))
            return StaleNotices.digest(of: "\(ProcessInfo.processInfo.hostName) \(path.standardizedFileURL.path)")
        }
        do throws(StoreError) {
            return StaleNotices.digest(of: try await mark())
        } catch {
            throw SettingsError(
                "the database does not tell who it is, and what is kept in Redis needs its name: \(error)")
        }
    }

    /// What keeps answers of reads; nil when nothing does.
    ///
    /// SQLite is one process's: what it keeps is good until it is changed here. Over PostgreSQL others write, too: they
    /// tell each other over Redis, and without it what is kept counts for less than a second.
    /// - Parameter installation: tells its copies in Redis from those of others.
    static func openCache(
        _ settings: Settings, redis: Redis?, _ opened: OpenStore, nodeID: String, installation: String
    ) -> SharedCache? {
        guard settings.cacheSize > 0, settings.roles.contains(.api) else { return nil }
        guard opened.mark != nil else {
            return SharedCache(nil, node: nodeID, mostBytes: settings.cacheSize)
        }
        // Copies are large: limits and hints do not wait behind them.
        let own = redis.flatMap { try? Redis($0.settings) }  // These settings have made one already.
        let notices = opened.notices
        let cache = SharedCache(
            own, hasOthers: true, node: nodeID, prefix: "\(settings.brokers.redisPrefix.text):\(installation)",
            mostBytes: settings.cacheSize,
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
    static func cacheFigures(_ counts: SharedCache.Counts) -> [MetricFigure] {
        return CacheAnswer.Source.allCases.map { source in
            MetricFigure(
                "punctual_cache_requests_total", Double(counts.sources[source, default: 0]),
                [("source", source.rawValue)])
        } + [
            MetricFigure("punctual_cache_hit_ratio", counts.hitRatio),
            MetricFigure("punctual_cache_refreshes_total", Double(counts.refreshed)),
            MetricFigure("punctual_cache_written_total", Double(counts.written)),
            MetricFigure("punctual_cache_untold_total", Double(counts.untold)),
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
