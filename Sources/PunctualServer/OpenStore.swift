internal import Foundation
internal import Logging
internal import Metrics
internal import PunctualCore
internal import PunctualEngine
internal import PunctualObservability
internal import PunctualPostgres
internal import PunctualSQLite
internal import PunctualSchedule
internal import ServiceLifecycle

/// The store that the settings name, with what must run beside it.
struct OpenStore {
    let store: any Store & TransferStore
    /// Identities, secrets and the audit log, of the primary alone: what was taken away is gone at once.
    let access: any AccessTransferStore
    /// What waits, as the primary has it.
    let outbox: any OutboxStore
    /// Rules of notifications and what they have told; the primary's.
    let notifications: any NotificationStore
    /// Figures of minutes; the primary's, since they are young.
    let figures: any FigureStore
    /// Run as long as the node does.
    let services: [any Service]
    /// How nodes tell each other over the database what is stale of what they keep; nil where there is one node alone.
    var notices: StaleNotices?
    /// How nodes tell each other of events over the database; nil likewise.
    var eventNotices: EventNotices?
    /// What tells its data from those of other databases; nil where one process alone has them.
    var mark: (@Sendable () async throws(StoreError) -> String)?
    /// How busy its connections and lanes are now.
    let load: @Sendable () -> [MetricFigure]
    /// Ends all use of it; no call may follow.
    let close: @Sendable () async -> Void

    /// Opens the store and brings its tables up to date.
    /// - Throws: `SettingsError` with one line that says what to do.
    /// - Parameter bell: rung for what other nodes announce.
    init(_ settings: Settings, clock: any WallClock, bell: any Bell, logger: Logger) async throws(SettingsError) {
        do throws(StoreError) {
            if Settings.isPostgres(settings.databaseURL) {
                self = try await .postgres(settings, bell, logger)
            } else {
                self = try .sqlite(path: String(settings.databaseURL.dropFirst("sqlite:".count)), clock)
            }
        } catch {
            throw SettingsError(OpenStore.words(error, settings))
        }
    }

    private init(
        store: any Store & TransferStore,
        over primary: any AccessTransferStore & OutboxStore & NotificationStore & FigureStore,
        services: [any Service],
        load: @escaping @Sendable () -> [MetricFigure], close: @escaping @Sendable () async -> Void
    ) {
        self.store = store
        access = primary
        outbox = primary
        notifications = primary
        figures = primary
        self.services = services
        self.load = load
        self.close = close
    }

    private static func sqlite(path: String, _ clock: any WallClock) throws(StoreError) -> OpenStore {
        let store = try SQLiteStore(path: path, clock: clock)
        return OpenStore(
            store: store, over: store, services: [DamageService(store: store)],
            load: { [MetricFigure("punctual_database_calls_waiting", store.waitingWrites, [("lane", "writes")])] },
            close: { store.close() })
    }

    private static func postgres(
        _ settings: Settings, _ bell: any Bell, _ logger: Logger
    ) async throws(StoreError) -> OpenStore {
        if let archive = settings.archive {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: archive, isDirectory: &isFolder), isFolder.boolValue,
                FileManager.default.isWritableFile(atPath: archive)
            else { throw .unavailable("history.archive: \(archive) is no folder that this process may write to") }
        }
        let store = try await PostgresStore(
            uri: settings.databaseURL, connections: settings.databaseConnections,
            readerRole: settings.databaseReaderRole)
        var replicas: [PostgresReplica] = []
        for uri in settings.databaseReplicas {
            replicas.append(
                try PostgresReplica(
                    uri: uri, of: store, connections: settings.databaseConnections,
                    readerRole: settings.databaseReaderRole))
        }
        let notices = StaleNotices { store.tellStale($0, isShared: $1) }
        let events = EventNotices { await store.say(events: $0) }
        let listener = store.listener(ringing: bell, stale: { notices.come($0) }, events: { events.come($0) })
        let services: [any Service] = [
            ListenService(listener: listener),
            MonthService(store: store, retention: settings.keptFor, folder: settings.archive, logger: logger),
        ]
        let mark = { @Sendable () async throws(StoreError) in try await store.mark() }
        if replicas.isEmpty {
            var opened = OpenStore(
                store: store, over: store, services: services, load: { store.figures(pool: "primary") },
                close: { await store.close() })
            (opened.notices, opened.eventNotices, opened.mark) = (notices, events, mark)
            return opened
        }
        let reads = ReplicaReads(
            replicas, mostAge: settings.replicaAge,
            primaryPosition: { () async throws(StoreError) in try await store.position() },
            changed: { name, fault in
                if let fault {
                    logger.notice(
                        "a replica is left out", metadata: ["replica": "\(name)", "reason": "\(fault)"]
                    )
                } else {
                    logger.notice("a replica is read", metadata: ["replica": "\(name)"])
                }
            })
        var opened = OpenStore(
            store: RoutedStore(primary: store, replicas: reads), over: store,
            services: services + [PrimaryService(store: store), reads],
            load: { [replicas] in
                replicas.enumerated().reduce(store.figures(pool: "primary")) { figures, replica in
                    figures + replica.element.store.load.figures(pool: "replica-\(replica.offset + 1)")
                }
            },
            close: { [replicas] in
                for replica in replicas { await replica.store.close() }
                await store.close()
            })
        (opened.notices, opened.eventNotices, opened.mark) = (notices, events, mark)
        return opened
    }

    /// - Throws: `SettingsError` when opening would make a new, empty database.
    static func requireExisting(_ settings: Settings) throws(SettingsError) {
        let path = String(settings.databaseURL.dropFirst("sqlite:".count))
        guard settings.databaseURL.hasPrefix("sqlite:"), !FileManager.default.fileExists(atPath: path) else { return }
        throw SettingsError("there is no database at \(path)")
    }

    private static func words(_ error: StoreError, _ settings: Settings) -> String {
        switch error {
        case .corrupt(let text), .damaged(let text), .unavailable(let text), .full(let text), .conflict(let text): text
        case .notFound, .versionConflict, .nameTaken, .lastAdministrator, .quotaExceeded, .cancelled:
            "the database \(Settings.shown(databaseURL: settings.databaseURL)) cannot be opened"
        }
    }
}

/// Keeps the months of history: makes those ahead, archives and drops those that are over.
private struct MonthService: Service {
    let store: PostgresStore
    let retention: Duration
    let folder: String?
    let logger: Logger

    func run() async throws {
        let node = UUID().uuidString
        try await repeatUntilShutdown {
            do throws(StoreError) {
                try await store.tellHistory(of: node, keptFor: retention, archives: folder != nil)
                let now = try await store.now()
                for month in try await store.keepMonths(endedBy: now - retention, into: folder) {
                    logger.notice(
                        "a month of history has left the database",
                        metadata: [
                            "month": "\(month.month)", "executions": "\(month.executions)", "file": "\(month.path)",
                        ])
                }
            } catch {
                Counter(label: "punctual_loop_failures_total", dimensions: [("loop", "months")]).increment()
                logger.error("the months of history could not be kept", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(3600))
        }
        try? await store.forgetHistory(of: node)  // Else it is forgotten in two hours.
    }
}

/// Learns again and again who the primary is, since after a promotion it is another one.
private struct PrimaryService: Service {
    let store: PostgresStore

    func run() async throws {
        try await repeatUntilShutdown {
            try? await store.learnIdentity()  // While it is away it is who it was.
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}

/// The package's own, so that tests can play one.
extension PostgresReplica: Replica {
    var reader: any JobStore & HistoryStore & ExecutionStore { store }
}

/// Hears what other nodes announce.
private struct ListenService: Service {
    let listener: Listener

    func run() async throws { await cancelWhenGracefulShutdown { await listener.run() } }
}

/// Ends the node when its database is damaged: every call from then on could lose more.
private struct DamageService: Service {
    let store: SQLiteStore

    func run() async throws {
        let text = await cancelWhenGracefulShutdown { await store.firstDamage() }
        if let text { throw SettingsError(text) }
    }
}

extension PostgresStore {
    fileprivate func figures(pool: String) -> [MetricFigure] {
        load.figures(pool: pool)
            + waitingCalls.map { MetricFigure("punctual_database_calls_waiting", $0.count, [("lane", $0.lane)]) }
    }
}

extension PoolLoad {
    fileprivate func figures(pool: String) -> [MetricFigure] {
        let label = ("pool", pool)
        return [("busy", busy), ("idle", idle), ("opening", opening)].map { state, count in
            MetricFigure("punctual_database_connections", count, [label, ("state", state)])
        } + [
            MetricFigure("punctual_database_connections_limit", limit, [label]),
            MetricFigure("punctual_database_callers_waiting", waiting, [label]),
            MetricFigure("punctual_database_connection_failures_total", failures, [label]),
            MetricFigure("punctual_database_refusals_total", refusals, [label]),
        ]
    }
}
