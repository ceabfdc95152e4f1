extension Schema {
    /// Rules, what they want told, what they have told of each job, and up to when it was looked for. The index has a row
    /// for what went wrong alone, so that what succeeds costs nothing.
    static let notifications = """
        CREATE TABLE notification_rules (name text COLLATE "C" NOT NULL PRIMARY KEY, body text NOT NULL)
        --
        CREATE TABLE notices (
            id uuid NOT NULL PRIMARY KEY, rule text COLLATE "C" NOT NULL, at int8 NOT NULL, state text NOT NULL,
            due_at int8 NOT NULL, revision int8 NOT NULL, body text NOT NULL
        )
        --
        CREATE INDEX notices_waiting ON notices (due_at, id) WHERE state = 'waiting'
        --
        CREATE INDEX notices_of_rule ON notices (rule, at, id)
        --
        CREATE INDEX notices_over ON notices (at) WHERE state <> 'waiting'
        --
        CREATE TABLE notice_states (
            rule text COLLATE "C" NOT NULL, job_id uuid NOT NULL, failing bool NOT NULL, body text NOT NULL,
            PRIMARY KEY (rule, job_id)
        )
        --
        CREATE INDEX notice_states_failing ON notice_states (rule) WHERE failing
        --
        CREATE TABLE notice_cursor (id int8 NOT NULL PRIMARY KEY CHECK (id = 1), at int8 NOT NULL)
        --
        CREATE INDEX ended_with_trouble ON ended_executions (finished_at, id)
        WHERE status IN ('failed', 'skipped', 'missed')
        """

    /// What waits is found by its rule, so that no rule's backlog hides that of another one; and how long it has waited,
    /// whatever tries there were (null for what an older binary added). Of rules that are gone nothing is kept.
    static let waitingNotices = """
        DELETE FROM notices n WHERE NOT EXISTS (SELECT 1 FROM notification_rules r WHERE r.name = n.rule)
        --
        ALTER TABLE notices ADD COLUMN since int8
        --
        UPDATE notices SET since = due_at WHERE state = 'waiting'
        --
        DROP INDEX notices_waiting
        --
        CREATE INDEX notices_waiting ON notices (rule, due_at, id) WHERE state = 'waiting'
        --
        CREATE INDEX notices_oldest ON notices (since) WHERE state = 'waiting'
        --
        DROP INDEX notice_states_failing
        --
        CREATE INDEX notice_states_failing ON notice_states (rule, job_id) WHERE failing
        """
}
