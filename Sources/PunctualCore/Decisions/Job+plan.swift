public import PunctualSchedule

extension Job {
    /// How many executions one plan holds at most; a longer backlog takes several ticks.
    public static let planLimit = 1000

    /// The executions to add and the instant to wait for next; nil when the job is not due at `now`.
    ///
    /// Occurrences found later than `misfireThreshold` have misfired, and the misfire policy decides. A paused job's
    /// occurrences are recorded as skipped. Every due instant gets one execution, run or not.
    /// - Parameter schedule: this job's, compiled.
    public func plan(at now: Timestamp, schedule: Schedule, limit: Int = Job.planLimit) -> TickPlan? {
        guard status != .completed, let first = nextRunAt, first <= now else { return nil }
        var due = [first]
        var next = following(first, in: schedule)
        while due.count < limit, let instant = next, instant <= now {
            due.append(instant)
            next = following(instant, in: schedule)
        }
        let reachesNow = next.map { $0 > now } ?? true
        var rows: [Execution] = []
        rows.reserveCapacity(due.count)
        var runs = runCount
        let cutoff = catchupCutoff(now: now, first: first, schedule: schedule)
        var caughtUp = false
        for (index, instant) in due.enumerated() {
            if let maxRuns = draft.maxRuns, runs >= maxRuns {
                next = nil
                break
            }
            let isLatest = reachesNow && index == due.count - 1
            let row = execution(at: instant, now: now, isLatest: isLatest, cutoff: cutoff)
            if row.status == .pending { runs += 1 }
            if row.trigger == .misfire, row.status == .pending { caughtUp = true }
            rows.append(row)
        }
        if let maxRuns = draft.maxRuns, runs >= maxRuns { next = nil }
        var waitsForEnd = false
        if case .fixedDelay(let every) = schedule {
            waitsForEnd = rows.contains { $0.status == .pending }
            // What was skipped or missed has no end to count from.
            if !waitsForEnd, !runsOut(runs) { next = within(now + every) }
        }
        return TickPlan(
            jobID: id, expected: first, version: version, next: next,
            status: next == nil && (!waitsForEnd || runsOut(runs)) ? .completed : status, executions: rows,
            overlap: caughtUp && draft.misfirePolicy == .fireAll
                ? draft.overlapPolicy.forCatchup : draft.overlapPolicy)
    }

    /// The first instant to wait for; nil when none is to come.
    /// - Parameter now: instants before it are passed over, except that `startsAt` and a one-off instant in the past
    ///   within the catch-up window still count.
    public func firstRun(from now: Timestamp, schedule: Schedule) -> Timestamp? {
        if runsOut(runCount) { return nil }
        switch schedule {
        case .manual:
            return nil
        case .fixedDelay:
            return within(max(now, draft.startsAt ?? now))
        case .once(let at):
            return within(at)
        default:
            let start = max(now, (draft.startsAt ?? now) - .milliseconds(1))
            return schedule.next(after: start).flatMap(within)
        }
    }

    /// A fixed-delay job as it goes on once none of its executions is open any more: with its next instant, or completed
    /// when none is to come. nil when that changes nothing: another kind of schedule, or an instant is set already.
    public func resumed(afterEndAt now: Timestamp) -> Job? {
        guard case .fixedDelay(let every) = draft.schedule, status != .completed, nextRunAt == nil else { return nil }
        var next = self
        next.nextRunAt = runsOut(runCount) ? nil : within(now + every)
        if next.nextRunAt == nil { next.status = .completed }
        return next
    }

    private func runsOut(_ runs: Int) -> Bool { draft.maxRuns.map { runs >= $0 } ?? false }

    private func within(_ instant: Timestamp) -> Timestamp? {
        if let endsAt = draft.endsAt, instant > endsAt { return nil }
        if let startsAt = draft.startsAt, instant < startsAt { return nil }
        return instant
    }

    private func following(_ instant: Timestamp, in schedule: Schedule) -> Timestamp? {
        schedule.next(after: instant).flatMap(within)
    }

    /// The earliest misfired instant that `fireAll` still runs.
    private func catchupCutoff(now: Timestamp, first: Timestamp, schedule: Schedule) -> Timestamp {
        let window = now - draft.catchupWindow
        guard draft.misfirePolicy == .fireAll, first < now - draft.misfireThreshold else { return window }
        guard draft.maxCatchup > 0 else { return .latest }
        // Walks back from now: the cap keeps the latest occurrences, which matter most.
        var cutoff = now + .milliseconds(1)
        for _ in 0..<draft.maxCatchup {
            guard let earlier = schedule.previous(before: cutoff), earlier >= first, earlier >= window else { break }
            cutoff = earlier
        }
        return max(cutoff, window)
    }

    private func execution(
        at instant: Timestamp, now: Timestamp, isLatest: Bool, cutoff: Timestamp
    ) -> Execution {
        let isLate = now - instant > draft.misfireThreshold
        var status = ExecutionStatus.pending
        var reason: ExecutionReason?
        if self.status == .paused {
            (status, reason) = (.skipped, .paused)
        } else if isLate {
            switch draft.misfirePolicy {
            case .skip:
                (status, reason) = (.missed, .misfire)
            case .fireOnce:
                if !isLatest {
                    (status, reason) = (.missed, .misfire)
                } else if now - instant > draft.catchupWindow {
                    (status, reason) = (.missed, .catchupWindow)
                }
            case .fireAll:
                if instant < cutoff { (status, reason) = (.missed, .catchupWindow) }
            }
        }
        var row = execution(
            at: instant, trigger: isLate && self.status != .paused ? .misfire : .schedule, now: now)
        row.status = status
        row.reason = reason
        if status != .pending { row.finishedAt = now }
        return row
    }

    /// A waiting execution of this job at an instant.
    /// - Parameter nonce: 0 for an occurrence of the schedule; random for an execution made by hand.
    public func execution(
        at instant: Timestamp, trigger: ExecutionTrigger, now: Timestamp, nonce: UInt64 = 0
    ) -> Execution {
        let id = Identifier.execution(of: id, at: instant, nonce: nonce)
        let isPlanned = trigger == .schedule || trigger == .misfire
        return Execution(
            id: id, jobID: self.id, jobName: draft.name, service: draft.service, queue: draft.queue,
            priority: draft.priority, scheduledAt: instant,
            availableAt: isPlanned ? instant + jitter(for: id) : now, trigger: trigger,
            maxAttempts: draft.retryPolicy.maximumAttempts, createdAt: now)
    }

    /// The delay of one occurrence, 0 up to the job's jitter; seeded by job and instant, so every node computes the same.
    private func jitter(for execution: Identifier) -> Duration {
        let range = draft.jitter.wholeMilliseconds
        guard range > 0 else { return .zero }
        return .milliseconds(Int64(execution.hashKey % UInt64(range + 1)))
    }
}
