import Foundation
import GRDB
import PunctualSQLite
import PunctualSchedule

/// The same tables without the store: prepared statements whose values are ready, one commit a batch.
struct BareRows {
    private let database: DatabaseQueue
    private let definition: String

    init(path: String) throws {
        try SQLiteStore(path: path, clock: BenchClock()).close()
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA cache_size = -16000")
        }
        database = try DatabaseQueue(path: path, configuration: configuration)
        definition = sampleJob("client-00-0000", every: .seconds(60)).draft.json.description
    }

    /// Jobs a second.
    func creations(perCommit: Int, seconds limit: Int) throws -> Double {
        let began = ContinuousClock.now
        var made = 0
        try database.writeWithoutTransaction { database in
            while seconds(since: began) < Double(limit) {
                try database.inTransaction(.immediate) {
                    for _ in 0..<perCommit {
                        try insertJob(made, database)
                        made += 1
                    }
                    return .commit
                }
            }
        }
        return Double(made) / seconds(since: began)
    }

    /// Executions a second from insertion to end: insert, take, end, and the job's row moved twice.
    func executions(jobs: Int, tickBatch: Int, workBatch: Int, seconds limit: Int) throws -> Double {
        try database.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                for index in 0..<jobs { try insertJob(index, database) }
                return .commit
            }
            let began = ContinuousClock.now
            var (ended, instant) = (0, Int64(1_767_225_600_000))
            while seconds(since: began) < Double(limit) {
                instant += 1000
                for start in stride(from: 0, to: jobs, by: tickBatch) {
                    try database.inTransaction(.immediate) {
                        for index in start..<min(start + tickBatch, jobs) {
                            try insertExecution(of: index, at: instant, database)
                            try moveJob(index, to: instant + 1000, database)
                        }
                        return .commit
                    }
                }
                for start in stride(from: 0, to: jobs, by: workBatch) {
                    let range = start..<min(start + workBatch, jobs)
                    try database.inTransaction(.immediate) {
                        for index in range { try take(index, at: instant, database) }
                        return .commit
                    }
                    try database.inTransaction(.immediate) {
                        for index in range {
                            try end(index, at: instant, database)
                            try moveJob(index, to: instant + 1000, database)
                            ended += 1
                        }
                        return .commit
                    }
                }
            }
            return Double(ended) / seconds(since: began)
        }
    }

    private func key(_ index: Int, _ instant: Int64 = 0) -> Data {
        var bytes = Data(count: 16)
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: instant.bigEndian, as: Int64.self)
            $0.storeBytes(of: index.bigEndian, toByteOffset: 8, as: Int.self)
        }
        return bytes
    }

    private func insertJob(_ index: Int, _ database: Database) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO jobs (id, service, name, description, queue, definition, status, next_run_at, run_count,
                    failure_count, created_by, created_at, updated_at, version, shard)
                VALUES (?, 'default', ?, '', 'default', ?, 'active', ?, 0, 0, 'anonymous', ?, ?, 1, ?)
                """
        ).execute(arguments: [key(index), "job-\(index)", definition, index, index, index, index % 256])
    }

    private func moveJob(_ index: Int, to instant: Int64, _ database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE jobs SET next_run_at = ?, status = 'active', last_run_at = ?, last_status = 'succeeded',
                    run_count = run_count + 1, failure_count = 0 WHERE id = ?
                """
        ).execute(arguments: [instant, instant - 1000, key(index)])
    }

    private func insertExecution(of index: Int, at instant: Int64, _ database: Database) throws {
        try database.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO executions (id, job_id, job_name, service, queue, priority, lane, scheduled_at,
                    available_at, trigger, status, attempt, max_attempts, cancel_requested, created_at)
                VALUES (?, ?, 'job-0000', 'default', 'default', 5, 0, ?, ?, 'schedule', 'pending', 0, 3, 0, ?)
                """
        ).execute(arguments: [key(index, instant), key(index), instant, instant, instant])
    }

    private func take(_ index: Int, at instant: Int64, _ database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE executions SET status = 'running', attempt = 1, worker = 'bench', lease_expires_at = ?,
                    started_at = ? WHERE id = ?
                """
        ).execute(arguments: [instant + 30_000, instant, key(index, instant)])
    }

    private func end(_ index: Int, at instant: Int64, _ database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE executions SET status = 'succeeded', lease_expires_at = NULL, finished_at = ?, result = ?
                WHERE id = ?
                """
        ).execute(arguments: [
            instant, #"{"http_status":null,"exit_code":null,"output":"","output_truncated":false}"#,
            key(index, instant),
        ])
    }
}
