public import PunctualSchedule

/// What waits, for those who tell workers of it through a broker.
///
/// Nothing is marked as told: who tells remembers it, and tells again what stays. So a broker that loses everything, or a
/// node that dies, costs time and no more.
public protocol OutboxStore: Sendable {
    /// The lines of a lane in which executions may wait; one may turn out to be empty.
    /// - Parameter evenPaused: those of paused queues, too.
    func waitingLines(of lane: Lane, evenPaused: Bool) async throws(StoreError) -> [WaitingLine]

    /// The executions of a line that wait and are available now, by `WaitingPlace`; those behind `place` when it is given.
    func waiting(
        in line: WaitingLine, after place: WaitingPlace?, limit: Int
    ) async throws(StoreError) -> [WaitingExecution]
}

extension OutboxStore {
    /// The lines of a lane in which executions may wait for who may take them; one may turn out to be empty.
    public func waitingLines(of lane: Lane) async throws(StoreError) -> [WaitingLine] {
        try await waitingLines(of: lane, evenPaused: false)
    }
}

/// A service's waiting executions of one lane, one queue and one priority.
public struct WaitingLine: Hashable, Sendable {
    public var lane: Lane
    public var queue: String
    public var priority: Int
    public var service: String

    public init(lane: Lane, queue: String, priority: Int, service: String) {
        self.lane = lane
        self.queue = queue
        self.priority = priority
        self.service = service
    }
}

/// Where an execution stands in its line: by its instant, then by its id.
public struct WaitingPlace: Hashable, Comparable, Sendable {
    public var availableAt: Timestamp
    public var id: Identifier

    public init(availableAt: Timestamp, id: Identifier) {
        self.availableAt = availableAt
        self.id = id
    }

    public static func < (left: WaitingPlace, right: WaitingPlace) -> Bool {
        (left.availableAt, left.id) < (right.availableAt, right.id)
    }
}

/// An execution that waits, and what there is to tell of it.
public struct WaitingExecution: Hashable, Sendable {
    public var jobID: Identifier
    public var place: WaitingPlace
    public var hint: ExecutionHint

    public init(jobID: Identifier, place: WaitingPlace, line: WaitingLine, task: String?) {
        self.jobID = jobID
        self.place = place
        hint = ExecutionHint(
            executionID: place.id, lane: line.lane, queue: line.queue, priority: line.priority, task: task)
    }
}
