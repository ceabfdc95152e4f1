internal import Logging
internal import PunctualCore
internal import PunctualEngine
internal import PunctualSchedule

/// One process of the cluster: the engine's scheduler, reaper and worker, which the simulation steps by hand.
final class SimulatedNode {
    /// An attempt that the node believes to be its own.
    struct Hand {
        let claimed: ClaimedExecution
        /// When the work ends by itself.
        var endsAt: Timestamp
        let result: AttemptResult
        var renewAt: Timestamp
        /// Whether the store said that the lease is somebody else's; a stubborn worker tells its end all the same.
        var isLost = false
        var completion: Completion?
    }

    static let lease = Duration.seconds(15)
    static let room = 4

    let name: String
    var isDead = false
    /// Nothing of the node goes on before this instant.
    var pausedUntil = Timestamp.earliest
    /// How far its own clock is off.
    var skew = Duration.zero
    /// Whether a step of it is under way; a process does not start the same loop twice.
    var isBusy = false
    var hands: [Hand] = []
    /// When the engine's worker sends its heartbeats next.
    var renewAt = Timestamp.earliest

    /// nil for a stubborn one.
    let worker: WorkerService?
    private let scheduler: SchedulerService
    private let reaper: ReaperService

    /// - Parameter isStubborn: whether it has, instead of the engine's worker, one that tells the end of attempts whose
    ///   lease it knows to be lost.
    init(
        name: String, store: FaultyStore, isStubborn: Bool, pace: Pace, random: @escaping @Sendable () -> Double
    ) {
        self.name = name
        let bell = SignalBell()
        let instruments = Instruments(logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
        var options = EngineOptions()
        options.tickBatch = 4
        options.reapBatch = 3
        // Real time must never decide anything here.
        options.tickTimeout = nil
        options.reclaimTimeout = nil
        options.claimTimeout = nil
        options.renewTimeout = nil
        options.finishTimeout = nil
        options.lease = SimulatedNode.lease
        options.concurrency = SimulatedNode.room
        scheduler = SchedulerService(
            store: store, zones: ZoneCatalog { _ in nil }, bell: bell, options: options, instruments: instruments)
        worker =
            isStubborn
            ? nil
            : WorkerService(
                name: name, store: store, executor: NoopExecutor(), bell: bell, options: options,
                instruments: instruments, random: random, pace: pace)
        reaper = ReaperService(
            store: store, bell: bell, options: options, instruments: instruments, random: random)
    }

    func tick() async throws(StoreError) { _ = try await scheduler.tick() }

    func reap() async throws(StoreError) { _ = try await reaper.reap() }
}
