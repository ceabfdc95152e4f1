internal import PunctualCore
internal import PunctualSchedule

/// Jobs of mixed schedules and policies, drawn from the dice.
enum SimulatedJobs {
    /// How long the jobs go on, from the start of the simulation; past the end of the faults.
    static let life = Duration.seconds(55)

    static func job(_ index: Int, at now: Timestamp, random: inout SimulationRandom) -> Job {
        let id = Identifier(at: now, random: (random.next(), random.next()))
        var draft = JobDraft(name: "job-\(index)", schedule: .manual, target: .noop)
        draft.endsAt = now + life
        draft.queue = random.pick(SimulatedOperator.queues)
        draft.priority = random.int(in: 0...9)
        draft.jitter = random.chance(30) ? .seconds(2) : .zero
        draft.misfirePolicy = random.pick(MisfirePolicy.allCases)
        draft.misfireThreshold = .seconds(random.pick([1, 5, 20, 60]))
        draft.catchupWindow = .seconds(random.pick([10, 30, 86_400]))
        draft.maxCatchup = random.pick([2, 10, 100])
        draft.overlapPolicy = random.pick(OverlapPolicy.allCases)
        draft.retryPolicy = RetryPolicy(
            maximumAttempts: random.int(in: 1...4), initialInterval: .milliseconds(random.int(in: 200...2000)))
        var job = Job(id: id, draft: draft, nextRunAt: nil, createdAt: now)
        // The API refuses a job that would never run.
        while job.nextRunAt == nil {
            job.draft.schedule = schedule(at: now, &random)
            job.nextRunAt = compiled(job).flatMap { job.firstRun(from: now, schedule: $0) }
        }
        return job
    }

    /// The job's schedule; nil never happens for the jobs made here.
    static func compiled(_ job: Job) -> Schedule? {
        let zones = ZoneCatalog { _ in nil }
        // The zone is always UTC.
        return try? job.draft.schedule.compiled(for: job.id, createdAt: job.createdAt, zones: zones)  // Our own: good.
    }

    static func schedule(at now: Timestamp, _ random: inout SimulationRandom) -> JobSchedule {
        switch random.int(in: 0...9) {
        case 0..<5: .interval(every: .milliseconds(random.int(in: 1500...10_000)), anchor: nil)
        case 5..<7:
            .cron(
                expression: random.pick(["*/3 * * * * *", "*/7 * * * * *", "1,2,30 * * * * *", "H * * * * *"]),
                timezone: "UTC", dialect: .ocps, dst: DSTPolicy())
        case 7..<9: .fixedDelay(every: .milliseconds(random.int(in: 1000...6000)))
        default: .once(at: now + .seconds(random.int(in: 0...40)))
        }
    }
}
