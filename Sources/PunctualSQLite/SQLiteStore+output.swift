internal import GRDB
package import PunctualCore
internal import PunctualSchedule

extension Migrations {
    /// What executions say while they run: a row is what came at a time, and how much there is up to then (`OutputTail`).
    static let output = """
        CREATE TABLE output_pieces (
            execution_id BLOB NOT NULL CHECK (length(execution_id) = 16),
            first INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            said TEXT NOT NULL,
            last INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            received INTEGER NOT NULL,
            is_full INTEGER NOT NULL,
            PRIMARY KEY (execution_id, first)
        );
        -- How far the newest attempt is, as it says.
        ALTER TABLE executions ADD COLUMN progress TEXT;
        """
}

extension SQLiteStore {
    package func keep(_ reports: [AttemptReport]) async throws(StoreError) -> [ReportOutcome] {
        try await lane.write { transaction in try reports.map { try transaction.keep($0) } }
    }

    package func lines(
        of execution: Identifier, after number: Int, limit: Int
    ) async throws(StoreError) -> [OutputLine] {
        let firsts = OutputPiece.firsts(after: number, limit: limit)
        return try await read { transaction in
            try transaction.database.rows(
                """
                SELECT first, attempt, said FROM output_pieces
                WHERE execution_id = ? AND first BETWEEN ? AND ? AND last > ? ORDER BY first
                """, execution, firsts.lowerBound, firsts.upperBound, number
            ) { columns in
                let (first, attempt) = (columns.int(), columns.int())
                return OutputPiece.lines(stored: columns.text(), first: first, attempt: attempt)
            }.joined().page(after: number, limit: limit)
        }
    }
}

extension Transaction {
    fileprivate func keep(_ report: AttemptReport) throws -> ReportOutcome {
        let (lease, id) = (report.lease, report.lease.executionID)
        let isHeld = try database.first(
            "SELECT 1 FROM executions WHERE id = ? AND attempt = ? AND worker = ? AND status = 'running'", id,
            lease.attempt, lease.worker
        ) { $0.int() }
        guard isHeld != nil else { return .leaseLost }
        var tail =
            try database.first(
                """
                SELECT last, bytes, attempt, received, is_full FROM output_pieces
                WHERE execution_id = ? ORDER BY first DESC LIMIT 1
                """, id, read: OutputTail.init) ?? OutputTail()
        if let piece = tail.take(report, at: now) {
            try database.run(
                """
                INSERT INTO output_pieces (execution_id, first, attempt, said, last, bytes, received, is_full)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """, id, piece.first, tail.attempt, piece.storedText, tail.number, tail.bytes, tail.received,
                tail.isFull)
        }
        let progress = report.progress(at: now)
        if let progress {
            try database.run("UPDATE executions SET progress = ? WHERE id = ?", progress.storedText, id)
        }
        return .kept(progress: progress)
    }
}

extension OutputTail {
    fileprivate init(_ columns: inout Columns) {
        self.init()
        (number, bytes, attempt) = (columns.int(), columns.int(), columns.int())
        (received, isFull) = (columns.int(), columns.bool())
    }
}
