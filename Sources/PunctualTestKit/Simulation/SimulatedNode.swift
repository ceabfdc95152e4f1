internal import Logging
internal import PunctualCore
internal import PunctualEngine
internal import PunctualSchedule

/// One process of the cluster: the engine's scheduler and reaper, and a worker that the simulation steps by hand.
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

    private let scheduler: SchedulerService
    private let reaper: ReaperService

    init(name: String, store: FaultyStore, random: @escaping @Sendable () -> Double) {
        self.name = name
        let bell = SignalBell()
        let instruments = Instruments(logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
        var options = EngineOptions()
        options.tickBatch = 4
        options.reapBatch = 3
        // Real time must never decide anything here.
        options.tickTimeout = nil
        options.reclaimTimeout = nil
        scheduler = SchedulerService(
            store: store, zones: ZoneCatalog { _ in nil }, bell: bell, options: options, instruments: instruments)
        reaper = ReaperService(
            store: store, bell: bell, options: options, instruments: instruments, random: random)
    }

    func tick() async throws(StoreError) { _ = try await scheduler.tick() }

    func reap() async throws(StoreError) { _ = try await reaper.reap() }
}
