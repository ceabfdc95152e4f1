internal import Foundation
internal import GRDB
internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension Identifier {
    /// The 16 bytes of a key column, big-endian so that they sort as the id does.
    var data: Data {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Data($0) }
    }

    init(data: Data) throws(StoreError) {
        guard data.count == 16 else { throw .corrupt("an id of \(data.count) bytes") }
        let (high, low) = data.withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: high.bigEndian, low: low.bigEndian)
    }
}

extension Row {
    func instant(_ column: String) -> Timestamp? {
        (self[column] as Int64?).map { Timestamp(milliseconds: $0) }
    }

    func word<Word: RawRepresentable>(_ column: String) throws(StoreError) -> Word where Word.RawValue == String {
        let text: String = self[column]
        guard let word = Word(rawValue: text) else { throw .corrupt("column \(column) holds \"\(text)\"") }
        return word
    }
}

extension Job {
    static let columns = """
        id, definition, status, pause_reason, next_run_at, last_run_at, last_status, run_count, failure_count, created_by, \
        created_at, updated_at, version
        """

    init(row: Row) throws {
        let draft: JobDraft
        do {
            draft = try JobDraft(stored: JSONValue(parsing: row["definition"] as String))
        } catch {
            throw StoreError.corrupt("the definition of a job cannot be read: \(error)")
        }
        self.init(
            id: try Identifier(data: row["id"]), draft: draft, status: try row.word("status"),
            pauseReason: row["pause_reason"], nextRunAt: row.instant("next_run_at"),
            lastRunAt: row.instant("last_run_at"),
            lastStatus: (row["last_status"] as String?).flatMap(ExecutionStatus.init(rawValue:)),
            runCount: row["run_count"], failureCount: row["failure_count"], createdBy: row["created_by"],
            createdAt: Timestamp(milliseconds: row["created_at"]),
            updatedAt: Timestamp(milliseconds: row["updated_at"]), version: row["version"])
    }
}

extension Execution {
    static let columns = """
        id, job_id, job_name, service, queue, priority, lane, task, scheduled_at, available_at, trigger, status, reason, \
        attempt, max_attempts, worker, lease_expires_at, cancel_requested, created_at, started_at, finished_at, result, \
        error, past_attempts
        """

    init(row: Row) throws {
        let result = (row["result"] as String?).flatMap { text in
            // A result that cannot be read is shown as none rather than hiding the execution.
            (try? JSONValue(parsing: text)).flatMap(ExecutionResult.init(stored:))
        }
        var past: [Attempt] = []
        if let text = row["past_attempts"] as String? {
            do {
                past = try JSONValue(parsing: text).array?.compactMap(Attempt.init(stored:)) ?? []
            } catch {
                throw StoreError.corrupt("the attempts of an execution cannot be read: \(error)")
            }
        }
        self.init(
            id: try Identifier(data: row["id"]), jobID: try Identifier(data: row["job_id"]), jobName: row["job_name"],
            service: row["service"], queue: row["queue"], priority: row["priority"],
            scheduledAt: Timestamp(milliseconds: row["scheduled_at"]),
            availableAt: Timestamp(milliseconds: row["available_at"]), trigger: try row.word("trigger"),
            status: try row.word("status"),
            reason: (row["reason"] as String?).flatMap(ExecutionReason.init(rawValue:)), attempt: row["attempt"],
            maxAttempts: row["max_attempts"], worker: row["worker"], leaseExpiresAt: row.instant("lease_expires_at"),
            cancelRequested: row["cancel_requested"], createdAt: Timestamp(milliseconds: row["created_at"]),
            startedAt: row.instant("started_at"), finishedAt: row.instant("finished_at"), result: result,
            error: row["error"], pastAttempts: past)
    }

    private var pastText: String? {
        pastAttempts.isEmpty ? nil : JSONValue.array(pastAttempts.map(\.json)).description
    }

    /// Adds the row; false when its id is there already.
    func insert(into database: Database, target: Target, _ tally: Tally) throws -> Bool {
        var task: String?
        if case .worker(let name, _) = target { task = name }
        try database.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO executions (\(Execution.columns))
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            id.data, jobID.data, jobName, service, queue, priority, target.lane.rawValue, task,
            scheduledAt.milliseconds, availableAt.milliseconds, trigger.rawValue, status.rawValue, reason?.rawValue,
            attempt, maxAttempts, worker, leaseExpiresAt?.milliseconds, cancelRequested, createdAt.milliseconds,
            startedAt?.milliseconds, finishedAt?.milliseconds, result?.json.description, error, pastText,
        ])
        guard database.changesCount > 0 else { return false }
        tally.moved(from: nil, to: status)
        return true
    }

    /// Writes what can change, over the state `old`.
    func update(in database: Database, from old: Execution, _ tally: Tally) throws {
        try database.cachedStatement(
            sql: """
                UPDATE executions SET available_at = ?, trigger = ?, status = ?, reason = ?, attempt = ?, max_attempts = ?,
                    worker = ?, lease_expires_at = ?, cancel_requested = ?, started_at = ?, finished_at = ?, result = ?,
                    error = ?, past_attempts = ?
                WHERE id = ?
                """
        ).execute(arguments: [
            availableAt.milliseconds, trigger.rawValue, status.rawValue, reason?.rawValue, attempt, maxAttempts, worker,
            leaseExpiresAt?.milliseconds, cancelRequested, startedAt?.milliseconds, finishedAt?.milliseconds,
            result?.json.description, error, pastText, id.data,
        ])
        tally.moved(from: old.status, to: status)
    }

    static func find(_ id: Identifier, in database: Database) throws -> Execution? {
        try Row.fetchOne(
            database.cachedStatement(sql: "SELECT \(columns) FROM executions WHERE id = ?"), arguments: [id.data]
        ).map(Execution.init(row:))
    }
}
