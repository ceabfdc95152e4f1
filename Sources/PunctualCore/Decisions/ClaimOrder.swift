public import PunctualSchedule

/// An execution that a claim may take, and what decides about it.
public struct ClaimCandidate: Hashable, Sendable {
    public var id: Identifier
    public var jobID: Identifier
    public var queue: String
    public var service: String
    public var priority: Int
    public var availableAt: Timestamp

    public init(
        id: Identifier, jobID: Identifier, queue: String, service: String, priority: Int, availableAt: Timestamp
    ) {
        self.id = id
        self.jobID = jobID
        self.queue = queue
        self.service = service
        self.priority = priority
        self.availableAt = availableAt
    }

    public init(_ row: Execution) {
        self.init(
            id: row.id, jobID: row.jobID, queue: row.queue, service: row.service, priority: row.priority,
            availableAt: row.availableAt)
    }
}

/// Which of those that wait a claim takes.
public struct ClaimOrder: Sendable {
    private let turns: ServiceTurns
    private let limit: Int
    private var rooms: [String: Int]?
    /// What is left of them; nil when there are none.
    public private(set) var limits: WorkLimits?
    private var chosen: [ClaimCandidate] = []

    /// - Parameters:
    ///   - queues: how many to take from each queue; nil means from all together up to `limit`.
    ///   - turns: what the services were given before.
    ///   - limits: what may begin of queues, services and jobs; nil means everything.
    public init(queues: [String: Int]?, limit: Int, turns: ServiceTurns, limits: WorkLimits? = nil) {
        rooms = queues
        self.limit = limit
        self.turns = turns
        self.limits = limits
    }

    /// The highest priority first; within it services take turns, each with what has waited longest. What a limit leaves no
    /// room for is passed over. What was chosen before counts.
    public mutating func choose(from waiting: [ClaimCandidate]) -> [ClaimCandidate] {
        let before = chosen.count
        let levels = Dictionary(grouping: waiting, by: \.priority).sorted { $0.key > $1.key }
        for (priority, level) in levels where chosen.count < limit { take(level, priority) }
        return Array(chosen[before...])
    }

    /// How many more the queue may give.
    public func room(of queue: String) -> Int {
        let left = limit - chosen.count
        return rooms.map { min($0[queue, default: 0], left) } ?? left
    }

    /// Counts what was chosen without being asked, since there was nothing else.
    public mutating func take(_ candidates: [ClaimCandidate]) {
        for candidate in candidates {
            rooms?[candidate.queue]? -= 1
            limits?.take(candidate)
        }
        chosen += candidates
    }

    /// A service of one priority, and what of it waits.
    private struct Row {
        var waiting: ArraySlice<ClaimCandidate>
        var turn: Int

        func precedes(_ other: Row) -> Bool {
            guard let mine = waiting.first else { return false }
            guard let theirs = other.waiting.first else { return true }
            return (turn, mine.availableAt, mine.id) < (other.turn, theirs.availableAt, theirs.id)
        }
    }

    private mutating func take(_ level: [ClaimCandidate], _ priority: Int) {
        var rows = Dictionary(grouping: level, by: \.service).map { service, waiting in
            Row(
                waiting: waiting.sorted { ($0.availableAt, $0.id) < ($1.availableAt, $1.id) }[...],
                turn: turns.turn(of: service, priority: priority))
        }
        while chosen.count < limit {
            for index in rows.indices { rows[index].waiting = rows[index].waiting.drop { !admits($0) } }
            rows.removeAll { $0.waiting.isEmpty }
            guard let next = rows.indices.min(by: { rows[$0].precedes(rows[$1]) }),
                let candidate = rows[next].waiting.popFirst()
            else { return }
            rows[next].turn += 1
            take([candidate])
        }
    }

    private func admits(_ candidate: ClaimCandidate) -> Bool {
        (rooms.map { $0[candidate.queue, default: 0] > 0 } ?? true) && (limits?.admits(candidate) ?? true)
    }
}
