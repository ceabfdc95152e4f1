internal import GRDB
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension Transaction {
    /// The columns that `job(from:)` reads.
    static let jobColumns = """
        id, definition, name, service, queue, description, status, pause_reason, next_run_at, last_run_at, last_status, \
        run_count, failure_count, created_by, created_at, updated_at, version
        """

    /// The job; nil when there is none.
    /// - Throws: `.corrupt` when its row cannot be read.
    func job(_ id: Identifier) throws -> Job? {
        guard let row = try jobRow(id) else { return nil }
        if let complaint = row.complaint { throw StoreError.corrupt("job \(id): \(complaint)") }
        return row.job
    }

    /// The job, a stand-in when its row cannot be read; nil when there is none.
    func jobRow(_ id: Identifier) throws -> JobRow? {
        try database.first(Self.jobByID, id, read: jobRow)
    }

    private static let jobByID = "SELECT \(jobColumns) FROM jobs WHERE id = ?"

    /// Reads a row of `jobColumns`.
    func jobRow(from columns: inout Columns) throws -> JobRow {
        let id = try columns.identifier()
        let text = columns.text()
        let (name, service, queue, description) = (columns.text(), columns.text(), columns.text(), columns.text())
        let word = columns.text()
        var complaint: String?
        var draft: JobDraft
        do throws(StoreError) {
            draft = try definitions.draft(of: id, text)
        } catch {
            if case .corrupt(let text) = error { complaint = text }
            draft = JobDraft(name: name, schedule: .manual, target: .noop)
            (draft.service, draft.queue, draft.description) = (service, queue, description)
        }
        let status = JobStatus(rawValue: word)
        if status == nil { complaint = "the stored status \"\(word)\" is none" }
        var job = Job(
            id: id, draft: draft, status: status ?? .paused, pauseReason: columns.optionalText(),
            nextRunAt: columns.optionalInstant(), lastRunAt: columns.optionalInstant(),
            lastStatus: columns.optionalText().flatMap(ExecutionStatus.init(rawValue:)), runCount: columns.int(),
            failureCount: columns.int(), createdBy: columns.text(), createdAt: columns.instant(),
            updatedAt: columns.instant(), version: columns.int())
        if let complaint {
            job.status = .paused
            job.pauseReason = JobRow.pauseReason(complaint)
            job.nextRunAt = nil
        }
        return JobRow(job: job, complaint: complaint, status: status)
    }

    /// Adds the job; false when its id or name is there already.
    func insert(_ job: Job) throws -> Bool {
        let draft = job.draft
        let added = try database.run(
            Self.insertJob, job.id, draft.service, draft.name, draft.description, draft.queue, draft.storedText,
            job.status.rawValue, job.pauseReason, job.nextRunAt, job.lastRunAt, job.lastStatus?.rawValue, job.runCount,
            job.failureCount, job.createdBy, job.createdAt, job.updatedAt, job.version, job.id.virtualShard,
            draft.retention?.wholeMilliseconds)
        if added > 0 { tally.moved(from: nil, to: job.status) }
        return added > 0
    }

    private static let insertJob = """
        INSERT OR IGNORE INTO jobs (id, service, name, description, queue, definition, status, pause_reason, next_run_at,
            last_run_at, last_status, run_count, failure_count, created_by, created_at, updated_at, version, shard,
            retention)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// How many jobs the service has; stops at `limit`.
    func jobCount(of service: String, upTo limit: Int) throws -> Int {
        try database.first(Self.countJobs, service, limit) { $0.int() } ?? 0
    }

    private static let countJobs =
        "SELECT count(*) FROM (SELECT 1 FROM jobs INDEXED BY jobs_name WHERE service = ? LIMIT ?)"

    /// Whether neither its id nor its name is there.
    func isNew(_ job: Job) throws -> Bool {
        try database.first(Self.sameJob, job.id, job.draft.service, job.draft.name) { $0.bool() } == nil
    }

    private static let sameJob = "SELECT 1 FROM jobs WHERE id = ? OR service = ? AND name = ?"

    /// How many of the service wait in the queue, up to 100,000.
    func waiting(_ service: String, _ queue: String) throws -> Int {
        try database.first(Self.countWaiting, queue, service) { $0.int() } ?? 0
    }

    private static let countWaiting = """
        SELECT count(*) FROM (
            SELECT 1 FROM executions INDEXED BY executions_waiting
            WHERE lane IN (0, 1, 2) AND queue = ? AND priority IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9) AND service = ?
                AND status = 'pending' LIMIT 100000
        )
        """

    /// Writes what its owner changed, over a row with status `old`.
    func update(_ job: Job, from old: JobStatus?) throws {
        let draft = job.draft
        try database.run(
            Self.updateJob, draft.service, draft.name, draft.description, draft.queue, draft.storedText,
            job.status.rawValue, job.pauseReason, job.nextRunAt, job.updatedAt, job.version,
            draft.retention?.wholeMilliseconds, job.id)
        tally.moved(from: old, to: job.status)
    }

    private static let updateJob = """
        UPDATE jobs SET service = ?, name = ?, description = ?, queue = ?, definition = ?, status = ?, pause_reason = ?,
            next_run_at = ?, updated_at = ?, version = ?, retention = ? WHERE id = ?
        """

    /// Writes what the scheduler moves, over a row with status `old`; the definition and the version stay.
    func updateProgress(_ job: Job, from old: JobStatus) throws {
        try database.run(Self.moveJob, job.nextRunAt, job.status.rawValue, job.lastRunAt, job.runCount, job.id)
        tally.moved(from: old, to: job.status)
    }

    private static let moveJob =
        "UPDATE jobs SET next_run_at = ?, status = ?, last_run_at = ?, run_count = ? WHERE id = ?"

    /// Takes an unreadable job off the schedule, so that it is seen as paused and the others go on.
    func setAside(_ row: JobRow) throws {
        guard let complaint = row.complaint else { return }
        try database.run(Self.setJobAside, JobRow.pauseReason(complaint), now, row.job.id)
        tally.moved(from: row.status, to: .paused)
    }

    private static let setJobAside = """
        UPDATE jobs SET status = 'paused', pause_reason = ?, next_run_at = NULL, updated_at = ?, version = version + 1
        WHERE id = ?
        """
}

/// A job as its row says.
struct JobRow {
    /// When the row cannot be read: a stand-in with its name, paused, that a new definition replaces.
    var job: Job
    /// What cannot be read; nil when everything can.
    var complaint: String?
    /// As it is stored; nil when it is no status.
    var status: JobStatus?

    /// What the owner is told.
    static func pauseReason(_ complaint: String) -> String {
        "\(complaint.prefix(400)); replace the definition, then resume"
    }
}
