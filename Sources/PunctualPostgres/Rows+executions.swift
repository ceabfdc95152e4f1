internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

/// An execution and what of its target the claims look at.
struct StoredExecution: Sendable {
    var row: Execution
    var lane: Int
    var task: String?
    /// What of the row cannot be read; nil when everything can.
    var complaint: String?

    /// In the order in which `init(_:)` reads them.
    static let columns = columns(of: nil)

    /// - Parameter isBrief: without what may be large.
    static func columns(of table: String?, isBrief: Bool = false) -> String {
        names.map { name in
            if isBrief, name == "result" || name == "past_attempts" { return "NULL::text AS \(name)" }
            return table.map { "\($0).\(name)" } ?? name
        }.joined(separator: ", ")
    }

    static let names = [
        "id", "job_id", "job_name", "service", "queue", "priority", "lane", "task", "scheduled_at", "available_at",
        "trigger", "status", "reason", "attempt", "max_attempts", "worker", "lease_expires_at", "cancel_requested",
        "created_at", "started_at", "finished_at", "result", "error", "past_attempts",
        "progress",
    ]

    init(_ row: Execution, lane: Int, task: String?) {
        self.row = row
        self.lane = lane
        self.task = task
    }

    /// Reads a row of `columns`; what cannot be read is left out, and `complaint` and the row's error say what.
    init(_ columns: inout Columns) {
        let (id, job) = (columns.identifier(), columns.identifier())
        let (name, service, queue) = (columns.text(), columns.text(), columns.text())
        let priority = columns.int16()
        lane = columns.int16()
        task = columns.optionalText()
        let (scheduledAt, availableAt) = (columns.instant(), columns.instant())
        let (triggerWord, statusWord) = (columns.text(), columns.text())
        let trigger = ExecutionTrigger(rawValue: triggerWord)
        if trigger == nil { complaint = "the stored trigger \"\(triggerWord)\" is none" }
        let status = ExecutionStatus(rawValue: statusWord)
        if status == nil { complaint = "the stored status \"\(statusWord)\" is none" }
        row = Execution(
            id: id, jobID: job, jobName: name, service: service, queue: queue, priority: priority,
            scheduledAt: scheduledAt, availableAt: availableAt, trigger: trigger ?? .manual, status: status ?? .failed,
            reason: columns.optionalText().flatMap(ExecutionReason.init(rawValue:)), attempt: columns.int(),
            maxAttempts: columns.int(), worker: columns.optionalText(), leaseExpiresAt: columns.optionalInstant(),
            cancelRequested: columns.bool(), createdAt: columns.instant(), startedAt: columns.optionalInstant(),
            finishedAt: columns.optionalInstant())
        if let text = columns.optionalText() {
            row.result = ExecutionResult.commonlyStored[text] ?? parsed(text).flatMap(ExecutionResult.init(stored:))
            if row.result == nil { complaint = "the stored result cannot be read" }
        }
        row.error = columns.optionalText()
        if let text = columns.optionalText() {
            let attempts = parsed(text)?.array?.map(Attempt.init(stored:))
            row.pastAttempts = attempts?.compactMap { $0 } ?? []
            if attempts.map({ $0.contains { $0 == nil } }) ?? true {
                complaint = "the stored attempts cannot be read"
            }
        }
        // Of what cannot be read nothing is shown: it decides about nothing.
        row.progress = columns.optionalText().flatMap(ExecutionProgress.init(stored:))
        if let complaint { row.error = complaint }
    }
}

private func parsed(_ text: String) -> JSONValue? {
    try? JSONValue(parsing: text)  // That it is none is said by the caller.
}

extension ExecutionResult {
    /// What most results say, by their stored text, so that they need no parsing.
    static let commonlyStored: [String: ExecutionResult] = {
        let results = [ExecutionResult(), ExecutionResult(httpStatus: 200), ExecutionResult(exitCode: 0)]
        return Dictionary(uniqueKeysWithValues: results.map { ($0.json.description, $0) })
    }()

    /// The text that is stored.
    var storedText: String { self == ExecutionResult() ? ExecutionResult.emptyText : json.description }

    private static let emptyText = ExecutionResult().json.description
}

/// Executions as the columns of one insertion.
struct ExecutionColumns {
    private let rows: [StoredExecution]

    init(_ rows: [StoredExecution]) { self.rows = rows }

    /// An insertion of rows whose ids are new in the table.
    static func insertion(into table: String) -> Statement {
        Statement("INSERT INTO \(table) (\(StoredExecution.columns)) SELECT * FROM \(source)")
    }

    private static let source: String = {
        let types = [
            "uuid", "uuid", "text", "text", "text", "int8", "int8", "text", "int8", "int8", "text", "text", "text",
            "int8", "int8", "text", "int8", "bool", "int8", "int8", "int8", "text", "text", "text", "text",
        ]
        return "unnest(\(types.enumerated().map { "$\($0 + 1)::\($1)[]" }.joined(separator: ", ")))"
    }()

    func call(_ insertion: Statement) -> Call {
        insertion(
            rows.map(\.row.id), rows.map(\.row.jobID), rows.map(\.row.jobName), rows.map(\.row.service),
            rows.map(\.row.queue), rows.map(\.row.priority), rows.map(\.lane), rows.map(\.task),
            rows.map(\.row.scheduledAt), rows.map(\.row.availableAt), rows.map(\.row.trigger.rawValue),
            rows.map(\.row.status.rawValue), rows.map { $0.row.reason?.rawValue }, rows.map(\.row.attempt),
            rows.map(\.row.maxAttempts), rows.map(\.row.worker), rows.map(\.row.leaseExpiresAt),
            rows.map(\.row.cancelRequested), rows.map(\.row.createdAt), rows.map(\.row.startedAt),
            rows.map(\.row.finishedAt), rows.map { $0.row.result?.storedText }, rows.map(\.row.error),
            rows.map { row in
                let past = row.row.pastAttempts
                return past.isEmpty ? nil : JSONValue.array(past.map(\.json)).description
            }, rows.map { $0.row.progress?.storedText })
    }
}
