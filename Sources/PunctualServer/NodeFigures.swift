internal import Foundation
internal import PunctualCore
internal import PunctualHTTP
internal import PunctualObservability
internal import PunctualRedis
internal import PunctualSchedule
internal import Synchronization

/// What a node tells of itself when it is asked for metrics, beside what it has counted.
///
/// The store is asked by one reader at a time and not more often than every few seconds, however many there are; and nobody
/// waits for it for longer than a second or two.
struct NodeFigures: Sendable {
    private let registry: PrometheusRegistry
    private let node: NodeRecord
    private let clock: any WallClock
    private let cache: SharedCache?
    private let load: @Sendable () -> [MetricFigure]
    private let bounds: Bounds
    private let callers: ConnectionCount
    private let callerLimit: Int
    private let isAccepting: @Sendable () -> Bool
    private let takesWrites: @Sendable () -> Bool
    private let files: Files
    private let probe: SharedAnswer<Duration>
    private let stored: StoreTellings
    private let parts: SharedAnswer<[PartHealth]>
    private let last = LastUsage()

    /// Where the node writes.
    private struct Files: Sendable {
        /// Paths by what they are for.
        var volumes: [(volume: String, path: String)]
        /// Of SQLite; empty for others.
        var database: [String] = []
    }

    /// What the process had used when somebody last asked.
    private final class LastUsage: Sendable {
        let usage = Mutex<(cpuSeconds: Double, at: ContinuousClock.Instant)?>(nil)
    }

    init(
        _ settings: Settings, _ node: NodeRecord, registry: PrometheusRegistry, _ opened: OpenStore,
        clock: any WallClock, cache: SharedCache?, parts: @escaping @Sendable () async -> [PartHealth], bounds: Bounds,
        callers: ConnectionCount, callerLimit: Int, isAccepting: @escaping @Sendable () -> Bool,
        takesWrites: @escaping @Sendable () -> Bool
    ) {
        self.registry = registry
        self.node = node
        self.clock = clock
        self.cache = cache
        self.bounds = bounds
        self.callers = callers
        self.callerLimit = callerLimit
        self.isAccepting = isAccepting
        self.takesWrites = takesWrites
        load = opened.load
        var files = Files(volumes: [("work", ".")])
        if let archive = settings.archive { files.volumes.append(("archive", archive)) }
        if !Settings.isPostgres(settings.databaseURL) {
            let path = String(settings.databaseURL.dropFirst("sqlite:".count))
            files.volumes.append(("database", path))
            files.database = [path, "\(path)-wal", "\(path)-shm"]
        }
        self.files = files
        let (store, notifications) = (opened.store, opened.notifications)
        probe = SharedAnswer(age: .seconds(1)) {
            try await Deadline.within(.seconds(5)) {
                let began = ContinuousClock.now
                _ = try await store.job(Identifier(high: 0, low: 0))
                return began.duration(to: .now)
            }
        }
        stored = StoreTellings {
            // Longer than a reader waits: what a slow store tells late is there for the next one.
            try await Deadline.within(.seconds(30)) {
                try await StoreFigures.read(store, clock, settings.schedulerLease)
                    + StoreFigures.notices(try await notifications.noticeBacklog(), at: try await store.now())
            }
        }
        self.parts = SharedAnswer(age: .seconds(1)) { try await Deadline.within(.seconds(5)) { await parts() } }
    }

    /// What `/metrics` answers: what was counted, and the figures of this moment.
    func text(_ format: MetricFormat) async -> String {
        async let isUp = storeState()
        async let told = stored.figures()
        async let others = partFigures()
        var figures = ProcessFigures.read() + DiskFigures.read(files.volumes) + load()
        if let cache { figures += Node.cacheFigures(cache.counts) }
        if let bytes = DiskFigures.size(of: files.database) {
            figures.append(MetricFigure("punctual_database_size_bytes", bytes))
        }
        figures.append(MetricFigure("punctual_build_info", 1, [("version", node.version)]))
        figures.append(
            MetricFigure(
                "punctual_node_info", 1, [("node_id", node.id), ("roles", node.roles.joined(separator: ","))]))
        figures.append(MetricFigure("punctual_node_accepting", isAccepting() ? 1 : 0))
        figures.append(MetricFigure("punctual_http_connections", callers.open))
        figures.append(MetricFigure("punctual_http_connections_limit", callerLimit))
        for (name, bound) in [("requests", bounds.requests), ("claims", bounds.claims), ("streams", bounds.streams)] {
            figures.append(MetricFigure("punctual_http_held", bound.taken, [("bound", name)]))
            figures.append(MetricFigure("punctual_http_held_limit", bound.limit, [("bound", name)]))
        }
        figures += await isUp
        figures += await told
        figures += await others
        return registry.text(format, figures: figures)
    }

    private func storeState() async -> [MetricFigure] {
        do {
            let latency = try await Deadline.within(.seconds(1)) { [probe] in try await probe.value() }
            return [
                MetricFigure("punctual_store_up", takesWrites() ? 1 : 0),
                MetricFigure("punctual_store_latency_seconds", latency / .seconds(1)),
            ]
        } catch { return [MetricFigure("punctual_store_up", 0)] }
    }

    private func partFigures() async -> [MetricFigure] {
        // The others' alert does not depend on it.
        let told = try? await Deadline.within(.seconds(1)) { [parts] in try await parts.value() }  // Late: no figure.
        let parts = told ?? []
        return parts.flatMap { part in
            let label = ("part", part.name)
            return [
                MetricFigure("punctual_broker_up", part.status == .unavailable ? 0 : 1, [label]),
                MetricFigure("punctual_broker_impaired", part.status == .impaired ? 1 : 0, [label]),
            ]
        }
    }

    /// How the process is, for `/health`.
    func vitals() -> Vitals {
        var vitals = Vitals()
        vitals.httpConnections = callers.open
        vitals.httpConnectionLimit = callerLimit
        vitals.memoryLimitBytes = ProcessFigures.memoryLimit().map { Int64($0) }
        vitals.uptime = clock.now() - node.startedAt
        for figure in ProcessFigures.read() where figure.name == "process_open_fds" {
            vitals.openFiles = Int(figure.value)
        }
        if let usage = ProcessUsage.now() {
            vitals.memoryBytes = Int64(usage.residentBytes)
            vitals.cpuSeconds = usage.cpuSeconds
            vitals.cpuPercent = percent(usage.cpuSeconds)
        }
        var connections: [(name: String, count: Int)] = []
        for figure in load() where !figure.labels.contains(where: { $0.0 == "pool" && $0.1 != "primary" }) {
            switch figure.name {
            case "punctual_database_connections":
                let state = figure.labels.first { $0.0 == "state" }?.1 ?? ""
                connections.append((state, Int(figure.value)))
            case "punctual_database_connections_limit": connections.append(("limit", Int(figure.value)))
            case "punctual_database_callers_waiting": connections.append(("waiting", Int(figure.value)))
            default: continue
            }
        }
        vitals.databaseConnections = connections
        return vitals
    }

    /// Of one processor, since the last reading, or since the start; nil when both are too near.
    private func percent(_ cpuSeconds: Double) -> Double? {
        let now = ContinuousClock.now
        return last.usage.withLock { last in
            let before = last
            last = (cpuSeconds, now)
            guard let before else { return nil }
            let seconds = before.at.duration(to: now) / .seconds(1)
            return seconds < 0.05 ? nil : max(0, (cpuSeconds - before.cpuSeconds) / seconds * 100)
        }
    }
}
