public import PunctualSchedule

/// The executions to add for a job that is due, and the instant to wait for next.
public struct TickPlan: Hashable, Sendable {
    public var jobID: Identifier
    /// The `nextRunAt` that the plan was made for; the compare of the compare-and-set.
    public var expected: Timestamp
    /// The version of the definition that the plan was made from; a changed job is planned anew.
    public var version: Int
    /// The new `nextRunAt`.
    public var next: Timestamp?
    /// `.completed` when nothing is to come.
    public var status: JobStatus
    /// In the order of their instants; those that are `pending` meet the overlap policy in the store.
    public var executions: [Execution]
    /// For the pending ones.
    public var overlap: OverlapPolicy

    public init(
        jobID: Identifier, expected: Timestamp, version: Int, next: Timestamp?, status: JobStatus,
        executions: [Execution], overlap: OverlapPolicy
    ) {
        self.jobID = jobID
        self.expected = expected
        self.version = version
        self.next = next
        self.status = status
        self.executions = executions
        self.overlap = overlap
    }
}
