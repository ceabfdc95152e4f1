extension Schema {
    /// Instants are milliseconds since 1970; texts sort by their bytes; ids begin with their instant.
    static let first = """
        CREATE FUNCTION punctual_now() RETURNS int8 LANGUAGE sql VOLATILE
        AS 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::int8'
        --
        CREATE TABLE jobs (
            id uuid NOT NULL PRIMARY KEY,
            service text COLLATE "C" NOT NULL,
            name text COLLATE "C" NOT NULL,
            description text COLLATE "C" NOT NULL,
            queue text COLLATE "C" NOT NULL,
            labels jsonb NOT NULL,
            definition text NOT NULL,
            created_by text NOT NULL,
            created_at int8 NOT NULL,
            updated_at int8 NOT NULL,
            -- A name is taken once in a service; lists of a service by name.
            CONSTRAINT jobs_name UNIQUE (service, name)
        )
        --
        CREATE INDEX jobs_by_name ON jobs (name, id)
        --
        CREATE INDEX jobs_by_creation ON jobs (created_at, id)
        --
        CREATE INDEX jobs_by_update ON jobs (updated_at, id)
        --
        CREATE INDEX jobs_by_queue ON jobs (queue)
        --
        CREATE INDEX jobs_by_label ON jobs USING gin (labels jsonb_path_ops) WHERE labels <> '{}'
        --
        -- What the scheduler and the workers move, apart from what owners write and lists search: a tick touches two
        -- small indexes and not eight. Its row is the job's lock.
        CREATE TABLE job_progress (
            id uuid NOT NULL PRIMARY KEY,
            next_run_at int8,
            shard int2 NOT NULL,
            status text COLLATE "C" NOT NULL,
            version int8 NOT NULL,
            last_run_at int8,
            run_count int8 NOT NULL,
            last_status text,
            failure_count int8 NOT NULL,
            pause_reason text,
            -- Of its target: who executes it, and the outside worker's task.
            lane int2 NOT NULL,
            task text COLLATE "C",
            -- Whether the end of an execution may set the next instant.
            waits_for_end bool NOT NULL
        ) WITH (
            fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
            autovacuum_vacuum_cost_delay = 0
        )
        --
        CREATE INDEX job_progress_by_next_run ON job_progress (next_run_at, id)
        --
        CREATE INDEX job_progress_inactive ON job_progress (status, id) WHERE status <> 'active'
        --
        -- What waits or runs. Few rows that change all the time; when one ends it moves to ended_executions.
        CREATE TABLE open_executions (
            id uuid NOT NULL PRIMARY KEY,
            job_id uuid NOT NULL,
            job_name text NOT NULL,
            service text COLLATE "C" NOT NULL,
            queue text COLLATE "C" NOT NULL,
            priority int2 NOT NULL,
            lane int2 NOT NULL,
            task text COLLATE "C",
            scheduled_at int8 NOT NULL,
            available_at int8 NOT NULL,
            trigger text NOT NULL,
            status text COLLATE "C" NOT NULL,
            reason text COLLATE "C",
            attempt int8 NOT NULL,
            max_attempts int8 NOT NULL,
            worker text,
            lease_expires_at int8,
            cancel_requested bool NOT NULL,
            created_at int8 NOT NULL,
            started_at int8,
            finished_at int8,
            result text,
            error text,
            past_attempts text
        ) WITH (
            autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
            autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000,
            autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000
        )
        --
        CREATE INDEX open_waiting ON open_executions (lane, queue, priority, available_at, id) WHERE status = 'pending'
        --
        CREATE INDEX open_of_job ON open_executions (job_id, status, id)
        --
        CREATE INDEX open_leases ON open_executions (lease_expires_at) WHERE status = 'running'
        --
        -- History, by months of scheduled_at, which an id begins with. Rows are added once and never changed.
        CREATE TABLE ended_executions (LIKE open_executions) PARTITION BY RANGE (id)
        --
        ALTER TABLE ended_executions ADD PRIMARY KEY (id)
        --
        CREATE INDEX ended_of_job ON ended_executions (job_id, id)
        --
        CREATE INDEX ended_of_service ON ended_executions (service, id)
        --
        CREATE INDEX ended_of_queue ON ended_executions (queue, id)
        --
        -- Nearly all succeed: a list of those goes by the primary key.
        CREATE INDEX ended_by_status ON ended_executions (status, id) WHERE status <> 'succeeded'
        --
        CREATE INDEX ended_by_reason ON ended_executions (reason, id) WHERE reason IS NOT NULL
        --
        -- Instants for which no month was made.
        CREATE TABLE ended_executions_rest PARTITION OF ended_executions DEFAULT
        --
        CREATE VIEW executions AS SELECT * FROM open_executions UNION ALL SELECT * FROM ended_executions
        --
        CREATE TABLE queues (name text COLLATE "C" NOT NULL PRIMARY KEY, paused bool NOT NULL)
        --
        -- How many rows of each kind came and went, one row a transaction, so that no row is fought over; summed up and
        -- folded now and then.
        CREATE TABLE tallies (
            active int8 NOT NULL DEFAULT 0, paused int8 NOT NULL DEFAULT 0, completed int8 NOT NULL DEFAULT 0,
            buffered int8 NOT NULL DEFAULT 0, pending int8 NOT NULL DEFAULT 0, running int8 NOT NULL DEFAULT 0,
            succeeded int8 NOT NULL DEFAULT 0, failed int8 NOT NULL DEFAULT 0, cancelled int8 NOT NULL DEFAULT 0,
            skipped int8 NOT NULL DEFAULT 0, missed int8 NOT NULL DEFAULT 0
        ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0)
        --
        -- The term holds the timeline of the server in its upper half, so that it rises with every promotion.
        CREATE TABLE shard_leases (shard int8 NOT NULL PRIMARY KEY, holder text, term int8 NOT NULL, expires_at int8)
        --
        CREATE TABLE nodes (
            id text COLLATE "C" NOT NULL PRIMARY KEY, roles text NOT NULL, version text NOT NULL, address text,
            started_at int8 NOT NULL, last_seen_at int8 NOT NULL
        )
        --
        CREATE TABLE idempotency_keys (
            key text COLLATE "C" NOT NULL PRIMARY KEY, fingerprint text NOT NULL, taken_at int8 NOT NULL,
            -- Of the call that took it, so that a repeated call knows its own.
            taken_by uuid NOT NULL, status int8, headers text, body bytea
        )
        --
        CREATE INDEX idempotency_taken ON idempotency_keys (taken_at)
        """

    /// Without the id: where an index holds it behind other columns, a planner that thinks the table empty seeks ids by
    /// that index, and reads all of it for each.
    static let second = """
        DROP INDEX open_of_job
        --
        CREATE INDEX open_of_job ON open_executions (job_id, status)
        """

    /// Of a job, in milliseconds; NULL means that its executions are kept as long as those of other jobs.
    static let retention = """
        ALTER TABLE jobs ADD COLUMN retention int8
        --
        CREATE INDEX jobs_by_retention ON jobs (retention, id) WHERE retention IS NOT NULL
        """

    /// A number that the claim drew which took an execution, so that a repeated claim knows its own. Ended executions have
    /// none; the two tables keep the same columns for binaries that read all of both.
    static let claims = """
        ALTER TABLE open_executions ADD COLUMN claim int8
        --
        ALTER TABLE ended_executions ADD COLUMN claim int8
        """

    /// When a key was first taken for its request (NULL means `taken_at`), and the taking that gave it up without an answer:
    /// the key is free while that is still `taken_by`, which older binaries set too.
    static let repetitions = """
        ALTER TABLE idempotency_keys ADD COLUMN since int8, ADD COLUMN given_up uuid
        """

    /// What went wrong in a service, or with a job, is asked for most. What succeeded, nearly all, is in none of them.
    static let failures = """
        CREATE INDEX ended_of_service_by_status ON ended_executions (service, status, id) WHERE status <> 'succeeded'
        --
        CREATE INDEX ended_of_service_by_reason ON ended_executions (service, reason, id) WHERE reason IS NOT NULL
        --
        CREATE INDEX ended_of_job_by_status ON ended_executions (job_id, status, id) WHERE status <> 'succeeded'
        """

    /// How many shards a node is set to; NULL for nodes that schedule nothing, and for older binaries.
    static let shards = """
        ALTER TABLE nodes ADD COLUMN shards int8
        """

    /// Of what waits and of what runs, by conditions that no other index answers: a planner that thinks the table empty
    /// took `open_of_job` for `status = 'pending'`, and read all of it for each claim.
    static let lines = """
        DROP INDEX open_waiting
        --
        CREATE INDEX open_waiting ON open_executions (lane, queue, priority, available_at, id)
        WHERE (status = 'pending') IS TRUE
        --
        DROP INDEX open_leases
        --
        CREATE INDEX open_leases ON open_executions (lease_expires_at) WHERE (status = 'running') IS TRUE
        """

    /// How each node is set to keep history (`HistoryRules`).
    static let historyRules = """
        CREATE TABLE history_rules (
            node text COLLATE "C" NOT NULL PRIMARY KEY, kept_for int8 NOT NULL, archives bool NOT NULL, told_at int8 NOT NULL
        )
        """

    /// A line is a service's, too. Older binaries read all lines of a queue and a priority where they read one.
    static let linesOfServices = """
        DROP INDEX open_waiting
        --
        CREATE INDEX open_waiting ON open_executions (lane, queue, priority, service, available_at, id)
        WHERE (status = 'pending') IS TRUE
        """

    /// Of queues, services and jobs; `arrival` as in `LimitState`. Few rows, and some of them hot: each claim under a limit
    /// locks and may write its row.
    static let workLimits = """
        CREATE TABLE work_limits (
            kind text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, concurrency int8, rate_count int8,
            rate_per int8, arrival int8, PRIMARY KEY (kind, name)
        ) WITH (
            fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
            autovacuum_vacuum_cost_delay = 0
        )
        """

    /// What waits of a limited job is taken oldest first, however much of it waits. Still without the id (see `second`).
    static let openOfJobInOrder = """
        DROP INDEX open_of_job
        --
        CREATE INDEX open_of_job ON open_executions (job_id, status, available_at)
        """
}
