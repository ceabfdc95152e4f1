internal import Foundation
internal import PunctualCore
internal import PunctualObservability
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
        let notices = opened.notices
        let cache = SharedCache(
            redis, hasOthers: true, node: nodeID, prefix: "\(settings.brokers.redisPrefix.text):\(installation)",
            mostBytes: settings.cacheSize,
            untold: { notices?.tell($0) })
        notices?.hear { groups in
            cache.drop(groups)
            Task { await cache.heard(groups) }  // Awaited by nobody: what cannot be told now is owed.
        }
        return cache
    }

    /// What `/metrics` tells of the cache.
    static func cacheFigures(_ counts: SharedCache.Counts) -> [MetricFigure] {
        let free: [CacheAnswer.Source] = [.local, .shared, .joined]
        let all = counts.sources.values.reduce(0, +)
        let hits = free.reduce(0) { $0 + counts.sources[$1, default: 0] }
        return CacheAnswer.Source.allCases.map { source in
            MetricFigure(
                "punctual_cache_requests_total", Double(counts.sources[source, default: 0]),
                [("source", source.rawValue)])
        } + [
            MetricFigure("punctual_cache_hit_ratio", all == 0 ? 0 : Double(hits) / Double(all)),
            MetricFigure("punctual_cache_refreshes_total", Double(counts.refreshed)),
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
    }
}

/// How nodes tell each other over the database what is stale, where Redis cannot.
final class StaleNotices: Sendable {
    private let send: @Sendable ([String]) -> Void
    private let ear = Mutex<(@Sendable ([String]) -> Void)?>(nil)

    init(send: @escaping @Sendable ([String]) -> Void) { self.send = send }

    func tell(_ groups: [String]) { send(groups) }

    /// - Parameter ear: told the groups that another node has told.
    func hear(_ ear: @escaping @Sendable ([String]) -> Void) { self.ear.withLock { $0 = ear } }

    func come(_ groups: [String]) { ear.withLock { $0 }?(groups) }

    /// Of 64 bits, as text (FNV-1a): who would make two databases that share one gains nothing.
    static func digest(of text: String) -> String {
        String(text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 36)
    }
}
