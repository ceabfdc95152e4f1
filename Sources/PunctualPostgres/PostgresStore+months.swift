package import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    /// How many months of history have their table before they begin.
    static let monthsAhead = 3

    /// Makes the tables of this month and of those ahead; what had come for them before moves in.
    package func makeMonths(ahead: Int) async throws(StoreError) {
        let now = try await now()
        var month = Month(of: now)
        for _ in 0...ahead {
            try await make(month)
            month = month.next
        }
    }

    func make(_ month: Month) async throws(StoreError) {
        let exist = try await run([
            Call(
                composed: "SELECT to_regclass($1) IS NOT NULL, to_regclass($2) IS NOT NULL", month.table,
                month.outputTable)
        ])[0].first { (executions: $0.bool(), output: $0.bool()) }
        if exist?.executions != true { try await makeExecutions(of: month) }
        if exist?.output != true { try await makeOutput(of: month) }
    }

    private func makeExecutions(of month: Month) async throws(StoreError) {
        let (first, end) = (Identifier.first(at: month.start), Identifier.first(at: month.next.start))
        do throws(PostgresFault) {
            try await pool.lend { connection, _ throws(PostgresFault) in
                do throws(PostgresFault) {
                    // One at a time, as for migrations; whoever comes second finds the table.
                    _ = try await connection.run(
                        [
                            "BEGIN", "SELECT pg_advisory_xact_lock(5021786245)",
                            "CREATE TABLE IF NOT EXISTS \(month.table) (LIKE ended_executions)",
                        ].map { Call(composed: $0) })
                    let isAttached = try await connection.run([
                        Call(composed: "SELECT relispartition FROM pg_class WHERE oid = to_regclass($1)", month.table)
                    ])[0].first { $0.bool() }
                    if isAttached != true {
                        _ = try await connection.run(
                            [
                                """
                                WITH early AS (
                                    DELETE FROM ended_executions_rest WHERE id >= '\(first)' AND id < '\(end)' RETURNING *
                                ) INSERT INTO \(month.table) SELECT * FROM early
                                """
                            ].map { Call(composed: $0) } + [self.attachment(of: month)])
                    }
                    _ = try await connection.run([Call(composed: "COMMIT")])
                } catch {
                    await connection.rollBack()
                    throw error
                }
            }
        } catch { throw StoreError(error) }
    }
}

extension PostgresStore {
    /// Puts a month's table where history is read.
    func attachment(of month: Month) -> Call {
        let (first, end) = (Identifier.first(at: month.start), Identifier.first(at: month.next.start))
        return Call(
            composed: """
                ALTER TABLE ended_executions ATTACH PARTITION \(month.table) FOR VALUES FROM ('\(first)') TO ('\(end)')
                """)
    }
}

/// A month of UTC.
struct Month: Hashable, Comparable, Sendable {
    let year: Int
    /// 1 to 12.
    let number: Int

    init(year: Int, number: Int) {
        self.year = year
        self.number = number
    }

    /// The month of a table, `ended_2026_11`; nil for another one.
    init?(table: String) {
        let digits = table.split(separator: "_").dropFirst().compactMap { Int($0) }
        guard digits.count == 2 else { return nil }
        self.init(year: digits[0], number: digits[1])
    }

    init(of instant: Timestamp) {
        // 2026-11-21T…
        let parts = instant.description.split(separator: "-", maxSplits: 2)
        self.init(year: Int(parts[0]) ?? 1970, number: Int(parts[1]) ?? 1)
    }

    var next: Month { number == 12 ? Month(year: year + 1, number: 1) : Month(year: year, number: number + 1) }

    /// `2026-11`
    var text: String { "\(year)-\(number < 10 ? "0" : "")\(number)" }

    var start: Timestamp { Timestamp(rfc3339: "\(text)-01T00:00:00.000Z") ?? .latest }

    /// The table of what was scheduled in it.
    var table: String { "ended_\(text.replacing("-", with: "_"))" }

    /// The table of what those executions have said.
    var outputTable: String { "output_\(text.replacing("-", with: "_"))" }

    static func < (left: Month, right: Month) -> Bool { (left.year, left.number) < (right.year, right.number) }
}
