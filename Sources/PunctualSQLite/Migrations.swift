internal import GRDB

/// The tables, step by step; forward only, each step once.
enum Migrations {
    /// What a database of this binary has been through.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-jobs-and-executions") { try $0.execute(sql: first) }
        migrator.registerMigration("0002-retention") { try $0.execute(sql: retention) }
        migrator.registerMigration("0003-repetitions") { try $0.execute(sql: repetitions) }
        migrator.registerMigration("0004-access") { try $0.execute(sql: access) }
        migrator.registerMigration("0005-shards-of-nodes") {
            // NULL for nodes that schedule nothing.
            try $0.execute(sql: "ALTER TABLE nodes ADD COLUMN shards INTEGER")
        }
        migrator.registerMigration("0006-lines-of-services") { try $0.execute(sql: linesOfServices) }
        migrator.registerMigration("0007-work-limits") { try $0.execute(sql: workLimits) }
        migrator.registerMigration("0008-output") { try $0.execute(sql: output) }
        migrator.registerMigration("0009-notifications") { try $0.execute(sql: notifications) }
        migrator.registerMigration("0010-waiting-notices") { try $0.execute(sql: waitingNotices) }
        migrator.registerMigration("0011-minute-figures") { try $0.execute(sql: minuteFigures) }
        migrator.registerMigration("0012-moments") { try $0.execute(sql: moments) }
        migrator.registerMigration("0013-trouble") { try $0.execute(sql: trouble) }
        return migrator
    }

    /// Of a job, in milliseconds; null means that its executions are kept as long as those of other jobs.
    private static let retention = """
        ALTER TABLE jobs ADD COLUMN retention INTEGER;
        CREATE INDEX jobs_by_retention ON jobs (retention, id) WHERE retention IS NOT NULL;
        """

    /// When the key was first taken for its request (null means `taken_at`), and whether it was given up without an answer.
    private static let repetitions = """
        ALTER TABLE idempotency_keys ADD COLUMN since INTEGER;
        ALTER TABLE idempotency_keys ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0;
        """

    /// Claims: the lines of a lane, a service's each, in the order of availability.
    private static let linesOfServices = """
        DROP INDEX executions_waiting;
        CREATE INDEX executions_waiting ON executions (lane, queue, priority, service, available_at, id)
        WHERE status = 'pending';
        """

    /// Of queues, services and jobs; `arrival` as in `LimitState`.
    private static let workLimits = """
        CREATE TABLE work_limits (
            kind TEXT NOT NULL, name TEXT NOT NULL, concurrency INTEGER, rate_count INTEGER, rate_per INTEGER,
            arrival INTEGER, PRIMARY KEY (kind, name)
        ) WITHOUT ROWID;
        """

    private static let first = """
        CREATE TABLE jobs (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            service TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            queue TEXT NOT NULL,
            definition TEXT NOT NULL,
            status TEXT NOT NULL,
            pause_reason TEXT,
            next_run_at INTEGER,
            last_run_at INTEGER,
            last_status TEXT,
            run_count INTEGER NOT NULL,
            failure_count INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            version INTEGER NOT NULL,
            shard INTEGER NOT NULL
        ) WITHOUT ROWID;
        -- A name is taken once in a service; lists of a service by name.
        CREATE UNIQUE INDEX jobs_name ON jobs (service, name);
        -- Lists by each sort key. The last finds what is due, too.
        CREATE INDEX jobs_by_name ON jobs (name, id);
        CREATE INDEX jobs_by_creation ON jobs (created_at, id);
        CREATE INDEX jobs_by_update ON jobs (updated_at, id);
        CREATE INDEX jobs_by_next_run ON jobs (next_run_at, id);
        -- The names of queues; lists of a queue.
        CREATE INDEX jobs_by_queue ON jobs (queue);
        -- Lists of the paused or completed.
        CREATE INDEX jobs_inactive ON jobs (status) WHERE status <> 'active';
        CREATE TABLE executions (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            job_id BLOB NOT NULL CHECK (length(job_id) = 16),
            job_name TEXT NOT NULL,
            service TEXT NOT NULL,
            queue TEXT NOT NULL,
            priority INTEGER NOT NULL,
            lane INTEGER NOT NULL,
            task TEXT,
            scheduled_at INTEGER NOT NULL,
            available_at INTEGER NOT NULL,
            trigger TEXT NOT NULL,
            status TEXT NOT NULL,
            reason TEXT,
            attempt INTEGER NOT NULL,
            max_attempts INTEGER NOT NULL,
            worker TEXT,
            lease_expires_at INTEGER,
            cancel_requested INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            result TEXT,
            error TEXT,
            past_attempts TEXT
        ) WITHOUT ROWID;
        -- An id begins with its instant: the table itself is in the order of time, and so are rows of equal keys below.
        -- Claims: the lines of a lane, each in the order of availability.
        CREATE INDEX executions_waiting ON executions (lane, queue, priority, available_at, id) WHERE status = 'pending';
        -- A job's open rows, for overlap.
        CREATE INDEX executions_open ON executions (job_id, status) WHERE finished_at IS NULL;
        -- What retention removes.
        CREATE INDEX executions_by_end ON executions (finished_at) WHERE finished_at IS NOT NULL;
        -- Lists by job, by status (those that run, for the reaper, too), by service, by queue, by reason.
        CREATE INDEX executions_of_job ON executions (job_id);
        CREATE INDEX executions_by_status ON executions (status);
        CREATE INDEX executions_of_service ON executions (service);
        CREATE INDEX executions_of_queue ON executions (queue);
        CREATE INDEX executions_by_reason ON executions (reason) WHERE reason IS NOT NULL;
        CREATE TABLE queues (name TEXT NOT NULL PRIMARY KEY, paused INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE tallies (name TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE shard_leases (
            shard INTEGER NOT NULL PRIMARY KEY, holder TEXT, term INTEGER NOT NULL, expires_at INTEGER
        );
        CREATE TABLE nodes (
            id TEXT NOT NULL PRIMARY KEY, roles TEXT NOT NULL, version TEXT NOT NULL, address TEXT,
            started_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX nodes_seen ON nodes (last_seen_at);
        CREATE TABLE idempotency_keys (
            key TEXT NOT NULL PRIMARY KEY, fingerprint TEXT NOT NULL, taken_at INTEGER NOT NULL,
            status INTEGER, headers TEXT, body BLOB
        ) WITHOUT ROWID;
        CREATE INDEX idempotency_taken ON idempotency_keys (taken_at);
        """
}
