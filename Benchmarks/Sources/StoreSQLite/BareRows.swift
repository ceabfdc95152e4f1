import GRDBSQLite
import PunctualCore
import PunctualJSON
import PunctualSQLite
import PunctualSchedule

/// The same tables without the store: SQLite's own calls with values at hand, one commit a batch.
final class BareRows {
    private var connection: OpaquePointer?
    private let definition: String

    init(path: String) throws {
        try SQLiteStore(path: path, clock: BenchClock()).close()
        definition = sampleJob("client-00-0000", every: .seconds(60)).draft.json.description
        precondition(sqlite3_open(path, &connection) == SQLITE_OK, "the bench's own file does not open")
        for pragma in ["journal_mode = WAL", "synchronous = FULL", "cache_size = -32000", "wal_autocheckpoint = 4000"] {
            precondition(sqlite3_exec(connection, "PRAGMA \(pragma)", nil, nil, nil) == SQLITE_OK)
        }
    }

    deinit { sqlite3_close_v2(connection) }

    /// Jobs a second.
    func creations(perCommit: Int, seconds limit: Int) -> Double {
        let began = ContinuousClock.now
        let insert = insertJob
        var made = 0
        while seconds(since: began) < Double(limit) {
            commit {
                for _ in 0..<perCommit {
                    add(job: made, insert)
                    made += 1
                }
            }
        }
        return Double(made) / seconds(since: began)
    }

    /// Executions a second from insertion to end: insert, take, end, and the job's row moved twice.
    func executions(jobs: Int, tickBatch: Int, workBatch: Int, seconds limit: Int) -> Double {
        let (insertJob, insert, take, end) = (insertJob, insertExecution, takeExecution, endExecution)
        let (move, count) = (moveJob, countEnd)
        commit { for index in 0..<jobs { add(job: index, insertJob) } }
        let began = ContinuousClock.now
        var (ended, instant) = (0, 1_767_225_600_000)
        while seconds(since: began) < Double(limit) {
            instant += 1000
            for start in stride(from: 0, to: jobs, by: tickBatch) {
                commit {
                    for index in start..<min(start + tickBatch, jobs) {
                        insert.run { ($0.id(index, instant), $0.id(index), $0.ints(instant, instant, instant)) }
                        move.run { ($0.ints(instant + 1000, instant), $0.id(index)) }
                    }
                }
            }
            for start in stride(from: 0, to: jobs, by: workBatch) {
                let range = start..<min(start + workBatch, jobs)
                commit { for index in range { take.run { ($0.ints(instant, instant), $0.id(index, instant)) } } }
                commit {
                    for index in range {
                        end.run { ($0.ints(instant), $0.id(index, instant)) }
                        count.run { $0.id(index) }
                        ended += 1
                    }
                }
            }
        }
        return Double(ended) / seconds(since: began)
    }

    private func commit(_ body: () -> Void) {
        sqlite3_exec(connection, "BEGIN IMMEDIATE", nil, nil, nil)
        body()
        precondition(sqlite3_exec(connection, "COMMIT", nil, nil, nil) == SQLITE_OK, "a commit of the bench failed")
    }

    private func add(job index: Int, _ insert: BareStatement) {
        insert.run { ($0.id(index), $0.text("job-\(index)"), $0.text(definition), $0.ints(index, index, index, index)) }
    }

    private var insertJob: BareStatement {
        BareStatement(
            connection,
            """
            INSERT INTO jobs (id, service, name, description, queue, definition, status, next_run_at, run_count,
                failure_count, created_by, created_at, updated_at, version, shard)
            VALUES (?, 'default', ?, '', 'default', ?, 'active', ?, 0, 0, 'anonymous', ?, ?, 1, ?)
            """)
    }

    private var insertExecution: BareStatement {
        BareStatement(
            connection,
            """
            INSERT OR IGNORE INTO executions (id, job_id, job_name, service, queue, priority, lane, scheduled_at,
                available_at, trigger, status, attempt, max_attempts, cancel_requested, created_at)
            VALUES (?, ?, 'job-0000', 'default', 'default', 5, 0, ?, ?, 'schedule', 'pending', 0, 3, 0, ?)
            """)
    }

    private var moveJob: BareStatement {
        BareStatement(
            connection,
            "UPDATE jobs SET next_run_at = ?, last_run_at = ?, status = 'active', run_count = run_count + 1 WHERE id = ?")
    }

    private var takeExecution: BareStatement {
        BareStatement(
            connection,
            """
            UPDATE executions SET status = 'running', attempt = 1, worker = 'bench', lease_expires_at = ?,
                started_at = ? WHERE id = ?
            """)
    }

    private var endExecution: BareStatement {
        BareStatement(
            connection,
            """
            UPDATE executions SET status = 'succeeded', lease_expires_at = NULL, finished_at = ?,
                result = '{"http_status":null,"exit_code":null,"output":"","output_truncated":false}' WHERE id = ?
            """)
    }

    private var countEnd: BareStatement {
        BareStatement(connection, "UPDATE jobs SET last_status = 'succeeded' WHERE id = ?")
    }
}

/// A prepared statement, and the place of the next value.
private final class BareStatement {
    private var statement: OpaquePointer?
    private var place: Int32 = 0

    init(_ connection: OpaquePointer?, _ sql: String) {
        precondition(sqlite3_prepare_v3(connection, sql, -1, 1, &statement, nil) == SQLITE_OK, sql)
    }

    deinit { sqlite3_finalize(statement) }

    func run<Ignored>(_ bind: (BareStatement) -> Ignored) {
        place = 0
        _ = bind(self)
        precondition(sqlite3_step(statement) == SQLITE_DONE, "a statement of the bench failed")
        sqlite3_reset(statement)
    }

    func ints(_ values: Int...) {
        for value in values {
            place += 1
            sqlite3_bind_int64(statement, place, Int64(value))
        }
    }

    func text(_ value: String) {
        place += 1
        sqlite3_bind_text(statement, place, value, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    }

    /// An id as the store makes it: the instant first.
    func id(_ index: Int, _ instant: Int = 0) {
        place += 1
        withUnsafeBytes(of: (UInt64(instant << 16).bigEndian, UInt64(index).bigEndian)) {
            _ = sqlite3_bind_blob(
                statement, place, $0.baseAddress, 16, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        }
    }
}
