internal import GRDB
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension Transaction {
    /// The execution; nil when there is none.
    func execution(_ id: Identifier) throws -> Execution? {
        try database.first(Self.executionByID, id, read: Execution.init)
    }

    private static let executionByID = "SELECT \(Execution.columns) FROM executions WHERE id = ?"

    /// The job's executions that have not ended, oldest first.
    func open(of job: Identifier) throws -> [Execution] {
        try database.rows(Self.openOfJob, job, read: Execution.init)
    }

    private static let openOfJob = """
        SELECT \(Execution.columns) FROM executions WHERE job_id = ? AND finished_at IS NULL ORDER BY id
        """

    /// The furthest state in which an execution of the job is open, running before pending before buffered; nil when
    /// none is: one seek, however long a backlog is.
    func furthestOpen(of job: Identifier) throws -> ExecutionStatus? {
        // A word that is none counts as open, so that nothing runs beside it.
        try database.first(Self.furthestOpen, job) { ExecutionStatus(rawValue: $0.text()) ?? .running }
    }

    // The words happen to be in this order.
    private static let furthestOpen = """
        SELECT status FROM executions WHERE job_id = ? AND finished_at IS NULL ORDER BY status DESC LIMIT 1
        """
    // The states are written out: compared with a parameter, a partial index makes SQLite prepare anew for each value.
    private static let pending = """
        SELECT 1 FROM executions WHERE job_id = ? AND status = 'pending' AND finished_at IS NULL LIMIT 1
        """
    /// Counted as far as any policy asks.
    private static let buffered = """
        SELECT count(*) FROM (
            SELECT 1 FROM executions WHERE job_id = ? AND status = 'buffered' AND finished_at IS NULL
            LIMIT \(OverlapPolicy.bufferLimit)
        )
        """

    /// Adds the row; false when its id is there already.
    func insert(_ execution: Execution, target: Target) throws -> Bool {
        try insert(execution, lane: target.lane, task: target.task)
    }

    /// Adds the row; false when its id is there already.
    func insert(_ execution: Execution, lane: Lane, task: String?) throws -> Bool {
        let added = try database.run(
            Self.insertExecution, execution.id, execution.jobID, execution.jobName, execution.service, execution.queue,
            execution.priority, lane.rawValue, task, execution.scheduledAt, execution.availableAt,
            execution.trigger.rawValue, execution.status.rawValue, execution.reason?.rawValue, execution.attempt,
            execution.maxAttempts, execution.worker, execution.leaseExpiresAt, execution.cancelRequested,
            execution.createdAt, execution.startedAt, execution.finishedAt, execution.result?.json.description,
            execution.error, execution.pastText, execution.progress?.storedText)
        if added > 0 { tally.moved(from: nil, to: execution.status) }
        return added > 0
    }

    private static let insertExecution = """
        INSERT OR IGNORE INTO executions (\(Execution.columns))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// Writes what can change, over the state `old`.
    func update(_ execution: Execution, from old: Execution) throws {
        try database.run(
            Self.updateExecution, execution.availableAt, execution.trigger.rawValue, execution.status.rawValue,
            execution.reason?.rawValue, execution.attempt, execution.maxAttempts, execution.worker,
            execution.leaseExpiresAt, execution.cancelRequested, execution.startedAt, execution.finishedAt,
            execution.result?.json.description, execution.error, execution.pastText, execution.id)
        tally.moved(from: old.status, to: execution.status)
    }

    private static let updateExecution = """
        UPDATE executions SET available_at = ?, trigger = ?, status = ?, reason = ?, attempt = ?, max_attempts = ?,
            worker = ?, lease_expires_at = ?, cancel_requested = ?, started_at = ?, finished_at = ?, result = ?,
            error = ?, past_attempts = ?
        WHERE id = ?
        """

    /// Puts the execution where those who run such targets find it: the job's may be another one by now.
    func move(_ id: Identifier, to target: Target) throws {
        try database.run("UPDATE executions SET lane = ?, task = ? WHERE id = ?", target.lane.rawValue, target.task, id)
    }

    /// Writes what a claim changes; less than `update`, so that fewer indexes move.
    func take(_ execution: Execution) throws {
        try database.run(
            Self.takeExecution, execution.attempt, execution.worker, execution.leaseExpiresAt, execution.startedAt,
            execution.id)
        tally.moved(from: .pending, to: .running)
    }

    private static let takeExecution = """
        UPDATE executions SET status = 'running', reason = NULL, error = NULL, attempt = ?, worker = ?,
            lease_expires_at = ?, started_at = ?
        WHERE id = ?
        """

    /// Adds an execution after asking the overlap policy; nil when its id is there already.
    func add(_ execution: Execution, target: Target, overlap: OverlapPolicy) throws -> Execution? {
        var row = execution
        if row.status == .pending, overlap != .allowAll, let furthest = try furthestOpen(of: row.jobID) {
            // A backlog may hold very many; no policy needs to know more than this.
            let decision = overlap.decide(
                waiting: try database.first(Self.pending, row.jobID) { $0.int() } ?? 0,
                running: furthest == .running ? 1 : 0,
                buffered: try database.first(Self.buffered, row.jobID) { $0.int() } ?? 0)
            if case .replace = decision {
                if try self.execution(row.id) != nil { return nil }
                for other in try self.open(of: row.jobID) {
                    if let next = other.cancelling(at: now, reason: .overlap) { try update(next, from: other) }
                }
            }
            row = decision.admitting(row, at: now)
        }
        return try insert(row, target: target) ? row : nil
    }

    /// Ends the running attempt and does what follows from it.
    func end(_ execution: Execution, with completion: Completion) throws -> Execution {
        let next = execution.finishing(completion, at: now)
        try update(next, from: execution)
        if next.status.isFinal { try follow(next) }
        return next
    }

    /// What an end brings with it: a buffered execution's turn, a fixed delay's next instant, the job's figures.
    func follow(_ ended: Execution) throws {
        let furthest = try furthestOpen(of: ended.jobID)
        if furthest == .buffered,
            let waiting = try database.first(Self.firstBuffered, ended.jobID, read: Execution.init)
        {
            var turn = waiting
            turn.status = .pending
            turn.availableAt = max(now, turn.availableAt)
            try update(turn, from: waiting)
        } else if furthest == nil, let job = try database.first(Self.idleJob, ended.jobID, read: jobRow)?.job,
            let resumed = job.resumed(afterEndAt: now)
        {
            try updateProgress(resumed, from: job.status)
        }
        if ended.attempt > 0 {
            try database.run(Self.countEnd, ended.status.rawValue, ended.status == .failed, ended.jobID)
        }
    }

    private static let firstBuffered = """
        SELECT \(Execution.columns) FROM executions
        WHERE job_id = ? AND status = 'buffered' AND finished_at IS NULL ORDER BY id LIMIT 1
        """
    /// Only a job without an instant may get one from an end.
    private static let idleJob = """
        SELECT \(jobColumns) FROM jobs WHERE id = ? AND next_run_at IS NULL AND status <> 'completed'
        """
    private static let countEnd = "UPDATE jobs SET last_status = ?, failure_count = failure_count + ? WHERE id = ?"
}

extension Execution {
    /// In the order in which `init(_:)` reads them.
    static let columns = """
        id, job_id, job_name, service, queue, priority, lane, task, scheduled_at, available_at, trigger, status, reason, \
        attempt, max_attempts, worker, lease_expires_at, cancel_requested, created_at, started_at, finished_at, result, \
        error, past_attempts, progress
        """

    /// The same without what may be large.
    static let briefColumns = columns.replacing(" result,", with: " NULL AS result,")
        .replacing("past_attempts", with: "NULL AS past_attempts")

    /// Reads a row of `columns`; what cannot be read is left out, and `error` says what.
    init(_ columns: inout Columns) throws {
        var complaint: String?
        self = try Execution.read(&columns, complaint: &complaint)
        if let complaint { error = complaint }
    }

    /// Reads a row of `columns`.
    /// - Parameter complaint: set when a part cannot be read.
    static func read(_ columns: inout Columns, complaint: inout String?) throws -> Execution {
        let (id, job) = (try columns.identifier(), try columns.identifier())
        let (name, service, queue) = (columns.text(), columns.text(), columns.text())
        let priority = columns.int()
        // Lane and task are the store's own.
        _ = (columns.int(), columns.optionalText())
        let (scheduledAt, availableAt) = (columns.instant(), columns.instant())
        let (triggerWord, statusWord) = (columns.text(), columns.text())
        let trigger = ExecutionTrigger(rawValue: triggerWord)
        if trigger == nil { complaint = "the stored trigger \"\(triggerWord)\" is none" }
        let status = ExecutionStatus(rawValue: statusWord)
        if status == nil { complaint = "the stored status \"\(statusWord)\" is none" }
        var execution = Execution(
            id: id, jobID: job, jobName: name, service: service, queue: queue, priority: priority,
            scheduledAt: scheduledAt, availableAt: availableAt, trigger: trigger ?? .manual, status: status ?? .failed,
            reason: columns.optionalText().flatMap(ExecutionReason.init(rawValue:)), attempt: columns.int(),
            maxAttempts: columns.int(), worker: columns.optionalText(), leaseExpiresAt: columns.optionalInstant(),
            cancelRequested: columns.bool(), createdAt: columns.instant(), startedAt: columns.optionalInstant(),
            finishedAt: columns.optionalInstant())
        if let text = columns.optionalText() {
            execution.result = parsed(text).flatMap(ExecutionResult.init(stored:))
            if execution.result == nil { complaint = "the stored result cannot be read" }
        }
        execution.error = columns.optionalText()
        if let text = columns.optionalText() {
            let attempts = parsed(text)?.array?.map(Attempt.init(stored:))
            execution.pastAttempts = attempts?.compactMap { $0 } ?? []
            if attempts.map({ $0.contains { $0 == nil } }) ?? true {
                complaint = "the stored attempts cannot be read"
            }
        }
        // Of what cannot be read nothing is shown: it decides about nothing.
        execution.progress = columns.optionalText().flatMap(ExecutionProgress.init(stored:))
        return execution
    }

    private static func parsed(_ text: String) -> JSONValue? {
        try? JSONValue(parsing: text)  // That it is none is said by the caller.
    }

    fileprivate var pastText: String? {
        pastAttempts.isEmpty ? nil : JSONValue.array(pastAttempts.map(\.json)).description
    }
}
