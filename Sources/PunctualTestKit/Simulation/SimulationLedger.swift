internal import PunctualCore
internal import PunctualSchedule

/// What is known of one job from what the store really did.
struct SimulationLedger {
    /// As it was last written.
    private(set) var job: Job
    private(set) var schedule: Schedule?
    /// The instant that the next plan has to begin with; nil when none is to come. Not kept for fixed delays, whose
    /// instants come from the ends of executions.
    private(set) var next: Timestamp?
    /// The instants that plans recorded, in their order.
    private(set) var planned: [Timestamp] = []
    /// The rows that must be there at the end: those of plans and those made by hand.
    private(set) var rows: Set<Identifier> = []
    /// Those that waited when the job was deleted.
    private(set) var waiting: [Identifier] = []
    private(set) var isDeleted = false
    private(set) var isRescheduled = false
    /// Whether two executions may run at once: the policy allowed it once, or one was opened again by hand.
    var mayOverlap: Bool

    init(_ job: Job) {
        self.job = job
        schedule = SimulatedJobs.compiled(job)
        next = job.nextRunAt
        mayOverlap = job.draft.overlapPolicy == .allowAll
    }

    private var isFixedDelay: Bool { if case .fixedDelay = job.draft.schedule { true } else { false } }

    mutating func updated(_ new: Job, _ change: JobChange) {
        if let given = change.nextRunAt {
            next = given
            isRescheduled = true
        }
        if new.draft.schedule != job.draft.schedule { schedule = SimulatedJobs.compiled(new) }
        job = new
        if new.draft.overlapPolicy == .allowAll { mayOverlap = true }
    }

    mutating func deleted(waiting: [Identifier]) {
        isDeleted = true
        self.waiting = waiting
    }

    mutating func enqueued(_ execution: Execution) { rows.insert(execution.id) }

    /// Notes a plan that took effect.
    /// - Returns: what must not have happened.
    mutating func applied(_ plan: TickPlan, _ executions: [Execution]) -> [String] {
        var faults: [String] = []
        let name = job.draft.name
        if isDeleted { faults.append("\(name) was planned after it was deleted") }
        if plan.version != job.version { faults.append("\(name) was planned from a definition that no longer stands") }
        if job.status == .paused, executions.contains(where: { $0.status != .skipped || $0.reason != .paused }) {
            faults.append("\(name) was paused and an instant of it was to run")
        }
        let instants = plan.executions.map(\.scheduledAt)
        // Only what was there already is not added: made by backfill, or of the schedule before a change.
        if executions.map(\.id) != plan.executions.map(\.id).filter({ !rows.contains($0) }) {
            faults.append("\(name) was planned and not every instant of the plan was recorded")
        }
        if !isFixedDelay, let schedule, let end = job.draft.endsAt {
            var expected: [Timestamp] = []
            var coming = next
            while expected.count < instants.count, let instant = coming {
                expected.append(instant)
                coming = schedule.next(after: instant).flatMap { $0 > end ? nil : $0 }
            }
            if instants != expected || plan.next != coming {
                faults.append("\(name) was planned out of the order of its schedule at \(plan.expected)")
            }
            next = plan.next
        }
        planned += instants
        rows.formUnion(plan.executions.map(\.id))
        return faults
    }
}
