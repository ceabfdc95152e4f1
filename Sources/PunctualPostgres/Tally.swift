internal import PunctualCore

/// How many rows of each kind a transaction brings and takes, for the table of tallies.
struct Tally {
    private var jobs: [JobStatus: Int] = [:]
    private var executions: [ExecutionStatus: Int] = [:]

    /// A nil status means that the row was or is not there.
    mutating func moved(from old: ExecutionStatus?, to new: ExecutionStatus?) {
        if old == new { return }
        if let old { executions[old, default: 0] -= 1 }
        if let new { executions[new, default: 0] += 1 }
    }

    /// As for executions.
    mutating func moved(from old: JobStatus?, to new: JobStatus?) {
        if old == new { return }
        if let old { jobs[old, default: 0] -= 1 }
        if let new { jobs[new, default: 0] += 1 }
    }

    /// How many more executions of the status there are than before.
    func growth(of status: ExecutionStatus) -> Int { executions[status, default: 0] }

    /// nil when nothing moved.
    var call: Call? {
        let counts =
            JobStatus.allCases.map { jobs[$0, default: 0] }
            + ExecutionStatus.allCases.map { executions[$0, default: 0] }
        return counts.contains { $0 != 0 } ? Tally.insertion(counts) : nil
    }

    /// In the order of the cases.
    static let columns = (JobStatus.allCases.map(\.rawValue) + ExecutionStatus.allCases.map(\.rawValue))
        .joined(separator: ", ")

    private static let insertion: Statement = {
        let places = (1...JobStatus.allCases.count + ExecutionStatus.allCases.count).map { "($1::int8[])[\($0)]" }
        return Statement("INSERT INTO tallies (\(columns)) SELECT \(places.joined(separator: ", "))")
    }()
}
