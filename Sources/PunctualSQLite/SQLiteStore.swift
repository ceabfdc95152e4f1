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
    /// One a lane of claims.
    let turns = Lane.allCases.map { _ in LaneTurns() }
    private let definitions = DefinitionCache()
    private let complaints: Complaints
    private let lock: LockFile

    /// Opens the file, or makes it, and brings its tables up to date.
    /// - Throws: `.unavailable` when the file cannot be opened or another process has it, `.damaged` when it is no
    ///   database, `.corrupt` when it is one of a newer version.
    package init(path: String, clock: any WallClock) throws(StoreError) {
        self.clock = clock
        complaints = Complaints(path: path)
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
            switch StoreError(sqlite: error, path: path) {
            case .unavailable(let text): throw .unavailable("cannot open \(path): \(text)")
            case let other: throw other
            }
        }
        lane = WriteLane(pool: pool, clock: clock, definitions: definitions, complaints: complaints)
        reads = ReadLane(pool: pool, clock: clock, definitions: definitions, complaints: complaints)
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

    /// Waits until the file is found damaged, and says what to do; nil when the waiting task is cancelled.
    package func firstDamage() async -> String? { await complaints.firstDamage() }

    /// Closes the file, which alone holds everything then; no call may follow.
    package func close() {
        // GRDB closes the readers last, and they may not empty the log.
        _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }  // Else the next opening does it.
        try? pool.close()  // Fails only for statements in use; the process is about to end, the file consistent.
        lock.release()
    }

    /// How many writes wait for the next commit.
    package var waitingWrites: Int { lane.waitingCount }

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
            throw complaints.storeError(error)
        }
    }
}
