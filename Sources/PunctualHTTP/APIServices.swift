internal import PunctualAPI
internal import PunctualAccess
package import PunctualCore
package import PunctualSchedule
package import PunctualTracing

/// What the API works with.
package struct APIServices: Sendable {
    package var store: any Store
    package var zones: ZoneCatalog
    package var clock: any WallClock
    package var bell: any Bell
    package var nodeID: String
    package var version: String
    /// The metrics of this process, as OpenMetrics or as Prometheus' older text.
    package var metricsText: @Sendable (_ isOpenMetrics: Bool) async -> String
    /// How the node is, for `/health`; asks nobody who could keep it waiting.
    package var vitals: @Sendable () async -> Vitals = { Vitals() }
    let measures = Measures()
    /// False while the node drains.
    package var isAccepting: @Sendable () -> Bool
    /// Why the store took no write of this node the last time it tried; nil when it did.
    package var writeFault: @Sendable () -> StoreError? = { nil }
    /// What keeps answers of reads; nil when nothing does.
    package internal(set) var cache: (any Cache)?
    /// What happened, for whoever follows.
    package var events: EventLog
    /// How executions ended in the last hour; what this process has seen of it unless it is told otherwise.
    package var minutes: FleetMinutes
    /// Rung for who reads what executions say.
    package var lineBell = LineBell()
    /// Tells of how far they are.
    package var progressNews: ProgressNews
    /// What outside workers wait for, and have in hand.
    package var outsideWork: OutsideWork
    package var bounds = Bounds()
    /// The brokers that targets of type `publish` may name, each with what is wrong with a destination; nil when
    /// nothing is.
    package var publishers: [String: @Sendable (_ destination: String) -> String?] = [:]
    /// How the node's optional parts are, such as Redis; asks nobody who could keep it waiting.
    package var parts: @Sendable () async -> [PartHealth] = { [] }
    /// How much this node logs; nil when that cannot be changed.
    package var logLevels: (any LogLevelControl)?
    /// Tells traces of the requests.
    package var spans = Spans.off
    /// Rules of notifications, and who sends; nil where there are none.
    package var notifications: (store: any NotificationStore, sender: any NotificationSender)?
    /// What services may have.
    package var quotas = Quotas()
    /// Who may come in; everybody unless it is told otherwise.
    package var doorkeeper = Doorkeeper()
    /// What the calls of access control work with; nil without it.
    package internal(set) var access: AccessServices?
    /// Whether some reads come from replicas.
    package var hasReplicas = false
    /// Whether the server speaks TLS itself.
    package var isSecure = false
    /// Where the dashboard leads besides.
    package var links = OutsideLinks()
    /// Whether health and metrics are all that is answered: of a node without the role `api`.
    package var isSystemAlone = false
    /// Which pages of other origins may call; nil means none.
    package var crossOrigin: CrossOrigin?
    /// Tells this process's workers of a cancelled execution; others learn by their heartbeat.
    package var cancelled: @Sendable (Identifier) -> Void

    package init(
        store: any Store, zones: ZoneCatalog, clock: any WallClock, bell: any Bell, nodeID: String, version: String,
        metricsText: @escaping @Sendable (_ isOpenMetrics: Bool) async -> String,
        isAccepting: @escaping @Sendable () -> Bool, events: EventLog, outsideWork: OutsideWork,
        cancelled: @escaping @Sendable (Identifier) -> Void = { _ in }
    ) {
        self.store = store
        self.zones = zones
        self.clock = clock
        self.bell = bell
        self.nodeID = nodeID
        self.version = version
        self.metricsText = metricsText
        self.isAccepting = isAccepting
        self.events = events
        minutes = FleetMinutes(nil, events: events, node: nodeID, clock: clock)
        progressNews = ProgressNews(log: events)
        self.outsideWork = outsideWork
        self.cancelled = cancelled
    }

    /// Where what a request makes comes from: anew without a key.
    func origin(_ context: APIContext) async throws(StoreError) -> Origin {
        if let origin = context.origin { return origin }
        return Origin(at: try await store.now())
    }

    /// The job of a path's parameter, for somebody who may do to it what he asks for.
    /// - Throws: `Problem` 404 when there is none that he may know of, or the text is no id; 403 when his role is too low.
    func job(_ text: String?, _ context: APIContext) async throws -> Job {
        guard let text, let id = Identifier(text), let job = try await store.job(id) else { throw Problem.noJob }
        try await require(job.draft, context, orMissing: .noJob)
        return job
    }

    /// Lets go on who may do to such a job what he asks for.
    /// - Parameters:
    ///   - missing: the answer to somebody who may not know of it; nil for one that is not there yet.
    ///   - counts: whether it counts against the service's limit.
    func require(
        _ draft: JobDraft, _ context: APIContext, orMissing missing: Problem? = nil, counts: Bool = true
    ) async throws {
        try await doorkeeper.require(
            service: draft.service, labels: draft.labels, context, orMissing: missing, counts: counts)
    }

    /// Lets go on who may do to the execution what he asks for; its labels are its job's.
    /// - Parameter counts: whether it counts against the service's limit.
    func require(_ execution: Execution, _ context: APIContext, counts: Bool = true) async throws {
        try await require(
            executionOf: execution.jobID, service: execution.service, context, counts: counts)
    }

    /// The same for an execution of the job, made in the service.
    func require(
        executionOf job: Identifier, service: String, _ context: APIContext, counts: Bool = true
    ) async throws {
        var labels: [String: String] = [:]
        if context.principal.permissions.contains(where: { !$0.labels.isEmpty }) {
            labels = try await store.job(job)?.draft.labels ?? [:]
        }
        try await doorkeeper.require(
            service: service, labels: labels, context, orMissing: .noExecution, counts: counts)
    }

    /// The execution of a path's parameters, for somebody who may do to it what he asks for.
    func execution(_ id: Identifier, of job: Identifier?, _ context: APIContext) async throws -> Execution {
        guard let execution = try await store.execution(id, of: job) else { throw Problem.noExecution }
        try await require(execution, context)
        return execution
    }

    /// What of a list the asker may see.
    func visible(_ context: APIContext) -> ServiceFilter {
        doorkeeper.rules.filter(context.operation, for: context.principal)
    }

    /// The job's schedule, ready to be asked.
    func schedule(of job: Job) throws -> Schedule {
        do throws(ScheduleFault) {
            return try job.draft.schedule.compiled(for: job.id, createdAt: job.createdAt, zones: zones)
        } catch {
            throw Problem(
                .validation, "The schedule cannot be computed.",
                faults: [Fault(pointer: "/schedule/\(error.field)", detail: error.detail)])
        }
    }
}
