extension Schema {
    /// What a session that says in `punctual.visible` what it may see is shown, as the second wall behind the conditions of
    /// the queries. The policies that use it name their role, and so come with it: see `ReaderRole`. Until then, and for
    /// all other roles, everything stays as it was; the owner pays nothing, since nothing is forced.
    static let visibility = """
        -- Whether a clause lets a row of that service pass whose labels are those; NULL stands for a job that is gone. No
        -- setting, or an empty one, lets nothing pass.
        CREATE FUNCTION punctual_shows(given_service text, given_labels jsonb) RETURNS bool LANGUAGE sql STABLE PARALLEL SAFE
        AS 'SELECT EXISTS (
            SELECT 1 FROM jsonb_to_recordset(nullif(current_setting(''punctual.visible'', true), '''')::jsonb)
                AS c (service text, labels jsonb)
            WHERE (c.service IS NULL OR c.service = given_service)
                AND (c.labels = ''{}'' OR coalesce(given_labels @> c.labels, false))
        )'
        --
        -- An execution is seen by its own service and by the labels that its job has now, whether or not the job itself is
        -- seen; so this looks past the policy of jobs.
        CREATE FUNCTION punctual_labels(given_job uuid) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path FROM CURRENT AS 'SELECT labels FROM jobs WHERE id = given_job'
        --
        REVOKE EXECUTE ON FUNCTION punctual_labels(uuid) FROM PUBLIC
        --
        CREATE POLICY everybody ON jobs USING (true)
        --
        CREATE POLICY everybody ON job_progress USING (true)
        --
        CREATE POLICY everybody ON open_executions USING (true)
        --
        CREATE POLICY everybody ON ended_executions USING (true)
        --
        ALTER TABLE jobs ENABLE ROW LEVEL SECURITY
        --
        ALTER TABLE job_progress ENABLE ROW LEVEL SECURITY
        --
        ALTER TABLE open_executions ENABLE ROW LEVEL SECURITY
        --
        ALTER TABLE ended_executions ENABLE ROW LEVEL SECURITY
        """
}
