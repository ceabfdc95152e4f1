internal import PunctualCore
internal import PunctualSchedule

extension PostgresStore {
    /// Makes the month's table of output; what had come for it before moves in.
    func makeOutput(of month: Month) async throws(StoreError) {
        let (first, end) = (Identifier.first(at: month.start), Identifier.first(at: month.next.start))
        do throws(PostgresFault) {
            try await pool.lend { connection, _ throws(PostgresFault) in
                do throws(PostgresFault) {
                    // One at a time, as for the months of executions. Whoever has waited asks the catalog's table: a name
                    // alone is looked up among those that the connection knew before.
                    let isThere = try await connection.run(
                        [
                            "BEGIN", "SELECT pg_advisory_xact_lock(5021786245)",
                            "SELECT count(*) > 0 FROM pg_class WHERE oid = to_regclass('\(month.outputTable)')",
                        ].map { Call(composed: $0) })[2].first { $0.bool() }
                    if isThere != true {
                        _ = try await connection.run(
                            [
                                // Nobody adds to the rest between its emptying and the attachment.
                                "LOCK TABLE output_pieces_rest IN ACCESS EXCLUSIVE MODE",
                                "CREATE TABLE \(month.outputTable) (LIKE output_pieces)",
                                """
                                WITH early AS (
                                    DELETE FROM output_pieces_rest WHERE execution_id >= '\(first)' AND execution_id < '\(end)'
                                    RETURNING *
                                ) INSERT INTO \(month.outputTable) SELECT * FROM early
                                """,
                                """
                                ALTER TABLE output_pieces ATTACH PARTITION \(month.outputTable)
                                FOR VALUES FROM ('\(first)') TO ('\(end)')
                                """,
                            ].map { Call(composed: $0) })
                    }
                    _ = try await connection.run([Call(composed: "COMMIT")])
                } catch {
                    await connection.rollBack()
                    throw error
                }
            }
        } catch { throw StoreError(error) }
    }

    /// Takes the output of a month that leaves out of the database, but for that of executions which have not ended.
    func dropOutput(of month: Month) async throws(StoreError) {
        let (first, end) = (Identifier.first(at: month.start), Identifier.first(at: month.next.start))
        let open = "(SELECT id FROM open_executions WHERE id >= '\(first)' AND id < '\(end)')"
        let isThere = try await run([
            Call(composed: "SELECT relispartition FROM pg_class WHERE oid = to_regclass($1)", month.outputTable)
        ])[0].first { $0.bool() }
        var calls: [Call] = []
        if isThere != nil {
            calls = [
                "ALTER TABLE output_pieces DETACH PARTITION \(month.outputTable)",
                "INSERT INTO output_pieces_rest SELECT * FROM \(month.outputTable) WHERE execution_id IN \(open)",
                "DROP TABLE \(month.outputTable)",
            ].map { Call(composed: $0) }
        }
        calls.append(
            Call(
                composed: """
                    DELETE FROM output_pieces_rest
                    WHERE execution_id >= '\(first)' AND execution_id < '\(end)' AND execution_id NOT IN \(open)
                    """))
        _ = try await run(calls)
    }
}
