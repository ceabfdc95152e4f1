internal import PunctualAPI
package import PunctualCore
package import PunctualSchedule

/// What the API works with.
package struct APIServices: Sendable {
    package var store: any Store
    package var zones: ZoneCatalog
    package var clock: any WallClock
    package var bell: any Bell
    package var nodeID: String
    package var version: String
    /// The Prometheus text of this process.
    package var metricsText: @Sendable () async -> String
    /// False while the node drains.
    package var isAccepting: @Sendable () -> Bool
    /// Why the store took no write of this node the last time it tried; nil when it did.
    package var writeFault: @Sendable () -> StoreError? = { nil }
    /// What happened, for whoever follows.
    package var events: EventLog
    /// Returns when work for outside workers may have come, or the time is up.
    package var waitForWork: @Sendable (Duration) async throws -> Void
    package var bounds = Bounds()
    /// Whether some reads come from replicas.
    package var hasReplicas = false
    /// Whether the server speaks TLS itself.
    package var isSecure = false
    /// Which pages of other origins may call; nil means none.
    package var crossOrigin: CrossOrigin?
    /// Tells this process's workers of a cancelled execution; others learn by their heartbeat.
    package var cancelled: @Sendable (Identifier) -> Void

    package init(
        store: any Store, zones: ZoneCatalog, clock: any WallClock, bell: any Bell, nodeID: String, version: String,
        metricsText: @escaping @Sendable () async -> String, isAccepting: @escaping @Sendable () -> Bool,
        events: EventLog, waitForWork: @escaping @Sendable (Duration) async throws -> Void,
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
        self.waitForWork = waitForWork
        self.cancelled = cancelled
    }

    /// Where what a request makes comes from: anew without a key.
    func origin(_ context: APIContext) async throws(StoreError) -> Origin {
        if let origin = context.origin { return origin }
        return Origin(at: try await store.now())
    }

    /// The job of a path's parameter.
    /// - Throws: `Problem` 404 when there is none, or the text is no id.
    func job(_ text: String?) async throws -> Job {
        guard let text, let id = Identifier(text), let job = try await store.job(id) else {
            throw Problem(.notFound, "There is no such job.")
        }
        return job
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
