/// Carrying everything from one store to another: rows as they are, in the order of their ids.
///
/// Each call is one transaction and may be repeated. Queues that are paused are carried by `queues` and `setQueue`;
/// leases, nodes and figures of minutes belong to a store's own life and stay behind.
public protocol TransferStore: Sendable {
    /// The jobs with the lowest ids above `id`; nil means from the first.
    func exportJobs(after id: Identifier?, limit: Int) async throws(StoreError) -> [Job]

    /// The executions with the lowest ids above `id`; nil means from the first.
    func exportExecutions(after id: Identifier?, limit: Int) async throws(StoreError) -> [TransferredExecution]

    /// Puts jobs there as they are; one that is there with the same id is replaced.
    /// - Throws: `.nameTaken` when a job with another id has the name of one of them; then nothing was changed.
    func importJobs(_ jobs: [Job]) async throws(StoreError)

    /// Puts executions there as they are; one that is there with the same id is replaced.
    func importExecutions(_ executions: [TransferredExecution]) async throws(StoreError)
}

/// An execution with what of its target the claims look at.
public struct TransferredExecution: Hashable, Sendable {
    public var execution: Execution
    public var lane: Lane
    /// The task of a `worker` target; nil for others.
    public var task: String?

    public init(execution: Execution, lane: Lane, task: String?) {
        self.execution = execution
        self.lane = lane
        self.task = task
    }
}
