package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    package func keep(_ reports: [AttemptReport]) async throws(StoreError) -> [ReportOutcome] {
        var outcomes = [ReportOutcome](repeating: .leaseLost, count: reports.count)
        var left = Array(reports.indices)
        let number = Int64.random(in: .min ... .max)
        // Who is locked by somebody is not waited for, so that locks taken in another order do no harm; he is asked again.
        for attempt in 0..<PostgresStore.keepingAttempts where !left.isEmpty {
            if attempt > 0 {
                do { try await Task.sleep(for: .milliseconds(5 << attempt)) } catch { throw .cancelled }
            }
            let asked = left.map { reports[$0] }
            let kept = try await keepUnlocked(asked, number)
            for (index, outcome) in zip(left, kept) { if let outcome { outcomes[index] = outcome } }
            left = zip(left, kept).filter { $0.1 == nil }.map(\.0)
        }
        if !left.isEmpty {
            throw .unavailable("PostgreSQL: the executions were locked for too long to keep their output")
        }
        return outcomes
    }

    private static let keepingAttempts = 8

    /// One outcome each, in order; nil for those that somebody has locked.
    private func keepUnlocked(
        _ reports: [AttemptReport], _ number: Int64
    ) async throws(StoreError) -> [ReportOutcome?] {
        let ids = reports.map(\.lease.executionID)
        let leases = (ids, reports.map(\.lease.attempt), reports.map(\.lease.worker))
        let first = [
            PostgresStore.beginKeeping(), PostgresStore.lockHeld(leases.0, leases.1, leases.2),
            PostgresStore.held(leases.0, leases.1, leases.2), PostgresStore.tails(Array(Set(ids))),
            PostgresStore.momentNow(given),
        ]
        do throws(PostgresFault) {
            return try await pool.lend { connection, isRepetition throws(PostgresFault) in
                do throws(PostgresFault) {
                    let rows = try await connection.run(first)
                    let (locked, held) = (Set(rows[1].map { $0.int() - 1 }), Set(rows[2].map { $0.int() - 1 }))
                    var tails: [Identifier: OutputTail] = [:]
                    for (id, tail) in rows[3].map({ ($0.identifier(), OutputTail(&$0)) }) { tails[id] = tail }
                    let now = rows[4].first { $0.instant() } ?? Timestamp(milliseconds: 0)
                    var done: Set<Identifier> = []
                    if isRepetition {
                        done = Set(
                            try await connection.run([PostgresStore.keptBefore(ids, number)])[0].map { $0.identifier() }
                        )
                    }
                    var (pieces, told): ([OutputPiece], [Identifier: ExecutionProgress]) = ([], [:])
                    let outcomes = reports.enumerated().map { index, report -> ReportOutcome? in
                        let (id, progress) = (report.lease.executionID, report.progress(at: now))
                        // An earlier try of this call did it.
                        if done.contains(id) { return .kept(progress: progress) }
                        guard locked.contains(index) else { return held.contains(index) ? nil : .leaseLost }
                        if let piece = tails[id, default: OutputTail()].take(report, at: now) { pieces.append(piece) }
                        if let progress { told[id] = progress }
                        return .kept(progress: progress)
                    }
                    var calls: [Call] = []
                    if !pieces.isEmpty { calls.append(PostgresStore.insertion(of: pieces, number)) }
                    if !told.isEmpty {
                        let told = Array(told)
                        calls.append(PostgresStore.tellProgress(told.map(\.key), told.map(\.value.storedText)))
                    }
                    _ = try await connection.run(calls + [PostgresStore.endKeeping()])
                    return outcomes
                } catch {
                    await connection.rollBack()
                    throw error
                }
            }
        } catch { throw StoreError(error) }
    }

    package func lines(
        of execution: Identifier, after number: Int, limit: Int
    ) async throws(StoreError) -> [OutputLine] {
        let firsts = OutputPiece.firsts(after: number, limit: limit)
        let rows = try await run([
            PostgresStore.pieces(execution, firsts.lowerBound, firsts.upperBound, number)
        ])[0]
        return rows.map { columns in
            let (first, attempt) = (columns.int(), columns.int())
            return OutputPiece.lines(stored: columns.text(), first: first, attempt: attempt)
        }.joined().page(after: number, limit: limit)
    }

    private static let beginKeeping = Statement("BEGIN")
    private static let endKeeping = Statement("COMMIT")
    private static let momentNow = Statement("SELECT coalesce($1::int8, punctual_now())")

    /// Places from 1 of the leases that hold and whose executions nobody else has locked; now this call has.
    private static let lockHeld = holding("FOR UPDATE SKIP LOCKED")
    /// Those that hold, also where somebody else has the lock.
    private static let held = holding("OFFSET 0")

    private static func holding(_ ending: String) -> Statement {
        Statement(
            """
            -- The word neither as a constant nor as a plain comparison below: the planner would take another index than that
            -- of the key.
            SELECT g.place FROM (
                SELECT *, 'running' AS running
                FROM unnest($1::uuid[], $2::int8[], $3::text[]) WITH ORDINALITY AS g (id, attempt, worker, place)
            ) g CROSS JOIN LATERAL (
                SELECT 1 FROM open_executions o
                WHERE o.id = g.id AND o.attempt = g.attempt AND o.worker = g.worker AND (o.status = g.running) IS TRUE
                \(ending)
            ) e
            """)
    }

    /// A statement behind the one that locks: it sees what those wrote who had the lock before.
    private static let tails = Statement(
        """
        SELECT g.id, t.last, t.bytes, t.attempt, t.received, t.is_full FROM unnest($1::uuid[]) AS g (id)
        CROSS JOIN LATERAL (
            SELECT * FROM output_pieces o WHERE o.execution_id = g.id ORDER BY o.first DESC LIMIT 1
        ) t
        """)
    private static let keptBefore = Statement(
        "SELECT execution_id FROM output_pieces WHERE execution_id = ANY ($1::uuid[]) AND call = $2::int8")
    private static let insertPieces = Statement(
        """
        INSERT INTO output_pieces (execution_id, first, attempt, said, last, bytes, received, is_full, call)
        SELECT *, $9::int8
        FROM unnest($1::uuid[], $2::int8[], $3::int8[], $4::text[], $5::int8[], $6::int8[], $7::int8[], $8::bool[])
        """)

    private static func insertion(of pieces: [OutputPiece], _ number: Int64) -> Call {
        insertPieces(
            pieces.map(\.execution), pieces.map(\.first), pieces.map(\.tail.attempt), pieces.map(\.storedText),
            pieces.map(\.tail.number), pieces.map(\.tail.bytes), pieces.map(\.tail.received),
            pieces.map(\.tail.isFull), number)
    }

    private static let tellProgress = Statement(
        """
        WITH held AS MATERIALIZED (
            SELECT k.row, g.progress FROM unnest($1::uuid[], $2::text[]) AS g (id, progress)
            CROSS JOIN LATERAL (SELECT o.ctid AS row FROM open_executions o WHERE o.id = g.id OFFSET 0) k
        )
        UPDATE open_executions e SET progress = held.progress FROM held WHERE e.ctid = held.row
        """)
    private static let pieces = Statement(
        """
        SELECT first, attempt, said FROM output_pieces
        WHERE execution_id = $1 AND first BETWEEN $2::int8 AND $3::int8 AND last > $4::int8 ORDER BY first
        """)

    /// Takes the output of executions along that the statement before has removed, their ids kept by `keepingRemoved`.
    static let removeOutput = Statement("DELETE FROM output_pieces WHERE execution_id = ANY (\(removed)::uuid[])")
    /// Of a list of ids, kept until the transaction ends.
    static func keepingRemoved(_ ids: String) -> String {
        "set_config('punctual.removed', coalesce((SELECT array_agg(id)::text FROM \(ids)), '{}'), true)"
    }
    private static let removed = "coalesce(nullif(current_setting('punctual.removed', true), ''), '{}')"
}

extension OutputTail {
    /// Reads a row of `tails` behind its id.
    fileprivate init(_ columns: inout Columns) {
        self.init()
        (number, bytes, attempt) = (columns.int(), columns.int(), columns.int())
        (received, isFull) = (columns.int(), columns.bool())
    }
}
