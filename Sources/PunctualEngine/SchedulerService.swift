package import PunctualCore
package import PunctualSchedule
internal import PunctualTracing
internal import ServiceLifecycle
internal import Synchronization

/// Turns due instants into executions.
///
/// Any number may run at once: a plan that lost the race changes nothing.
package final class SchedulerService: Service {
    private let store: any JobStore
    private let schedules: ScheduleCache
    private let bell: SignalBell
    private let options: EngineOptions
    private let instruments: Instruments
    private let limit: CallLimit
    /// The virtual shards to tick; nil means all.
    private let shards: @Sendable () -> Set<Int>?
    /// When to look again, unless the bell rings first.
    private let nextLook = Mutex(ContinuousClock.now)

    package init(
        store: any JobStore, zones: ZoneCatalog, bell: SignalBell, options: EngineOptions, instruments: Instruments,
        shards: @escaping @Sendable () -> Set<Int>? = { nil }
    ) {
        self.store = store
        self.schedules = ScheduleCache(zones: zones, limit: options.scheduleCache)
        self.bell = bell
        self.options = options
        self.instruments = instruments
        self.limit = CallLimit(
            "tick", options.tickTimeout, abandonedAtMost: options.abandonedCalls, instruments: instruments)
        self.shards = shards
    }

    package func run() async throws {
        try await repeatUntilShutdown { [self] in
            do throws(StoreError) {
                while try await tick() >= options.tickBatch {}
            } catch {
                instruments.loopFailed("scheduler", error)
                nextLook.withLock { $0 = .now.advanced(by: options.pollInterval) }
            }
            // Many jobs that are made at once ring once; what is known to be due is not kept waiting.
            let pause = ContinuousClock.now.duration(to: nextLook.withLock { $0 })
            try await Task.sleep(for: min(max(pause, .zero), options.ringPause), tolerance: .zero)
            try await bell.scheduler.wait(atMost: pause - options.ringPause)
        }
    }

    /// Plans and applies one batch of due jobs.
    /// - Returns: how many jobs moved on; a full batch means there may be more.
    package func tick() async throws(StoreError) -> Int {
        let (store, batch, shards) = (self.store, options.tickBatch, self.shards())
        // Before the reading, so that what the reading takes is not waited for again.
        let began = ContinuousClock.now
        defer { instruments.ticked(in: ContinuousClock.now - began) }
        let due = try await limit.run { () async throws(StoreError) in
            try await store.dueJobs(shards: shards, limit: batch)
        }
        instruments.loopLived("scheduler", at: due.now)
        var broken: [(job: Job, fault: ScheduleFault)] = []
        let plans = due.jobs.compactMap { job -> TickPlan? in
            switch schedules.schedule(of: job) {
            case (.success(let schedule), _): return job.plan(at: due.now, schedule: schedule)
            case (.failure(let fault), let isNew):
                if isNew { instruments.scheduleBroken(job, fault) }
                broken.append((job, fault))
                return nil
            }
        }
        // The jobs in hand count too: the reading saw them as due, not as waiting for their next instant.
        let next = (plans.compactMap(\.next) + [due.nextDue].compactMap { $0 }).min()
        let pause = next.map { min($0 - due.now, options.pollInterval) } ?? options.pollInterval
        nextLook.withLock { $0 = began.advanced(by: max(pause, .milliseconds(1))) }
        let span = due.jobs.isEmpty ? nil : instruments.spans.tick(jobs: due.jobs.count, since: began)
        defer { span?.end() }
        var moved = 0
        if let span {
            moved = try await span.cover { () async throws(StoreError) in try await apply(plans) }
        }
        for (job, fault) in broken where try await setAside(job, fault, at: due.now) { moved += 1 }
        // Bounded plans leave jobs due; they go on without a pause.
        if plans.contains(where: { $0.next.map { $0 <= due.now } ?? false }) { return max(moved, options.tickBatch) }
        return moved
    }

    /// How many of the plans took effect.
    private func apply(_ plans: [TickPlan]) async throws(StoreError) -> Int {
        if plans.isEmpty { return 0 }
        let outcomes = try await limit.run { [store] () async throws(StoreError) in try await store.apply(plans) }
        var moved = 0
        var isWorkWaiting = false
        for (plan, outcome) in zip(plans, outcomes) {
            switch outcome {
            case .applied(let executions):
                moved += 1
                // What replaces a running execution waits for its end.
                if plan.overlap == .cancelOther, executions.contains(where: { $0.status == .buffered }) {
                    bell.workCancelled()
                }
                instruments.planned(executions)
                isWorkWaiting = isWorkWaiting || executions.contains { $0.status == .pending }
            case .lostRace: instruments.raceLost()
            }
        }
        if isWorkWaiting { bell.workWaiting() }
        return moved
    }

    /// Pauses a job whose schedule cannot be computed and takes its instant away, so that it does not stay first among
    /// the due ones for ever.
    /// - Returns: whether it is out of the way; false when somebody else has changed it meanwhile.
    private func setAside(_ job: Job, _ fault: ScheduleFault, at now: Timestamp) async throws(StoreError) -> Bool {
        let reason = "the schedule cannot be computed: \(fault.field): \(fault.detail)"
        // A job that its owner had paused keeps the owner's reason.
        let change = JobChange(
            draft: job.draft, status: .paused, pauseReason: job.status == .paused ? job.pauseReason : reason,
            nextRunAt: .some(nil), updatedAt: now)
        do throws(StoreError) {
            _ = try await limit.run { [store] () async throws(StoreError) in
                try await store.update(job.id, change, ifVersion: job.version)
            }
            instruments.jobSetAside()
            return true
        } catch {
            switch error {
            case .notFound, .versionConflict: return false
            default: throw error
            }
        }
    }
}
