internal import GRDB

/// The tables, step by step; forward only, each step once.
enum Migrations {
    /// What a database of this binary has been through.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-jobs-and-executions") { try $0.execute(sql: first) }
        return migrator
    }

    private static let first = """
        CREATE TABLE jobs (
            id BLOB NOT NULL PRIMARY KEY,
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
        CREATE UNIQUE INDEX jobs_name ON jobs (service, name);
        CREATE INDEX jobs_by_name ON jobs (name, id);
        CREATE INDEX jobs_by_creation ON jobs (created_at, id);
        CREATE INDEX jobs_by_update ON jobs (updated_at, id);
        CREATE INDEX jobs_due ON jobs (next_run_at, id) WHERE next_run_at IS NOT NULL AND status <> 'completed';
        CREATE INDEX jobs_by_queue ON jobs (queue);
        CREATE TABLE executions (
            id BLOB NOT NULL PRIMARY KEY,
            job_id BLOB NOT NULL,
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
        CREATE INDEX executions_waiting ON executions (lane, queue, priority, available_at, id) WHERE status = 'pending';
        CREATE INDEX executions_available ON executions (lane, available_at) WHERE status = 'pending';
        CREATE INDEX executions_leased ON executions (lease_expires_at) WHERE status = 'running';
        CREATE INDEX executions_open ON executions (job_id, status, scheduled_at, id)
            WHERE status IN ('buffered', 'pending', 'running');
        CREATE INDEX executions_of_job ON executions (job_id, scheduled_at, id);
        CREATE INDEX executions_by_time ON executions (scheduled_at, id);
        CREATE INDEX executions_ended ON executions (finished_at) WHERE finished_at IS NOT NULL;
        CREATE INDEX executions_failed ON executions (status, scheduled_at, id)
            WHERE status IN ('failed', 'cancelled', 'skipped', 'missed');
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
