internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension JobDraft {
    /// What decides about the instants; when it changes, the next one is computed anew.
    var timing: [JSONValue] {
        [
            schedule.json, startsAt.map { .int($0.milliseconds) } ?? .null,
            endsAt.map { .int($0.milliseconds) } ?? .null,
            maxRuns.map { .int(Int64($0)) } ?? .null,
        ]
    }
}

extension Job {
    /// Whether a resumed job has no instant to wait for: its schedule could not be computed and the scheduler set it
    /// aside. A fixed delay without an instant waits for the end of a running execution.
    func beginsAnew(as resumed: Job) -> Bool {
        if case .fixedDelay = draft.schedule { return false }
        return status == .paused && resumed.status == .active && nextRunAt == nil
    }
}
