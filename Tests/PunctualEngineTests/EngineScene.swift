import Logging
import PunctualCore
import PunctualEngine
import PunctualSchedule
import PunctualTestKit
import Synchronization
import Testing

/// A store in memory, a clock set by hand, and the engine's parts over them.
struct EngineScene: Sendable {
    let clock = ManualClock()
    let store: MemoryStore
    let bell = SignalBell()
    let seen = SeenEvents()
    let logs = SeenLogs()
    /// Leases long enough that a slow machine never loses them by itself.
    var options: EngineOptions = {
        var options = EngineOptions()
        options.shardLease = .seconds(600)
        return options
    }()

    init() { store = MemoryStore(clock: clock) }

    var instruments: Instruments {
        Instruments(logger: Logger(label: "engine") { [logs] _ in SeenLogHandler(seen: logs) }, events: seen)
    }

    var scheduler: SchedulerService {
        SchedulerService(
            store: store, zones: ZoneCatalog { _ in nil }, bell: bell, options: options, instruments: instruments)
    }

    func worker(_ executor: any Executor = ExecutorSet(["noop": NoopExecutor()])) -> WorkerService {
        WorkerService(
            name: "worker-1", store: store, executor: executor, bell: bell, options: options,
            instruments: instruments, recorder: OutputRecorder(store: store, instruments: instruments),
            random: { 0.5 })
    }

    var reaper: ReaperService {
        ReaperService(store: store, bell: bell, options: options, instruments: instruments, random: { 0.5 })
    }

    /// A stored job that runs every minute, first a minute from now.
    @discardableResult
    func job(_ name: String, change: (inout JobDraft) -> Void = { _ in }) async throws -> Job {
        var draft = JobDraft(
            name: name, schedule: .interval(every: .seconds(60), anchor: ManualClock.start), target: .noop)
        change(&draft)
        let job = Job(
            id: .random(at: clock.now()), draft: draft, nextRunAt: clock.now() + .seconds(60), createdAt: clock.now())
        return try #require(try await store.create([job]).first).get()
    }

    func executions(of job: Job) async throws -> [Execution] {
        var query = ExecutionQuery()
        query.jobID = job.id
        query.limit = 200
        return try await store.executions(query).items
    }
}

/// Keeps what the engine told.
final class SeenEvents: ExecutionEvents {
    private let words = Mutex<[String]>([])

    var all: [String] { words.withLock { $0 } }

    func added(_ executions: [Execution]) { words.withLock { $0 += executions.map { "added \($0.status)" } } }
    func started(_ execution: Execution) { words.withLock { $0.append("started \(execution.attempt)") } }
    func ended(_ execution: Execution) { words.withLock { $0.append("ended \(execution.status)") } }
}

/// Always ends so.
struct FixedExecutor: Executor {
    let result: AttemptResult

    func execute(_ attempt: AttemptRequest) async -> AttemptResult { result }
}

/// Works until it is told to stop.
struct EndlessExecutor: Executor {
    let began = Doorbell()

    func execute(_ attempt: AttemptRequest) async -> AttemptResult {
        began.ring()
        // The cancellation that ends the wait is what is waited for.
        while !Task.isCancelled { try? await Doorbell().wait(atMost: .seconds(60)) }
        return AttemptResult(.cancelled)
    }
}
