internal import GRDB
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import Synchronization

/// What a call has in hand between BEGIN and COMMIT.
struct Transaction {
    let database: Database
    /// The store's clock when the transaction began. A call that waited for its turn is judged by it, not by when it
    /// was made: leases may have run out meanwhile.
    let now: Timestamp
    let definitions: DefinitionCache
    /// What the call adds and removes, by kind; stays empty while reading.
    let tally = Tally()
}

/// Counts of rows by kind, kept so that nobody counts millions; one update a kind and commit.
final class Tally {
    private var jobs = [Int](repeating: 0, count: JobStatus.allCases.count)
    private var executions = [Int](repeating: 0, count: ExecutionStatus.allCases.count)

    /// A nil status means that the row was or is not there.
    func moved(from old: ExecutionStatus?, to new: ExecutionStatus?) {
        if let old { executions[old.position] -= 1 }
        if let new { executions[new.position] += 1 }
    }

    /// As for executions.
    func moved(from old: JobStatus?, to new: JobStatus?) {
        if let old { jobs[old.position] -= 1 }
        if let new { jobs[new.position] += 1 }
    }

    func flush(to database: Database) throws {
        for (status, change) in zip(JobStatus.allCases, jobs) where change != 0 {
            try database.run(Self.raise, "job.\(status.rawValue)", change)
        }
        for (status, change) in zip(ExecutionStatus.allCases, executions) where change != 0 {
            try database.run(Self.raise, "execution.\(status.rawValue)", change)
        }
    }

    private static let raise = """
        INSERT INTO tallies (name, count) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count
        """
}

extension ExecutionStatus {
    /// The place in `allCases`.
    fileprivate var position: Int {
        switch self {
        case .buffered: 0
        case .pending: 1
        case .running: 2
        case .succeeded: 3
        case .failed: 4
        case .cancelled: 5
        case .skipped: 6
        case .missed: 7
        }
    }
}

extension JobStatus {
    /// The place in `allCases`.
    fileprivate var position: Int {
        switch self {
        case .active: 0
        case .paused: 1
        case .completed: 2
        }
    }
}
