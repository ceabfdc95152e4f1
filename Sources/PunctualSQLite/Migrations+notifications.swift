extension Migrations {
    /// Rules, what they want told, what they have told of each job, and up to when it was looked for.
    static let notifications = """
        CREATE TABLE notification_rules (name TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE notices (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), rule TEXT NOT NULL, at INTEGER NOT NULL,
            state TEXT NOT NULL, due_at INTEGER NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX notices_waiting ON notices (due_at, id) WHERE state = 'waiting';
        CREATE INDEX notices_of_rule ON notices (rule, at, id);
        CREATE INDEX notices_over ON notices (at) WHERE state <> 'waiting';
        CREATE TABLE notice_states (
            rule TEXT NOT NULL, job_id BLOB NOT NULL CHECK (length(job_id) = 16), failing INTEGER NOT NULL,
            body TEXT NOT NULL, PRIMARY KEY (rule, job_id)
        ) WITHOUT ROWID;
        CREATE INDEX notice_states_failing ON notice_states (rule) WHERE failing = 1;
        CREATE TABLE notice_cursor (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);
        CREATE INDEX executions_with_trouble ON executions (finished_at, id)
        WHERE status IN ('failed', 'skipped', 'missed');
        """

    /// What waits is found by its rule, so that no rule's backlog hides that of another one; and how long it has waited,
    /// whatever tries there were. Of rules that are gone nothing is kept.
    static let waitingNotices = """
        DELETE FROM notices WHERE rule NOT IN (SELECT name FROM notification_rules);
        ALTER TABLE notices ADD COLUMN since INTEGER;
        UPDATE notices SET since = due_at WHERE state = 'waiting';
        DROP INDEX notices_waiting;
        CREATE INDEX notices_waiting ON notices (rule, due_at, id) WHERE state = 'waiting';
        CREATE INDEX notices_oldest ON notices (since) WHERE state = 'waiting';
        DROP INDEX notice_states_failing;
        CREATE INDEX notice_states_failing ON notice_states (rule, job_id) WHERE failing = 1;
        """
}
