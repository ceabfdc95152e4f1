internal import CZlib
internal import Crypto
internal import Foundation
package import PunctualCore
internal import PunctualJSON
package import PunctualSchedule

/// A month of history that has left the database.
package struct ArchivedMonth: Hashable, Sendable {
    /// `2026-11`
    package var month: String
    package var executions: Int
    /// The gzip file of one execution a line, in the contract's form, by id.
    package var path: String
}

extension PostgresStore {
    /// Makes the months ahead, and archives those that are over by `instant` and of which no job wants to keep its
    /// executions longer; one node at a time, the others find nothing to do.
    package func keepMonths(
        endedBy instant: Timestamp, into folder: String?
    ) async throws(StoreError) -> [ArchivedMonth] {
        try await makeMonths(ahead: PostgresStore.monthsAhead)
        let rules = try await historyRules()
        let now = try await now()
        // Somebody else does it, who keeps what leaves.
        if rules.archives, folder == nil { return [] }
        let own = try await longestRetention()
        let instant = min(instant, now - own, now - (rules.keptFor ?? .zero))
        let result: Result<[ArchivedMonth], StoreError>
        do throws(PostgresFault) {
            result = try await pool.lend(attempts: 1) { connection, _ throws(PostgresFault) in
                // Between its statements the transaction sees nothing, so it keeps no old row alive.
                let isFirst = try await connection.run(
                    [
                        "BEGIN", "SET LOCAL idle_in_transaction_session_timeout = 0",
                        "SELECT pg_try_advisory_xact_lock(5021786246)",
                    ]
                    .map { Call(composed: $0) })[2].first { $0.bool() }
                guard isFirst == true else {
                    await connection.rollBack()
                    return .success([])
                }
                do throws(StoreError) {
                    let months = try await self.archiveMonths(endedBy: instant, into: folder)
                    await connection.rollBack()
                    return .success(months)
                } catch {
                    await connection.rollBack()
                    return .failure(error)
                }
            }
        } catch { throw StoreError(error) }
        return try result.get()
    }

    /// Takes whole months out of the database: detaches them, writes them to files, and drops them only once those are on
    /// disk. Repeating it goes on where an earlier call broke off.
    /// - Parameters:
    ///   - instant: months that are over by then go.
    ///   - folder: where `executions-2026-11.ndjson.gz` and its manifest are written; nil means that they are not kept.
    ///     What a backfill adds to a month that has gone before goes to `executions-2026-11.2.ndjson.gz`, and so on.
    /// - Returns: the months that went, oldest first.
    package func archiveMonths(
        endedBy instant: Timestamp, into folder: String?
    ) async throws(StoreError) -> [ArchivedMonth] {
        try await setLateRowsAside(endedBy: instant)
        let tables = try await run([PostgresStore.monthTables()])[0].map { $0.text() }
        var archived: [ArchivedMonth] = []
        for table in tables {
            guard let month = Month(table: table), month.next.start <= instant else { continue }
            // First: a month whose file cannot be begun stays where it is read.
            var file: ArchiveFile?
            if let folder { file = try ArchiveFile(in: folder, named: try await fileName(of: month, in: folder)) }
            let isAttached = try await run([PostgresStore.isAttached(month.table)])[0].first { $0.bool() }
            if isAttached == true {
                // Waits for running reads only as long as a statement may.
                _ = try await run([Call(composed: "ALTER TABLE ended_executions DETACH PARTITION \(month.table)")])
            }
            if let file {
                do throws(StoreError) {
                    try await export(month, to: file)
                } catch {
                    // Until it can be archived it is read as before.
                    _ = try? await run([attachment(of: month)])  // Then it is found detached the next time.
                    throw error
                }
            }
            let counts = try await run([
                Call(composed: "SELECT status, count(*) FROM \(month.table) GROUP BY status")
            ])[0].map { ($0.text(), $0.int()) }
            var tally = Tally()
            for (word, count) in counts {
                guard let status = ExecutionStatus(rawValue: word) else { continue }
                for _ in 0..<count { tally.moved(from: status, to: nil) }
            }
            try await dropOutput(of: month)
            _ = try await run([Call(composed: "DROP TABLE \(month.table)")] + [tally.call].compactMap { $0 })
            archived.append(
                ArchivedMonth(
                    month: month.text, executions: counts.reduce(0) { $0 + $1.1 }, path: file?.path ?? ""))
        }
        for month in try await run([PostgresStore.outputTables()])[0].map({ Month(table: $0.text()) }) {
            // What a call left that broke off, or a node of the release before.
            guard let month, month.next.start <= instant else { continue }
            try await dropOutput(of: month)
        }
        return archived
    }

    /// Of months whose executions have left.
    private static let outputTables = Statement(
        """
        SELECT o.relname::text FROM pg_class o
        WHERE o.relkind = 'r' AND o.relname ~ '^output_[0-9]{4}_[0-9]{2}$' AND pg_table_is_visible(o.oid)
            AND to_regclass(replace(o.relname::text, 'output_', 'ended_')) IS NULL ORDER BY o.relname
        """)

    /// Moves rows of months that have no table, and that are over and ended by `instant`, into tables that are not attached:
    /// what a call that broke off would have left.
    private func setLateRowsAside(endedBy instant: Timestamp) async throws(StoreError) {
        while let id = try await run([PostgresStore.firstLate(Identifier.first(at: instant), instant)])[0]
            .first({ $0.identifier() })
        {
            let month = Month(of: Timestamp(milliseconds: Int64(id.high >> 16)))
            guard month.next.start <= instant else { return }
            let (first, end) = (Identifier.first(at: month.start), Identifier.first(at: month.next.start))
            _ = try await run([
                Call(composed: "CREATE TABLE IF NOT EXISTS \(month.table) (LIKE ended_executions INCLUDING INDEXES)"),
                Call(
                    composed: """
                        WITH late AS (
                            DELETE FROM ended_executions_rest
                            WHERE id >= '\(first)' AND id < '\(end)' AND finished_at < $1 RETURNING *
                        ) INSERT INTO \(month.table) SELECT * FROM late
                        """, instant),
            ])
        }
    }

    private static let firstLate = Statement(
        "SELECT id FROM ended_executions_rest WHERE id < $1 AND finished_at < $2 ORDER BY id LIMIT 1")

    /// The month's file without its endings: chosen once and kept beside the table, so that a call that goes on where another
    /// broke off writes the same one again, and no earlier file is written over.
    private func fileName(of month: Month, in folder: String) async throws(StoreError) -> String {
        let (kept, table) =
            try await run([PostgresStore.comment(month.table)])[0].first { ($0.optionalText(), $0.int64()) } ?? (nil, 0)
        // Another folder may hold another part of the month under that name.
        if let kept, ArchiveFile.table(of: kept, in: folder) ?? table == table { return kept }
        var name = "executions-\(month.text)"
        var number = 1
        while FileManager.default.fileExists(atPath: "\(folder)/\(name).ndjson.gz") {
            number += 1
            name = "executions-\(month.text).\(number)"
        }
        _ = try await run([Call(composed: "COMMENT ON TABLE \(month.table) IS '\(name)'")])
        return name
    }

    private static let comment = Statement(
        "SELECT obj_description(to_regclass($1), 'pg_class'), to_regclass($1)::oid::int8")

    /// Attached or left over from a call that broke off.
    private static let monthTables = Statement(
        """
        SELECT relname::text FROM pg_class
        WHERE relkind = 'r' AND relname ~ '^ended_[0-9]{4}_[0-9]{2}$' AND pg_table_is_visible(oid) ORDER BY relname
        """)
    private static let isAttached = Statement("SELECT relispartition FROM pg_class WHERE oid = to_regclass($1)")

    /// Writes the month's file and manifest, each under a temporary name first.
    private func export(_ month: Month, to file: ArchiveFile) async throws(StoreError) {
        let table = try await run([PostgresStore.comment(month.table)])[0].first {
            _ = $0.optionalText()
            return $0.int64()
        }
        var after = Identifier(high: 0, low: 0)
        var count = 0
        while true {
            let rows = try await run([
                Call(
                    composed:
                        "SELECT \(StoredExecution.columns) FROM \(month.table) WHERE id > $1 ORDER BY id LIMIT 1000",
                    after)
            ])[0].map { StoredExecution(&$0).row }
            guard let last = rows.last else { break }
            for row in rows {
                var writer = JSONWriter()
                row.write(to: &writer)
                try file.add(line: writer.bytes)
            }
            after = last.id
            count += rows.count
        }
        try file.close()
        let manifest: JSONValue = [
            "month": .string(month.text), "executions": .int(Int64(count)),
            "file": .string("\(file.name).ndjson.gz"), "format": "ndjson", "sha256": .string(try file.digest()),
            "table": .int(table ?? 0), "leaves_out": ["lines"],
            "from": .string(month.start.description), "to": .string(month.next.start.description),
        ]
        do {
            try Data((manifest.description + "\n").utf8).write(
                to: URL(fileURLWithPath: "\(file.folder)/\(file.name).json"), options: .atomic)
        } catch { throw .unavailable("the archive's manifest cannot be written to \(file.folder): \(error)") }
    }
}

/// A gzip file that has its name only once it is whole and on disk.
private final class ArchiveFile {
    let folder: String
    let name: String
    var path: String { "\(folder)/\(name).ndjson.gz" }
    private var file: gzFile?

    /// - Throws: `.unavailable` when the folder is missing or may not be written to.
    init(in folder: String, named name: String) throws(StoreError) {
        self.folder = folder
        self.name = name
        file = gzopen(path + ".part", "wb6")
        if file == nil {
            throw .unavailable(
                "history.archive: \(folder) cannot be written to; name a folder that exists and may be written to")
        }
    }

    deinit { if let file { gzclose(file) } }

    func add(line: [UInt8]) throws(StoreError) {
        let bytes = line + [UInt8(ascii: "\n")]
        guard gzwrite(file, bytes, UInt32(bytes.count)) == Int32(bytes.count) else {
            throw .full("\(path) cannot be written on; make room")
        }
    }

    /// Gives it its name.
    func close() throws(StoreError) {
        let code = gzclose(file)
        file = nil
        guard code == Z_OK else { throw .full("\(path) cannot be closed; make room") }
        do {
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path + ".part"))
            try handle.synchronize()
            try handle.close()
        } catch { throw .unavailable("\(path) cannot be brought to disk: \(error)") }
        guard rename(path + ".part", path) == 0 else { throw .unavailable("\(path).part cannot be renamed to \(path)") }
    }

    /// The table that a finished file was made from, by its manifest; nil when there is none.
    static func table(of name: String, in folder: String) -> Int64? {
        let manifest = FileManager.default.contents(atPath: "\(folder)/\(name).json")
        let json = manifest.flatMap { try? JSONValue(parsing: Array($0)) }  // One of somebody else is none.
        return json?["table"]?.int
    }

    /// SHA-256 of the whole file, in hexadecimal digits, as sha256sum(1) writes it.
    func digest() throws(StoreError) -> String {
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            var hash = SHA256()
            while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty { hash.update(data: part) }
            try handle.close()
            return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        } catch { throw .unavailable("\(path) cannot be read again: \(error)") }
    }
}
