import PunctualCore
import PunctualSchedule
import PunctualTestKit

/// SplitMix64 (Steele, Lea, Flood 2014): the same draws for the same seed.
struct SeededDice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A history as a cluster that does everything right leaves it, drawn from a seed.
struct InventedHistory {
    var jobs: [JobHistory] = []
    var calls: [AttemptCall] = []
    var dice: SeededDice
    static let start = ManualClock.start
    static let life = Duration.seconds(60)
    let readAt = InventedHistory.start + .seconds(300)

    var checker: HistoryChecker { HistoryChecker(readAt: readAt) }

    init(seed: UInt64) {
        dice = SeededDice(seed: seed)
        for index in 0..<8 { addJob(index) }
    }

    private mutating func addJob(_ index: Int) {
        let random = (dice.next(), dice.next())
        var draft = JobDraft(name: "job-\(index)", schedule: .manual, target: .noop)
        draft.endsAt = Self.start + Self.life
        draft.misfireThreshold = .seconds(5)
        draft.overlapPolicy = index == 0 ? .skip : OverlapPolicy.allCases.randomElement(using: &dice) ?? .skip
        draft.misfirePolicy = MisfirePolicy.allCases.randomElement(using: &dice) ?? .skip
        let schedule: Schedule =
            switch index {
            case 0, 1: .interval(IntervalSchedule(every: .seconds(2), anchor: Self.start + .milliseconds(137)))
            case 2: .fixedDelay(.seconds(3))
            case 3: .once(Self.start + .seconds(20))
            default:
                .interval(
                    IntervalSchedule(
                        every: .milliseconds(Int.random(in: 1500...9000, using: &dice)), anchor: Self.start))
            }
        var job = Job(
            id: Identifier(at: Self.start, random: random), draft: draft, nextRunAt: nil, createdAt: Self.start)
        job.nextRunAt = job.firstRun(from: Self.start, schedule: schedule)
        var history = JobHistory(job, schedule: schedule, isWatched: index != 3)
        var next = job.nextRunAt
        while let instant = next, instant <= Self.start + Self.life {
            let row = row(of: job, at: instant, isWatched: history.isWatched)
            history.rows.append(row)
            if case .fixedDelay(let every) = schedule {
                next = row.finishedAt.map { $0 + every }
            } else {
                next = schedule.next(after: instant)
            }
        }
        let trigger = job.execution(at: Self.start + .seconds(7), trigger: .manual, now: Self.start, nonce: dice.next())
        history.rows.append(played(trigger, isWatched: history.isWatched))
        history.acknowledged = [trigger.id]
        jobs.append(history)
    }

    /// The row of one instant, with a story of its own.
    private mutating func row(of job: Job, at instant: Timestamp, isWatched: Bool) -> Execution {
        let isDelay = job.draft.name == "job-2"
        let draw = Int.random(in: 0..<10, using: &dice)
        if draw == 0, !isDelay {
            let now = instant + .seconds(Int.random(in: 6...15, using: &dice))
            var row = job.execution(at: instant, trigger: .misfire, now: now)
            if job.draft.misfirePolicy != .skip { return played(row, isWatched: isWatched) }
            (row.status, row.reason, row.finishedAt) = (.missed, .misfire, now)
            return row
        }
        var row = job.execution(
            at: instant, trigger: .schedule, now: instant + .milliseconds(Int.random(in: 0...4000, using: &dice)))
        if draw == 1, job.draft.overlapPolicy == .skip, !isDelay {
            (row.status, row.reason, row.finishedAt) = (.skipped, .overlap, row.createdAt)
            return row
        }
        return played(row, isWatched: isWatched)
    }

    /// The row after its attempts: some refused, some by workers that were lost.
    private mutating func played(_ waiting: Execution, isWatched: Bool) -> Execution {
        var row = waiting
        var now = row.createdAt + .milliseconds(5)
        while true {
            row = row.claimed(by: "w\(Int.random(in: 1...3, using: &dice))", at: now, lease: .seconds(30))
            let draw = Int.random(in: 0..<6, using: &dice)
            let start = now + .milliseconds(1)
            let lease = Lease(executionID: row.id, attempt: row.attempt, worker: row.worker ?? "")
            var result = AttemptResult(.succeeded)
            var success: Bool? = true
            now = now + .milliseconds(Int.random(in: 2...900, using: &dice))
            var seen = now
            if draw == 0 {
                success = false
                result = AttemptResult(.failed(reason: .httpStatus, error: "500", isRetryable: true, retryAfter: nil))
            } else if draw == 1 {
                success = Bool.random(using: &dice) ? nil : true
                seen = now
                now = now + .seconds(30)
                result = .leaseExpired
            }
            if isWatched {
                calls.append(
                    AttemptCall(
                        execution: row.id, attempt: row.attempt, startedAt: start, endedAt: seen, success: success))
            }
            let completion = result.completion(
                of: lease, maxAttempts: row.maxAttempts, policy: RetryPolicy(initialInterval: .milliseconds(200)),
                random: 0.5)
            row = row.finishing(completion, at: now)
            if row.status.isFinal { return row }
            now = max(now, row.availableAt) + .milliseconds(3)
        }
    }
}
