internal import Foundation
internal import GRDB
package import PunctualCore
package import PunctualSchedule

/// Jobs and executions in one SQLite file, for one process with all roles.
///
/// WAL with `synchronous=FULL`: what was acknowledged survives a kill and a power cut. Writes share commits
/// (`WriteLane`); reads go to a pool of readers.
package final class SQLiteStore: Store {
    let pool: DatabasePool
    let lane: WriteLane
    let reads: ReadLane
    let clock: any WallClock
    private let definitions = DefinitionCache()
    private let lock: LockFile

    /// Opens the file, or makes it, and brings its tables up to date.
    /// - Throws: `.unavailable` when the file cannot be opened or another process has it, `.corrupt` when it is no
    ///   database or one of a newer version.
    package init(path: String, clock: any WallClock) throws(StoreError) {
        self.clock = clock
        lock = try LockFile(path: path + ".lock")
        do {
            pool = try DatabasePool(path: path, configuration: SQLiteStore.configuration)
            let isNewer = try pool.read { try Migrations.migrator.hasBeenSuperseded($0) }
            if isNewer {
                throw StoreError.corrupt("\(path) was written by a newer version of punctual; use that version")
            }
            try Migrations.migrator.migrate(pool)
            // Whoever holds the lock file is alone: what an earlier life held, nobody holds any more.
            try pool.write { database in
                try database.execute(sql: "DELETE FROM nodes")
                try database.execute(sql: "UPDATE shard_leases SET holder = NULL, expires_at = NULL")
            }
        } catch {
            lock.release()
            switch StoreError(sqlite: error) {
            case .corrupt(let text) where error is DatabaseError:
                throw .corrupt("\(path): \(text); restore it from a backup or name another file")
            case .unavailable(let text): throw .unavailable("cannot open \(path): \(text)")
            case let other: throw other
            }
        }
        lane = WriteLane(pool: pool, clock: clock, definitions: definitions)
        reads = ReadLane(pool: pool, clock: clock, definitions: definitions)
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "punctual"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            // Kibibytes. The writer comes back to the same pages; readers find theirs in the system's cache.
            try database.execute(sql: "PRAGMA cache_size = \(database.configuration.readonly ? -4000 : -32000)")
            // Pages of 4 KiB; four times SQLite's own, since each checkpoint costs two more syncs.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        }
        return configuration
    }

    /// Closes the file; no call may follow.
    package func close() {
        // Closing can fail only for statements still in use; the process is about to end and the file is consistent.
        try? pool.close()
        lock.release()
    }

    package func now() async throws(StoreError) -> Timestamp { clock.now() }

    /// Runs the body on a snapshot.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await pool.read { [clock, definitions] database in
                try body(Transaction(database: database, now: clock.now(), definitions: definitions))
            }
        } catch {
            throw StoreError(sqlite: error)
        }
    }
}
