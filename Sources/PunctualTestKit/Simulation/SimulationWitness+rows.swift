internal import PunctualCore
internal import PunctualSchedule

extension SimulationWitness {
    /// Holds the rows that are there at the end against the schedule's own instants.
    /// - Parameter now: the job as it stands; nil when it is gone.
    mutating func checkRows(_ executions: [Execution], of job: Job, now: Job?) {
        let name = job.draft.name
        guard let now else { return violate("\(name) is gone") }
        if let next = now.nextRunAt { violate("\(name) still waits for \(next)") }
        for execution in executions where !execution.status.isFinal {
            violate("\(name) at \(execution.scheduledAt) is still \(execution.status.rawValue): it did not drain")
        }
        let instants = executions.map(\.scheduledAt).sorted()
        for instant in instants { trace(job.id.low, UInt64(bitPattern: instant.milliseconds)) }
        if case .fixedDelay(let every) = job.draft.schedule {
            for (first, second) in zip(instants, instants.dropFirst()) where second - first < every {
                violate("\(name) ran at \(first) and again at \(second), sooner than its delay")
            }
            if instants.isEmpty { violate("\(name) has no row") }
            return
        }
        let due = due(job)
        if instants != due {
            violate("\(name) has rows at \(instants.count) instants where its schedule has \(due.count)")
        }
    }

    /// Every instant of the schedule from the job's first to its end.
    private func due(_ job: Job) -> [Timestamp] {
        guard let schedule = SimulatedJobs.compiled(job), let end = job.draft.endsAt else { return [] }
        var due: [Timestamp] = []
        var next = job.nextRunAt
        while let instant = next, instant <= end {
            due.append(instant)
            next = schedule.next(after: instant)
        }
        return due
    }
}
