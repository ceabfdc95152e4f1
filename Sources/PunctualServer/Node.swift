internal import Foundation
internal import Hummingbird
internal import Logging
internal import Metrics
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore
internal import PunctualEngine
internal import PunctualExecutors
internal import PunctualHTTP
internal import PunctualObservability
internal import PunctualRedis
internal import PunctualSchedule
internal import ServiceLifecycle
internal import Synchronization
internal import UnixSignals

/// One process: its settings made into drivers, services and their group.
package enum Node {
    package enum Mode: Equatable, Sendable {
        case server
        /// Everything on this machine, each execution shown; with the example jobs when `demo`.
        case development(demo: Bool)
    }

    /// The version that `--version`, `/health` and the nodes' rows show.
    package static let version = "0.1.0"

    /// Runs until it is asked to stop.
    /// - Throws: `SettingsError` with one line when it cannot start.
    package static func run(_ settings: Settings, mode: Mode = .server) async throws {
        try checkAddress(settings)
        let clock = SystemClock()
        let nodeID = settings.nodeID ?? "\(ProcessInfo.processInfo.hostName)-\(getpid())"
        // First of all: whoever counts before it counts for nobody.
        let metrics = PrometheusRegistry(MetricWords.all) {
            Measured.execution.map { [("execution_id", $0), ("trace_id", TraceName(execution: $0))] } ?? []
        }
        MetricsSystem.bootstrap(metrics)
        let logs = try OpenLogs(settings, nodeID: nodeID)
        let logger = logs.logger(.main)
        if let words = StrayVariables.words(in: ProcessInfo.processInfo.environment) {
            logger.warning("variables that are no settings are passed over", metadata: ["variables": "\(words)"])
        }
        let tracing = try OpenTracing(
            settings, nodeID: nodeID, redaction: logs.redaction, logger: logs.logger(.tracing))
        let bell = SignalBell()
        // Before the database, so that a setting that can't be used leaves none behind.
        let certificate = try CertificateFiles(settings, logger: logger)
        let connections = OpenFiles.connections(wanted: settings.httpConnections, logger: logger)
        let (egress, signing) = (try settings.egressGuard(), try settings.webhookSecrets())
        try settings.checkAnchors()
        try ListeningPort.check(settings)
        var brokers = try OpenBrokers(settings.brokers, grace: settings.shutdownGrace)
        let opened: OpenStore
        do {
            opened = try await OpenStore(settings, clock: clock, bell: bell, logger: logs.logger(.store))
        } catch {
            await brokers.close()
            throw error
        }
        let calls = GuardedProviderCalls(egress)
        let access: AccessServices?
        let setUpToken: Redacted<String>?
        let cache: SharedCache?
        let events = EventLog(epoch: clock.now())
        let relay: EventService?
        let installation: String
        do {
            installation = try await installationMark(settings, redis: brokers.redis, opened)
            relay = try await EventService.make(events, settings, redis: brokers.redis, opened)
            brokers.openHints(of: installation)
            cache = openCache(settings, redis: brokers.redis, opened, nodeID: nodeID, installation: installation)
            access = try await openAccess(settings, opened, calls, logs.logger(.access))
            let isMissing = try await access?.setUp.isNeeded() ?? false
            setUpToken = isMissing && settings.roles.contains(.api) ? access?.setUp.token : nil
        } catch {
            await opened.close()
            await brokers.close()
            throw error is SettingsError ? error : SettingsError("access control could not be set up: \(error)")
        }
        let parts = brokers
        let http = HTTPExecutor(
            egress: egress, secrets: signing, ownSecrets: access.map { webhookSecrets($0.vault) },
            spans: tracing.spans)
        let store = tracing.traced(opened.store, settings)
        let zones = ZoneFiles.catalog()
        let lineBell = LineBell()
        let feed = EventFeed(
            log: events, printer: mode == .server ? nil : ExecutionPrinter(), lineBell: lineBell)
        let instruments = Instruments(
            logger: logs.logger(.engine), events: feed, clock: clock, watched: WatchedJobs(settings.metricJobs),
            spans: tracing.spans)
        let options = settings.engineOptions
        let isAccepting = Flag(true)

        let record = NodeRecord(
            id: nodeID, roles: settings.roles.map(\.rawValue).sorted(), version: version,
            address: "\(settings.httpHost):\(settings.httpPort)", startedAt: clock.now(), lastSeenAt: clock.now(),
            shards: settings.roles.contains(.scheduler) ? options.shards : nil)
        let shards = ShardService(
            node: record, store: store, bell: bell, options: options, instruments: instruments)
        let executor = SecretResolving(
            vault: access?.vault, executor: settings.executors(http: http, publishers: brokers.publishers))
        // A worker that may not take everything would take hints away from those who may.
        let takesAll = options.services == nil && options.leastPriority == 0
        let hints = brokers.hints.flatMap { takesAll ? $0 : nil }.map { broker in
            Hints(
                broker,
                waiting: { () async throws(StoreError) in
                    Set(
                        try await opened.outbox.waitingLines(of: .builtIn)
                            .map { HintLine(lane: $0.lane, queue: $0.queue) })
                }, isAnythingLimited: { () async throws(StoreError) in try await store.hasLimits() })
        }
        let worker = WorkerService(
            name: nodeID, store: store, executor: executor, bell: bell, hints: hints, options: options,
            instruments: instruments,
            recorder: OutputRecorder(store: store, instruments: instruments) { lineBell.ring($0) })
        // Messages go out by those who have the broker; they wait for it in a lane of their own.
        let publishing = WorkerService(
            name: nodeID, lane: .broker, tasks: Set(brokers.publishers.keys), takes: { parts.isReached($0) },
            store: store, executor: executor, bell: bell, options: options, instruments: instruments)

        // The group stops in the reverse of this order: the scheduler first, whose shards others take at once, then the
        // workers, and the API last, so that outside workers can tell how their work ended and probes see the draining.
        var services: [any Service] = []
        var api = APIServices(
            store: store, zones: zones, clock: clock, bell: bell, nodeID: nodeID, version: version,
            metricsText: { _ in "" }, isAccepting: { isAccepting.value }, events: events,
            outsideWork: OutsideWork(rings: { bell.outside.rings }) { mark, limit in
                try await bell.outside.wait(behind: mark, atMost: limit)
            },
            cancelled: { id in
                worker.cancelled(id)
                publishing.cancelled(id)
            })
        api.spans = tracing.spans
        api.logLevels = logs.levels
        api.publishers = brokers.destinations
        api.parts = { await parts.health() + (cache.map { [cacheHealth($0.condition)] } ?? []) }
        api.lineBell = lineBell
        api.writeFault = { shards.lastFault }
        api.hasReplicas = !settings.databaseReplicas.isEmpty
        api.isSecure = certificate != nil
        api.links = settings.links
        api.isSystemAlone = !settings.roles.contains(.api)
        api.crossOrigin = settings.httpOrigins.isEmpty ? nil : CrossOrigin(origins: settings.httpOrigins)
        let callers = ConnectionCount()
        let figures = NodeFigures(
            settings, record, registry: metrics, opened, clock: clock, cache: cache, parts: { await parts.health() },
            bounds: api.bounds, callers: callers, callerLimit: connections, isAccepting: { isAccepting.value },
            takesWrites: { shards.lastFault == nil })
        api.metricsText = { await figures.text($0 ? .openMetrics : .text) }
        api.vitals = { figures.vitals() }
        // Behind everything else, since what ends last is told of, too.
        services += [logs.service, tracing.service].compactMap { $0 }
        if let certificate { services.append(certificate) }
        let sending = NotificationSending(
            vault: access?.vault, http: http, mail: SMTPSender(egress: egress), clock: SystemClock())
        api.notifications = (opened.notifications, sending)
        api.minutes = FleetMinutes(opened.figures, events: events, node: nodeID, clock: clock)
        api.doorkeeper = doorkeeper(settings, brokers.redis, installation: installation)
        api.quotas = settings.quotas
        if let access { api.guardDoors(with: access) }
        if let cache {
            api.keepAnswers(in: cache)
            // First, so that it ends behind the API.
            services.append(CacheService(cache: cache))
        }
        // Likewise, so that what happens while the node drains is told.
        if let relay { services.append(relay) }
        services.append(FigureTelling(api.minutes, to: opened.figures, instruments: instruments))
        let apiStore = api.store
        services.append(
            Application(
                router: buildRouter(api).router,
                server: .punctual(certificate: certificate?.certificate, connections: callers),
                configuration: .punctual(
                    host: settings.httpHost, port: settings.httpPort, connections: connections, logger: logger),
                onServerRunning: { channel in
                    let port = channel.localAddress?.port ?? settings.httpPort
                    if case .development(demo: true) = mode {
                        await addDemo(callingBack: settings.baseURL(port: port), apiStore, clock, zones, logger)
                        bell.jobsChanged()
                    }
                    announce(settings, mode, port: port, nodeID: nodeID)
                    if let setUpToken { announceSetUp(setUpToken, at: settings.address(port: port)) }
                },
                logger: logs.logger(.http)))
        services.append(OutsideDrain(work: api.outsideWork, limit: min(settings.shutdownGrace, .seconds(2))))
        if let access {
            services.append(AccessUpkeep(access: access, store: store, logger: logger))
            let anchoring = AuditAnchoring.make(
                settings.anchors, access.audits, http: http, logger: logger,
                isMine: { shards.virtualShards().contains(0) }, now: store.now)
            if let anchoring { services.append(anchoring) }
            if settings.roles.contains(.api), !access.providers.providers.isEmpty {
                services.append(ProviderUpkeep(directory: access.providers, store: store, logger: logger))
            }
        }
        services += [
            RetentionService(store: store, figures: opened.figures, options: options, instruments: instruments),
            ReaperService(store: store, bell: bell, options: options, instruments: instruments),
        ]
        if settings.roles.contains(.worker) {
            services.append(worker)
            if !brokers.publishers.isEmpty { services.append(publishing) }
        }
        services.append(shards)
        if settings.roles.contains(.scheduler) {
            do throws(StoreError) { try await shards.renew() } catch { instruments.loopFailed("shards", error) }
            if let broker = brokers.hints {
                services.append(
                    DispatchService(
                        lane: .builtIn, store: opened.outbox, broker: broker, bell: bell.dispatch,
                        isMine: { shards.ticks($0) }, instruments: instruments))
            }
            services.append(
                NotificationService(
                    store: store, outbox: opened.outbox, notifications: opened.notifications, sender: sending,
                    instruments: instruments, isMine: { shards.virtualShards().contains(0) }))
            services.append(
                SchedulerService(
                    store: store, zones: zones, bell: bell, options: options, instruments: instruments,
                    shards: { shards.virtualShards() }))
        }
        if !brokers.publishers.isEmpty {
            // Where hints are told, whoever tells them says how that goes.
            let isDispatching = brokers.hints != nil && settings.roles.contains(.scheduler)
            services.append(
                PartWatch(redis: brokers.redis, logger: logger) {
                    await parts.health().filter { !isDispatching || $0.name != "broker" }
                })
        }
        services.append(DrainService(isAccepting: isAccepting))
        services += opened.services

        var configuration = ServiceGroupConfiguration(
            services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = settings.shutdownGrace + .seconds(10)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await ServiceGroup(configuration: configuration).run())
        } catch {
            outcome = .failure(SettingsError(startFailure(error, settings)))
        }
        await tracing.close()
        await logs.close()
        await http.shutdown()
        await calls.client.shutdown()
        await brokers.close()
        await opened.close()
        try outcome.get()
    }

    /// Brings the database's tables up to this version.
    package static func migrate(_ settings: Settings) async throws {
        let opened = try await OpenStore(
            settings, clock: SystemClock(), bell: SignalBell(), logger: try makeLogger(settings, nodeID: "migrate"))
        await opened.close()
        print("The database is up to date.")
    }

    /// Without access control whoever reaches the port may do everything.
    private static func checkAddress(_ settings: Settings) throws {
        let host = settings.httpHost
        guard settings.access.mode == .open else { return }
        let isLoopback =
            host == "localhost" || host == "::1" || (host.hasPrefix("127.") && isAddress(host))
        guard isLoopback else {
            throw SettingsError(
                "http.host \"\(host)\": without access control a node listens on loopback addresses alone; use 127.0.0.1, or "
                    + "leave out access.mode")
        }
    }

    private static func isAddress(_ text: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1
    }

    /// The logger of a command that runs no node.
    static func makeLogger(_ settings: Settings, nodeID: String) throws(SettingsError) -> Logger {
        var settings = settings
        // It is seen by whoever runs it.
        settings.errors.address = nil
        return try OpenLogs(settings, nodeID: nodeID).logger(.main)
    }

    private static func startFailure(_ error: any Error, _ settings: Settings) -> String {
        if let error = error as? SettingsError { return error.description }
        let text = "\(error)"
        if text.contains("Address already in use") || text.contains("errno: 98") {
            return ListeningPort.inUse(settings)
        }
        return "the node stopped: \(text)"
    }

    /// Adds the example jobs; a node without them runs all the same.
    private static func addDemo(
        callingBack address: String, _ store: any Store, _ clock: SystemClock, _ zones: ZoneCatalog, _ logger: Logger
    ) async {
        do {
            try await DemoJobs.add(to: store, callingBack: address, clock: clock, zones: zones)
        } catch {
            logger.error("the example jobs could not be added", metadata: ["error": "\(error)"])
        }
    }

    private static func announce(_ settings: Settings, _ mode: Mode, port: Int, nodeID: String) {
        let (base, database) = (settings.baseURL(port: port), Settings.shown(databaseURL: settings.databaseURL))
        print("punctual \(version) is ready at \(base) (node \(nodeID), \(database))")
        if mode != .server {
            print("  dashboard \(base)/ · API \(base)\(APIPath.prefix) · documentation \(base)/docs")
        }
        fflush(nil)
    }
}

/// The id of an execution's trace, computed where it is read.
private struct TraceName: CustomStringConvertible {
    let execution: Identifier

    var description: String { ExecutionTrace(execution).id }
}

/// Turns readiness off as soon as the signal to stop comes; it is the first to hear of it.
private struct DrainService: Service {
    let isAccepting: Flag

    func run() async throws {
        try await gracefulShutdown()
        isAccepting.value = false
    }
}

/// Keeps the API up for a moment while outside workers may tell how the work ended that they have of this node; what takes
/// longer they tell another node, or this one when it is back.
private struct OutsideDrain: Service {
    let work: OutsideWork
    let limit: Duration

    func run() async throws {
        try await gracefulShutdown()
        let end = ContinuousClock.now.advanced(by: limit)
        while work.isUnderWay, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
    }
}

/// A truth value that several threads share.
final class Flag: Sendable {
    private let state: Mutex<Bool>

    init(_ value: Bool) { state = Mutex(value) }

    var value: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

extension Settings {
    /// Where people reach the installation.
    func address(port: Int) -> String { access.issuer ?? baseURL(port: port) }

    /// Where the node is reached; an IPv6 address stands in brackets.
    func baseURL(port: Int) -> String {
        "\(httpCertificate == nil ? "http" : "https")://\(httpHost.contains(":") ? "[\(httpHost)]" : httpHost):\(port)"
    }

    var engineOptions: EngineOptions {
        var options = EngineOptions()
        options.concurrency = workerConcurrency
        options.queues = workerQueues
        options.services = workerServices
        options.leastPriority = workerLeastPriority
        options.shards = schedulerShards
        options.shutdownGrace = shutdownGrace
        options.shardLease = schedulerLease
        // PostgreSQL drops whole months; single rows wait until theirs has had its turn, and those that are to be archived
        // leave with it, however long a job keeps its own there.
        if Settings.isPostgres(databaseURL) {
            options.retention = (archive == nil ? keptFor : JobDraft.longestRetention) + .seconds(32 * 86_400)
        } else {
            options.retention = keptFor
        }
        return options
    }
}
