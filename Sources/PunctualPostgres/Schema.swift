internal import PunctualCore
internal import PunctualSchedule

/// The tables, step by step; forward only, each step once, however many nodes begin at once.
///
/// A step adds what the step before can live beside (expand); what it no longer needs goes one release later (contract).
/// So each step says down to which step's binaries may go on over it.
struct Schema: Sendable {
    struct Step: Sendable {
        let number: Int
        let name: String
        /// Binaries that know at least this step work over the tables as this step leaves them.
        let oldestBinary: Int
        let sql: String
    }

    let steps: [Step]

    /// What this binary knows.
    static let current = Schema(steps: [
        Step(number: 1, name: "jobs-and-executions", oldestBinary: 1, sql: first),
        Step(number: 2, name: "open-executions-of-a-job", oldestBinary: 1, sql: second),
        Step(number: 3, name: "retention", oldestBinary: 1, sql: retention),
        Step(number: 4, name: "claims", oldestBinary: 1, sql: claims),
        Step(number: 5, name: "repetitions", oldestBinary: 1, sql: repetitions),
        Step(number: 6, name: "access", oldestBinary: 1, sql: access),
        Step(number: 7, name: "visibility", oldestBinary: 1, sql: visibility),
        Step(number: 8, name: "lists-of-failures", oldestBinary: 1, sql: failures),
        Step(number: 9, name: "shards-of-nodes", oldestBinary: 1, sql: shards),
        Step(number: 10, name: "lines-of-open-executions", oldestBinary: 1, sql: lines),
        Step(number: 11, name: "history-rules", oldestBinary: 1, sql: historyRules),
        Step(number: 12, name: "audit-not-emptied", oldestBinary: 1, sql: auditNotEmptied),
        Step(number: 13, name: "lines-of-services", oldestBinary: 1, sql: linesOfServices),
        Step(number: 14, name: "work-limits", oldestBinary: 1, sql: workLimits),
        Step(number: 15, name: "output", oldestBinary: 1, sql: output),
        Step(number: 16, name: "open-executions-of-a-job-in-order", oldestBinary: 1, sql: openOfJobInOrder),
        Step(number: 17, name: "notifications", oldestBinary: 1, sql: notifications),
        Step(number: 18, name: "waiting-notices", oldestBinary: 1, sql: waitingNotices),
        Step(number: 19, name: "minute-figures", oldestBinary: 1, sql: minuteFigures),
    ])

    /// Brings the tables up to date, or waits for whoever does.
    /// - Returns: the numbers of the steps that this call took.
    /// - Throws: `.corrupt` when the tables are too new for this binary.
    func migrate(_ connection: Connection) async throws -> [Int] {
        do {
            return try await take(connection)
        } catch {
            await connection.rollBack()
            throw error
        }
    }

    private func take(_ connection: Connection) async throws -> [Int] {
        let begin = [
            "BEGIN", "SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0",
            // Held until COMMIT; the number stands for nothing but this.
            "SELECT pg_advisory_xact_lock(5021786244)", "SELECT to_regclass('punctual_schema') IS NOT NULL",
        ].map { Call(composed: $0) }
        let minutes = Duration.seconds(600)
        let isThere = try await connection.run(begin, limit: minutes).last?.first { $0.bool() }
        // Roles that may create nothing run over tables that are up to date.
        if isThere != true {
            let table = """
                CREATE TABLE punctual_schema (
                    number int8 PRIMARY KEY, name text NOT NULL, oldest_binary int8 NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now()
                )
                """
            _ = try await connection.run([Call(composed: table)])
        }
        let rows = try await connection.run([
            Call(composed: "SELECT number, oldest_binary FROM punctual_schema ORDER BY number")
        ])
        let applied = rows[0].map { (number: $0.int(), oldestBinary: $0.int()) }
        let known = steps.last?.number ?? 0
        if let newer = applied.last, newer.number > known, newer.oldestBinary > known {
            throw StoreError.corrupt(
                "the tables are of a newer version of punctual (step \(newer.number), this one knows \(known)); use that version"
            )
        }
        let missing = steps.filter { step in !applied.contains { $0.number == step.number } }
        for step in missing {
            // Several commands in one text; a statement with parameters holds one only.
            _ = try await connection.run(step.commands.map { Call(composed: $0) }, limit: minutes)
            _ = try await connection.run([
                Call(
                    composed: "INSERT INTO punctual_schema (number, name, oldest_binary) VALUES ($1, $2, $3)",
                    step.number, step.name, step.oldestBinary)
            ])
        }
        _ = try await connection.run([Call(composed: "COMMIT")], limit: minutes)
        return missing.map(\.number)
    }
}

extension Schema.Step {
    /// The single commands; a line of two dashes ends each.
    var commands: [String] { sql.split(separator: "\n--\n").map(String.init) }
}
