internal import PunctualCore
internal import PunctualSchedule

/// A transaction in which Swift decides: it begins with every lock and everything to read in one round trip, gathers the
/// changes, and sends them together with COMMIT in another.
///
/// One task at a time uses it.
final class Transaction: @unchecked Sendable {
    /// What it is about.
    struct Scope: Sendable {
        /// Locked and read.
        var jobs: [Identifier] = []
        /// Locked and read, and so are their jobs.
        var executions: [Identifier] = []
        /// Whether the jobs' open executions are counted, for overlap and what follows an end.
        var countsOpen = true
    }

    /// A job's executions that have not ended, as they are after the changes so far.
    struct Open {
        /// Each counted up to a thousand.
        var running: Int
        var pending: Int
        var buffered: Int

        var isEmpty: Bool { running + pending + buffered == 0 }

        /// A nil status means that the execution was not open, or is not any more.
        mutating func moved(from old: ExecutionStatus?, to new: ExecutionStatus?) {
            count(old, -1)
            count(new, 1)
        }

        private mutating func count(_ status: ExecutionStatus?, _ change: Int) {
            switch status {
            case .running: running += change
            case .pending: pending += change
            case .buffered: buffered += change
            default: break
            }
        }
    }

    let connection: Connection
    /// The database's clock once the locks were held.
    let now: Timestamp
    let definitions: DefinitionCache
    private(set) var jobs: [Identifier: StoredJob] = [:]
    /// Those that were read, as they are after the changes so far.
    private(set) var executions: [Identifier: StoredExecution] = [:]
    var open: [Identifier: Open] = [:]
    /// Of each job, the two that have waited longest.
    private var buffered: [Identifier: [StoredExecution]] = [:]
    /// As they were stored; nil for those that are new.
    private var originals: [Identifier: ExecutionStatus?] = [:]
    private var moved: [Identifier: StoredJob] = [:]
    private var others: [Call] = []
    private var tally = Tally()

    init(
        _ connection: Connection, _ scope: Scope, now given: Timestamp?, _ definitions: DefinitionCache
    ) async throws {
        self.connection = connection
        self.definitions = definitions
        var calls = [
            Self.begin(), Self.lockJobs(scope.jobs, scope.executions), Self.time(given),
            Self.readJobs(scope.jobs, scope.executions),
        ]
        let readsExecutions = !scope.executions.isEmpty
        if readsExecutions { calls += [Self.lockExecutions(scope.executions), Self.readEnded(scope.executions)] }
        if scope.countsOpen {
            calls += [
                Self.countOpen(scope.jobs, scope.executions, "running", "pending", "buffered"),
                Self.readBuffered(scope.jobs, scope.executions),
            ]
        }
        var answers = try await connection.run(calls)[...]
        answers.removeFirst(2)
        now = answers.removeFirst().first { $0.instant() } ?? Timestamp(milliseconds: 0)
        for job in answers.removeFirst().map({ StoredJob(&$0) }) { jobs[job.id] = job }
        if readsExecutions {
            for _ in 0..<2 { note(answers.removeFirst()) }
        }
        if scope.countsOpen {
            let counts = answers.removeFirst().map {
                (id: $0.identifier(), Open(running: $0.int(), pending: $0.int(), buffered: $0.int()))
            }
            for (id, count) in counts { open[id] = count }
            for row in answers.removeFirst().map({ StoredExecution(&$0) }) {
                buffered[row.row.jobID, default: []].append(row)
            }
        }
    }

    private func note(_ rows: Rows) {
        for stored in rows.map({ StoredExecution(&$0) }) where executions[stored.row.id] == nil {
            executions[stored.row.id] = stored
        }
    }

    /// Reads and locks every open execution of the job, oldest first; those that were changed come as they are now.
    func openExecutions(of job: Identifier) async throws -> [StoredExecution] {
        note(try await connection.run([Self.lockOpen(job)])[0])
        return executions.values.filter { $0.row.jobID == job && !$0.row.status.isFinal }
            .sorted { $0.row.id < $1.row.id }
    }

    /// Which of the ids are taken, by open or ended executions.
    func existing(_ ids: [Identifier]) async throws -> [Identifier: StoredExecution] {
        let rows = try await connection.run([Self.readOpen(ids), Self.readEnded(ids)])
        var found: [Identifier: StoredExecution] = [:]
        for stored in rows.flatMap({ $0.map { StoredExecution(&$0) } }) {
            found[stored.row.id] = executions[stored.row.id] ?? stored
        }
        return found
    }

    // MARK: Changes

    /// Adds an execution.
    func add(_ stored: StoredExecution) {
        let id = stored.row.id
        executions[id] = stored
        originals[id] = .some(nil)
        tally.moved(from: nil, to: stored.row.status)
        open[stored.row.jobID]?.moved(from: nil, to: stored.row.status)
    }

    /// Writes the execution as it is now, over one that was read or added.
    func change(_ row: Execution) {
        guard var stored = executions[row.id] else { return }
        if originals[row.id] == nil { originals[row.id] = .some(stored.row.status) }
        tally.moved(from: stored.row.status, to: row.status)
        open[row.jobID]?.moved(from: stored.row.status, to: row.status)
        stored.row = row
        executions[row.id] = stored
    }

    /// Writes an execution where those who run such targets find it: the job's may be another one by now.
    func change(_ row: Execution, lane: Int, task: String?) {
        executions[row.id]?.lane = lane
        executions[row.id]?.task = task
        change(row)
    }

    /// Writes what the scheduler moves of a job.
    func change(_ job: StoredJob) {
        tally.moved(from: jobs[job.id]?.status, to: job.status)
        jobs[job.id] = job
        moved[job.id] = job
    }

    /// Adds a statement of its own kind; it goes out before the others.
    func also(_ call: Call, from old: JobStatus? = nil, to new: JobStatus? = nil) {
        others.append(call)
        tally.moved(from: old, to: new)
    }

    /// The buffered execution that has waited longest; nil when none waits.
    func firstBuffered(of job: Identifier) -> StoredExecution? {
        let read = buffered[job, default: []].map { executions[$0.row.id] ?? $0 }
        let added = executions.values.filter { $0.row.jobID == job }
        let first = (read + added).filter { $0.row.status == .buffered }.min { $0.row.id < $1.row.id }
        if let first { executions[first.row.id] = first }
        return first
    }

    /// The executions that it adds or changes.
    var written: [StoredExecution] { originals.keys.compactMap { executions[$0] } }

    /// How many more executions wait than before.
    var waitingGrowth: Int { tally.growth(of: .pending) }

    /// The next instants of the jobs that it moves.
    var nextRuns: [Timestamp?] { moved.values.map(\.nextRunAt) }

    /// Sends the changes and ends the transaction.
    func commit() async throws {
        let changed = written.sorted { $0.row.id < $1.row.id }
        var calls = others
        let wereOpen = originals.filter { $0.value.map { !$0.isFinal } ?? false }.map(\.key)
        let hadEnded = originals.filter { $0.value?.isFinal ?? false }.map(\.key)
        if !wereOpen.isEmpty { calls.append(Self.removeOpen(wereOpen)) }
        if !hadEnded.isEmpty { calls.append(Self.removeEnded(hadEnded)) }
        let stillOpen = changed.filter { !$0.row.status.isFinal }
        let haveEnded = changed.filter { $0.row.status.isFinal }
        if !stillOpen.isEmpty { calls.append(ExecutionColumns(stillOpen).call(Self.insertOpen)) }
        if !haveEnded.isEmpty { calls.append(ExecutionColumns(haveEnded).call(Self.insertEnded)) }
        if !moved.isEmpty {
            let jobs = Array(moved.values)
            calls.append(
                Self.moveJobs(
                    jobs.map(\.id), jobs.map(\.nextRunAt), jobs.map(\.statusNow), jobs.map(\.lastRunAt),
                    jobs.map(\.runCount), jobs.map { $0.lastStatus?.rawValue }, jobs.map(\.failureCount)))
        }
        if let call = tally.call { calls.append(call) }
        _ = try await connection.run(calls + [Self.commit()])
    }
}

extension StoredJob {
    /// The word to store.
    fileprivate var statusNow: String { status?.rawValue ?? statusWord }
}

// MARK: Statements

extension Transaction {
    private static let begin = Statement("BEGIN")
    private static let commit = Statement("COMMIT")
    private static let time = Statement("SELECT coalesce($1::int8, punctual_now())")

    /// The jobs named and those of the executions named.
    private static let concerned = """
        SELECT unnest($1::uuid[]) AS id UNION
        SELECT e.job_id FROM unnest($2::uuid[]) AS g (id) CROSS JOIN LATERAL (
            (SELECT job_id FROM open_executions o WHERE o.id = g.id OFFSET 0) UNION ALL
            (SELECT job_id FROM ended_executions o WHERE o.id = g.id OFFSET 0)
        ) e
        """
    private static let lockJobs = locking(jobs: concerned)

    /// Locks the rows of jobs in the order of their ids, so that two calls never wait for each other.
    /// - Parameter jobs: a query for their ids, each once, as `id`.
    static func locking(jobs: String) -> Statement {
        Statement(
            """
            SELECT 1 FROM (SELECT c.id FROM (\(jobs)) c ORDER BY c.id) s
            CROSS JOIN LATERAL (SELECT 1 FROM job_progress p WHERE p.id = s.id FOR NO KEY UPDATE) l
            """)
    }
    private static let readJobs = Statement(
        """
        SELECT \(StoredJob.columns) FROM (\(concerned)) c
        CROSS JOIN LATERAL (SELECT * FROM jobs o WHERE o.id = c.id OFFSET 0) j
        CROSS JOIN LATERAL (SELECT * FROM job_progress o WHERE o.id = c.id OFFSET 0) p
        """)
    private static let lockExecutions = Statement(
        """
        SELECT \(StoredExecution.columns(of: "e")) FROM (SELECT g.id FROM unnest($1::uuid[]) AS g (id) ORDER BY g.id) s
        CROSS JOIN LATERAL (SELECT * FROM open_executions o WHERE o.id = s.id FOR UPDATE) e
        """)
    private static let readOpen = Statement(
        """
        SELECT \(StoredExecution.columns(of: "e")) FROM unnest($1::uuid[]) AS g (id)
        CROSS JOIN LATERAL (SELECT * FROM open_executions o WHERE o.id = g.id OFFSET 0) e
        """)
    /// One by one, so that each looks into its own month.
    private static let readEnded = Statement(
        """
        SELECT \(StoredExecution.columns(of: "e")) FROM unnest($1::uuid[]) AS g (id)
        CROSS JOIN LATERAL (SELECT * FROM ended_executions o WHERE o.id = g.id OFFSET 0) e
        """)
    private static let lockOpen = Statement(
        """
        SELECT \(StoredExecution.columns(of: "e")) FROM (
            SELECT o.id FROM open_executions o WHERE o.job_id = $1 ORDER BY o.scheduled_at, o.id
        ) s CROSS JOIN LATERAL (SELECT * FROM open_executions o WHERE o.id = s.id FOR UPDATE) e
        """)
    private static let countOpen = Statement(
        """
        SELECT c.id, \(count("$3")), \(count("$4")), \(count("$5")) FROM (\(concerned)) c
        """)
    /// The words are parameters: for a constant the planner may take another index than that of the job.
    private static func count(_ status: String) -> String {
        """
        (SELECT count(*) FROM (
            SELECT 1 FROM open_executions o WHERE o.job_id = c.id AND o.status = \(status)
            LIMIT \(OverlapPolicy.bufferLimit)
        ) s)
        """
    }
    private static let readBuffered = Statement(
        """
        SELECT \(StoredExecution.columns(of: "e")) FROM (\(concerned)) c
        CROSS JOIN LATERAL (
            -- Not by id alone, for which the planner might walk the key; there are no more than the limit of the buffer.
            SELECT * FROM open_executions o WHERE o.job_id = c.id AND o.status = 'buffered'
            ORDER BY o.scheduled_at, o.id LIMIT 2
        ) e
        """)
    private static let removeOpen = Statement("DELETE FROM open_executions WHERE id = ANY ($1::uuid[])")
    private static let removeEnded = Statement(
        """
        DELETE FROM ended_executions e USING unnest($1::uuid[]) AS g (id) WHERE e.id = g.id
        """)
    private static let insertOpen = ExecutionColumns.insertion(into: "open_executions")
    private static let insertEnded = ExecutionColumns.insertion(into: "ended_executions")
    private static let moveJobs = Statement(
        """
        UPDATE job_progress p SET next_run_at = g.next_run_at, status = g.status, last_run_at = g.last_run_at,
            run_count = g.run_count, last_status = g.last_status, failure_count = g.failure_count
        FROM unnest($1::uuid[], $2::int8[], $3::text[], $4::int8[], $5::int8[], $6::text[], $7::int8[])
            AS g (id, next_run_at, status, last_run_at, run_count, last_status, failure_count)
        WHERE p.id = g.id
        """)
}
