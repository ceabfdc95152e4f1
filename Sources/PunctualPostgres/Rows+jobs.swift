internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule
internal import Synchronization

/// A job as its rows say; the definition is parsed only when somebody asks.
struct StoredJob: Sendable {
    let id: Identifier
    let definition: String
    let name: String
    let service: String
    let queue: String
    let description: String
    let statusWord: String
    var status: JobStatus?
    var pauseReason: String?
    var nextRunAt: Timestamp?
    var lastRunAt: Timestamp?
    var lastStatus: ExecutionStatus?
    var runCount: Int
    var failureCount: Int
    let createdBy: String
    let createdAt: Timestamp
    let updatedAt: Timestamp
    var version: Int
    let lane: Int
    let task: String?
    /// Whether the end of an execution may set the next instant.
    let waitsForEnd: Bool

    /// In the order in which `init(_:)` reads them; `j` is jobs, `p` is job_progress.
    static let columns = """
        j.id, j.definition, j.name, j.service, j.queue, j.description, p.status, p.pause_reason, p.next_run_at, \
        p.last_run_at, p.last_status, p.run_count, p.failure_count, j.created_by, j.created_at, j.updated_at, p.version, \
        p.lane, p.task, p.waits_for_end
        """

    init(_ columns: inout Columns) {
        id = columns.identifier()
        definition = columns.text()
        (name, service, queue, description) = (columns.text(), columns.text(), columns.text(), columns.text())
        statusWord = columns.text()
        status = JobStatus(rawValue: statusWord)
        pauseReason = columns.optionalText()
        (nextRunAt, lastRunAt) = (columns.optionalInstant(), columns.optionalInstant())
        lastStatus = columns.optionalText().flatMap(ExecutionStatus.init(rawValue:))
        (runCount, failureCount) = (columns.int(), columns.int())
        createdBy = columns.text()
        (createdAt, updatedAt) = (columns.instant(), columns.instant())
        version = columns.int()
        lane = columns.int16()
        task = columns.optionalText()
        waitsForEnd = columns.bool()
    }

    /// The job; when a part cannot be read, a stand-in with its name, paused, that a new definition replaces.
    func job(_ definitions: DefinitionCache) -> (job: Job, complaint: String?) {
        var complaint: String?
        var draft: JobDraft
        do throws(StoreError) {
            draft = try definitions.draft(of: id, definition)
        } catch {
            if case .corrupt(let text) = error { complaint = text }
            draft = JobDraft(name: name, schedule: .manual, target: .noop)
            (draft.service, draft.queue, draft.description) = (service, queue, description)
        }
        if status == nil { complaint = "the stored status \"\(statusWord)\" is none" }
        var job = Job(
            id: id, draft: draft, status: status ?? .paused, pauseReason: pauseReason, nextRunAt: nextRunAt,
            lastRunAt: lastRunAt, lastStatus: lastStatus, runCount: runCount, failureCount: failureCount,
            createdBy: createdBy, createdAt: createdAt, updatedAt: updatedAt, version: version)
        if let complaint {
            job.status = .paused
            job.pauseReason = StoredJob.pauseReason(complaint)
            job.nextRunAt = nil
        }
        return (job, complaint)
    }

    /// What the owner is told.
    static func pauseReason(_ complaint: String) -> String {
        "\(complaint.prefix(400)); replace the definition, then resume"
    }
}

extension JobDraft {
    /// For `jobs.labels`; the zero byte, which jsonb refuses, is left out of what is searched.
    var labelsText: String { JSONValue.object(labelsObject).description }

    /// What `labelsText` writes.
    var labelsObject: JSONObject {
        var object = JSONObject()
        for (name, value) in labels {
            object[name.replacing("\0", with: "\u{FFFD}")] = .string(value.replacing("\0", with: "\u{FFFD}"))
        }
        return object
    }

    var waitsForEnd: Bool {
        if case .fixedDelay = schedule { true } else { false }
    }
}
