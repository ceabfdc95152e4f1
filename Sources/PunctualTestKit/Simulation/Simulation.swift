public import PunctualCore
internal import PunctualSchedule

/// A whole cluster, with its faults, played from a seed.
///
/// Several nodes run the engine's scheduler, reaper and worker over one store, one of them a worker that is worse than
/// the engine's on purpose, while an operator edits, pauses, resumes, deletes, triggers and backfills jobs, cancels and
/// retries executions and stops queues. Every store call is a point at which other nodes may go on, time may pass, the
/// node may crash, or the call may fail with or without having taken effect. Nothing runs at the same time as anything
/// else, so a seed always plays the same.
public struct Simulation: Sendable {
    /// What a simulated node needs of a store.
    public typealias Store = JobStore & ExecutionStore & HistoryStore

    /// A guard that is taken away, to see that the checks notice.
    public enum Twin: String, Sendable, CaseIterable {
        /// A plan that lost the race is applied all the same.
        case withoutCompareAndSet
        /// A stale attempt's end is taken as the newest attempt's.
        case withoutFencing
        /// What is due is judged by the clock of the node that asks.
        case trustingNodeClocks
        /// A lease is prolonged whoever asks for it, also for an attempt that lost it.
        case withoutLeaseCondition
    }

    /// What a run came to.
    public struct Report: Sendable {
        public let seed: UInt64
        /// What must never happen and did; empty for a good run.
        public let violations: [String]
        /// Over every event in order; equal for equal runs.
        public let traceHash: UInt64
        /// How many store calls were made.
        public let calls: Int
        public let crashes: Int
        public let pauses: Int
        public let failedCalls: Int
        /// What an operator did to jobs, executions and queues and took effect.
        public let acts: Int
        public let racesLost: Int
        public let staleCompletions: Int
        /// Attempts' ends that counted.
        public let completions: Int
        /// Rows that were there at the end.
        public let executions: Int
    }

    private let seed: UInt64
    private let twin: Twin?
    private let clock: ManualClock
    private let store: any Store

    /// - Parameters:
    ///   - twin: the guard to take away; nil plays the real thing.
    ///   - clock: at its start.
    ///   - store: an empty one that reads the time from that clock.
    public init(seed: UInt64, twin: Twin? = nil, clock: ManualClock, store: any Store) {
        self.seed = seed
        self.twin = twin
        self.clock = clock
        self.store = store
    }

    /// How long faults are injected, in virtual time.
    static let faultyTime = Duration.seconds(45)
    /// The virtual time after the faults within which everything must be done.
    static let drainTime = Duration.seconds(240)
    static let nodes = 3

    /// Plays the seed to its end.
    public func run() async -> Report {
        let world = SimulatedWorld(seed: seed, twin: twin, clock: clock, store: store)
        await world.createJobs()
        let calm = clock.now() + Simulation.faultyTime
        while clock.now() < calm {
            world.pass(.milliseconds(world.random.int(in: 200...2500)))
            await world.round(isFaulty: true)
            while world.random.chance(45) { await world.operate() }
        }
        await world.endFaults()
        let end = calm + Simulation.drainTime
        while clock.now() < end {
            world.pass(.seconds(1))
            await world.round(isFaulty: false)
            if await world.isDrained() { break }
        }
        await world.checkEnd()
        return world.report(seed: seed)
    }
}
