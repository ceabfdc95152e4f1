public import PunctualSchedule

/// Wakes loops that would otherwise wait; losing a ring costs time, never work.
public protocol Bell: Sendable {
    /// A job was created or changed, and its next instant may be sooner than the scheduler waits (`Job.isDueSoon`).
    func jobsChanged()
    /// Executions wait for a worker.
    func workWaiting()
    /// Executions that run were asked to stop.
    func workCancelled()
    /// A node has given its shards up: others may take them at once.
    func shardsFreed()
}

/// The time of day. Everything that decides takes instants as arguments; only this knows what time it is.
public protocol WallClock: Sendable {
    func now() -> Timestamp
}
